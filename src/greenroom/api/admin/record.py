"""The audit record."""

from __future__ import annotations

from greenroom.api.admin.table import Audience, Desk, administers
from greenroom.api.admin.wire import AuditQuery, EveryAuditQuery, Rows
from greenroom.clock import parse_wire_time
from greenroom.iam.accounts import tenant_id_of
from greenroom.iam.record import list_audit_events
from greenroom.iam.repository import AuditFilter


@administers("GET", "/audit", "audit:list")
async def list_audit(desk: Desk, query: EveryAuditQuery) -> Rows:
    """Newest first."""
    return await _events(desk, query, query.tenant)


@administers("GET", "/tenants/{tenant}/audit", "audit:list", Audience.TENANT)
async def list_tenant_audit(desk: Desk, tenant: str, query: AuditQuery) -> Rows:
    """Newest first."""
    return await _events(desk, query, tenant)


async def _events(desk: Desk, query: AuditQuery, tenant: str | None) -> Rows:
    since, until = (parse_wire_time(text) if text else None for text in (query.since, query.until))
    wanted = AuditFilter(
        tenant_id=await tenant_id_of(desk.runtime, tenant) if tenant is not None else None,
        kind=query.kind,
        actor=query.actor,
        since=since,
        until=until,
        limit=query.limit,
    )
    return {"events": await list_audit_events(desk.runtime, wanted)}
