"""Every query on users, groups, policies, access keys and the audit record.

Works across tenants: it is what finds out who the caller is, and what an administrator uses. Queries for an
administrator take the tenant's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.db.base import Base
from greenroom.db.sqlite_connection import SHORT
from greenroom.iam.models import (
    AccessKey,
    AuditEvent,
    AuditKind,
    Group,
    GroupMember,
    GroupPolicy,
    IamVersion,
    Policy,
    User,
)
from greenroom.tenants.models import Project, RateOverride, Tenant

ALL = "*"
"""In overrides: every tenant, operation or region. In `iam_versions`: the row that counts all changes."""
SYSTEM = "system"
"""In overrides: all tenants' calls together."""
EVERY_TENANT = "**"
"""The row of `iam_versions` for what changed for all tenants at once."""


@dataclass(slots=True, frozen=True)
class Attachment:
    """A policy that reaches a user through one of its groups."""

    policy_id: str
    project_id: str | None
    policy: Policy | None
    """None: a system policy."""


class IamRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    # Reading for the gate

    async def key(self, access_key: str) -> AccessKey | None:
        return await self.session.get(AccessKey, access_key)

    async def user(self, user_id: str) -> User | None:
        return await self.session.get(User, user_id)

    async def tenant(self, tenant_id: str) -> Tenant | None:
        return await self.session.get(Tenant, tenant_id)

    async def projects(self, tenant_id: str) -> Sequence[Project]:
        return list(await self.session.scalars(select(Project).where(Project.tenant_id == tenant_id)))

    async def attachments(self, user_id: str) -> Sequence[Attachment]:
        query = (
            select(GroupPolicy.policy_id, GroupPolicy.project_id, Policy)
            .join(GroupMember, GroupMember.group_id == GroupPolicy.group_id)
            .outerjoin(Policy, Policy.id == GroupPolicy.policy_id)
            .where(GroupMember.user_id == user_id)
        )
        return [Attachment(*row) for row in (await self.session.execute(query)).all()]

    async def rate_overrides(self, tenant_id: str) -> Mapping[tuple[str, str, str], int]:
        """By tenant id, `*` or `system`, operation or `*`, and region or `*`."""
        query = select(RateOverride).where(RateOverride.tenant_id.in_([tenant_id, ALL, SYSTEM]))
        return {
            (row.tenant_id, row.operation, row.region): row.per_second
            for row in await self.session.scalars(query)
        }

    async def versions_after(self, seen: int) -> Mapping[str, int]:
        query = select(IamVersion.scope, IamVersion.version).where(IamVersion.version > seen)
        found = await self.session.execute(query.execution_options(**{SHORT: True}))
        return {scope: version for scope, version in found.all()}

    # Changing

    async def note_change(self, tenant_id: str) -> None:
        """Make every process load this tenant anew, or EVERY_TENANT. Waits for other changes to end."""
        await self.session.execute(
            update(IamVersion).where(IamVersion.scope == ALL).values(version=IamVersion.version + 1)
        )
        await self.session.execute(
            text(
                "INSERT INTO iam_versions (scope, version) "
                "SELECT :tenant, version FROM iam_versions WHERE scope = '*' "
                "ON CONFLICT (scope) DO UPDATE SET version = excluded.version"
            ),
            {"tenant": tenant_id},
        )

    async def add(self, *rows: Base) -> None:
        for row in rows:
            self.session.add(row)
            await self.session.flush()

    async def remove(self, row: Base) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def note_use(self, access_key: str, moment: datetime) -> None:
        await self.session.execute(
            update(AccessKey).where(AccessKey.id == access_key).values(last_used_at=moment)
        )

    # For administrators

    async def user_named(self, tenant_id: str, name: str) -> User | None:
        found: User | None = await self.session.scalar(
            select(User).where(User.tenant_id == tenant_id, User.name == name)
        )
        return found

    async def users(self, tenant_id: str) -> Sequence[User]:
        query = select(User).where(User.tenant_id == tenant_id).order_by(User.name)
        return list(await self.session.scalars(query))

    async def group_named(self, tenant_id: str, name: str) -> Group | None:
        found: Group | None = await self.session.scalar(
            select(Group).where(Group.tenant_id == tenant_id, Group.name == name)
        )
        return found

    async def groups(self, tenant_id: str) -> Sequence[Group]:
        query = select(Group).where(Group.tenant_id == tenant_id).order_by(Group.name)
        return list(await self.session.scalars(query))

    async def members(self, group_id: str) -> Sequence[str]:
        """Names of the users in a group."""
        query = select(User.name).join(GroupMember).where(GroupMember.group_id == group_id)
        return list(await self.session.scalars(query.order_by(User.name)))

    async def groups_of(self, user_id: str) -> Sequence[str]:
        """Names of the groups that a user is in."""
        query = select(Group.name).join(GroupMember).where(GroupMember.user_id == user_id)
        return list(await self.session.scalars(query.order_by(Group.name)))

    async def membership(self, group_id: str, user_id: str) -> GroupMember | None:
        return await self.session.get(GroupMember, (group_id, user_id))

    async def attached(self, group_id: str) -> Sequence[GroupPolicy]:
        return list(await self.session.scalars(select(GroupPolicy).where(GroupPolicy.group_id == group_id)))

    async def attached_to(self, policy_id: str) -> Sequence[str]:
        """Names of the groups that have a policy."""
        query = select(Group.name).join(GroupPolicy).where(GroupPolicy.policy_id == policy_id).distinct()
        return list(await self.session.scalars(query.order_by(Group.name)))

    async def policy_named(self, tenant_id: str, name: str) -> Policy | None:
        found: Policy | None = await self.session.scalar(
            select(Policy).where(Policy.tenant_id == tenant_id, Policy.name == name)
        )
        return found

    async def policies(self, tenant_id: str) -> Sequence[Policy]:
        query = select(Policy).where(Policy.tenant_id == tenant_id).order_by(Policy.name)
        return list(await self.session.scalars(query))

    async def keys(self, tenant_id: str, user_id: str | None = None) -> Sequence[AccessKey]:
        query = select(AccessKey).where(AccessKey.tenant_id == tenant_id).order_by(AccessKey.created_at)
        if user_id is not None:
            query = query.where(AccessKey.user_id == user_id)
        return list(await self.session.scalars(query))

    async def remove_user(self, user: User) -> None:
        await self.session.execute(delete(AccessKey).where(AccessKey.user_id == user.id))
        await self.session.execute(delete(GroupMember).where(GroupMember.user_id == user.id))
        await self.remove(user)

    async def remove_group(self, group: Group) -> None:
        await self.session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
        await self.session.execute(delete(GroupPolicy).where(GroupPolicy.group_id == group.id))
        await self.remove(group)


@dataclass(slots=True, frozen=True)
class AuditFilter:
    """Which events to list."""

    tenant_id: str | None = None
    kind: AuditKind | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100


class AuditRepository:
    """The record: rows are added, never changed."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def append(self, events: Sequence[Mapping[str, object]]) -> None:
        await self.session.execute(insert(AuditEvent), list(events))

    async def newest(self, wanted: AuditFilter) -> Sequence[AuditEvent]:
        """The newest events that fit, newest first."""
        query = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(wanted.limit)
        if wanted.tenant_id is not None:
            query = query.where(AuditEvent.tenant_id == wanted.tenant_id)
        if wanted.kind is not None:
            query = query.where(AuditEvent.kind == wanted.kind)
        if wanted.actor is not None:
            query = query.where(AuditEvent.actor == wanted.actor)
        if wanted.since is not None:
            query = query.where(AuditEvent.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(AuditEvent.at < wanted.until)
        return list(await self.session.scalars(query))
