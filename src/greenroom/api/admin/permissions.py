"""Policies, access keys and users' quotas of a tenant."""

from __future__ import annotations

from dataclasses import asdict

from greenroom.api.admin.table import Audience, Desk, administers
from greenroom.api.admin.wire import (
    KeysQuery,
    Made,
    NewKey,
    PlaceQuery,
    PolicyContent,
    QuotasQuery,
    RegionQuery,
    Rows,
    UserLimits,
)
from greenroom.billing import user_limits
from greenroom.iam import permissions, service

_ATTACHED = "/tenants/{tenant}/groups/{group}/policies/{policy}"


@administers("GET", "/tenants/{tenant}/policies", "policy:list", Audience.TENANT)
async def list_policies(desk: Desk, tenant: str) -> Rows:
    return {"policies": await permissions.list_policies(desk.runtime, tenant)}


@administers("PUT", "/tenants/{tenant}/policies/{policy}", "policy:save", Audience.TENANT)
async def save_policy(desk: Desk, tenant: str, policy: str, body: PolicyContent) -> Made:
    return await permissions.save_policy(
        desk.runtime, desk.actor, tenant, policy, body.document, body.description
    )


@administers("DELETE", "/tenants/{tenant}/policies/{policy}", "policy:delete", Audience.TENANT)
async def delete_policy(desk: Desk, tenant: str, policy: str) -> None:
    await permissions.delete_policy(desk.runtime, desk.actor, tenant, policy)


@administers("PUT", _ATTACHED, "policy:attach", Audience.TENANT)
async def attach_policy(desk: Desk, tenant: str, group: str, policy: str, query: PlaceQuery) -> None:
    await permissions.set_attached(
        desk.runtime, desk.actor, tenant, group, policy, attached=True, region=query.region
    )


@administers("DELETE", _ATTACHED, "policy:detach", Audience.TENANT)
async def detach_policy(desk: Desk, tenant: str, group: str, policy: str, query: PlaceQuery) -> None:
    await permissions.set_attached(
        desk.runtime, desk.actor, tenant, group, policy, attached=False, region=query.region
    )


@administers("GET", "/tenants/{tenant}/keys", "key:list", Audience.TENANT)
async def list_keys(desk: Desk, tenant: str, query: KeysQuery) -> Rows:
    return {"keys": await service.list_keys(desk.runtime, tenant, query.user)}


@administers("POST", "/tenants/{tenant}/keys", "key:create", Audience.TENANT)
async def create_key(desk: Desk, tenant: str, body: NewKey) -> Made:
    """The secret key is shown this once."""
    region = body.region or desk.runtime.settings.region
    return asdict(await service.create_key(desk.runtime, desk.actor, tenant, body.user, region))


@administers("POST", "/tenants/{tenant}/keys/{key}/rotate", "key:rotate", Audience.TENANT)
async def rotate_key(desk: Desk, tenant: str, key: str) -> Made:
    """The secret key is shown this once."""
    return asdict(await service.rotate_key(desk.runtime, desk.actor, tenant, key))


@administers("POST", "/tenants/{tenant}/keys/{key}/enable", "key:enable", Audience.TENANT)
async def enable_key(desk: Desk, tenant: str, key: str) -> None:
    await service.set_key_state(desk.runtime, desk.actor, tenant, key, enabled=True)


@administers("POST", "/tenants/{tenant}/keys/{key}/disable", "key:disable", Audience.TENANT)
async def disable_key(desk: Desk, tenant: str, key: str) -> None:
    await service.set_key_state(desk.runtime, desk.actor, tenant, key, enabled=False)


@administers("DELETE", "/tenants/{tenant}/keys/{key}", "key:delete", Audience.TENANT)
async def delete_key(desk: Desk, tenant: str, key: str) -> None:
    await service.delete_key(desk.runtime, desk.actor, tenant, key)


@administers("GET", "/tenants/{tenant}/quotas", "quota:list", Audience.TENANT)
async def list_quotas(desk: Desk, tenant: str, query: QuotasQuery) -> Rows:
    place = tenant, query.region or desk.runtime.settings.region
    return {"quotas": await user_limits.list_quotas(desk.runtime, place, query.offset, query.limit)}


@administers("PUT", "/tenants/{tenant}/quotas/{user}", "quota:set", Audience.TENANT)
async def set_quota(desk: Desk, tenant: str, user: str, query: RegionQuery, body: UserLimits) -> Made:
    place = tenant, query.region or desk.runtime.settings.region
    return await user_limits.set_quota(desk.runtime, desk.actor, place, user, body.limits)


@administers("DELETE", "/tenants/{tenant}/quotas/{user}", "quota:delete", Audience.TENANT)
async def delete_quota(desk: Desk, tenant: str, user: str, query: RegionQuery) -> None:
    place = tenant, query.region or desk.runtime.settings.region
    await user_limits.delete_quota(desk.runtime, desk.actor, place, user)
