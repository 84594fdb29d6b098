"""Videos in which a photo speaks, photo detections and business cards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "video_0002"
down_revision = "video_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("video_jobs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "job_type", sa.String(length=32), nullable=False, server_default="2D_DIGITAL_HUMAN_VIDEO"
            )
        )
        batch_op.create_index(batch_op.f("ix_video_jobs_job_type"), ["job_type"], unique=False)
    op.create_table(
        "photo_detections",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("error_msg", sa.String(length=2048), nullable=True),
        *_scope(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_detections")),
    )
    with op.batch_alter_table("photo_detections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_detections_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_photo_detections_state"), ["state"], unique=False)
    op.create_table(
        "business_cards",
        sa.Column("video_job_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("has_logo", sa.Boolean(), nullable=False),
        *_scope(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_cards")),
    )
    with op.batch_alter_table("business_cards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_business_cards_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_business_cards_video_job_id"), ["video_job_id"], unique=False)


def _scope() -> list[sa.Column[object]]:
    """The columns of `ScopedRow`."""
    return [
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("business_cards")
    op.drop_table("photo_detections")
    with op.batch_alter_table("video_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_video_jobs_job_type"))
        batch_op.drop_column("job_type")
