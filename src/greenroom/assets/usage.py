"""Storage by the second: an append-only ledger of bytes that came and went, and what of them counts.

What counts (service overview, table 4-13): audio, video, pictures and whatever else a tenant uploads, also
while it is frozen or in the recycle bin; a video that the service made after six months; image and voice
models never. 5 GB of what counts are free for each tenant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from greenroom.assets.models import Asset, AssetFile, StorageEvent
from greenroom.assets.repository.storage import (
    balance_of,
    changes_between,
    counted_level,
    latest_arrival,
    stored_level,
)
from greenroom.assets.states import AssetType, StorageKind
from greenroom.db.session import Session
from greenroom.runtime import Context

FREE_BYTES = 5 * 1024**3
VIDEO_GRACE = timedelta(days=183)
"""Six months."""
_MODELS = {AssetType.HUMAN_MODEL_2D, AssetType.HUMAN_MODEL, AssetType.VOICE_MODEL}
_MADE_HERE = {"DIGITAL_HUMAN_2D_VIDEO", "DIGITAL_HUMAN_3D_VIDEO", "PHOTO_VIDEO", "BUSINESS_CARD_VIDEO"}


@dataclass(slots=True, frozen=True)
class StorageStatement:
    """What a tenant stored from one time to another."""

    since: datetime
    until: datetime
    counted_byte_seconds: int
    excess_byte_seconds: int
    """Of what counts, the part above `FREE_BYTES` at each second."""
    counted_bytes: int
    """At the end."""
    stored_bytes: int
    """At the end, whether it counts or not."""


def kind_of(asset: Asset) -> StorageKind:
    if asset.type in _MODELS:
        return StorageKind.MODEL
    if asset.type == AssetType.VIDEO and any(item["key"] in _MADE_HERE for item in asset.system_properties):
        return StorageKind.VIDEO
    return StorageKind.UPLOAD


def note_stored(context: Context, asset: Asset, file: AssetFile, kind: StorageKind | None = None) -> None:
    """The file's bytes are in the store from now on; its size must be set."""
    kind = kind or kind_of(asset)
    at = _second(context.now())
    counts_from: datetime | None = at
    if kind == StorageKind.MODEL:
        counts_from = None
    elif kind == StorageKind.VIDEO:
        counts_from = max(at, _second(asset.created_at) + VIDEO_GRACE)
    context.session.add(_event(asset, file, kind, (at, counts_from, file.size or 0)))


async def note_removed(context: Context, asset: Asset, file: AssetFile) -> None:
    """The file's bytes go. Twice is as once: what the ledger has of the file is taken back."""
    await context.session.flush()
    balance = await balance_of(context.session, file.id)
    if balance == 0:
        return
    came = await latest_arrival(context.session, file.id)
    assert came is not None
    at = _second(context.now())
    counts_from = None if came.counts_from is None else max(at, came.counts_from)
    gone = _event(asset, file, StorageKind(came.kind), (at, counts_from, -balance))
    gone.tenant_id, gone.project_id = came.tenant_id, came.project_id
    context.session.add(gone)


def _event(
    asset: Asset, file: AssetFile, kind: StorageKind, what: tuple[datetime, datetime | None, int]
) -> StorageEvent:
    at, counts_from, delta = what
    return StorageEvent(
        tenant_id=asset.tenant_id,
        project_id=asset.project_id,
        asset_id=asset.id,
        file_id=file.id,
        kind=kind,
        at=at,
        counts_from=counts_from,
        delta_bytes=delta,
    )


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


async def storage_statement(
    session: Session, tenant_id: str, since: datetime, until: datetime
) -> StorageStatement:
    """What a tenant stored in [since, until), exactly, over all its projects. For billing."""
    since, until = _second(since), _second(until)
    level = await counted_level(session, tenant_id, since)
    counted = excess = 0
    last = since
    for moment, delta in await changes_between(session, tenant_id, since, until):
        seconds = int((moment - last).total_seconds())
        counted += level * seconds
        excess += max(0, level - FREE_BYTES) * seconds
        level += delta
        last = moment
    seconds = max(0, int((until - last).total_seconds()))
    return StorageStatement(
        since=since,
        until=until,
        counted_byte_seconds=counted + level * seconds,
        excess_byte_seconds=excess + max(0, level - FREE_BYTES) * seconds,
        counted_bytes=level,
        stored_bytes=await stored_level(session, tenant_id, until),
    )
