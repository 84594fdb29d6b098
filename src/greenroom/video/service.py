"""Video jobs: made, shown, cancelled and listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenroom.api.wire import ErrorResponse
from greenroom.callbacks.service import Receiver, check_receiver, keep_callback
from greenroom.clock import wire_time
from greenroom.jobs.estimates import Place
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.video.charging import reserve_video
from greenroom.video.deliveries.service import keep_delivery, shown_delivery, wanted_address
from greenroom.video.errors import VideoJobNotFoundError, VideoStateError
from greenroom.video.models import JobKindOfVideo, VideoJob, VideoState
from greenroom.video.photo.orders import PhotoOrder
from greenroom.video.planning import make_plan, merged_content
from greenroom.video.queueing import places_of, require_room
from greenroom.video.repository import VideoJobRepository
from greenroom.video.review import enqueue, render, review_order, stop_waiting
from greenroom.video.subtitles import subtitle_order
from greenroom.video.wire import (
    Create2DDigitalHumanVideoReq,
    Create2DDigitalHumanVideoResponse,
    DigitalHumanVideo,
    ListDigitalHumanVideoQuery,
    ListDigitalHumanVideoResponse,
    OutputAssetInfo,
    Show2DDigitalHumanVideoResponse,
    VideoExtension,
)

SECRETS: Any = {"callback_config": True, "video_config": {"output_external_url"}}
"""Members of a request that are kept encrypted, and nowhere else: keys, and links that may be written to."""
_WITH_VIDEO = (VideoState.SUCCEED, VideoState.BLOCK)


async def create_video(
    context: Context,
    body: Create2DDigitalHumanVideoReq,
    framing: str = "half",
    *,
    reviewed: bool = True,
    subtitle_files: bool = False,
    music_key: str | None = None,
    photo: PhotoOrder | None = None,
) -> Create2DDigitalHumanVideoResponse:
    """Check the request in full and put the video into the queue.

    `framing`, `half` or `head`, is for scenes that do not place the person themselves. `reviewed` is False
    for the operator's own videos. `subtitle_files` keeps subtitle files even of a video that shows none.
    `music_key` is a file of the operator's that plays behind it. `photo` speaks in the place of an avatar.

    Raises:
        ContentRefusedError: a text does not pass the content review.
        QueueFullError: the tenant has as many videos waiting as it may have.
        InvalidParameterError: `callback_config` or `output_external_url` names nobody that may be sent to.
        InsufficientResourcesError: billing allows no more videos.
        GreenroomError: see `planning.make_plan`.
    """
    await require_room(context)
    receiver = Receiver.of(body.callback_config)
    check_receiver(context, receiver)
    content = await merged_content(context, body)
    address = wanted_address(context, content.video_config)
    subtitles = await subtitle_order(context, content, subtitle_files)
    texts = await review_order(context, content, subtitles) if reviewed else Verdict()
    job = VideoJob(id=context.new_id(), state=VideoState.WAITING, asset_id=context.new_id())
    job.project_id = context.project_id
    try:
        if photo is not None:
            await context.objects.put_bytes(job.photo_key, photo.data)
        person = photo.plan(job.photo_key) if photo is not None else None
        plan = await make_plan(context, content, job.prefix, framing, subtitles, music_key, person)
        await reserve_video(context, job.id, plan.avatars)
        # Reserving lets a tenant's orders through one after the other, so this count holds.
        await require_room(context)
    except Exception:
        # The recordings copied so far belong to no job.
        await context.objects.delete_prefix(job.prefix)
        raise
    job.job_type = photo.kind if photo is not None else JobKindOfVideo.MODEL
    job.script_id = body.script_id
    output = content.output_asset_config
    job.asset_name = (output.asset_name if output else "") or f"video-{job.id[:8]}"
    job.content = content.model_dump(mode="json", exclude_none=True, exclude=SECRETS)
    job.plan = plan.to_json()
    await VideoJobRepository(context).add(job)
    await keep_callback(context, job.id, receiver)
    await keep_delivery(context, job.id, address)
    if reviewed:
        await enqueue(context, job, content, texts)
    else:
        await render(context, job)
    return Create2DDigitalHumanVideoResponse(job_id=job.id)


async def show_video(context: Context, job_id: str, show_script: bool) -> Show2DDigitalHumanVideoResponse:
    """Raises VideoJobNotFoundError."""
    job = await find_video(context, job_id)
    hidden = {"output_asset_config", "script_id", "model_asset_id"}
    shown = {name: value for name, value in job.content.items() if show_script and name not in hidden}
    return Show2DDigitalHumanVideoResponse.model_validate(
        {
            **shown,
            **video_line(context, job, await places_of(context, [job])).model_dump(),
            "script_id": job.script_id,
            "video_making_type": "MODEL" if job.job_type == JobKindOfVideo.MODEL else "PICTURE",
            "model_asset_id": job.plan["avatar_asset_id"] or None,
            "x_greenroom": await video_extension(context, job),
        }
    )


async def video_extension(context: Context, job: VideoJob) -> VideoExtension | None:
    """What the contract has no member for: where the video goes, and what was measured of one that can be
    seen; None where there is nothing to say."""
    made = VideoExtension()
    # A video that is not made goes nowhere.
    if job.state not in (VideoState.FAILED, VideoState.CANCELED):
        made.external_output = await shown_delivery(context, job.id)
    if job.state == VideoState.SUCCEED and job.quality is not None:
        made.quality = job.quality
        made.quality_url = context.download_url(job.quality_key, content_type="application/json", inline=True)
    return made if made != VideoExtension() else None


async def cancel_video(context: Context, job_id: str) -> None:
    """Take a waiting video out of the queue.

    Raises:
        VideoJobNotFoundError: no such job.
        VideoStateError: it does not wait any more.
    """
    job = await find_video(context, job_id)
    if job.state != VideoState.WAITING:
        raise VideoStateError(f"the video job is {job.state}: only a WAITING one can be cancelled")
    await stop_waiting(context, job)


async def list_videos(context: Context, query: ListDigitalHumanVideoQuery) -> ListDigitalHumanVideoResponse:
    page = await VideoJobRepository(context).list_page(query)
    found = await places_of(context, page.rows)
    return ListDigitalHumanVideoResponse(
        count=page.count, jobs=[video_line(context, job, found) for job in page.rows]
    )


async def find_video(context: Context, job_id: str) -> VideoJob:
    """Raises VideoJobNotFoundError."""
    job = await VideoJobRepository(context).find(job_id)
    if job is None:
        raise VideoJobNotFoundError(job_id)
    return job


def video_line(
    context: Context, job: VideoJob, places: Mapping[str, Place] | None = None
) -> DigitalHumanVideo:
    """`places`: of the jobs that wait or run, where they are to be shown."""
    place = places.get(job.id) if places else None
    return DigitalHumanVideo(
        job_id=job.id,
        state=job.state,
        job_type=JobKindOfVideo(job.job_type).on_wire,
        start_time=wire_time(job.started_at) if job.started_at else None,
        end_time=wire_time(job.ended_at) if job.ended_at else None,
        duration=job.duration_s,
        output_asset_config=video_output(context, job) if job.state in _WITH_VIDEO else None,
        error_info=ErrorResponse.of(job.error_code, job.error_msg or "") if job.error_code else None,
        create_time=wire_time(job.created_at),
        lastupdate_time=wire_time(job.updated_at),
        queue_position=place.position if place else None,
        remaining_time=place.remaining_s if place else None,
        progress=int(place.progress * 100) if place else None,
    )


def video_output(context: Context, job: VideoJob) -> OutputAssetInfo:
    if job.state == VideoState.BLOCK:
        return OutputAssetInfo(asset_id=job.asset_id, asset_name=job.asset_name)
    return OutputAssetInfo(
        asset_id=job.asset_id,
        asset_name=job.asset_name,
        preview_video_url=context.download_url(
            job.video_key, content_type=job.output.content_type, inline=True
        ),
        cover_url=context.download_url(job.cover_key, content_type="image/jpeg", inline=True),
    )
