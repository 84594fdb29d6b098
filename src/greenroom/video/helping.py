"""Jobs that help another worker's video along. Users see and pay for the video's own job only."""

from __future__ import annotations

import asyncio

from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JobSubmission
from greenroom.jobs.fleet import alive
from greenroom.jobs.models import JobRow, JobState
from greenroom.jobs.repository import JobRepository
from greenroom.runtime import Context
from greenroom.video.models import SharedPiece, VideoJob
from greenroom.video.plan import VideoPlan
from greenroom.video.queueing import seconds_of
from greenroom.video.repository import SharedPieceRepository, VideoJobRepository
from greenroom.video.sharing import PART, SPEECH

KIND = "video.help"
_LEAST_S = 15.0
"""Of video for each worker: what is shorter is done before a helper has begun."""
_MOST_HELPERS = 7
_LOOK_AGAIN_S = 0.5


async def ask_for_help(context: Context, video: VideoJob) -> bool:
    """Put helping jobs into the queue where there are workers and scenes enough; whether it did.

    In the transaction of the video's start, so that it is done once. Helpers wait for their turn behind
    whatever waits already.
    """
    plan = VideoPlan.from_json(video.plan)
    workers = await alive(context)
    helpers = min(workers - 1, int(seconds_of(plan) / _LEAST_S) - 1, _MOST_HELPERS)
    if helpers < 1 or plan.photo is not None or context.runtime.jobs is None:
        return False
    await SharedPieceRepository(context).offer(video.id, SPEECH, len(plan.scenes))
    if not await _helpers_of(context, video):
        for _ in range(helpers):
            await context.runtime.jobs.submit(context, JobSubmission(context.new_id(), KIND, video.id))
    return True


async def send_helpers_home(context: Context, video: VideoJob) -> None:
    """The video has ended: nothing is left to help with, and what was shared goes."""
    await SharedPieceRepository(context).forget(video.id)
    for job in await _helpers_of(context, video):
        if context.runtime.jobs is not None:
            await context.runtime.jobs.request_cancel(context, job.id)
    folder = SharedPiece.folder(video.project_id, video.id)
    context.after_commit(lambda: context.objects.delete_prefix(folder))


async def _helpers_of(context: Context, video: VideoJob) -> list[JobRow]:
    jobs = await JobRepository(context).of_subjects([video.id])
    return [job for job in jobs if job.kind == KIND]


async def run_help(job: JobContext) -> None:
    """Make pieces from the end of the video until none is left or the video has ended."""
    from greenroom.video.jobs import VideoSteps

    video = VideoSteps(job)
    video.sharing.is_on = True
    if not await _goes_on(job):
        return
    await video.load()
    await video.prepare()
    while await _goes_on(job):
        if await video.sharing.help(SPEECH, video.speech_files, video.say, from_the_end=True):
            continue
        parts, done = await video.sharing.counts(PART)
        if parts and parts == done:
            return
        if parts:
            if not video.plan_path.is_file():
                # The voice's model is not needed any more.
                await job.drop_child()
                await video.write_plan()
            if await video.sharing.help(PART, video.part_files, video.draw, from_the_end=True):
                continue
        await asyncio.sleep(_LOOK_AGAIN_S)


async def _goes_on(job: JobContext) -> bool:
    """Whether the video's own job has not ended."""
    async with job.transaction(read_only=True) as context:
        main = await JobRepository(context).find(job.subject_id)
    return main is not None and not JobState(main.state).is_final


async def end_help(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """What a helper put down after the video's end goes too."""
    video = await VideoJobRepository(context).find(subject_id)
    main = await JobRepository(context).find(subject_id)
    if video is not None and (main is None or JobState(main.state).is_final):
        folder = SharedPiece.folder(video.project_id, video.id)
        context.after_commit(lambda: context.objects.delete_prefix(folder))


HELP = JobKind(run=run_help, ended=end_help)
