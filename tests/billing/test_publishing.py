"""The hooks of the video and training jobs: charged in the transaction that publishes, and in no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.billing.conftest import Shop
from tests.billing.test_metering import give, sign

from greenroom.assets.errors import AssetNotFoundError
from greenroom.billing.products import Item
from greenroom.jobs.engine import JobOutcome, JsonValue
from greenroom.jobs.models import JobState
from greenroom.jobs.running import JobRunner
from greenroom.modeling.charging import charge_training, reserve_training
from greenroom.modeling.jobs import end_training
from greenroom.modeling.models import TrainingJob, TrainingState
from greenroom.tenants.service import scope_of_project
from greenroom.video.charging import reserve_video
from greenroom.video.jobs import VideoSteps, end_video
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.plan import AvatarPlan


async def durable(name: str, function: Any) -> JsonValue:
    return await function()


async def video_job(shop: Shop, seconds: float) -> JobRunner:
    """A job whose parts are rendered and joined: only the publishing is left."""
    async with shop.context() as context:
        row = VideoJob(
            id="job1", state=VideoState.PROCESSING, asset_name="Bees", asset_id="bees", content={}, plan={}
        )
        row.tenant_id, row.project_id = context.tenant_id, context.project_id
        row.created_at = row.updated_at = context.now()
        context.session.add(row)
        await reserve_video(context, "job1", [AvatarPlan("", "an avatar that is built in")])
    runtime = shop.studio.runtime
    job = JobRunner(runtime, await scope_of_project(runtime, shop.studio.acme.project_id), "job1", durable)
    job.work_dir.mkdir(parents=True)
    (job.work_dir / "video.mp4").write_bytes(b"video")
    (job.work_dir / "cover.jpg").write_bytes(b"cover")
    (job.work_dir / "joined.json").write_text(json.dumps({"seconds": seconds, "meta": {}}))
    return job


async def end(shop: Shop, state: JobState) -> None:
    async with shop.context() as context:
        await end_video(context, "job1", JobOutcome(state, "MSS.00000004", "broken"))


class TestVideo:
    async def test_published_twice_charged_once(self, shop: Shop) -> None:
        await sign(shop)
        job = await video_job(shop, 754.2)
        for _ in range(2):
            await VideoSteps(job).publish(1)
        await end(shop, JobState.SUCCEEDED)
        (entry,) = await shop.entries()
        assert (entry.charge_key, entry.quantity, entry.amount_micros) == ("video:job1", 1257, 3_142_500)
        assert (await shop.asset("bees")).state == "ACTIVED"

    async def test_a_crash_before_the_commit_leaves_neither_asset_nor_charge(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await sign(shop)
        job = await video_job(shop, 60)

        async def die(*_: object) -> None:
            raise ConnectionError

        with monkeypatch.context() as broken:
            from greenroom.video import jobs

            real = jobs.charge_video

            async def charge_and_die(*arguments: Any) -> None:
                await real(*arguments)
                await die()

            broken.setattr(jobs, "charge_video", charge_and_die)
            with pytest.raises(ConnectionError):
                await VideoSteps(job).publish(1)
        assert await shop.entries() == []
        with pytest.raises(AssetNotFoundError):
            await shop.asset("bees")
        await VideoSteps(job).publish(1)
        assert len(await shop.entries()) == 1

    async def test_failed_before_or_after_it_costs_nothing(self, shop: Shop) -> None:
        await sign(shop)
        job = await video_job(shop, 60)
        await VideoSteps(job).publish(1)
        await end(shop, JobState.FAILED)
        assert sum(entry.amount_micros for entry in await shop.entries()) == 0
        assert await shop.balance() == 0
        assert [row.used for row in await shop.resources()] == [0, 0]


async def training(shop: Shop) -> None:
    async with shop.context() as context:
        row = TrainingJob(
            id="job2",
            name="Ana",
            state=TrainingState.WAIT_ASSET_SYNC,
            options={},
            asset_id="ana",
            operation_logs=[],
            comment_logs=[],
        )
        row.tenant_id, row.project_id = context.tenant_id, context.project_id
        row.created_at = row.updated_at = context.now()
        context.session.add(row)
        await reserve_training(context, row)


async def finish(shop: Shop, state: JobState, *, publish: bool = True) -> None:
    if publish:
        async with shop.context() as context:
            row = await context.session.get(TrainingJob, "job2")
            assert row is not None
            await charge_training(context, row)
    async with shop.context() as context:
        await end_training(context, "job2", JobOutcome(state, "MSS.00000004", "broken"))


class TestTraining:
    async def test_the_avatar_lives_on_the_package(self, shop: Shop, tmp_path: Path) -> None:
        package = await give(shop, Item.AVATAR, 1)
        await training(shop)
        await finish(shop, JobState.SUCCEEDED)
        (row,) = await shop.resources()
        assert (row.id, row.used, row.asset_id) == (package.id, 1, "ana")

    @pytest.mark.parametrize("publish", [False, True])
    async def test_a_failed_one_gives_the_package_back(self, shop: Shop, publish: bool) -> None:
        await give(shop, Item.AVATAR, 1)
        await training(shop)
        await finish(shop, JobState.FAILED, publish=publish)
        (row,) = await shop.resources()
        assert (row.used, row.asset_id) == (0, None)

    async def test_a_failed_repair_keeps_what_was_made_before(self, shop: Shop) -> None:
        await give(shop, Item.AVATAR, 1)
        await training(shop)
        await finish(shop, JobState.SUCCEEDED)
        async with shop.context() as context:
            row = await context.session.get(TrainingJob, "job2")
            assert row is not None
            row.state = TrainingState.AUTO_VERIFYING
            await reserve_training(context, row)
        await finish(shop, JobState.FAILED, publish=False)
        (package,) = await shop.resources()
        assert (package.used, package.asset_id) == (1, "ana")
        assert len(await shop.entries()) == 1
