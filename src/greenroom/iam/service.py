"""Access keys, and the administrator that every tenant has."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor, Change, UnknownNameError, changing, looking, note
from greenroom.iam.models import AccessKey, AccessKeyState, Group, GroupMember, GroupPolicy, User
from greenroom.iam.repository import IamRepository
from greenroom.iam.system_policies import FULL_ACCESS, TENANT_ADMINISTRATOR
from greenroom.runtime import Runtime
from greenroom.tenants import service as tenants

ADMINISTRATORS = "admin"
"""The group whose members may do everything."""
MAX_KEYS = 20
"""Keys of one user."""
_ACCESS_KEY_LETTERS = string.ascii_uppercase + string.digits
_SECRET_KEY_LETTERS = string.ascii_letters + string.digits


@dataclass(slots=True, frozen=True)
class Credentials:
    """A new key pair. The secret is shown this once."""

    tenant: str
    region: str
    project_id: str
    access_key: str
    secret_key: str


async def create_credentials(
    runtime: Runtime, tenant: str, region: str, actor: Actor | None = None
) -> Credentials:
    """A new key pair of the tenant's administrator; tenant, project and administrator are made if needed.

    Raises:
        InvalidParameterError: the tenant's name has a wrong form.
    """
    async with runtime.sessions.write.begin() as session:
        project = await tenants.ensure_project(runtime, session, tenant, region)
        iam = IamRepository(session)
        await iam.note_change(project.tenant_id)
        user = await ensure_administrator(runtime, session, project.tenant_id, tenant)
        access_key, secret_key = new_key_pair()
        await iam.add(_key_row(runtime, user, project.id, (access_key, secret_key)))
        await note(runtime, session, actor or Actor(), (project.tenant_id, "iam:key:create", access_key))
        return Credentials(tenant, region, project.id, access_key, secret_key)


async def ensure_administrator(
    runtime: Runtime, session: AsyncSession, tenant_id: str, tenant_name: str
) -> User:
    """The user that is called like the tenant: a member of the group that may do everything."""
    iam = IamRepository(session)
    user = await iam.user_named(tenant_id, tenant_name)
    if user is None:
        user = new_user(runtime, tenant_id, tenant_name, None)
        await iam.add(user)
    group = await iam.group_named(tenant_id, ADMINISTRATORS)
    if group is None:
        group = Group(
            id=runtime.new_id(),
            tenant_id=tenant_id,
            name=ADMINISTRATORS,
            description="May do everything",
            created_at=runtime.clock(),
        )
        await iam.add(group)
        for policy in (FULL_ACCESS, TENANT_ADMINISTRATOR):
            await iam.add(
                GroupPolicy(id=runtime.new_id(), group_id=group.id, policy_id=policy.id, project_id=None)
            )
    if await iam.membership(group.id, user.id) is None:
        await iam.add(GroupMember(group_id=group.id, user_id=user.id))
    return user


def new_user(runtime: Runtime, tenant_id: str, name: str, password_hash: str | None) -> User:
    now = runtime.clock()
    return User(
        id=runtime.new_id(),
        tenant_id=tenant_id,
        name=name,
        password_hash=password_hash,
        enabled=True,
        created_at=now,
        tokens_valid_from=now,
        failed_logins=0,
    )


def new_key_pair() -> tuple[str, str]:
    """AK and SK, in the forms that the cloud's have."""
    return (
        "".join(secrets.choice(_ACCESS_KEY_LETTERS) for _ in range(20)),
        "".join(secrets.choice(_SECRET_KEY_LETTERS) for _ in range(40)),
    )


def _key_row(runtime: Runtime, user: User, project_id: str, pair: tuple[str, str]) -> AccessKey:
    access_key, secret_key = pair
    return AccessKey(
        id=access_key,
        tenant_id=user.tenant_id,
        project_id=project_id,
        user_id=user.id,
        secret=runtime.vault.encrypt(secret_key, owner=access_key),
        state=AccessKeyState.ACTIVE,
        description="",
        created_at=runtime.clock(),
    )


async def create_key(runtime: Runtime, actor: Actor, tenant: str, user: str, region: str) -> Credentials:
    """One more key pair of a user.

    Raises:
        UnknownNameError: no such tenant or user.
        InvalidParameterError: the user has as many keys as one may have.
    """
    async with changing(runtime, actor, tenant, "iam:key:create", user) as change:
        owner = await change.user(user)
        return await _add_key(change, owner, region)


async def _add_key(change: Change, owner: User, region: str) -> Credentials:
    if len(await change.iam.keys(owner.tenant_id, owner.id)) >= MAX_KEYS:
        raise InvalidParameterError(f"the user {owner.name} has {MAX_KEYS} access keys: delete one first")
    project = await tenants.ensure_project(change.runtime, change.session, change.tenant.name, region)
    pair = new_key_pair()
    await change.iam.add(_key_row(change.runtime, owner, project.id, pair))
    return Credentials(change.tenant.name, region, project.id, *pair)


async def rotate_key(runtime: Runtime, actor: Actor, tenant: str, access_key: str) -> Credentials:
    """A new key pair for the same user and project; the old one stops at once.

    Raises:
        UnknownNameError: no such tenant or key.
    """
    async with changing(runtime, actor, tenant, "iam:key:rotate", access_key) as change:
        old = await _find_key(change, access_key)
        owner = await change.iam.user(old.user_id)
        assert owner is not None, "a key's user is there: the database keeps that"
        projects = {project.id: project.name for project in await change.iam.projects(change.tenant.id)}
        old.state = AccessKeyState.DISABLED
        return await _add_key(change, owner, projects[old.project_id])


async def set_key_state(
    runtime: Runtime, actor: Actor, tenant: str, access_key: str, *, enabled: bool
) -> None:
    """Raises UnknownNameError."""
    action = "iam:key:enable" if enabled else "iam:key:disable"
    async with changing(runtime, actor, tenant, action, access_key) as change:
        key = await _find_key(change, access_key)
        key.state = AccessKeyState.ACTIVE if enabled else AccessKeyState.DISABLED


async def delete_key(runtime: Runtime, actor: Actor, tenant: str, access_key: str) -> None:
    """Raises UnknownNameError."""
    async with changing(runtime, actor, tenant, "iam:key:delete", access_key) as change:
        await change.iam.remove(await _find_key(change, access_key))


async def list_keys(runtime: Runtime, tenant: str, user: str | None = None) -> list[dict[str, Any]]:
    """Raises UnknownNameError."""
    async with looking(runtime, tenant) as change:
        owner = await change.user(user) if user is not None else None
        names = {one.id: one.name for one in await change.iam.users(change.tenant.id)}
        keys = await change.iam.keys(change.tenant.id, owner.id if owner else None)
        projects = {project.id: project.name for project in await change.iam.projects(change.tenant.id)}
    return [
        {
            "access_key": key.id,
            "user": names[key.user_id],
            "region": projects[key.project_id],
            "state": str(key.state),
            "created_at": wire_time(key.created_at),
            "last_used_at": _time(key.last_used_at),
        }
        for key in keys
    ]


async def _find_key(change: Change, access_key: str) -> AccessKey:
    key = await change.iam.key(access_key)
    if key is None or key.tenant_id != change.tenant.id:
        raise UnknownNameError(
            f"the tenant {change.tenant.name} has no access key {access_key}: list its keys"
        )
    return key


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else wire_time(moment)
