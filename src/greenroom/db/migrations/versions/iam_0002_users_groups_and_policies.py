"""Users, groups, policies and the audit record; the keys so far become those of an administrator."""

from __future__ import annotations

import time
import uuid

import sqlalchemy as sa
from alembic import op

revision = "iam_0002"
down_revision = "iam_0001"
branch_labels = None
depends_on = ("tenants_0002",)

_ADMINISTRATORS = "admin"
_SYSTEM_POLICIES = ("system-full-access", "system-tenant-administrator")


def upgrade() -> None:
    _create_people()
    _create_policies()
    _create_record()
    _give_keys_to_users()


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tokens_valid_from", sa.BigInteger(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("failed_since", sa.BigInteger(), nullable=True),
        sa.Column("last_login_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_users_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_users_tenant_id_name")),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_groups_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_groups_tenant_id_name")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_members_group_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_group_members_user_id")),
        sa.PrimaryKeyConstraint("group_id", "user_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_user_id"), "group_members", ["user_id"])


def _create_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=256), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_policies_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_policies_tenant_id_name")),
    )
    op.create_table(
        "group_policies",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("policy_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_group_policies_group_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_group_policies_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_policies")),
    )
    op.create_index(op.f("ix_group_policies_group_id"), "group_policies", ["group_id"])


def _create_record() -> None:
    versions = op.create_table(
        "iam_versions",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_iam_versions")),
    )
    op.bulk_insert(versions, [{"scope": "*", "version": 1}])
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=128), nullable=False),
        sa.Column("resource", sa.String(length=256), nullable=False),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("message", sa.String(length=512), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_at"), "audit_events", ["at"])
    op.create_index("ix_audit_events_tenant_id_at", "audit_events", ["tenant_id", "at"])
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def _append_only(dialect: str) -> list[str]:
    """Triggers that let rows be added to the record, but never changed or deleted."""
    text = "audit events are kept as they were written"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER audit_events_no_{verb.lower()} BEFORE {verb} ON audit_events "
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{text}'; END $$",
        "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
    ]


def _give_keys_to_users() -> None:
    op.add_column("access_keys", sa.Column("user_id", sa.String(length=64), nullable=True))
    op.add_column(
        "access_keys", sa.Column("description", sa.String(length=256), nullable=False, server_default="")
    )
    op.add_column("access_keys", sa.Column("last_used_at", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    for tenant_id, name in connection.execute(sa.text("SELECT id, name FROM tenants")).all():
        user_id = _make_administrator(connection, tenant_id, name)
        connection.execute(
            sa.text("UPDATE access_keys SET user_id = :user WHERE tenant_id = :tenant"),
            {"user": user_id, "tenant": tenant_id},
        )
    connection.execute(sa.text("UPDATE access_keys SET state = 'DISABLED' WHERE state <> 'ACTIVE'"))
    with op.batch_alter_table("access_keys") as batch:
        batch.alter_column("user_id", existing_type=sa.String(length=64), nullable=False)
        batch.create_foreign_key(op.f("fk_access_keys_user_id"), "users", ["user_id"], ["id"])
    op.create_index(op.f("ix_access_keys_user_id"), "access_keys", ["user_id"])


def _make_administrator(connection: sa.Connection, tenant_id: str, name: str) -> str:
    """The tenant's first user, who may do everything; as `iam.accounts` makes it for a new tenant."""
    user_id, group_id, now = uuid.uuid4().hex, uuid.uuid4().hex, time.time_ns() // 1000
    connection.execute(
        sa.text(
            "INSERT INTO users (id, tenant_id, name, enabled, created_at, tokens_valid_from, failed_logins) "
            "VALUES (:id, :tenant, :name, :enabled, :now, :now, 0)"
        ),
        {"id": user_id, "tenant": tenant_id, "name": name, "enabled": True, "now": now},
    )
    connection.execute(
        sa.text(
            "INSERT INTO groups (id, tenant_id, name, description, created_at) "
            "VALUES (:id, :tenant, :name, 'May do everything', :now)"
        ),
        {"id": group_id, "tenant": tenant_id, "name": _ADMINISTRATORS, "now": now},
    )
    connection.execute(
        sa.text("INSERT INTO group_members (group_id, user_id) VALUES (:group, :user)"),
        {"group": group_id, "user": user_id},
    )
    for policy_id in _SYSTEM_POLICIES:
        connection.execute(
            sa.text("INSERT INTO group_policies (id, group_id, policy_id) VALUES (:id, :group, :policy)"),
            {"id": uuid.uuid4().hex, "group": group_id, "policy": policy_id},
        )
    return user_id


def downgrade() -> None:
    with op.batch_alter_table("access_keys") as batch:
        batch.drop_index(op.f("ix_access_keys_user_id"))
        batch.drop_constraint(op.f("fk_access_keys_user_id"), type_="foreignkey")
        batch.drop_column("last_used_at")
        batch.drop_column("description")
        batch.drop_column("user_id")
    for table in ("audit_events", "iam_versions", "group_policies", "policies", "group_members", "groups"):
        op.drop_table(table)
    op.drop_table("users")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
