"""Wire models of styles."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from greenroom.api.wire import PageQuery, WireModel, WireTime
from greenroom.assets.wire import each_of


class StyleState(StrEnum):
    CREATING = "CREATING"
    PUBLISHED = "PUBLISHED"
    DELETED = "DELETED"
    UNPUBLISHED = "UNPUBLISHED"
    PUBLISHING = "PUBLISHING"


class ListStylesQuery(PageQuery):
    state: Annotated[str, Field(max_length=1024), each_of(StyleState)] | None = None
    sort_key: Literal["create_time", "update_time"] = "create_time"
    sort_dir: Literal["asc", "desc"] = "asc"
    create_until: WireTime | None = None
    create_since: WireTime | None = None


class StyleAssetItem(WireModel):
    asset_id: str
    asset_type: Literal["ANIMATION", "MATERIAL"]
    cover_url: str | None = None


class StyleExtraMeta(WireModel):
    picture_modeling_enable: bool


class StyleInfo(WireModel):
    name: str
    description: str | None = None
    sex: str | None = None
    style_id: str
    project_id: str
    tags: list[str]
    style_assets: list[StyleAssetItem]
    extra_meta: StyleExtraMeta | None = None
    create_time: str
    update_time: str
    state: StyleState


class ListStylesResponse(WireModel):
    count: int
    styles: list[StyleInfo]
