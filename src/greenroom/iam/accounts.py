"""Tenants, their projects and their rates, for the administrator of the installation."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import (
    Actor,
    NameTakenError,
    UnknownNameError,
    changing,
    find_tenant,
    looking,
    note,
)
from greenroom.iam.repository import ALL, EVERY_TENANT, SYSTEM, IamRepository
from greenroom.iam.service import ensure_administrator
from greenroom.runtime import Runtime
from greenroom.tenants import service as tenants
from greenroom.tenants.models import RateOverride
from greenroom.tenants.repository import TenantRepository

MAX_RATE = 1_000_000


async def create_tenant(runtime: Runtime, actor: Actor, name: str, region: str) -> dict[str, Any]:
    """A tenant with a project and its administrator, who has neither password nor access key yet.

    Raises:
        NameTakenError: there is a tenant of this name.
        InvalidParameterError: the name has a wrong form.
    """
    async with runtime.sessions.write.begin() as session:
        if await TenantRepository(session).find_tenant(name) is not None:
            raise NameTakenError(f"there is a tenant {name!r} already: choose another name")
        project = await tenants.ensure_project(runtime, session, name, region)
        await IamRepository(session).note_change(project.tenant_id)
        await ensure_administrator(runtime, session, project.tenant_id, name)
        await note(runtime, session, actor, (project.tenant_id, "iam:tenant:create", name))
        return {"id": project.tenant_id, "name": name, "region": region, "project_id": project.id}


async def list_tenants(runtime: Runtime) -> list[dict[str, Any]]:
    async with runtime.sessions.read() as session:
        found = TenantRepository(session)
        return [
            {
                "id": tenant.id,
                "name": tenant.name,
                "enabled": tenant.enabled,
                "reason": tenant.disabled_reason,
                "regions": [project.name for project in await found.projects_of(tenant.id)],
                "created_at": wire_time(tenant.created_at),
            }
            for tenant in await found.tenants()
        ]


async def set_tenant_enabled(
    runtime: Runtime, actor: Actor, tenant: str, *, enabled: bool, reason: str | None = None
) -> None:
    """Let all requests of a tenant through again, or refuse them with a reason. Raises UnknownNameError."""
    action = "iam:tenant:enable" if enabled else "iam:tenant:disable"
    async with changing(runtime, actor, tenant, action, reason or tenant) as change:
        change.tenant.enabled = enabled
        change.tenant.disabled_reason = None if enabled else (reason or "")[:256] or None


async def create_project(runtime: Runtime, actor: Actor, tenant: str, region: str) -> dict[str, Any]:
    """The tenant's project in a region, made if it is not there. Raises UnknownNameError."""
    async with changing(runtime, actor, tenant, "iam:project:create", region) as change:
        project = await tenants.ensure_project(runtime, change.session, tenant, region)
        return {"id": project.id, "region": project.name}


async def list_tenant_projects(runtime: Runtime, tenant: str) -> list[dict[str, Any]]:
    """Raises UnknownNameError."""
    async with looking(runtime, tenant) as change:
        found = await TenantRepository(change.session).projects_of(change.tenant.id)
    return [{"id": one.id, "region": one.name, "created_at": wire_time(one.created_at)} for one in found]


async def list_rates(runtime: Runtime) -> list[dict[str, Any]]:
    """The rates that differ from the contract's."""
    async with runtime.sessions.read() as session:
        found = TenantRepository(session)
        names = {tenant.id: tenant.name for tenant in await found.tenants()}
        return [
            {
                "tenant": names.get(row.tenant_id, row.tenant_id),
                "operation": row.operation,
                "region": row.region,
                "per_second": row.per_second,
            }
            for row in await found.overrides()
        ]


async def set_rate(
    runtime: Runtime, actor: Actor, tenant: str, place: tuple[str, str], per_second: int | None
) -> None:
    """Replace the contract's rate, or go back to it.

    Args:
        tenant: its name; `*` for every tenant, `system` for the calls of all of them together.
        place: operation and region, each of them or `*`.
        per_second: 0 for as many as come, None to go back to the contract's.

    Raises:
        UnknownNameError: no such tenant, or nothing to go back from.
        InvalidParameterError: a negative or absurd rate.
    """
    if per_second is not None and not 0 <= per_second <= MAX_RATE:
        raise InvalidParameterError(f"a rate is 0 (as many as come) to {MAX_RATE} calls a second")
    operation, region = place
    async with runtime.sessions.write.begin() as session:
        tenant_id = await _tenant_id(session, tenant)
        await IamRepository(session).note_change(EVERY_TENANT if tenant_id in (ALL, SYSTEM) else tenant_id)
        found = TenantRepository(session)
        row = await found.override(tenant_id, operation, region)
        if per_second is not None:
            if row is None:
                row = RateOverride(tenant_id=tenant_id, operation=operation, region=region, per_second=0)
                await found.add(row)
            row.per_second = per_second
        elif row is not None:
            await found.remove(row)
        else:
            raise UnknownNameError("there is no such rate: `greenroom admin rates list` shows those set")
        what = f"{tenant} {operation} {region} {'contract' if per_second is None else per_second}"
        await note(runtime, session, actor, (tenant_id, "iam:rate:set", what))


async def tenant_id_of(runtime: Runtime, name: str) -> str:
    """Raises UnknownNameError."""
    async with looking(runtime, name) as found:
        return found.tenant.id


async def _tenant_id(session: AsyncSession, name: str) -> str:
    return name if name in (ALL, SYSTEM) else (await find_tenant(session, name)).id
