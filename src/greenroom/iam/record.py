"""The audit record as an administrator reads it."""

from __future__ import annotations

from typing import Any

from greenroom.clock import wire_time
from greenroom.iam.repository import AuditFilter, AuditRepository
from greenroom.runtime import Runtime
from greenroom.tenants.repository import TenantRepository


async def list_audit_events(runtime: Runtime, wanted: AuditFilter) -> list[dict[str, Any]]:
    """The newest events that fit, newest first."""
    async with runtime.sessions.read() as session:
        names = {tenant.id: tenant.name for tenant in await TenantRepository(session).tenants()}
        events = await AuditRepository(session).newest(wanted)
    return [
        {
            "id": event.id,
            "time": wire_time(event.at),
            "kind": str(event.kind),
            "tenant": names.get(event.tenant_id, event.tenant_id) if event.tenant_id else None,
            "actor": event.actor,
            "action": event.action,
            "resource": event.resource,
            "error_code": event.error_code,
            "message": event.message,
            "source": event.source,
            "request_id": event.request_id,
            "count": event.count,
        }
        for event in events
    ]
