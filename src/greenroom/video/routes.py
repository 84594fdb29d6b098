"""2D avatar videos over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.video import retrying, service
from greenroom.video.cards.routes import (
    create_digital_human_business_card,
    delete_digital_human_business_card,
    list_digital_human_business_card,
    show_digital_human_business_card,
    update_digital_human_business_card,
)
from greenroom.video.photo.routes import (
    cancel_photo_digital_human_video,
    create_photo_detection,
    create_photo_digital_human_video,
    show_photo_detection,
    show_photo_digital_human_video,
)
from greenroom.video.previews.routes import create_video_preview, delete_video_preview, show_video_preview
from greenroom.video.wire import (
    Create2DDigitalHumanVideoReq,
    Create2DDigitalHumanVideoResponse,
    ListDigitalHumanVideoQuery,
    ListDigitalHumanVideoResponse,
    RetryVideoResponse,
    Show2DDigitalHumanVideoResponse,
    ShowVideoQuery,
)

__all__ = [
    "cancel2_d_digital_human_video",
    "cancel_photo_digital_human_video",
    "create2_d_digital_human_video",
    "create_digital_human_business_card",
    "create_photo_detection",
    "create_photo_digital_human_video",
    "create_video_preview",
    "delete_digital_human_business_card",
    "delete_video_preview",
    "list_digital_human_business_card",
    "list_digital_human_video",
    "retry_video",
    "show2_d_digital_human_video",
    "show_digital_human_business_card",
    "show_photo_detection",
    "show_photo_digital_human_video",
    "show_video_preview",
    "update_digital_human_business_card",
]


@operation("Create2DDigitalHumanVideo")
async def create2_d_digital_human_video(
    context: Context, body: Create2DDigitalHumanVideoReq
) -> Create2DDigitalHumanVideoResponse:
    return await service.create_video(context, body)


@operation("Show2DDigitalHumanVideo")
async def show2_d_digital_human_video(
    context: Context, job_id: str, query: ShowVideoQuery
) -> Show2DDigitalHumanVideoResponse:
    return await service.show_video(context, job_id, query.show_script)


@operation("Cancel2DDigitalHumanVideo")
async def cancel2_d_digital_human_video(context: Context, job_id: str) -> None:
    await service.cancel_video(context, job_id)


@operation("ListDigitalHumanVideo")
async def list_digital_human_video(
    context: Context, query: ListDigitalHumanVideoQuery
) -> ListDigitalHumanVideoResponse:
    return await service.list_videos(context, query)


@operation("RetryVideo")
async def retry_video(context: Context, job_id: str) -> RetryVideoResponse:
    return RetryVideoResponse(job_id=await retrying.retry_video(context, job_id))
