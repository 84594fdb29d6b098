"""Access keys: made by the administrator, opened by the signature check."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

from greenroom.iam.models import AccessKey, AccessKeyState
from greenroom.iam.repository import AccessKeyRepository
from greenroom.runtime import Runtime
from greenroom.tenants import service as tenants

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


@dataclass(slots=True, frozen=True)
class Caller:
    """Who holds an access key."""

    access_key: str
    secret_key: str
    tenant_id: str
    project_id: str
    region: str


async def create_credentials(runtime: Runtime, tenant: str, region: str) -> Credentials:
    """A new key pair for the tenant's project in the region; tenant and project are made if needed.

    Raises:
        InvalidParameterError: the tenant's name has a wrong form.
    """
    async with runtime.sessions.write.begin() as session:
        project = await tenants.ensure_project(runtime, session, tenant, region)
        access_key = "".join(secrets.choice(_ACCESS_KEY_LETTERS) for _ in range(20))
        secret_key = "".join(secrets.choice(_SECRET_KEY_LETTERS) for _ in range(40))
        await AccessKeyRepository(session).add(
            AccessKey(
                id=access_key,
                tenant_id=project.tenant_id,
                project_id=project.id,
                secret=runtime.vault.encrypt(secret_key, owner=access_key),
                state=AccessKeyState.ACTIVE,
                created_at=runtime.clock(),
            )
        )
        return Credentials(tenant, region, project.id, access_key, secret_key)


async def find_caller(runtime: Runtime, access_key: str) -> Caller | None:
    """Who holds this access key; None if nobody does, or it was revoked."""
    async with runtime.sessions.read() as session:
        found = await AccessKeyRepository(session).find_with_project(access_key)
    if found is None or found[0].state != AccessKeyState.ACTIVE:
        return None
    key, project = found
    secret_key = runtime.vault.decrypt(key.secret, owner=key.id)
    return Caller(key.id, secret_key, key.tenant_id, key.project_id, project.name)
