"""The wire models of previews, which are our own: see docs/adr/0009."""

from __future__ import annotations

from pydantic import Field

from greenroom.api.wire import ErrorResponse, WireModel, WireTime
from greenroom.video.wire import Create2DDigitalHumanVideoReq


class CreateVideoPreviewReq(WireModel):
    order: Create2DDigitalHumanVideoReq
    """What the video would be ordered with: a script's id, or the script itself."""
    sequence_no: int | None = Field(default=None, ge=0, le=2_147_483_647)
    """Of the scene; the first one without it."""
    seconds: float = Field(default=4.0, ge=0.5, le=10)


class CreateVideoPreviewResponse(WireModel):
    preview_id: str


class ShowVideoPreviewResponse(WireModel):
    preview_id: str
    state: str
    """WAITING, PROCESSING, SUCCEED or FAILED"""
    preview_video_url: str | None = None
    error_info: ErrorResponse | None = None
    create_time: WireTime
    expire_time: WireTime | None = None
    """When it is deleted."""
