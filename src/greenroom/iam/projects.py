"""The one IAM call that the public SDK makes by itself: `GET /v3/projects?name=<region>`."""

from __future__ import annotations

from typing import Any

from greenroom.iam.caller import Caller


def list_projects(caller: Caller, name: str | None) -> dict[str, Any]:
    """The projects that the caller may use, where the name fits.

    A tenant has one project a region, so that the SDK, which asks for a region's name, never finds two.
    """
    tenant = caller.principal.tenant
    listed = [
        {
            "id": project_id,
            "name": region,
            "domain_id": tenant.id,
            "enabled": True,
            "is_domain": False,
            "parent_id": tenant.id,
            "description": "",
        }
        for project_id, region in sorted(tenant.projects.items(), key=lambda item: item[1])
        if name in (None, region) and (not caller.bound or project_id == caller.project_id)
    ]
    return {"projects": listed}
