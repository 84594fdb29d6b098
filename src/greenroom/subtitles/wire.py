"""The wire models of subtitle files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from greenroom.api.wire import ErrorResponse, WireModel, WireTime
from greenroom.scripts.wire import CallBackConfig, Url


class CreateSubtitleFileReq(WireModel):
    script_id: str | None = Field(None, min_length=1, max_length=64)
    sequence_no: int | None = Field(None, ge=0, le=2_147_483_647)
    callback_config: CallBackConfig | None = None


class CreateSubtitleFileResponse(WireModel):
    job_id: str


class SubtitleFileDetail(WireModel):
    sequence_no: int
    subtitle_file_state: Literal["GENERATE_SUCCEED", "GENERATE_FAILED", "GENERATING"]
    subtitle_file_download_url: Url | None = None
    subtitle_file_upload_url: Url | None = None
    generate_time: WireTime | None = None
    error_info: ErrorResponse | None = None


class ShowSubtitleFileResponse(WireModel):
    job_state: Literal["GENERATING", "GENERATED"]
    subtitle_file_info: list[SubtitleFileDetail]
