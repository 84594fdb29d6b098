"""Previews and retries over the API: operations of our own (`api.extensions`)."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.video import previews, retrying
from greenroom.video.preview_wire import (
    CreateVideoPreviewReq,
    CreateVideoPreviewResponse,
    RetryVideoResponse,
    ShowVideoPreviewResponse,
)


@operation("RetryVideo")
async def retry_video(context: Context, job_id: str) -> RetryVideoResponse:
    return RetryVideoResponse(job_id=await retrying.retry_video(context, job_id))


@operation("CreateVideoPreview")
async def create_video_preview(context: Context, body: CreateVideoPreviewReq) -> CreateVideoPreviewResponse:
    return await previews.create_preview(context, body)


@operation("ShowVideoPreview")
async def show_video_preview(context: Context, preview_id: str) -> ShowVideoPreviewResponse:
    return await previews.show_preview(context, preview_id)


@operation("DeleteVideoPreview")
async def delete_video_preview(context: Context, preview_id: str) -> None:
    await previews.delete_preview(context, preview_id)
