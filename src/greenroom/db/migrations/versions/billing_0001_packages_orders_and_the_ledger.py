"""Packages, orders, the ledger with its accounts, quotas of users, agreements and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "billing_0001"
down_revision = None
branch_labels = ("billing",)
depends_on = None

_TABLES = (
    "billing_accounts",
    "billing_agreements",
    "billing_ledger",
    "billing_notice_configurations",
    "billing_notices",
    "billing_orders",
    "billing_reservations",
    "billing_resources",
    "billing_user_quotas",
)


def upgrade() -> None:
    op.create_table(
        "billing_accounts",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("balance_micros", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_billing_accounts")),
    )
    op.create_table(
        "billing_agreements",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_billing_agreements")),
    )
    op.create_table(
        "billing_ledger",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("charge_key", sa.String(length=128), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "sequence", name=op.f("pk_billing_ledger")),
        sa.UniqueConstraint("tenant_id", "charge_key", name=op.f("uq_billing_ledger_tenant_id_charge_key")),
    )
    op.create_index("ix_billing_ledger_project_id_item_at", "billing_ledger", ["project_id", "item", "at"])
    op.create_index("ix_billing_ledger_tenant_id_at", "billing_ledger", ["tenant_id", "at"])

    op.create_table(
        "billing_notice_configurations",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.Column("properties", sa.String(length=2048), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_notice_configurations")),
        sa.UniqueConstraint(
            "project_id", "kind", name=op.f("uq_billing_notice_configurations_project_id_kind")
        ),
    )
    op.create_index(
        "ix_billing_notice_configurations_project_id", "billing_notice_configurations", ["project_id"]
    )

    op.create_table(
        "billing_notices",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occasion", sa.String(length=160), nullable=False),
        sa.Column("text", sa.String(length=1024), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_notices")),
        sa.UniqueConstraint("project_id", "occasion", name=op.f("uq_billing_notices_project_id_occasion")),
    )
    op.create_index("ix_billing_notices_project_id", "billing_notices", ["project_id"])

    op.create_table(
        "billing_orders",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("amount_micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_orders")),
    )
    op.create_index("ix_billing_orders_project_id", "billing_orders", ["project_id"])

    op.create_table(
        "billing_reservations",
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_reservations")),
    )
    op.create_index("ix_billing_reservations_project_id", "billing_reservations", ["project_id"])
    op.create_index("ix_billing_reservations_resource_id", "billing_reservations", ["resource_id"])

    op.create_table(
        "billing_resources",
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("charging_mode", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_since", sa.BigInteger(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=True),
        sa.Column("term_count", sa.Integer(), nullable=False),
        sa.Column("auto_renew", sa.Boolean(), nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_resources")),
    )
    op.create_index("ix_billing_resources_asset_id", "billing_resources", ["asset_id"])
    op.create_index("ix_billing_resources_item", "billing_resources", ["item"])
    op.create_index("ix_billing_resources_order_id", "billing_resources", ["order_id"])
    op.create_index("ix_billing_resources_project_id", "billing_resources", ["project_id"])
    op.create_index("ix_billing_resources_state_expires_at", "billing_resources", ["state", "expires_at"])

    op.create_table(
        "billing_user_quotas",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_user_quotas")),
        sa.UniqueConstraint("project_id", "user_id", name=op.f("uq_billing_user_quotas_project_id_user_id")),
    )
    op.create_index("ix_billing_user_quotas_project_id", "billing_user_quotas", ["project_id"])
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_ledger_change()")


def _append_only(dialect: str) -> list[str]:
    """Triggers that let entries be added to the ledger, but never changed or deleted."""
    text = "ledger entries are kept as they were written"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER billing_ledger_no_{verb.lower()} BEFORE {verb} ON billing_ledger "
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{text}'; END $$",
        "CREATE TRIGGER billing_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()",
    ]
