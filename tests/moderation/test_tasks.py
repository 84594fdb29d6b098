"""Freezing a video task freezes the video that it made, also one that it has not made yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from greenroom.assets.errors import AssetStateError
from greenroom.assets.service import NewAsset, ReadyFile, register_asset, require_usable, show_asset
from greenroom.assets.states import AssetType
from greenroom.iam.changes import Actor
from greenroom.jobs.dbos_engine import DbosEngine
from greenroom.moderation import freezing
from greenroom.moderation.errors import ReviewNotFoundError
from greenroom.runtime import Runtime, Scope
from greenroom.storage.holds import is_held
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.repository import VideoJobRepository

WHY = ("COMPLAINT", "a complaint")


@pytest.fixture(autouse=True)
async def engine(runtime: Runtime) -> AsyncIterator[None]:
    """Jobs can be stopped; nothing runs them."""
    runtime.jobs = DbosEngine(runtime.settings)
    await asyncio.to_thread(runtime.jobs.prepare)
    yield
    runtime.jobs.close()


async def task(runtime: Runtime, scope: Scope, state: VideoState) -> VideoJob:
    async with runtime.transaction(scope) as context:
        row = VideoJob(id="j1", state=state, asset_id="a1", asset_name="Film", content={}, plan={})
        return await VideoJobRepository(context).add(row)


async def publish(runtime: Runtime, scope: Scope, row: VideoJob) -> None:
    await runtime.objects.put_bytes(row.video_key, b"film")
    async with runtime.transaction(scope) as context:
        await register_asset(
            context,
            NewAsset(
                "Film", AssetType.VIDEO, [ReadyFile(row.video_key, "v.mp4", "MP4")], asset_id=row.asset_id
            ),
        )


async def states(runtime: Runtime, scope: Scope) -> tuple[str, str]:
    async with runtime.transaction(scope, read_only=True) as context:
        row = await VideoJobRepository(context).find("j1")
        assert row is not None
        return row.state, (await show_asset(context, "a1")).asset_state


async def test_a_finished_task(runtime: Runtime, scope: Scope) -> None:
    row = await task(runtime, scope, VideoState.SUCCEED)
    await publish(runtime, scope, row)
    made = await freezing.freeze(runtime, Actor(), "task", "j1", WHY)
    assert await states(runtime, scope) == ("BLOCK", "BLOCK")
    async with runtime.transaction(scope, read_only=True) as context:
        assert await is_held(context.session, row.video_key)
        with pytest.raises(AssetStateError, match="frozen"):
            await require_usable(context, "a1")
    await freezing.lift(runtime, Actor(), made["id"])
    assert await states(runtime, scope) == ("SUCCEED", "ACTIVED")
    async with runtime.transaction(scope, read_only=True) as context:
        assert not await is_held(context.session, row.video_key)


async def test_the_video_of_a_task_that_runs_is_born_frozen(runtime: Runtime, scope: Scope) -> None:
    row = await task(runtime, scope, VideoState.PROCESSING)
    made = await freezing.freeze(runtime, Actor(), "task", "j1", WHY)
    await publish(runtime, scope, row)
    assert (await states(runtime, scope))[1] == "BLOCK"
    await freezing.lift(runtime, Actor(), made["id"])
    assert (await states(runtime, scope))[1] == "ACTIVED"


async def test_no_such_task(runtime: Runtime, scope: Scope) -> None:
    with pytest.raises(ReviewNotFoundError, match="no task has the id nothing"):
        await freezing.freeze(runtime, Actor(), "task", "nothing", WHY)
