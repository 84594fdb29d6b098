"""Queries over the ledger of stored bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from greenroom.assets.models import StorageEvent
from greenroom.db.session import Session


async def balance_of(session: Session, file_id: str) -> int:
    """Bytes that the ledger has of a file now."""
    query = select(func.sum(StorageEvent.delta_bytes)).where(StorageEvent.file_id == file_id)
    return int(await session.scalar(query) or 0)


async def latest_arrival(session: Session, file_id: str) -> StorageEvent | None:
    """The entry by which the file's bytes last came."""
    query = (
        select(StorageEvent)
        .where(StorageEvent.file_id == file_id, StorageEvent.delta_bytes > 0)
        .order_by(StorageEvent.id.desc())
        .limit(1)
    )
    found: StorageEvent | None = await session.scalar(query)
    return found


async def counted_level(session: Session, tenant_id: str, at: datetime) -> int:
    """Bytes of a tenant that count at a moment."""
    query = select(func.sum(StorageEvent.delta_bytes)).where(
        StorageEvent.tenant_id == tenant_id, StorageEvent.counts_from <= at
    )
    return int(await session.scalar(query) or 0)


async def changes_between(
    session: Session, tenant_id: str, since: datetime, until: datetime
) -> list[tuple[datetime, int]]:
    """When what counts changed after `since` and before `until`, in order, and by how many bytes."""
    query = (
        select(StorageEvent.counts_from, func.sum(StorageEvent.delta_bytes))
        .where(
            StorageEvent.tenant_id == tenant_id,
            StorageEvent.counts_from > since,
            StorageEvent.counts_from < until,
        )
        .group_by(StorageEvent.counts_from)
        .order_by(StorageEvent.counts_from)
    )
    rows = (await session.execute(query)).all()
    return [(moment, int(delta)) for moment, delta in rows if moment is not None]


async def stored_level(session: Session, tenant_id: str, until: datetime) -> int:
    """Bytes of a tenant in the store just before a moment, whether they count or not."""
    query = select(func.sum(StorageEvent.delta_bytes)).where(
        StorageEvent.tenant_id == tenant_id, StorageEvent.at < until
    )
    return int(await session.scalar(query) or 0)
