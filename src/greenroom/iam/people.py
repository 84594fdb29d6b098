"""Users and groups of a tenant, for its administrators. Every function names the tenant; another tenant's
users and groups are never found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor, NameTakenError, changing, check_name, looking
from greenroom.iam.models import Group, GroupMember
from greenroom.iam.passwords import check_strength, hash_password
from greenroom.iam.permissions import policy_names
from greenroom.iam.service import ADMINISTRATORS, new_user
from greenroom.runtime import Runtime


async def create_user(
    runtime: Runtime,
    actor: Actor,
    tenant: str,
    name: str,
    password: str | None = None,
    groups: Sequence[str] = (),
) -> dict[str, Any]:
    """A user that can do nothing but what the given groups allow.

    Raises:
        UnknownNameError: no such tenant or group.
        NameTakenError: the tenant has a user of this name.
        InvalidParameterError: a wrong name or a weak password.
    """
    check_name("user", name)
    hashed = None
    if password is not None:
        check_strength(password, name)
        hashed = await hash_password(password)
    async with changing(runtime, actor, tenant, "iam:user:create", name) as change:
        if await change.iam.user_named(change.tenant.id, name) is not None:
            raise NameTakenError(f"the tenant {tenant} has a user {name!r} already: choose another name")
        user = new_user(runtime, change.tenant.id, name, hashed)
        await change.iam.add(user)
        for group in groups:
            await change.iam.add(GroupMember(group_id=(await change.group(group)).id, user_id=user.id))
        return {"id": user.id, "name": name, "tenant": tenant, "groups": list(groups)}


async def list_users(runtime: Runtime, tenant: str) -> list[dict[str, Any]]:
    """Raises UnknownNameError."""
    async with looking(runtime, tenant) as change:
        return [
            {
                "id": user.id,
                "name": user.name,
                "enabled": user.enabled,
                "groups": list(await change.iam.groups_of(user.id)),
                "has_password": user.password_hash is not None,
                "created_at": wire_time(user.created_at),
                "last_login_at": wire_time(user.last_login_at) if user.last_login_at else None,
            }
            for user in await change.iam.users(change.tenant.id)
        ]


async def set_user_enabled(runtime: Runtime, actor: Actor, tenant: str, name: str, *, enabled: bool) -> None:
    """A disabled user's keys and tokens are refused; its tokens stay so. Raises UnknownNameError."""
    action = "iam:user:enable" if enabled else "iam:user:disable"
    async with changing(runtime, actor, tenant, action, name) as change:
        user = await change.user(name)
        user.enabled = enabled
        if not enabled:
            user.tokens_valid_from = runtime.clock()


async def set_password(runtime: Runtime, actor: Actor, tenant: str, name: str, password: str) -> None:
    """Ends the user's tokens and lifts a lock.

    Raises:
        UnknownNameError: no such tenant or user.
        InvalidParameterError: a weak password.
    """
    check_strength(password, name)
    hashed = await hash_password(password)
    async with changing(runtime, actor, tenant, "iam:user:setPassword", name) as change:
        user = await change.user(name)
        user.password_hash = hashed
        user.tokens_valid_from = runtime.clock()
        user.failed_logins, user.failed_since = 0, None


async def delete_user(runtime: Runtime, actor: Actor, tenant: str, name: str) -> None:
    """With its access keys.

    Raises:
        UnknownNameError: no such tenant or user.
        InvalidParameterError: the user that is called like the tenant stays.
    """
    if name == tenant:
        raise InvalidParameterError(f"{name} is the tenant's first user and stays: disable it instead")
    async with changing(runtime, actor, tenant, "iam:user:delete", name) as change:
        await change.iam.remove_user(await change.user(name))


async def create_group(
    runtime: Runtime, actor: Actor, tenant: str, name: str, description: str = ""
) -> dict[str, Any]:
    """A group without policies.

    Raises:
        UnknownNameError: no such tenant.
        NameTakenError: the tenant has a group of this name.
    """
    check_name("group", name)
    async with changing(runtime, actor, tenant, "iam:group:create", name) as change:
        if await change.iam.group_named(change.tenant.id, name) is not None:
            raise NameTakenError(f"the tenant {tenant} has a group {name!r} already: choose another name")
        group = Group(
            id=runtime.new_id(),
            tenant_id=change.tenant.id,
            name=name,
            description=description[:256],
            created_at=runtime.clock(),
        )
        await change.iam.add(group)
        return {"id": group.id, "name": name, "tenant": tenant}


async def list_groups(runtime: Runtime, tenant: str) -> list[dict[str, Any]]:
    """With members and policies; a policy's place is a region or `*`. Raises UnknownNameError."""
    async with looking(runtime, tenant) as change:
        names = await policy_names(change)
        regions = {project.id: project.name for project in await change.iam.projects(change.tenant.id)}
        return [
            {
                "id": group.id,
                "name": group.name,
                "description": group.description,
                "members": list(await change.iam.members(group.id)),
                "policies": [
                    {
                        "name": names.get(one.policy_id, one.policy_id),
                        "region": regions[one.project_id] if one.project_id else "*",
                    }
                    for one in await change.iam.attached(group.id)
                ],
            }
            for group in await change.iam.groups(change.tenant.id)
        ]


async def delete_group(runtime: Runtime, actor: Actor, tenant: str, name: str) -> None:
    """Its members lose what it gave them.

    Raises:
        UnknownNameError: no such tenant or group.
        InvalidParameterError: the administrators' group stays.
    """
    if name == ADMINISTRATORS:
        raise InvalidParameterError(f"the group {ADMINISTRATORS} stays: take its members out instead")
    async with changing(runtime, actor, tenant, "iam:group:delete", name) as change:
        await change.iam.remove_group(await change.group(name))


async def set_member(
    runtime: Runtime, actor: Actor, tenant: str, group: str, user: str, *, member: bool
) -> None:
    """Put a user into a group or take it out; twice is as once. Raises UnknownNameError."""
    action = "iam:group:addMember" if member else "iam:group:removeMember"
    async with changing(runtime, actor, tenant, action, f"{group}/{user}") as change:
        group_id, user_id = (await change.group(group)).id, (await change.user(user)).id
        row = await change.iam.membership(group_id, user_id)
        if member and row is None:
            await change.iam.add(GroupMember(group_id=group_id, user_id=user_id))
        if not member and row is not None:
            await change.iam.remove(row)
