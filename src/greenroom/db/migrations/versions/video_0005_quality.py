"""What was measured of a finished video."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "video_0005"
down_revision = "video_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("video_jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quality", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("video_jobs", schema=None) as batch_op:
        batch_op.drop_column("quality")
