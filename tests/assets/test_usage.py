"""The ledger of storage: what was stored, second by second, and what of it counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.assets.conftest import VirtualClock
from tests.assets.making import create, stored_asset

from greenroom.assets import service
from greenroom.assets.service import NewAsset, ReadyFile
from greenroom.assets.states import AssetType
from greenroom.assets.usage import FREE_BYTES, StorageStatement, storage_statement
from greenroom.runtime import Runtime, Scope


async def statement(runtime: Runtime, scope: Scope, since: datetime, until: datetime) -> StorageStatement:
    async with runtime.sessions.read() as session:
        return await storage_statement(session, scope.tenant_id, since, until)


async def test_every_second_counts_until_the_asset_is_gone_for_good(
    runtime: Runtime, scope: Scope, clock: VirtualClock
) -> None:
    start = clock.now
    clock.now += timedelta(seconds=100, microseconds=400_000)
    asset_id = await stored_asset(runtime, scope, b"x" * 1000)
    clock.now += timedelta(seconds=50)
    async with runtime.transaction(scope) as context:
        await service.delete_asset(context, asset_id, None)  # into the recycle bin: still counted
    clock.now += timedelta(seconds=25)
    halfway = await statement(runtime, scope, start, clock.now)
    assert halfway.counted_byte_seconds == 1000 * 75
    async with runtime.transaction(scope) as context:
        await service.delete_asset(context, asset_id, "force")
    clock.now += timedelta(hours=5)
    whole = await statement(runtime, scope, start, clock.now)
    assert (whole.counted_byte_seconds, whole.counted_bytes, whole.stored_bytes) == (75_000, 0, 0)
    middle = await statement(runtime, scope, start + timedelta(seconds=110), start + timedelta(seconds=120))
    assert (middle.counted_byte_seconds, middle.counted_bytes) == (10_000, 1000)


async def test_five_gigabytes_are_free_at_each_second(
    runtime: Runtime, scope: Scope, clock: VirtualClock
) -> None:
    start = clock.now
    async with runtime.sessions.write.begin() as session:
        insert = text(
            "INSERT INTO storage_events (tenant_id, project_id, asset_id, file_id, kind, at, counts_from, "
            "delta_bytes) VALUES (:tenant, 'p', 'a', :file, 'UPLOAD', :at, :at, :delta)"
        )
        first = int(start.timestamp()) * 1_000_000
        for file, seconds, delta in (("f1", 0, FREE_BYTES - 10), ("f2", 100, 30), ("f2", 160, -30)):
            await session.execute(
                insert,
                {"tenant": scope.tenant_id, "file": file, "at": first + seconds * 1_000_000, "delta": delta},
            )
    found = await statement(runtime, scope, start, start + timedelta(seconds=200))
    assert found.excess_byte_seconds == 20 * 60
    assert found.counted_byte_seconds == (FREE_BYTES - 10) * 200 + 30 * 60


async def test_models_never_count_and_videos_after_six_months(
    runtime: Runtime, scope: Scope, clock: VirtualClock
) -> None:
    start = clock.now
    await runtime.objects.put_bytes("assets/p/m", b"m" * 500)
    await runtime.objects.put_bytes("assets/p/v", b"v" * 700)
    model = NewAsset("Ana", AssetType.HUMAN_MODEL_2D, [ReadyFile("assets/p/m", "a.zip", "ZIP")])
    video = NewAsset(
        "Film",
        AssetType.VIDEO,
        [ReadyFile("assets/p/v", "v.mp4", "MP4")],
        system_properties={"DIGITAL_HUMAN_2D_VIDEO": "Yes"},
    )
    async with runtime.transaction(scope) as context:
        await service.register_asset(context, model)
        film = (await service.register_asset(context, video)).id
    clock.now += timedelta(days=182)
    found = await statement(runtime, scope, start, clock.now)
    assert (found.counted_byte_seconds, found.stored_bytes) == (0, 1200)
    clock.now += timedelta(days=2)
    found = await statement(runtime, scope, start, clock.now)
    assert found.counted_byte_seconds == 700 * 86_400
    async with runtime.transaction(scope) as context:
        await service.delete_asset(context, film, "force")
    clock.now += timedelta(days=400)
    assert (await statement(runtime, scope, start, clock.now)).counted_byte_seconds == 700 * 86_400


async def test_a_video_deleted_within_its_six_months_never_counts(
    runtime: Runtime, scope: Scope, clock: VirtualClock
) -> None:
    start = clock.now
    await runtime.objects.put_bytes("assets/p/v", b"v" * 700)
    video = NewAsset(
        "Film",
        AssetType.VIDEO,
        [ReadyFile("assets/p/v", "v.mp4", "MP4")],
        system_properties={"DIGITAL_HUMAN_2D_VIDEO": "Yes"},
    )
    async with runtime.transaction(scope) as context:
        film = (await service.register_asset(context, video)).id
    clock.now += timedelta(days=30)
    async with runtime.transaction(scope) as context:
        await service.delete_asset(context, film, "force")
    found = await statement(runtime, scope, start, clock.now + timedelta(days=999))
    assert (found.counted_byte_seconds, found.counted_bytes, found.stored_bytes) == (0, 0, 0)


async def test_the_ledger_only_grows(runtime: Runtime, scope: Scope) -> None:
    await stored_asset(runtime, scope, b"x")
    for change in ("UPDATE storage_events SET delta_bytes = 0", "DELETE FROM storage_events"):
        with pytest.raises(DBAPIError, match="kept as they were written"):
            async with runtime.sessions.write.begin() as session:
                await session.execute(text(change))


async def test_an_asset_without_bytes_stores_nothing(
    runtime: Runtime, scope: Scope, clock: VirtualClock
) -> None:
    asset_id = await create(runtime, scope)
    async with runtime.transaction(scope) as context:
        await service.delete_asset(context, asset_id, "force")
    found = await statement(runtime, scope, clock.now - timedelta(days=1), clock.now + timedelta(days=1))
    assert found.stored_bytes == 0
