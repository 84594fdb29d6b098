"""Digital business cards: a person from a photo introduces themselves beside their name and numbers."""

from __future__ import annotations

import re
from typing import Any

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.clock import wire_time
from greenroom.engines.registry import all_voices
from greenroom.errors import NotFoundError
from greenroom.moderation import service as moderation
from greenroom.portraits.pictures import look_at_identity, require_consent, take_picture
from greenroom.runtime import Context
from greenroom.scripts.wire import ShootScriptItem
from greenroom.video.cards.looks import CANVAS
from greenroom.video.cards.repository import BusinessCardRepository
from greenroom.video.cards.templets import require_templet
from greenroom.video.cards.wire import (
    BusinessCardImageUrl,
    CardJobResponse,
    CreateDigitalHumanBusinessCardReq,
    DigitalHumanBusinessCardJobInfo,
    ListDigitalHumanBusinessCardQuery,
    ListDigitalHumanBusinessCardResponse,
    ShowDigitalHumanBusinessCardResponse,
)
from greenroom.video.errors import VideoContentError, VideoStateError
from greenroom.video.models import BusinessCard, JobKindOfVideo, VideoJob, VideoState
from greenroom.video.photo.orders import PhotoOrder
from greenroom.video.plan import CardPlan
from greenroom.video.repository import VideoJobRepository
from greenroom.video.review import stop_waiting
from greenroom.video.service import create_video, video_extension, video_line
from greenroom.video.wire import Create2DDigitalHumanVideoReq

_BITRATE_KBPS = 4000
_IMAGES = "card_image_config"
_SCRIPTS = (("ja", r"[぀-ヿ]"), ("zh", r"[一-鿿]"), ("hi", r"[ऀ-ॿ]"), ("en", r""))
"""Characters by which the language of an introduction is told, where no voice is given."""


