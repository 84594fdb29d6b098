"""Place and time left, limits, retry and retention, with the jobs run by the test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.video.workshop import Workshop

from greenroom.callbacks.repository import CallbackRepository
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import JobRepository, note_progress
from greenroom.runtime import Context
from greenroom.video.errors import QueueFullError, VideoStateError
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.repository import VideoJobRepository
from greenroom.video.retention import sweep_tasks
from greenroom.video.retrying import retry_video
from greenroom.video.service import cancel_video, list_videos, show_video
from greenroom.video.wire import DigitalHumanVideo, ListDigitalHumanVideoQuery


@pytest.fixture
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    opened = Workshop(tmp_path_factory.mktemp("queue") / "data")
    yield opened
    opened.close()


def show(workshop: Workshop, job_id: str) -> DigitalHumanVideo:
    return workshop.inside(lambda context: show_video(context, job_id, False))


def listed(workshop: Workshop) -> dict[str, DigitalHumanVideo]:
    query = ListDigitalHumanVideoQuery(limit=100)
    answer = workshop.inside(lambda context: list_videos(context, query))
    return {job.job_id: job for job in answer.jobs}


def change_job(workshop: Workshop, job_id: str, **values: Any) -> None:
    async def change(context: Context) -> None:
        row = await JobRepository(context).find(job_id)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)

    workshop.inside(change)


class TestPlace:
    def test_of_each_waiting_one_and_in_list_and_detail_alike(self, workshop: Workshop) -> None:
        jobs = [workshop.order("A lamp.") for _ in range(3)]
        workshop.order("Another tenant's lamp.", tenant="globex")
        seen = listed(workshop)
        assert [seen[job].queue_position for job in jobs] == [1, 2, 3]
        assert all(seen[job].remaining_time is None for job in jobs), "nothing is known of the speed yet"
        for job in jobs:
            shown = show(workshop, job)
            assert (shown.queue_position, shown.progress) == (seen[job].queue_position, 0)
        workshop.inside(lambda context: cancel_video(context, jobs[0]))
        assert show(workshop, jobs[0]).queue_position is None
        assert show(workshop, jobs[2]).queue_position == 2

    def test_the_time_is_that_of_all_who_share_the_workers(self, workshop: Workshop) -> None:
        now = workshop.runtime.clock()
        done = workshop.order("A lamp.")
        started = now - timedelta(seconds=100)
        ended = {"state": JobState.SUCCEEDED, "started_at": started, "ended_at": now, "work": 1000.0}
        change_job(workshop, done, **ended)
        running = workshop.order("A lamp.")
        half = {"state": JobState.RUNNING, "started_at": now - timedelta(seconds=30), "progress": 0.5}
        change_job(workshop, running, **half)
        theirs = workshop.order("A lamp.", tenant="globex")
        own_scope = workshop.scope
        workshop.scope = workshop.do(workshop._scope("globex"))
        change_job(workshop, theirs, work=200.0)
        workshop.scope = own_scope
        mine = workshop.order("A lamp.")
        change_job(workshop, mine, work=500.0)
        seen = show(workshop, mine)
        assert seen.queue_position == 1
        # 30 s are left of the running one, 20 s of the other tenant's, 50 s are its own.
        assert seen.remaining_time == pytest.approx(100, abs=3)
        assert show(workshop, running).remaining_time == pytest.approx(30, abs=3)
        assert show(workshop, running).progress == 50

    def test_progress_never_goes_back(self, workshop: Workshop) -> None:
        job = workshop.order("A lamp.")
        change_job(workshop, job, state=JobState.RUNNING)
        now = workshop.runtime.clock()
        for share in (0.4, 0.2):
            workshop.do(note_progress(workshop.runtime, job, "render", share, now))
        assert workshop.job(job).progress == 0.4


def test_twenty_wait_and_no_more(workshop: Workshop) -> None:
    jobs = [workshop.order("A lamp.") for _ in range(20)]
    with pytest.raises(QueueFullError, match="20 videos are waiting"):
        workshop.order("One too many.")
    workshop.order("Another tenant's lamp.", tenant="globex")
    workshop.inside(lambda context: cancel_video(context, jobs[0]))
    workshop.order("It fits now.")


def test_old_tasks_are_deleted_and_their_videos_stay(workshop: Workshop) -> None:
    config = {"callback_url": "https://lamps.example/done"}
    old, young = (workshop.order("A lamp.", callback_config=config) for _ in range(2))
    for job in (old, young):
        workshop.inside(lambda context, job=job: cancel_video(context, job))
    video_key = workshop.video(old).video_key
    workshop.do(workshop.runtime.objects.put_bytes(video_key, b"the asset's"))
    workshop.do(workshop.runtime.objects.put_bytes(f"{workshop.video(old).prefix}/audio-1", b"an input"))

    async def age(context: Context) -> None:
        row = await VideoJobRepository(context).find(old)
        assert row is not None
        row.ended_at = context.now() - timedelta(days=184)

    workshop.inside(age)
    workshop.do(sweep_tasks(workshop.runtime))
    assert list(listed(workshop)) == [young]
    cast = set(workshop.cast_files())
    files = [path for path in workshop.settings.objects_dir.rglob("*") if path.is_file()]
    assert [path.name for path in files if path not in cast] == ["video.mp4"]

    async def leftovers(context: Context) -> tuple[int, int]:
        jobs = await JobRepository(context).of_subjects([old])
        return len(jobs), len(await CallbackRepository(context).of_tasks([old]))

    assert workshop.inside(leftovers) == (0, 0)


@pytest.mark.media
@pytest.mark.slow
def test_a_failed_one_is_made_again_from_what_it_kept(workshop: Workshop) -> None:
    failed = workshop.order("A lamp.")

    async def lose_the_avatar(context: Context) -> dict[str, Any]:
        row = await VideoJobRepository(context).find(failed)
        assert row is not None
        whole, row.plan = row.plan, {**row.plan, "avatar_key": "gone/avatar.zip"}
        return whole

    plan = workshop.inside(lose_the_avatar)
    assert workshop.run(failed) is JobState.FAILED
    assert "the avatar was deleted" in (workshop.video(failed).error_msg or "")

    async def find_it_again(context: Context) -> VideoJob:
        row = await VideoJobRepository(context).find(failed)
        assert row is not None
        row.plan = plan
        return row

    workshop.inside(find_it_again)
    again = workshop.inside(lambda context: retry_video(context, failed, reviewed=False))
    assert again != failed and workshop.video(again).state == VideoState.WAITING
    assert workshop.run(again) is JobState.SUCCEEDED
    assert workshop.file(again).is_file()
    with pytest.raises(VideoStateError, match="only a FAILED one"):
        workshop.inside(lambda context: retry_video(context, again, reviewed=False))
