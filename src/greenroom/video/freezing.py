"""Freezing of video tasks: the task and the video that it made."""

from __future__ import annotations

from greenroom.db.session import Session
from greenroom.moderation.errors import ReviewStateError
from greenroom.moderation.subjects import Moderated, Place, subject_of
from greenroom.runtime import Context
from greenroom.storage.holds import hold, release
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.repository import VideoJobRepository, job_of_any_tenant


class VideoTasks:
    """`subjects.Moderated` of video jobs."""

    async def find(self, session: Session, subject_id: str) -> Place | None:
        row = await job_of_any_tenant(session, subject_id)
        return None if row is None else Place(row.tenant_id, row.project_id)

    async def approve(self, context: Context, subject_id: str) -> None:
        raise ReviewStateError("tasks are not reviewed: their texts and their video are")

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None:
        await self.approve(context, subject_id)

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        """A finished task becomes BLOCK; one that still runs is stopped, or its video is born frozen."""
        row = await VideoJobRepository(context).find(subject_id)
        assert row is not None
        await hold(context.session, [f"assets/{row.project_id}/{row.asset_id}"], reason, context.now())
        if row.state == VideoState.SUCCEED:
            row.advance(VideoState.BLOCK)
            await _asset(context, row, "freeze", code, reason)
        elif row.state in (VideoState.WAITING, VideoState.PROCESSING) and context.runtime.jobs is not None:
            await context.runtime.jobs.request_cancel(context, row.id)
        VideoJobRepository(context).touch(row)

    async def unfreeze(self, context: Context, subject_id: str) -> None:
        row = await VideoJobRepository(context).find(subject_id)
        assert row is not None
        await release(context.session, [f"assets/{row.project_id}/{row.asset_id}"])
        if row.state == VideoState.BLOCK:
            row.advance(VideoState.SUCCEED)
        await _asset(context, row, "unfreeze")
        VideoJobRepository(context).touch(row)


async def _asset(context: Context, row: VideoJob, action: str, *arguments: str) -> None:
    """The same to the video's asset, if it is still there."""
    assets = subject_of("asset")
    if await assets.find(context.session, row.asset_id) is not None:
        await getattr(assets, action)(context, row.asset_id, *arguments)


VIDEO_TASKS: Moderated = VideoTasks()
