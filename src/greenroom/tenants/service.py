"""Tenants and projects: made on demand by the administrator, looked up by the gate and the jobs."""

from __future__ import annotations

import re

from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.errors import InvalidParameterError, NotFoundError
from greenroom.runtime import Runtime, Scope
from greenroom.tenants.models import Project, Tenant
from greenroom.tenants.repository import TenantRepository

_TENANT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


async def ensure_project(runtime: Runtime, session: AsyncSession, tenant_name: str, region: str) -> Project:
    """The tenant's project in a region; both are made if they do not exist.

    Raises:
        InvalidParameterError: the tenant's name has a wrong form.
    """
    if not _TENANT_NAME.fullmatch(tenant_name):
        raise InvalidParameterError(
            f"the tenant name {tenant_name!r} cannot be used: take 1 to 64 letters, digits, '_', '.' or '-', "
            "starting with a letter or digit"
        )
    tenants = TenantRepository(session)
    tenant = await tenants.find_tenant(tenant_name)
    if tenant is None:
        tenant = Tenant(id=runtime.new_id(), name=tenant_name, created_at=runtime.clock())
        await tenants.add(tenant)
    project = await tenants.find_project(tenant.id, region)
    if project is None:
        project = Project(id=runtime.new_id(), tenant_id=tenant.id, name=region, created_at=runtime.clock())
        await tenants.add(project)
    return project


async def scope_of_project(runtime: Runtime, project_id: str, app_user_id: str | None = None) -> Scope:
    """The scope in which a job works for a project.

    Raises:
        NotFoundError: no such project.
    """
    async with runtime.sessions.read() as session:
        project = await TenantRepository(session).project_by_id(project_id)
    if project is None:
        raise NotFoundError(f"no project has the id {project_id}")
    return Scope(
        tenant_id=project.tenant_id,
        project_id=project.id,
        region=project.name,
        app_user_id=app_user_id,
        base_url=runtime.local_url,
    )
