"""A failed video once more: a new job with the same order, from the inputs that the failed one kept."""

from __future__ import annotations

import hashlib
import json

from greenroom.callbacks.service import keep_callback, receiver_of
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.charging import reserve_video
from greenroom.video.deliveries.service import address_of, keep_delivery
from greenroom.video.errors import VideoContentError, VideoJobNotFoundError, VideoStateError
from greenroom.video.models import JobKindOfVideo, VideoJob, VideoState
from greenroom.video.plan import VideoPlan
from greenroom.video.queueing import require_room
from greenroom.video.repository import VideoJobRepository
from greenroom.video.review import enqueue, render, review_order
from greenroom.video.wire import Create2DDigitalHumanVideoReq


async def retry_video(context: Context, job_id: str, *, reviewed: bool = True) -> str:
    """The id of the new job. What was edited or deleted since does not matter; what was made is reused.

    Asked for again, it is the same new job, unless that has failed or was cancelled as well.

    Raises:
        VideoJobNotFoundError: no such job.
        VideoStateError: it has not failed, or is a business card's.
        VideoContentError: its recordings or its photo are gone.
        ContentRefusedError, QueueFullError, InsufficientResourcesError: as for a new order.
    """
    repository = VideoJobRepository(context)
    failed = await _failed(repository, job_id)
    new_id = await _next_id(repository, job_id)
    if await _is_there(repository, new_id):
        return new_id
    await require_room(context)
    content = Create2DDigitalHumanVideoReq.model_validate(failed.content)
    texts = await review_order(context, content) if reviewed else Verdict()
    job = VideoJob(id=new_id, state=VideoState.WAITING, asset_id=context.new_id())
    job.project_id = context.project_id
    job.job_type = failed.job_type
    job.script_id, job.asset_name, job.content = failed.script_id, failed.asset_name, failed.content
    try:
        job.plan = await _copied(context, failed, job)
        await reserve_video(context, job.id, VideoPlan.from_json(job.plan).avatars)
        # Reserving lets a tenant's orders through one after the other: a request beside this one was first.
        if await _is_there(repository, new_id):
            return new_id
        await require_room(context)
    except Exception:
        await context.objects.delete_prefix(job.prefix)
        raise
    await repository.add(job)
    await keep_callback(context, job.id, await receiver_of(context, failed.id))
    await keep_delivery(context, job.id, await address_of(context, failed.id))
    if reviewed:
        await enqueue(context, job, content, texts)
    else:
        await render(context, job)
    return job.id


async def _failed(repository: VideoJobRepository, job_id: str) -> VideoJob:
    """Raises VideoJobNotFoundError, VideoStateError."""
    job = await repository.find(job_id)
    if job is None:
        raise VideoJobNotFoundError(job_id)
    if job.state != VideoState.FAILED:
        raise VideoStateError(f"the video job is {job.state}: only a FAILED one can be tried again")
    if job.job_type == JobKindOfVideo.CARD:
        raise VideoStateError(
            "the video is a business card's: update_digital_human_business_card makes the card anew"
        )
    return job


async def _next_id(repository: VideoJobRepository, failed_id: str) -> str:
    """The id that the retry has, the same in every request: of the first one that was not in vain."""
    attempt = 1
    while True:
        new_id = hashlib.sha256(f"retry {attempt} of {failed_id}".encode()).hexdigest()[:32]
        found = await repository.find(new_id)
        if found is None or found.state not in (VideoState.FAILED, VideoState.CANCELED):
            return new_id
        attempt += 1


async def _is_there(repository: VideoJobRepository, job_id: str) -> bool:
    return await repository.find(job_id) is not None


async def _copied(context: Context, failed: VideoJob, job: VideoJob) -> dict[str, object]:
    """The plan, with copies of the failed job's own inputs as the new job's."""
    try:
        async for info in context.objects.list(failed.prefix):
            await context.objects.copy(info.key, job.prefix + info.key.removeprefix(failed.prefix))
    except ObjectNotFoundError:
        raise VideoContentError(_GONE) from None
    text = json.dumps(failed.plan).replace(f'"{failed.prefix}/', f'"{job.prefix}/')
    plan = VideoPlan.from_json(json.loads(text))
    needed = [key for scene in plan.scenes for key in (scene.audio_key, scene.subtitle_key)]
    needed.append(plan.photo.key if plan.photo is not None else None)
    for key in needed:
        if key is not None and not await context.objects.exists(key):
            raise VideoContentError(_GONE)
    return plan.to_json()


_GONE = "the files of the failed job are not kept any more: order the video anew"
