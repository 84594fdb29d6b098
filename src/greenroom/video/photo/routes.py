"""Photo detection and videos in which a photo speaks, over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.video.photo import detection, service
from greenroom.video.photo.wire import (
    CreatePhotoDetectionReq,
    CreatePhotoDetectionResponse,
    CreatePhotoDigitalHumanVideoReq,
    CreatePhotoDigitalHumanVideoResponse,
    ShowPhotoDetectionResponse,
    ShowPhotoDigitalHumanVideoResponse,
)
from greenroom.video.wire import ShowVideoQuery


@operation("CreatePhotoDetection")
async def create_photo_detection(
    context: Context, body: CreatePhotoDetectionReq
) -> CreatePhotoDetectionResponse:
    return await detection.create_photo_detection(context, body)


@operation("ShowPhotoDetection")
async def show_photo_detection(context: Context, job_id: str) -> ShowPhotoDetectionResponse:
    return await detection.show_photo_detection(context, job_id)


@operation("CreatePhotoDigitalHumanVideo")
async def create_photo_digital_human_video(
    context: Context, body: CreatePhotoDigitalHumanVideoReq
) -> CreatePhotoDigitalHumanVideoResponse:
    return await service.create_photo_video(context, body)


@operation("ShowPhotoDigitalHumanVideo")
async def show_photo_digital_human_video(
    context: Context, job_id: str, query: ShowVideoQuery
) -> ShowPhotoDigitalHumanVideoResponse:
    return await service.show_photo_video(context, job_id, query.show_script)


@operation("CancelPhotoDigitalHumanVideo")
async def cancel_photo_digital_human_video(context: Context, job_id: str) -> None:
    await service.cancel_photo_video(context, job_id)
