"""A tenant's own policies, and which policies its groups have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import (
    Actor,
    Change,
    NameTakenError,
    UnknownNameError,
    changing,
    check_name,
    looking,
)
from greenroom.iam.models import GroupPolicy, Policy
from greenroom.iam.policies import compile_document
from greenroom.iam.system_policies import SYSTEM_POLICIES
from greenroom.runtime import Runtime

EVERY_REGION = "*"


async def save_policy(
    runtime: Runtime,
    actor: Actor,
    tenant: str,
    name: str,
    document: dict[str, Any],
    description: str = "",
) -> dict[str, Any]:
    """Make a policy, or replace the document of the one with this name.

    Raises:
        UnknownNameError: no such tenant.
        NameTakenError: it is the name of a system policy.
        PolicyDocumentError: the document cannot be used.
    """
    check_name("policy", name)
    if any(policy.name.lower() == name.lower() for policy in SYSTEM_POLICIES.values()):
        raise NameTakenError(f"{name!r} is a system policy, which cannot be changed: choose another name")
    compile_document(document)
    async with changing(runtime, actor, tenant, "iam:policy:save", name) as change:
        row = await change.iam.policy_named(change.tenant.id, name)
        now = runtime.clock()
        if row is None:
            row = Policy(
                id=runtime.new_id(),
                tenant_id=change.tenant.id,
                name=name,
                description=description[:256],
                document=document,
                created_at=now,
                updated_at=now,
            )
            await change.iam.add(row)
        else:
            row.document, row.updated_at = document, now
            row.description = description[:256] or row.description
        return {"id": row.id, "name": name, "tenant": tenant}


async def list_policies(runtime: Runtime, tenant: str) -> list[dict[str, Any]]:
    """The system's policies and the tenant's own, with their documents. Raises UnknownNameError."""
    async with looking(runtime, tenant) as change:
        own = await change.iam.policies(change.tenant.id)
    system = [
        {
            "id": policy.id,
            "name": policy.name,
            "type": "system",
            "description": policy.description,
            "document": dict(policy.document),
            "updated_at": None,
        }
        for policy in SYSTEM_POLICIES.values()
    ]
    return system + [
        {
            "id": policy.id,
            "name": policy.name,
            "type": "custom",
            "description": policy.description,
            "document": policy.document,
            "updated_at": wire_time(policy.updated_at),
        }
        for policy in own
    ]


async def delete_policy(runtime: Runtime, actor: Actor, tenant: str, name: str) -> None:
    """Raises UnknownNameError, InvalidParameterError: some group has it."""
    async with changing(runtime, actor, tenant, "iam:policy:delete", name) as change:
        row = await change.iam.policy_named(change.tenant.id, name)
        if row is None:
            raise UnknownNameError(
                f"the tenant {tenant} has no policy {name!r} of its own: list its policies"
            )
        groups = await change.iam.attached_to(row.id)
        if groups:
            raise InvalidParameterError(
                f"the policy {name!r} is attached to {', '.join(groups)}: detach it there first"
            )
        await change.iam.remove(row)


async def set_attached(
    runtime: Runtime,
    actor: Actor,
    tenant: str,
    group: str,
    policy: str,
    *,
    attached: bool,
    region: str = EVERY_REGION,
) -> None:
    """Give a group a policy, in one region's project or in all (`*`), or take it away; twice is as once.

    Raises:
        UnknownNameError: no such tenant, group, policy or project.
    """
    action = "iam:policy:attach" if attached else "iam:policy:detach"
    async with changing(runtime, actor, tenant, action, f"{group}/{policy}/{region}") as change:
        group_id = (await change.group(group)).id
        policy_id = await _policy_id(change, policy)
        project_id = await _project_id(change, region)
        rows = [
            row
            for row in await change.iam.attached(group_id)
            if (row.policy_id, row.project_id) == (policy_id, project_id)
        ]
        if attached and not rows:
            await change.iam.add(
                GroupPolicy(
                    id=runtime.new_id(), group_id=group_id, policy_id=policy_id, project_id=project_id
                )
            )
        for row in [] if attached else rows:
            await change.iam.remove(row)


async def policy_names(change: Change) -> Mapping[str, str]:
    """Names by id of the policies that the tenant's groups can have."""
    own = {policy.id: policy.name for policy in await change.iam.policies(change.tenant.id)}
    return own | {policy.id: policy.name for policy in SYSTEM_POLICIES.values()}


async def _policy_id(change: Change, name: str) -> str:
    for policy_id, known in (await policy_names(change)).items():
        if name in (known, policy_id):
            return policy_id
    raise UnknownNameError(f"the tenant {change.tenant.name} has no policy {name!r}: list its policies")


async def _project_id(change: Change, region: str) -> str | None:
    if region == EVERY_REGION:
        return None
    for project in await change.iam.projects(change.tenant.id):
        if project.name == region:
            return project.id
    raise UnknownNameError(f"the tenant {change.tenant.name} has no project in {region}: create it first")
