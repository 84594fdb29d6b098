"""Agencies, one-off codes, collections, settings of a tenant, and tasks that import or export."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "workspace_0001"
down_revision = None
branch_labels = ("workspace",)
depends_on = None

_TABLES = (
    "workspace_agencies",
    "workspace_collections",
    "workspace_once_codes",
    "workspace_service_configs",
    "workspace_tasks",
)


def upgrade() -> None:
    op.create_table(
        "workspace_agencies",
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_agencies")),
        sa.UniqueConstraint("project_id", "role", name=op.f("uq_workspace_agencies_project_id_role")),
    )
    op.create_index("ix_workspace_agencies_project_id", "workspace_agencies", ["project_id"])

    op.create_table(
        "workspace_collections",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_collections")),
    )
    op.create_index("ix_workspace_collections_project_id", "workspace_collections", ["project_id"])

    op.create_table(
        "workspace_once_codes",
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_once_codes")),
    )
    op.create_index("ix_workspace_once_codes_expires_at", "workspace_once_codes", ["expires_at"])
    op.create_index("ix_workspace_once_codes_project_id", "workspace_once_codes", ["project_id"])

    op.create_table(
        "workspace_service_configs",
        sa.Column("separately_controlled", sa.Boolean(), nullable=False),
        sa.Column("sub_account_type", sa.String(length=16), nullable=True),
        sa.Column("is_ai_mark_on", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_service_configs")),
    )
    op.create_index("ix_workspace_service_configs_project_id", "workspace_service_configs", ["project_id"])

    op.create_table(
        "workspace_tasks",
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("business_id", sa.String(length=256), nullable=True),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("error_msg", sa.String(length=2048), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace_tasks")),
    )
    op.create_index("ix_workspace_tasks_project_id", "workspace_tasks", ["project_id"])
    op.create_index("ix_workspace_tasks_resource", "workspace_tasks", ["resource"])


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
