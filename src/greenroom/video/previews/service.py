"""Previews over the API: a scene's beginning is drawn by a short job and kept for a day.

A preview has no row of its own: the durable job's is enough. Its order lies beside its inputs in the store.
"""

from __future__ import annotations

import json
from datetime import timedelta

from greenroom.api.wire import ErrorResponse
from greenroom.clock import wire_time
from greenroom.jobs.engine import JobSubmission
from greenroom.jobs.models import JobRow, JobState
from greenroom.jobs.repository import JobRepository
from greenroom.moderation import service as moderation
from greenroom.runtime import Context
from greenroom.video.errors import QueueFullError, VideoPreviewNotFoundError, VideoStateError
from greenroom.video.planning import make_plan
from greenroom.video.preview import one_scene
from greenroom.video.previews.wire import (
    CreateVideoPreviewReq,
    CreateVideoPreviewResponse,
    ShowVideoPreviewResponse,
)
from greenroom.video.review import review_order
from greenroom.video.subtitles import subtitle_order

KIND = "video.preview"
MOST_UNFINISHED = 5
"""Of a project, at a time."""
LIFE = timedelta(days=1)
_STATES = {JobState.WAITING: "WAITING", JobState.RUNNING: "PROCESSING", JobState.SUCCEEDED: "SUCCEED"}
"""On the wire, as those of videos are; whatever else is FAILED."""


async def create_preview(context: Context, body: CreateVideoPreviewReq) -> CreateVideoPreviewResponse:
    """Check the scene in full and have its beginning drawn. Nothing is charged.

    Raises:
        QueueFullError: the project has as many unfinished previews as it may have.
        ContentRefusedError: a text does not pass the content review.
        VideoStateError: a person has to look at the text first.
        GreenroomError: as for an order of the video.
    """
    if await JobRepository(context).count_unfinished(KIND) >= MOST_UNFINISHED:
        raise QueueFullError(f"{MOST_UNFINISHED} previews are being made already: wait for one of them")
    content = await one_scene(context, body.order, body.sequence_no)
    subtitles = await subtitle_order(context, content)
    if moderation.is_for_people(context, await review_order(context, content, subtitles)):
        raise VideoStateError(
            "a text of the scene has to be looked at by a person first, and previews do not wait for that: "
            "order the video"
        )
    preview_id = context.new_id()
    folder = inputs_of(context.project_id, preview_id)
    try:
        plan = await make_plan(context, content, folder, subtitles=subtitles)
    except Exception:
        await context.objects.delete_prefix(folder)
        raise
    order = {"plan": plan.to_json(), "seconds": body.seconds}
    await context.objects.put_bytes(f"{folder}/order.json", json.dumps(order).encode())
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, JobSubmission(preview_id, KIND, preview_id))
    return CreateVideoPreviewResponse(preview_id=preview_id)


async def show_preview(context: Context, preview_id: str) -> ShowVideoPreviewResponse:
    """Raises VideoPreviewNotFoundError."""
    row = await _find(context, preview_id)
    state = _STATES.get(JobState(row.state), "FAILED")
    link = None
    if state == "SUCCEED":
        key = video_key(context.project_id, preview_id)
        link = context.download_url(key, content_type="video/mp4", inline=True)
    return ShowVideoPreviewResponse(
        preview_id=row.id,
        state=state,
        preview_video_url=link,
        error_info=ErrorResponse.of(row.error_code, row.error_msg or "") if row.error_code else None,
        create_time=wire_time(row.created_at),
        expire_time=wire_time(row.ended_at + LIFE) if row.ended_at else None,
    )


async def delete_preview(context: Context, preview_id: str) -> None:
    """Stop it, or remove what was drawn. Raises VideoPreviewNotFoundError."""
    row = await _find(context, preview_id)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.request_cancel(context, row.id)
    await context.runtime.jobs.forget(context, [row.id])
    folder = folder_of(context.project_id, preview_id)

    async def tidy() -> None:
        await context.objects.delete_prefix(folder)

    context.after_commit(tidy)


async def _find(context: Context, preview_id: str) -> JobRow:
    row = await JobRepository(context).find(preview_id)
    # A preview that somebody deletes while it is drawn ends a moment later.
    if row is None or row.kind != KIND or row.cancel_requested:
        raise VideoPreviewNotFoundError(preview_id)
    return row


def folder_of(project_id: str, preview_id: str) -> str:
    """Where everything of a preview lies."""
    return f"previews/{project_id}/{preview_id}"


def inputs_of(project_id: str, preview_id: str) -> str:
    """Where its order lies and what it is drawn from, while it is not done."""
    return f"{folder_of(project_id, preview_id)}/inputs"


def video_key(project_id: str, preview_id: str) -> str:
    """Of what was drawn."""
    return f"{folder_of(project_id, preview_id)}/preview.mp4"
