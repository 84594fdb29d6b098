"""Previews over the API: operations of our own (`api.extensions`)."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.video.previews import service
from greenroom.video.previews.wire import (
    CreateVideoPreviewReq,
    CreateVideoPreviewResponse,
    ShowVideoPreviewResponse,
)


@operation("CreateVideoPreview")
async def create_video_preview(context: Context, body: CreateVideoPreviewReq) -> CreateVideoPreviewResponse:
    return await service.create_preview(context, body)


@operation("ShowVideoPreview")
async def show_video_preview(context: Context, preview_id: str) -> ShowVideoPreviewResponse:
    return await service.show_preview(context, preview_id)


@operation("DeleteVideoPreview")
async def delete_video_preview(context: Context, preview_id: str) -> None:
    await service.delete_preview(context, preview_id)
