"""Videos in which a photo speaks: made, shown and cancelled. They are video jobs like any other."""

from __future__ import annotations

import base64

from greenroom.portraits.pictures import (
    SMALLEST_SIDE,
    Picture,
    PictureError,
    look_at_identity,
    require_consent,
    take_picture,
)
from greenroom.runtime import Context
from greenroom.scripts.wire import ShootScriptItem, VideoConfig
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.errors import VideoJobNotFoundError
from greenroom.video.models import JobKindOfVideo, VideoJob
from greenroom.video.photo.orders import PhotoOrder
from greenroom.video.photo.wire import (
    CreatePhotoDigitalHumanVideoReq,
    CreatePhotoDigitalHumanVideoResponse,
    PhotoVideoConfig,
    ShowPhotoDigitalHumanVideoResponse,
)
from greenroom.video.planning import merged_content
from greenroom.video.queueing import places_of
from greenroom.video.service import cancel_video, create_video, find_video, video_extension, video_line
from greenroom.video.wire import Create2DDigitalHumanVideoReq

_BITS_A_PIXEL = 0.1
"""Of every picture, as a cap where the request has none."""
_OWN_MEMBERS = {
    "human_image",
    "id_card_image1",
    "id_card_image2",
    "authorize_use_human_image",
    "video_config",
}


async def create_photo_video(
    context: Context, body: CreatePhotoDigitalHumanVideoReq, *, reviewed: bool = True
) -> CreatePhotoDigitalHumanVideoResponse:
    """Check the request and put the video into the queue; whether the photo is fit is found out by the job.

    The pictures of identity cards are looked into and not kept. `reviewed` is False for the operator's own
    videos.

    Raises:
        PictureError: a picture cannot be read, or nobody says that the person agrees.
        GreenroomError: see `service.create_video`.
    """
    require_consent(context, "authorize_use_human_image", body.authorize_use_human_image)
    photo = await take_picture(context, "human_image", body.human_image)
    await look_at_identity(context, "", body.id_card_image1, body.id_card_image2)
    content = await merged_content(
        context,
        Create2DDigitalHumanVideoReq.model_validate(body.model_dump(exclude_none=True, exclude=_OWN_MEMBERS)),
    )
    content.model_asset_id = content.action_config = None
    content.video_config = video_config_of(photo, body.video_config, content.video_config)
    name = content.output_asset_config.asset_name if content.output_asset_config else ""
    order = PhotoOrder(photo.data, name or "photo", _needs_cut_out(content.shoot_scripts or []))
    made = await create_video(context, content, reviewed=reviewed, photo=order)
    return CreatePhotoDigitalHumanVideoResponse(job_id=made.job_id)


def video_config_of(
    photo: Picture, given: PhotoVideoConfig | None, of_script: VideoConfig | None = None
) -> VideoConfig:
    """The video is as large as the photo at working size; a script may ask for subtitles in it.

    Raises PictureError: the photo is too small.
    """
    if min(photo.width, photo.height) < SMALLEST_SIDE:
        raise PictureError(
            f"human_image has {photo.width}x{photo.height} pixels: send a photo of at least "
            f"{SMALLEST_SIDE} pixels a side"
        )
    given = given or PhotoVideoConfig.model_validate({})
    fps = int(given.frame_rate or 25)
    usual = round(photo.width * photo.height * fps * _BITS_A_PIXEL / 1000)
    return VideoConfig.model_validate(
        {
            "codec": given.codec,
            "bitrate": given.bitrate or max(1000, min(30_000, usual)),
            "width": photo.width,
            "height": photo.height,
            "frame_rate": given.frame_rate,
            "is_subtitle_enable": of_script.is_subtitle_enable if of_script else None,
            "subtitle_config": of_script.subtitle_config if of_script else None,
        }
    )


async def show_photo_video(
    context: Context, job_id: str, show_script: bool
) -> ShowPhotoDigitalHumanVideoResponse:
    """Raises VideoJobNotFoundError."""
    job = await _find(context, job_id)
    members = ("voice_config", "video_config", "shoot_scripts")
    shown = {name: job.content.get(name) for name in members} if show_script else {}
    return ShowPhotoDigitalHumanVideoResponse.model_validate(
        {
            **shown,
            **video_line(context, job, await places_of(context, [job])).model_dump(),
            "script_id": job.script_id,
            "human_image": await _photo_of(context, job) if show_script else None,
            "x_greenroom": await video_extension(context, job),
        }
    )


async def cancel_photo_video(context: Context, job_id: str) -> None:
    """Take a waiting video out of the queue.

    Raises:
        VideoJobNotFoundError: no such job.
        VideoStateError: it does not wait any more.
    """
    await _find(context, job_id)
    await cancel_video(context, job_id)


async def _find(context: Context, job_id: str) -> VideoJob:
    job = await find_video(context, job_id)
    if job.job_type != JobKindOfVideo.PHOTO:
        raise VideoJobNotFoundError(job_id)
    return job


async def _photo_of(context: Context, job: VideoJob) -> str | None:
    """It goes with the job's other inputs when the video is made."""
    try:
        return base64.b64encode(await context.objects.read_bytes(job.photo_key)).decode()
    except ObjectNotFoundError:
        return None


def _needs_cut_out(scenes: list[ShootScriptItem]) -> bool:
    return any(scene.shoot_script is not None and scene.shoot_script.background_config for scene in scenes)
