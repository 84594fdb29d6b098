"""Kept pieces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "reuse_0001"
down_revision = None
branch_labels = ("reuse",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reuse_pieces",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse_pieces")),
    )
    with op.batch_alter_table("reuse_pieces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reuse_pieces_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_reuse_pieces_project_id_used_at", ["project_id", "used_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reuse_pieces", schema=None) as batch_op:
        batch_op.drop_index("ix_reuse_pieces_project_id_used_at")
        batch_op.drop_index(batch_op.f("ix_reuse_pieces_project_id"))
    op.drop_table("reuse_pieces")
