"""Tenants, their projects and their rates."""

from __future__ import annotations

from greenroom.api.admin.table import Audience, Desk, administers
from greenroom.api.admin.wire import Because, Made, NewProject, NewRate, NewTenant, RatePlace, Rows
from greenroom.api.catalogue import UnknownOperationError, find_entry
from greenroom.errors import InvalidParameterError
from greenroom.iam import accounts


@administers("GET", "/tenants", "tenant:list")
async def list_tenants(desk: Desk) -> Rows:
    return {"tenants": await accounts.list_tenants(desk.runtime)}


@administers("POST", "/tenants", "tenant:create")
async def create_tenant(desk: Desk, body: NewTenant) -> Made:
    region = body.region or desk.runtime.settings.region
    return await accounts.create_tenant(desk.runtime, desk.actor, body.name, region)


@administers("POST", "/tenants/{tenant}/disable", "tenant:disable")
async def disable_tenant(desk: Desk, tenant: str, body: Because) -> None:
    await accounts.set_tenant_enabled(desk.runtime, desk.actor, tenant, enabled=False, reason=body.reason)


@administers("POST", "/tenants/{tenant}/enable", "tenant:enable")
async def enable_tenant(desk: Desk, tenant: str) -> None:
    await accounts.set_tenant_enabled(desk.runtime, desk.actor, tenant, enabled=True)


@administers("GET", "/tenants/{tenant}/projects", "project:list", Audience.TENANT)
async def list_projects(desk: Desk, tenant: str) -> Rows:
    return {"projects": await accounts.list_tenant_projects(desk.runtime, tenant)}


@administers("POST", "/tenants/{tenant}/projects", "project:create", Audience.TENANT)
async def create_project(desk: Desk, tenant: str, body: NewProject) -> Made:
    return await accounts.create_project(desk.runtime, desk.actor, tenant, body.region)


@administers("GET", "/rates", "rate:list")
async def list_rates(desk: Desk) -> Rows:
    return {"rates": await accounts.list_rates(desk.runtime)}


@administers("PUT", "/rates", "rate:set")
async def set_rate(desk: Desk, body: NewRate) -> None:
    place = _operation(body.operation), body.region
    await accounts.set_rate(desk.runtime, desk.actor, body.tenant, place, body.per_second)


@administers("DELETE", "/rates", "rate:clear")
async def clear_rate(desk: Desk, query: RatePlace) -> None:
    place = _operation(query.operation), query.region
    await accounts.set_rate(desk.runtime, desk.actor, query.tenant, place, None)


def _operation(name: str) -> str:
    """Raises InvalidParameterError."""
    try:
        return name if name == "*" else find_entry(name).id
    except UnknownOperationError:
        raise InvalidParameterError(
            f"operation is {name!r}: send the name of one, such as ShowAsset, or *"
        ) from None
