"""Who holds an access key and what they may do, kept in memory: decoded keys and compiled policies.

What is kept is thrown away as soon as something of its tenant changes, in whatever process: each process
looks at the count of changes (`iam_versions`) before it answers, at most twice a second. So a disabled key is
refused everywhere within half a second and the time of one query.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag

from greenroom.db.session import Sessions
from greenroom.iam.models import AccessKeyState
from greenroom.iam.policies import PolicySet, Statement, compile_document
from greenroom.iam.repository import ALL, EVERY_TENANT, Attachment, IamRepository
from greenroom.iam.secrets import Vault
from greenroom.iam.system_policies import SYSTEM_POLICIES

FRESH_S = 0.5
"""How long the count of changes is believed."""
CAPACITY = 10_000
"""Keys, users and tenants kept, of each."""

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True, frozen=True)
class TenantRecord:
    """A tenant as the gate needs it."""

    id: str
    name: str
    enabled: bool
    disabled_reason: str | None
    projects: Mapping[str, str]
    """Names (regions) by id."""
    rates: Mapping[tuple[str, str, str], int]
    """Overrides; see `IamRepository.rate_overrides`."""


@dataclass(slots=True)
class Principal:
    """A user and everything that its groups give it."""

    tenant: TenantRecord
    user_id: str
    user_name: str
    enabled: bool
    tokens_valid_from: datetime
    statements: tuple[tuple[str | None, tuple[Statement, ...]], ...]
    """Each attached policy: the project it is for (None: all) and what it says."""
    _sets: dict[str, PolicySet] = field(default_factory=dict)

    def policies_in(self, project_id: str) -> PolicySet:
        """What reaches the user in one project."""
        found = self._sets.get(project_id)
        if found is None:
            found = PolicySet(
                [one for place, many in self.statements if place in (None, project_id) for one in many]
            )
            self._sets[project_id] = found
        return found


@dataclass(slots=True, frozen=True)
class KeyHolder:
    """An access key and who holds it."""

    access_key: str
    secret_key: str
    enabled: bool
    home_project: str
    principal: Principal


class Directory:
    """One a process.

    Args:
        clock: seconds, steadily rising.
    """

    def __init__(self, sessions: Sessions, vault: Vault, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._vault = vault
        self._clock = clock
        self._version = 0
        self._checked_at = float("-inf")
        self._look: asyncio.Task[None] | None = None
        """Under way, for all who wait for it: a lock would let them through one by one."""
        self._tenants: _Recent[str, TenantRecord] = _Recent(CAPACITY)
        self._users: _Recent[str, Principal] = _Recent(CAPACITY)
        self._keys: _Recent[str, KeyHolder] = _Recent(CAPACITY)

    async def holder(self, access_key: str) -> KeyHolder | None:
        """Who holds the key, disabled or not; None: there is no such key."""
        await self.refresh()
        found = self._keys.get(access_key)
        if found is not None:
            return found
        version = self._version
        async with self._sessions.read() as session:
            key = await IamRepository(session).key(access_key)
            if key is None:
                return None
            principal = await self._load_principal(IamRepository(session), key.user_id)
        if principal is None:
            return None
        holder = KeyHolder(
            access_key=key.id,
            secret_key=self._open(key.secret, key.id),
            enabled=key.state == AccessKeyState.ACTIVE,
            home_project=key.project_id,
            principal=principal,
        )
        if version == self._version:
            self._keys.put(access_key, holder)
        return holder

    def _open(self, secret: bytes, owner: str) -> str:
        try:
            return self._vault.decrypt(secret, owner=owner)
        except InvalidTag:
            raise RuntimeError(
                "the secret keys in the database were encrypted with another key file: give every server on "
                "this database the same one (GREENROOM_SECRET_KEY_FILE)"
            ) from None

    async def principal(self, user_id: str) -> Principal | None:
        """The user with everything it may do; None: there is no such user."""
        await self.refresh()
        found = self._users.get(user_id)
        if found is not None:
            return found
        async with self._sessions.read() as session:
            return await self._load_principal(IamRepository(session), user_id)

    async def refresh(self, *, now: bool = False) -> None:
        """Forget what has changed since the last look, which is at most half a second ago.

        Args:
            now: look in any case.
        """
        if now:
            await self._look_for_changes()
            return
        if self._clock() - self._checked_at < FRESH_S:
            return
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_for_changes())
        # Who is cut off must not take the look away from the others.
        await asyncio.shield(self._look)

    async def _look_for_changes(self) -> None:
        started = self._clock()
        async with self._sessions.read() as session:
            changed = await IamRepository(session).versions_after(self._version)
        if changed:
            self._forget(changed)
        self._checked_at = max(self._checked_at, started)

    def _forget(self, changed: Mapping[str, int]) -> None:
        tenants = {scope for scope in changed if scope != ALL}
        every = self._version == 0 or EVERY_TENANT in tenants
        self._version = max(self._version, *changed.values())
        if every:
            for cache in (self._tenants, self._users, self._keys):
                cache.clear()
            return
        self._tenants.drop(lambda tenant: tenant.id in tenants)
        self._users.drop(lambda principal: principal.tenant.id in tenants)
        self._keys.drop(lambda holder: holder.principal.tenant.id in tenants)

    async def _load_principal(self, repository: IamRepository, user_id: str) -> Principal | None:
        version = self._version
        known = self._users.get(user_id)
        if known is not None:
            return known
        user = await repository.user(user_id)
        if user is None:
            return None
        principal = Principal(
            tenant=await self._load_tenant(repository, user.tenant_id),
            user_id=user.id,
            user_name=user.name,
            enabled=user.enabled,
            tokens_valid_from=user.tokens_valid_from,
            statements=tuple(
                (one.project_id, _statements(one)) for one in await repository.attachments(user_id)
            ),
        )
        if version == self._version:
            self._users.put(user_id, principal)
        return principal

    async def _load_tenant(self, repository: IamRepository, tenant_id: str) -> TenantRecord:
        version = self._version
        known = self._tenants.get(tenant_id)
        if known is not None:
            return known
        tenant = await repository.tenant(tenant_id)
        if tenant is None:
            raise LookupError(f"a user belongs to the tenant {tenant_id}, which is not there")
        record = TenantRecord(
            id=tenant.id,
            name=tenant.name,
            enabled=tenant.enabled,
            disabled_reason=tenant.disabled_reason,
            projects={project.id: project.name for project in await repository.projects(tenant_id)},
            rates=await repository.rate_overrides(tenant_id),
        )
        if version == self._version:
            self._tenants.put(tenant_id, record)
        return record


def _statements(attachment: Attachment) -> tuple[Statement, ...]:
    if attachment.policy is not None:
        return compile_document(attachment.policy.document)
    system = SYSTEM_POLICIES.get(attachment.policy_id)
    return system.statements if system is not None else ()


class _Recent(Generic[Key, Value]):
    """A bounded dictionary that forgets what was not asked for longest."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        found = self._items.get(key)
        if found is not None:
            self._items.move_to_end(key)
        return found

    def put(self, key: Key, value: Value) -> None:
        self._items[key] = value
        self._items.move_to_end(key)
        if len(self._items) > self._capacity:
            self._items.popitem(last=False)

    def drop(self, unwanted: Callable[[Value], bool]) -> None:
        for key in [key for key, value in self._items.items() if unwanted(value)]:
            del self._items[key]

    def clear(self) -> None:
        self._items.clear()