class CardNotFoundError(NotFoundError):
    """No business card of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"no business card has the id {job_id}: list_digital_human_business_card shows those there are"
        )


async def create_card(context: Context, body: CreateDigitalHumanBusinessCardReq) -> CardJobResponse:
    """A new card, and its video in the queue.

    Raises:
        PictureError: a picture cannot be read, or nobody says that the person agrees.
        TempletError, VideoContentError: the templet or the introduction cannot be used.
        GreenroomError: see `video.service.create_video`.
    """
    card = BusinessCard(id=context.new_id())
    card.project_id = context.project_id
    try:
        await _make(context, card, body)
    except Exception:
        await context.objects.delete_prefix(card.prefix)
        raise
    await BusinessCardRepository(context).add(card)
    return CardJobResponse(job_id=card.id)


async def update_card(
    context: Context, job_id: str, body: CreateDigitalHumanBusinessCardReq
) -> CardJobResponse:
    """Make the card anew from the whole request. The video made before stays an asset.

    Raises:
        CardNotFoundError: no such card.
        VideoStateError: its video is being made at this moment.
        GreenroomError: as `create_card`.
    """
    card = await _find(context, job_id)
    old = await _video_of(context, card)
    if old is not None and old.state == VideoState.PROCESSING:
        raise VideoStateError("the card's video is being made: wait for it to end, then change the card")
    await _make(context, card, body)
    if old is not None and old.state == VideoState.WAITING:
        await stop_waiting(context, old)
    BusinessCardRepository(context).touch(card)
    return CardJobResponse(job_id=card.id)


async def show_card(context: Context, job_id: str) -> ShowDigitalHumanBusinessCardResponse:
    """Raises CardNotFoundError."""
    card = await _find(context, job_id)
    job = await _video_of(context, card)
    pictures = BusinessCardImageUrl(
        human_image_url=context.download_url(card.photo_key, inline=True),
        logo_image=context.download_url(card.logo_key, inline=True) if card.has_logo else None,
    )
    return ShowDigitalHumanBusinessCardResponse.model_validate(
        {
            **card.content,
            "job_info": await _info(context, card),
            "card_image_url": pictures,
            "x_greenroom": await video_extension(context, job) if job is not None else None,
        }
    )


async def list_cards(
    context: Context, query: ListDigitalHumanBusinessCardQuery
) -> ListDigitalHumanBusinessCardResponse:
    page = await BusinessCardRepository(context).list_page(query)
    return ListDigitalHumanBusinessCardResponse(
        count=page.count, jobs=[await _info(context, card) for card in page.rows]
    )


async def delete_card(context: Context, job_id: str) -> None:
    """Remove the card and its pictures, stopping what makes it. A finished video stays an asset.

    Raises CardNotFoundError.
    """
    card = await _find(context, job_id)
    job = await _video_of(context, card)
    if job is not None and job.state == VideoState.WAITING:
        await stop_waiting(context, job)
    elif job is not None and job.state == VideoState.PROCESSING and context.runtime.jobs is not None:
        await context.runtime.jobs.request_cancel(context, job.id)
    await BusinessCardRepository(context).remove(card)
    prefix = card.prefix

    async def tidy() -> None:
        await context.objects.delete_prefix(prefix)

    context.after_commit(tidy)


async def _make(context: Context, card: BusinessCard, body: CreateDigitalHumanBusinessCardReq) -> None:
    """Check the whole request, keep its pictures, and put the video into the queue."""
    images = body.card_image_config
    require_consent(context, f"{_IMAGES}.authorize_use_human_image", images.authorize_use_human_image)
    templet = await require_templet(context, body.card_templet_asset_id)
    texts = {name: text for name, text in body.card_text_config.model_dump(exclude_none=True).items()}
    if not texts:
        raise VideoContentError("card_text_config is empty: give at least a name")
    config = body.review_config.model_dump() if body.review_config else None
    named = {f"card_text_config.{name}": text for name, text in texts.items()}
    await moderation.require_allowed(context, named, config)
    photo = await take_picture(context, f"{_IMAGES}.human_image", images.human_image)
    await look_at_identity(context, f"{_IMAGES}.", images.id_card_image1, images.id_card_image2)
    logo = (
        await take_picture(context, f"{_IMAGES}.logo_image", images.logo_image) if images.logo_image else None
    )
    scene, voice_id = await _introduction(context, body)
    card.has_logo = logo is not None
    card.content = body.model_dump(mode="json", exclude_none=True, exclude={_IMAGES, "callback_config"})
    plan = CardPlan(templet.look, texts, templet.picture_key, card.logo_key if logo else None)
    name = body.video_asset_name or f"card-{texts.get('name', card.id[:8])}"
    order = PhotoOrder(photo.data, name, cut_out=True, kind=JobKindOfVideo.CARD, card=plan)
    width, height = CANVAS
    request: dict[str, Any] = {
        "voice_config": {"voice_asset_id": voice_id} if voice_id else None,
        "video_config": {"bitrate": _BITRATE_KBPS, "width": width, "height": height},
        "shoot_scripts": [ShootScriptItem.model_validate({"sequence_no": 0, "shoot_script": scene})],
        "output_asset_config": {"asset_name": name[:256]},
        "review_config": body.review_config,
        "callback_config": body.callback_config,
    }
    made = await create_video(context, Create2DDigitalHumanVideoReq.model_validate(request), photo=order)
    # Last, so that a refused change leaves the card's pictures as they are; the job begins after the commit.
    await context.objects.put_bytes(card.photo_key, photo.data)
    if logo is not None:
        await context.objects.put_bytes(card.logo_key, logo.data)
    card.video_job_id = made.job_id


async def _introduction(
    context: Context, body: CreateDigitalHumanBusinessCardReq
) -> tuple[dict[str, Any], str | None]:
    """What the person says: a scene, and the voice that a text needs."""
    kind = body.introduction_type or ("AUDIO" if body.introduction_audio_asset_id else "TEXT")
    if kind == "AUDIO":
        if not body.introduction_audio_asset_id:
            raise VideoContentError(
                "introduction_audio_asset_id is missing: give the id of an AUDIO asset, or a text"
            )
        asset = await require_usable(context, body.introduction_audio_asset_id, AssetType.AUDIO)
        main = file_of(asset)
        if main is None or main.object_key is None:
            raise VideoContentError(
                f"introduction_audio_asset_id: {asset.id} has no main file; upload it again"
            )
        link = context.download_url(main.object_key)
        return {"script_type": "AUDIO", "audio_drive_file_external_url": link}, None
    if not body.introduction_text:
        raise VideoContentError("introduction_text is missing: give what the person says, or a recording")
    scene = {"script_type": "TEXT", "text_config": {"text": body.introduction_text}}
    return scene, body.voice_asset_id or _usual_voice(body.introduction_text, body.gender)


def _usual_voice(text: str, gender: str | None) -> str:
    """A built-in voice that reads the text and suits the person. Raises VideoContentError: there is none."""
    language = next(name for name, characters in _SCRIPTS if re.search(characters, text))
    fitting = [voice for voice in all_voices() if voice.language.startswith(language)]
    fitting.sort(key=lambda voice: gender is not None and voice.sex != gender)
    if not fitting:
        raise VideoContentError("voice_asset_id is missing, and no voice is installed that reads the text")
    return fitting[0].voice_id


async def _find(context: Context, job_id: str) -> BusinessCard:
    card = await BusinessCardRepository(context).find(job_id)
    if card is None:
        raise CardNotFoundError(job_id)
    return card


async def _video_of(context: Context, card: BusinessCard) -> VideoJob | None:
    return await VideoJobRepository(context).find(card.video_job_id)


async def _info(context: Context, card: BusinessCard) -> DigitalHumanBusinessCardJobInfo:
    job = await _video_of(context, card)
    shown = video_line(context, job).model_dump() if job is not None else {"state": VideoState.CANCELED}
    return DigitalHumanBusinessCardJobInfo.model_validate(
        {
            **shown,
            "job_id": card.id,
            "create_time": wire_time(card.created_at),
            "lastupdate_time": max(wire_time(card.updated_at), shown.get("lastupdate_time", "")),
            "business_card_type": card.content["business_card_type"],
        }
    )
