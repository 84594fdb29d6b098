"""Holds on objects: a link that was given out before stops to work while its object is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.storage.models import StorageHold

_BATCH = 200


async def hold(session: AsyncSession, keys: Iterable[str], reason: str, now: datetime) -> None:
    """Give out none of these objects any more. A key may be a folder; those that are held stay so."""
    wanted = sorted(set(keys))
    known = set[str]()
    for batch in _batches(wanted):
        known |= set(await session.scalars(select(StorageHold.key).where(StorageHold.key.in_(batch))))
    session.add_all(
        StorageHold(key=key, reason=reason[:256], created_at=now) for key in wanted if key not in known
    )
    await session.flush()


async def release(session: AsyncSession, keys: Iterable[str]) -> None:
    """Give them out again."""
    for batch in _batches(sorted(set(keys))):
        await session.execute(delete(StorageHold).where(StorageHold.key.in_(batch)))


async def is_held(session: AsyncSession, key: str) -> bool:
    """Whether the object or a folder that it lies in is held."""
    parts = key.split("/")
    places = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    query = select(StorageHold.key).where(StorageHold.key.in_(places)).limit(1)
    return await session.scalar(query) is not None


def _batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
