"""Users and groups of a tenant."""

from __future__ import annotations

from greenroom.api.admin.table import Audience, Desk, administers
from greenroom.api.admin.wire import Made, NewGroup, NewPassword, NewUser, Rows
from greenroom.iam import people


@administers("GET", "/tenants/{tenant}/users", "user:list", Audience.TENANT)
async def list_users(desk: Desk, tenant: str) -> Rows:
    return {"users": await people.list_users(desk.runtime, tenant)}


@administers("POST", "/tenants/{tenant}/users", "user:create", Audience.TENANT)
async def create_user(desk: Desk, tenant: str, body: NewUser) -> Made:
    return await people.create_user(
        desk.runtime, desk.actor, tenant, body.name, body.password, tuple(body.groups)
    )


@administers("POST", "/tenants/{tenant}/users/{user}/enable", "user:enable", Audience.TENANT)
async def enable_user(desk: Desk, tenant: str, user: str) -> None:
    await people.set_user_enabled(desk.runtime, desk.actor, tenant, user, enabled=True)


@administers("POST", "/tenants/{tenant}/users/{user}/disable", "user:disable", Audience.TENANT)
async def disable_user(desk: Desk, tenant: str, user: str) -> None:
    await people.set_user_enabled(desk.runtime, desk.actor, tenant, user, enabled=False)


@administers("PUT", "/tenants/{tenant}/users/{user}/password", "user:setPassword", Audience.TENANT)
async def set_password(desk: Desk, tenant: str, user: str, body: NewPassword) -> None:
    await people.set_password(desk.runtime, desk.actor, tenant, user, body.password)


@administers("DELETE", "/tenants/{tenant}/users/{user}", "user:delete", Audience.TENANT)
async def delete_user(desk: Desk, tenant: str, user: str) -> None:
    await people.delete_user(desk.runtime, desk.actor, tenant, user)


@administers("GET", "/tenants/{tenant}/groups", "group:list", Audience.TENANT)
async def list_groups(desk: Desk, tenant: str) -> Rows:
    return {"groups": await people.list_groups(desk.runtime, tenant)}


@administers("POST", "/tenants/{tenant}/groups", "group:create", Audience.TENANT)
async def create_group(desk: Desk, tenant: str, body: NewGroup) -> Made:
    return await people.create_group(desk.runtime, desk.actor, tenant, body.name, body.description)


@administers("DELETE", "/tenants/{tenant}/groups/{group}", "group:delete", Audience.TENANT)
async def delete_group(desk: Desk, tenant: str, group: str) -> None:
    await people.delete_group(desk.runtime, desk.actor, tenant, group)


@administers("PUT", "/tenants/{tenant}/groups/{group}/members/{user}", "group:addMember", Audience.TENANT)
async def add_member(desk: Desk, tenant: str, group: str, user: str) -> None:
    await people.set_member(desk.runtime, desk.actor, tenant, group, user, member=True)


@administers(
    "DELETE", "/tenants/{tenant}/groups/{group}/members/{user}", "group:removeMember", Audience.TENANT
)
async def remove_member(desk: Desk, tenant: str, group: str, user: str) -> None:
    await people.set_member(desk.runtime, desk.actor, tenant, group, user, member=False)
