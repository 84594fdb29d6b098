"""How much work a job is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "jobs_0003"
down_revision = "jobs_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("work", sa.Double(), nullable=False, server_default="0"))
        batch_op.create_index("ix_jobs_kind_state_ended_at", ["kind", "state", "ended_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_kind_state_ended_at")
        batch_op.drop_column("work")
