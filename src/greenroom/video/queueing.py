"""The queue of a tenant's videos: how many may wait, how much work each is, and where each stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from greenroom.jobs.engine import JobSubmission
from greenroom.jobs.estimates import Place, places
from greenroom.runtime import Context
from greenroom.video.errors import QueueFullError
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.plan import VideoPlan
from greenroom.video.repository import VideoJobRepository

KIND = "video.render"
WAITING_PER_TENANT = 20
"""From the public limits; as many are made at a time (`jobs.engine.WorkerOptions`)."""
_LETTERS_A_SECOND, _IDEOGRAPHS_A_SECOND = 14.0, 4.5
_FIRST_IDEOGRAPH = "\u2e80"
_RECORDING_S = 20.0
"""A guess: its length is not known before it is decoded."""


async def require_room(context: Context) -> None:
    """Raises QueueFullError: the tenant has as many videos waiting as it may have."""
    if await VideoJobRepository(context).count_waiting() >= WAITING_PER_TENANT:
        raise QueueFullError(
            f"{WAITING_PER_TENANT} videos are waiting already: wait for one to start, or cancel one"
        )


async def submit_render(context: Context, job: VideoJob) -> None:
    """Put the job into the workers' queue, in the caller's transaction."""
    assert context.runtime.jobs is not None, "the server runs no job engine"
    work = work_of(VideoPlan.from_json(job.plan))
    await context.runtime.jobs.submit(context, JobSubmission(job.id, KIND, job.id, work=work))


async def places_of(context: Context, jobs: Sequence[VideoJob]) -> Mapping[str, Place]:
    """By job id, of those that wait in the workers' queue or are made. One still under review has none."""
    live = [job.id for job in jobs if job.state in (VideoState.WAITING, VideoState.PROCESSING)]
    return await places(context, KIND, live) if live else {}


def work_of(plan: VideoPlan) -> float:
    """Megapixels to be drawn, as far as they can be known beforehand."""
    return seconds_of(plan) * plan.fps * plan.width * plan.height / 1e6


def seconds_of(plan: VideoPlan) -> float:
    """How long the video will be, about."""
    return sum(_seconds(scene.text) for scene in plan.scenes)


def _seconds(text: str | None) -> float:
    if text is None:
        return _RECORDING_S
    ideographs = sum(character >= _FIRST_IDEOGRAPH for character in text)
    return ideographs / _IDEOGRAPHS_A_SECOND + (len(text) - ideographs) / _LETTERS_A_SECOND
