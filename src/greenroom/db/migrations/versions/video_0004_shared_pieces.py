"""Pieces of videos that several workers make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "video_0004"
down_revision = "video_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "video_pieces",
        sa.Column("video_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_pieces")),
    )
    op.create_index("ix_video_pieces_project_id", "video_pieces", ["project_id"])
    op.create_index("ix_video_pieces_video_id", "video_pieces", ["video_id"])


def downgrade() -> None:
    op.drop_table("video_pieces")
