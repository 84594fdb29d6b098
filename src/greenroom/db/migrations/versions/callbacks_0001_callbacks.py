"""Callbacks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "callbacks_0001"
down_revision = None
branch_labels = ("callbacks",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("host", sa.String(length=256), nullable=False),
        sa.Column("receiver", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=512), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callbacks_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_callbacks_subject_id"), ["subject_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callbacks_subject_id"))
        batch_op.drop_index(batch_op.f("ix_callbacks_project_id"))
    op.drop_table("callbacks")
