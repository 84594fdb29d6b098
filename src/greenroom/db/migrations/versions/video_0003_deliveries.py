"""Deliveries of finished videos to an address of the tenant's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "video_0003"
down_revision = "video_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "video_deliveries",
        sa.Column("host", sa.String(length=256), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=512), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_deliveries")),
    )
    with op.batch_alter_table("video_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_video_deliveries_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("video_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_video_deliveries_project_id"))
    op.drop_table("video_deliveries")
