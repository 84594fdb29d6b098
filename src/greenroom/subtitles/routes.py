"""Subtitle files over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.subtitles import service
from greenroom.subtitles.wire import (
    CreateSubtitleFileReq,
    CreateSubtitleFileResponse,
    ShowSubtitleFileResponse,
)


@operation("CreateSubtitleFile")
async def create_subtitle_file(context: Context, body: CreateSubtitleFileReq) -> CreateSubtitleFileResponse:
    return await service.create_subtitle_file(context, body)


@operation("ShowSubtitleFile")
async def show_subtitle_file(context: Context, job_id: str) -> ShowSubtitleFileResponse:
    return await service.show_subtitle_file(context, job_id)
