"""Picture modeling jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "modeling_0002"
down_revision = "modeling_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture_modeling_jobs",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("style_id", sa.String(length=64), nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("error_msg", sa.String(length=2048), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_modeling_jobs")),
    )
    with op.batch_alter_table("picture_modeling_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_picture_modeling_jobs_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_picture_modeling_jobs_state"), ["state"], unique=False)


def downgrade() -> None:
    op.drop_table("picture_modeling_jobs")
