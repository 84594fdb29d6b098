"""The one IAM call that the public SDK makes by itself: `GET /v3/projects?name=<region>`."""

from __future__ import annotations

from typing import Any

from greenroom.iam.service import Caller
from greenroom.runtime import Runtime
from greenroom.tenants.repository import TenantRepository


async def list_projects(runtime: Runtime, caller: Caller, name: str | None) -> dict[str, Any]:
    """The projects that the caller's access key may use: its own, where the name fits.

    An access key belongs to one project, so that the SDK never finds two.
    """
    async with runtime.sessions.read() as session:
        projects = await TenantRepository(session).projects_of(caller.tenant_id, name)
    listed = [
        {"id": project.id, "name": project.name, "domain_id": project.tenant_id, "enabled": True}
        for project in projects
        if project.id == caller.project_id
    ]
    return {"projects": listed}
