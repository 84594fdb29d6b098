"""Who may do what: users, groups, policies, access keys; and the record of what was refused or changed.

A tenant is an account. Its users get permissions only through groups: policies are attached to a group, for
one project or for all of them, and every member inherits them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base, UtcTime


class AccessKeyState(StrEnum):
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class AuditKind(StrEnum):
    REFUSAL = "REFUSAL"
    """A request that was turned away."""
    CHANGE = "CHANGE"
    """Something that an administrator changed."""


class User(Base):
    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(256))
    """Argon2id in its own text form; None: no password, access keys only."""
    enabled: Mapped[bool]
    created_at: Mapped[datetime]
    tokens_valid_from: Mapped[datetime]
    """Tokens from before then are refused: a new password or a disabled user ends them all."""
    failed_logins: Mapped[int] = mapped_column(Integer)
    """Wrong passwords in a row, since `failed_since`."""
    failed_since: Mapped[datetime | None] = mapped_column(UtcTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Group(Base):
    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[datetime]


class GroupMember(Base):
    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)


class Policy(Base):
    """A tenant's own policy. The system's policies stand in `system_policies`, not here."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(256))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class GroupPolicy(Base):
    """A policy attached to a group."""

    __tablename__ = "group_policies"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("groups.id"), index=True)
    policy_id: Mapped[str] = mapped_column(String(64))
    """Of `policies`, or of a system policy."""
    project_id: Mapped[str | None] = mapped_column(ForeignKey("projects.id"))
    """None: in all projects of the tenant."""


class AccessKey(Base):
    __tablename__ = "access_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The public half (AK), 20 characters."""
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    """The project for requests that name none."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    secret: Mapped[bytes]
    """The secret half (SK), encrypted by the vault with the AK as owner."""
    state: Mapped[AccessKeyState] = mapped_column(String(16))
    description: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """To the minute: it is written at most once a minute."""


class IamVersion(Base):
    """Counts the changes of users, keys, policies and rates, so that processes notice them.

    The row `*` counts all; the row of a tenant holds the count at its last change. Every change locks `*`
    until it is committed, so a reader that has seen a count has seen every change up to it.
    """

    __tablename__ = "iam_versions"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class AuditEvent(Base):
    """Written once: triggers in the database refuse to change or delete a row."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_tenant_id_at", "tenant_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    kind: Mapped[AuditKind] = mapped_column(String(16))
    tenant_id: Mapped[str | None] = mapped_column(String(64))
    """None where nobody could tell whose request it was."""
    actor: Mapped[str] = mapped_column(String(128))
    """User, access key or `operator`; empty for a request without credentials."""
    action: Mapped[str] = mapped_column(String(128))
    resource: Mapped[str] = mapped_column(String(256))
    error_code: Mapped[str | None] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(String(512))
    source: Mapped[str] = mapped_column(String(64))
    """Address that the request came from."""
    request_id: Mapped[str] = mapped_column(String(64))
    """Of the last one, where `count` is above 1."""
    count: Mapped[int] = mapped_column(Integer)
    """Equal refusals that came in the same moment share a row."""
