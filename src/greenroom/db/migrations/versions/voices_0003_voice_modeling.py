"""Voice training jobs and assessments of recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "voices_0003"
down_revision = "voices_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_jobs",
        sa.Column("job_type", sa.String(length=32), nullable=False),
        sa.Column("create_type", sa.String(length=16), nullable=False),
        sa.Column("voice_name", sa.String(length=256), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("sex", sa.String(length=16), nullable=True),
        sa.Column("tag", sa.String(length=32), nullable=True),
        sa.Column("batch_name", sa.String(length=256), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("segment_count", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("operation_logs", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("people_report", sa.JSON(), nullable=True),
        sa.Column("reject_times", sa.Integer(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.Column("asset_id", sa.String(length=64), nullable=True),
        sa.Column("quality", sa.JSON(), nullable=True),
        sa.Column("once_digest", sa.String(length=64), nullable=True),
        sa.Column("once_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("error_msg", sa.String(length=2048), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_jobs")),
    )
    for column in ("project_id", "state", "voice_name"):
        op.create_index(op.f(f"ix_voice_jobs_{column}"), "voice_jobs", [column])

    op.create_table(
        "voice_assessments",
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=64), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("error_msg", sa.String(length=2048), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_assessments")),
    )
    op.create_index(op.f("ix_voice_assessments_project_id"), "voice_assessments", ["project_id"])


def downgrade() -> None:
    op.drop_table("voice_assessments")
    op.drop_table("voice_jobs")
