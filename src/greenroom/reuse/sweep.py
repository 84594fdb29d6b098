"""Deletes pieces that nobody used for long, and files that no row knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from greenroom.reuse.models import ROOT
from greenroom.reuse.repository import known_among, unused_since
from greenroom.runtime import Runtime

_BATCH = 200
_BEING_KEPT = timedelta(hours=1)
"""A file is stored before its row is written."""


async def sweep_pieces(runtime: Runtime) -> None:
    """Once, over all tenants."""
    last = runtime.clock() - timedelta(days=runtime.settings.reuse_days)
    while await _forget_batch(runtime, last):
        pass
    batch: list[str] = []
    async for info in runtime.objects.list(ROOT):
        if runtime.clock() - info.modified > _BEING_KEPT:
            batch.append(info.key)
        if len(batch) == _BATCH:
            await _delete_unknown(runtime, batch)
            batch = []
    await _delete_unknown(runtime, batch)


async def _forget_batch(runtime: Runtime, last: datetime) -> bool:
    """True: there may be more."""
    async with runtime.sessions.write.begin() as session:
        rows = await unused_since(session, last, _BATCH)
        keys = [row.object_key for row in rows]
        for row in rows:
            await session.delete(row)
    await runtime.objects.delete(*keys)
    return len(rows) == _BATCH


async def _delete_unknown(runtime: Runtime, keys: list[str]) -> None:
    async with runtime.sessions.read() as session:
        known = await known_among(session, [key.rpartition("/")[2] for key in keys])
    await runtime.objects.delete(*(key for key in keys if key.rpartition("/")[2] not in known))
