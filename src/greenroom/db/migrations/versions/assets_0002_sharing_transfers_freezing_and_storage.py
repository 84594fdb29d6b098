"""Sharing, transfers, freezing, the ledger of storage, and indexes for long lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "assets_0002"
down_revision = "assets_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asset_transfers",
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("dest_tenant_id", sa.String(length=64), nullable=False),
        sa.Column("dest_project_id", sa.String(length=64), nullable=False),
        sa.Column("summaries", sa.JSON(), nullable=False),
        sa.Column("memo", sa.String(length=256), nullable=True),
        sa.Column("reason", sa.String(length=256), nullable=True),
        sa.Column("auto_active", sa.Boolean(), nullable=True),
        sa.Column("is_need_billing", sa.Boolean(), nullable=False),
        sa.Column("original_job_id", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("error_msg", sa.String(length=256), nullable=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("app_user_id", sa.String(length=256), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_transfers")),
    )
    with op.batch_alter_table("asset_transfers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_asset_transfers_dest_project_id"), ["dest_project_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_asset_transfers_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_transfers_state"), ["state"], unique=False)

    op.create_table(
        "storage_events",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("counts_from", sa.BigInteger(), nullable=True),
        sa.Column("delta_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_events")),
    )
    with op.batch_alter_table("storage_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_storage_events_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            "ix_storage_events_tenant_id_counts_from", ["tenant_id", "counts_from"], unique=False
        )

    op.create_table(
        "asset_shares",
        sa.Column("asset_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_asset_shares_asset_id")),
        sa.PrimaryKeyConstraint("asset_id", "project_id", name=op.f("pk_asset_shares")),
    )
    with op.batch_alter_table("asset_shares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_shares_project_id"), ["project_id"], unique=False)

    with op.batch_alter_table("asset_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("job_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("transcoding_status", sa.String(length=16), nullable=True))

    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state_before_block", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("is_gone", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_index(batch_op.f("ix_assets_project_id_created_at"))
        batch_op.create_index(
            "ix_assets_list_created", ["project_id", "is_gone", "created_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_assets_list_updated", ["project_id", "is_gone", "updated_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_assets_list_user", ["project_id", "app_user_id", "is_gone", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_assets_state_waiting_since", ["state", "waiting_since"], unique=False)

    _fill()
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def _fill() -> None:
    """What release 0.1.0 did not know of its assets; their files count from their last change."""
    op.execute("UPDATE assets SET is_gone = true WHERE state = 'DELETED'")
    op.execute("UPDATE assets SET waiting_since = created_at WHERE state = 'CREATING'")
    op.execute("UPDATE assets SET state_before_block = 'ACTIVED' WHERE state = 'BLOCK'")
    op.execute(
        "INSERT INTO storage_events "
        "(tenant_id, project_id, asset_id, file_id, kind, at, counts_from, delta_bytes) "
        "SELECT f.tenant_id, f.project_id, f.asset_id, f.id, "
        f"CASE WHEN {_MODEL} THEN 'MODEL' WHEN {_VIDEO} THEN 'VIDEO' ELSE 'UPLOAD' END, "
        "f.updated_at - f.updated_at % 1000000, "
        f"CASE WHEN {_MODEL} THEN NULL WHEN {_VIDEO} "
        f"THEN f.updated_at - f.updated_at % 1000000 + {_SIX_MONTHS_US} "
        "ELSE f.updated_at - f.updated_at % 1000000 END, f.size "
        "FROM asset_files f JOIN assets a ON a.id = f.asset_id "
        "WHERE f.object_key IS NOT NULL AND f.size IS NOT NULL"
    )


_MODEL = "a.type IN ('HUMAN_MODEL_2D', 'HUMAN_MODEL', 'VOICE_MODEL')"
_VIDEO = "CAST(a.system_properties AS VARCHAR(4000)) LIKE '%DIGITAL_HUMAN_2D_VIDEO%'"
_SIX_MONTHS_US = 183 * 86_400 * 1_000_000


def _append_only(dialect: str) -> list[str]:
    """Triggers that let rows be added to the ledger, but never changed or deleted."""
    text = "storage events are kept as they were written"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER storage_events_no_{verb.lower()} BEFORE {verb} ON storage_events "
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION refuse_storage_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{text}'; END $$",
        "CREATE TRIGGER storage_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON storage_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_storage_change()",
    ]


def downgrade() -> None:
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.drop_index("ix_assets_state_waiting_since")
        batch_op.drop_index("ix_assets_list_user")
        batch_op.drop_index("ix_assets_list_updated")
        batch_op.drop_index("ix_assets_list_created")
        batch_op.create_index(
            batch_op.f("ix_assets_project_id_created_at"), ["project_id", "created_at"], unique=False
        )
        batch_op.drop_column("is_gone")
        batch_op.drop_column("waiting_since")
        batch_op.drop_column("state_before_block")

    with op.batch_alter_table("asset_files", schema=None) as batch_op:
        batch_op.drop_column("transcoding_status")
        batch_op.drop_column("job_id")

    with op.batch_alter_table("asset_shares", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asset_shares_project_id"))

    op.drop_table("asset_shares")
    with op.batch_alter_table("storage_events", schema=None) as batch_op:
        batch_op.drop_index("ix_storage_events_tenant_id_counts_from")
        batch_op.drop_index(batch_op.f("ix_storage_events_file_id"))

    op.drop_table("storage_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_storage_change()")
    with op.batch_alter_table("asset_transfers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asset_transfers_state"))
        batch_op.drop_index(batch_op.f("ix_asset_transfers_project_id"))
        batch_op.drop_index(batch_op.f("ix_asset_transfers_dest_project_id"))

    op.drop_table("asset_transfers")
