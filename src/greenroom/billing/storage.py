"""Storage beyond what is free: packages of `asset_storage`, by the GB and the month, for the whole tenant.

Where quotas are enforced, a file that would exceed the free 5 GB and the tenant's packages is refused; what
is stored already stays, also when a package ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from greenroom.assets.models import Asset
from greenroom.assets.states import StorageKind
from greenroom.assets.usage import FREE_BYTES, kind_of, storage_statement
from greenroom.billing.errors import InsufficientResourcesError
from greenroom.billing.invoices import parse_month
from greenroom.billing.money import add_terms
from greenroom.billing.products import Item, Term
from greenroom.billing.repository.rows import amount_of_tenant
from greenroom.db.session import Session
from greenroom.runtime import Context, Runtime
from greenroom.tenants.repository import TenantRepository

GIGABYTE = 1024**3


async def check_room(context: Context, asset: Asset, more_bytes: int) -> None:
    """Before more is stored for an asset. Image and voice models take no room.

    Raises:
        InsufficientResourcesError: it would exceed what the tenant may store.
    """
    if context.settings.quotas != "enforced" or kind_of(asset) is StorageKind.MODEL:
        return
    allowed, used = await storage_of(context.session, context.tenant_id, context.now())
    if used + more_bytes > allowed:
        raise InsufficientResourcesError(
            f"the tenant stores {_gigabytes(used)} of {_gigabytes(allowed)} GB, and "
            f"{_gigabytes(more_bytes)} GB more would exceed that: delete assets for good, or order "
            f"{Item.STORAGE} (create_meta_studio_orders)"
        )


async def storage_of(session: Session, tenant_id: str, now: datetime) -> tuple[int, int]:
    """Bytes that a tenant may store, and those stored that count."""
    packages = await amount_of_tenant(session, tenant_id, Item.STORAGE)
    statement = await storage_statement(session, tenant_id, now, now)
    return FREE_BYTES + packages * GIGABYTE, statement.counted_bytes


async def list_storage(runtime: Runtime, month: str | None) -> list[dict[str, Any]]:
    """What each tenant stores now, and what it stored above the free space in a month such as 2026-11.

    Raises:
        InvalidParameterError: the month has a wrong form.
    """
    now = runtime.clock()
    first = parse_month(month if month is not None else f"{now:%Y-%m}")
    until = min(now, add_terms(first, Term.MONTH, 1))
    rows = []
    async with runtime.sessions.read() as session:
        for tenant in await TenantRepository(session).tenants():
            allowed, _ = await storage_of(session, tenant.id, now)
            today = await storage_statement(session, tenant.id, now, now)
            past = await storage_statement(session, tenant.id, min(first, until), until)
            rows.append(
                {
                    "tenant": tenant.name,
                    "stored_bytes": today.stored_bytes,
                    "counted_bytes": today.counted_bytes,
                    "allowed_bytes": allowed,
                    "month": f"{first:%Y-%m}",
                    "counted_byte_seconds": past.counted_byte_seconds,
                    "excess_byte_seconds": past.excess_byte_seconds,
                }
            )
    return rows


def _gigabytes(count: int) -> str:
    return f"{count / GIGABYTE:.2f}"
