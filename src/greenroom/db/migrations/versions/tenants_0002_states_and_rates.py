"""Tenants can be disabled and have rates of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "tenants_0002"
down_revision = "tenants_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenants", sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("tenants", sa.Column("disabled_reason", sa.String(length=256), nullable=True))
    op.create_table(
        "rate_overrides",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "operation", "region", name=op.f("pk_rate_overrides")),
    )


def downgrade() -> None:
    op.drop_table("rate_overrides")
    with op.batch_alter_table("tenants") as batch:
        batch.drop_column("disabled_reason")
        batch.drop_column("enabled")
