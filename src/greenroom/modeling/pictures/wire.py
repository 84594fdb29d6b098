"""The wire models of picture modeling."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from greenroom.api.wire import ErrorResponse, PageQuery, WireModel, WireTime


class PictureModelingOptions(WireModel):
    """What both ways to send a picture have in common."""

    style_id: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=64)
    notify_url: str | None = Field(None, max_length=2048)
    authorize_use_human_image: bool | None = None
    """Beyond the contract, which has no place for it."""


class PictureModelingByUrlReq(PictureModelingOptions):
    picture_url: str = Field(min_length=1, max_length=2048)


class PictureModelingResponse(WireModel):
    """CreatePictureModelingJobResponse and CreatePictureModelingByUrlJobResponse"""

    job_id: str
    model_asset_id: str


class PictureModelingInfo(WireModel):
    """Also ShowPictureModelingJobResponse"""

    job_id: str
    state: str
    start_time: WireTime | None = None
    end_time: WireTime | None = None
    error_info: ErrorResponse | None = None
    model_asset_id: str | None = None
    name: str
    style_id: str
    model_cover_url: str | None = None


class ListPictureModelingJobsQuery(PageQuery):
    state: str | None = Field(None, max_length=1024)
    """Several, separated by commas."""
    sort_key: str | None = Field(None, max_length=128)
    sort_dir: Literal["asc", "desc"] = "asc"
    create_since: WireTime | None = None
    create_until: WireTime | None = None


class ListPictureModelingJobsResponse(WireModel):
    count: int
    picture_modeling_jobs: list[PictureModelingInfo]
