"""What every change by an administrator has in common: one transaction, noted for all processes and for the
record."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.errors import GreenroomError, InvalidParameterError
from greenroom.iam.audit import printable
from greenroom.iam.models import AuditKind, Group, User
from greenroom.iam.repository import AuditRepository, IamRepository
from greenroom.runtime import Runtime
from greenroom.tenants.models import Tenant
from greenroom.tenants.repository import TenantRepository

OPERATOR = "operator"
"""Who works on the data folder itself, by command line."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.@-]{0,63}")


class UnknownNameError(GreenroomError):
    """Nothing has the name or id that an administrator gave."""

    error_code = "MSS.00000002"
    status = 404


class NameTakenError(InvalidParameterError):
    """Something has this name already."""


@dataclass(slots=True, frozen=True)
class Actor:
    """Who makes a change, for the record."""

    name: str = OPERATOR
    source: str = "command line"
    request_id: str = ""


@dataclass(slots=True, frozen=True)
class Change:
    """An open change of one tenant."""

    runtime: Runtime
    session: AsyncSession
    tenant: Tenant
    iam: IamRepository

    async def user(self, name: str) -> User:
        """Raises UnknownNameError."""
        found = await self.iam.user_named(self.tenant.id, name)
        if found is None:
            raise UnknownNameError(f"the tenant {self.tenant.name} has no user {name!r}: list its users")
        return found

    async def group(self, name: str) -> Group:
        """Raises UnknownNameError."""
        found = await self.iam.group_named(self.tenant.id, name)
        if found is None:
            raise UnknownNameError(f"the tenant {self.tenant.name} has no group {name!r}: list its groups")
        return found


@asynccontextmanager
async def changing(
    runtime: Runtime, actor: Actor, tenant: str, action: str, resource: str
) -> AsyncIterator[Change]:
    """A transaction that changes what a tenant's users may do.

    Args:
        tenant: its name.
        action: for the record, such as `iam:user:create`.
        resource: what is changed, such as the user's name.

    Raises:
        UnknownNameError: no such tenant.
    """
    async with runtime.sessions.write.begin() as session:
        row = await find_tenant(session, tenant)
        iam = IamRepository(session)
        await iam.note_change(row.id)
        yield Change(runtime, session, row, iam)
        await note(runtime, session, actor, (row.id, action, resource))


@asynccontextmanager
async def looking(runtime: Runtime, tenant: str) -> AsyncIterator[Change]:
    """Like `changing`, but for reading."""
    async with runtime.sessions.read() as session:
        yield Change(runtime, session, await find_tenant(session, tenant), IamRepository(session))


async def note(
    runtime: Runtime, session: AsyncSession, actor: Actor, what: tuple[str | None, str, str]
) -> None:
    """Write a change into the record: tenant id, action, resource."""
    tenant_id, action, resource = what
    event = {
        "at": runtime.clock(),
        "kind": AuditKind.CHANGE,
        "tenant_id": tenant_id,
        "actor": actor.name,
        "action": action,
        "resource": printable(resource, 256),
        "error_code": None,
        "message": "",
        "source": actor.source,
        "request_id": actor.request_id,
        "count": 1,
    }
    await AuditRepository(session).append([event])


async def find_tenant(session: AsyncSession, name: str) -> Tenant:
    """Raises UnknownNameError."""
    found = await TenantRepository(session).find_tenant(name)
    if found is None:
        raise UnknownNameError(f"there is no tenant {name!r}: `greenroom admin tenants list` shows them")
    return found


def check_name(kind: str, name: str) -> None:
    """Raises InvalidParameterError."""
    if not _NAME.fullmatch(name):
        raise InvalidParameterError(
            f"the {kind} name {name!r} cannot be used: take 1 to 64 letters, digits, spaces, '_', '.', '@' "
            "or '-', starting with a letter or digit"
        )
