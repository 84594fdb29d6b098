"""The wire models of 2D avatar videos."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import ErrorResponse, PageQuery, WireModel, WireTime
from greenroom.scripts.wire import (
    ActionConfig,
    AssetId,
    BackgroundMusicConfig,
    CallBackConfig,
    ReviewConfig,
    ShootScriptItem,
    VideoConfig,
    VoiceConfig,
)

JobType = Literal["2D_DIGITAL_HUMAN_VIDEO", "PHOTO_DIGITAL_HUMAN_VIDEO"]
AssetName = Annotated[str, StringConstraints(max_length=256)]


class OutputAssetConfig(WireModel):
    asset_name: AssetName


class Create2DDigitalHumanVideoReq(WireModel):
    """Either a script's id or the script itself; members given beside the id replace the script's."""

    script_id: str | None = Field(default=None, min_length=1, max_length=64)
    model_asset_id: AssetId | None = None
    voice_config: VoiceConfig | None = None
    video_config: VideoConfig | None = None
    shoot_scripts: list[ShootScriptItem] | None = None
    output_asset_config: OutputAssetConfig | None = None
    background_music_config: BackgroundMusicConfig | None = None
    review_config: ReviewConfig | None = None
    callback_config: CallBackConfig | None = None
    action_config: ActionConfig | None = None


class Create2DDigitalHumanVideoResponse(WireModel):
    job_id: str


class RetryVideoResponse(WireModel):
    """Our own: see `api.extensions`."""

    job_id: str
    """Of the new task."""


class OutputAssetInfo(WireModel):
    asset_id: str
    asset_name: str
    cover_url: str | None = None
    preview_video_url: str | None = None


class DigitalHumanVideo(WireModel):
    """One line of the list."""

    job_id: str
    state: str
    job_type: JobType
    start_time: WireTime | None = None
    end_time: WireTime | None = None
    duration: float | None = None
    """seconds"""
    output_asset_config: OutputAssetInfo | None = None
    error_info: ErrorResponse | None = None
    create_time: WireTime
    lastupdate_time: WireTime
    # The three members below are ours: the contract says nothing of the queue.
    queue_position: int | None = None
    """1 is the next; None: it does not wait for a worker."""
    remaining_time: int | None = None
    """seconds until the video is done, as far as they can be known"""
    progress: int | None = None
    """percent of a video that waits or is made; never goes back"""


class ExternalOutput(WireModel):
    """What became of `video_config.output_external_url`; our own."""

    state: str
    """WAITING, UPLOADING, SUCCEED or FAILED"""
    host: str
    attempts: int
    """That have failed."""
    error_msg: str | None = None
    """Of the last one."""


class VideoExtension(WireModel):
    """`x_greenroom` of a task."""

    external_output: ExternalOutput | None = None
    quality: dict[str, Any] | None = None
    """What was measured: `quality.report.summary_of`."""
    quality_url: str | None = None
    """The whole report, with the figures of each part."""


class Show2DDigitalHumanVideoResponse(DigitalHumanVideo):
    script_id: str | None = None
    video_making_type: Literal["MODEL", "PICTURE"] | None = None
    model_asset_id: str | None = None
    voice_config: VoiceConfig | None = None
    video_config: VideoConfig | None = None
    shoot_scripts: list[ShootScriptItem] | None = None
    background_music_config: BackgroundMusicConfig | None = None
    x_greenroom: VideoExtension | None = None


class ShowVideoQuery(WireModel):
    show_script: bool = False


class ListDigitalHumanVideoQuery(PageQuery):
    state: str | None = Field(None, max_length=1024)
    """Several, separated by commas."""
    sort_key: str | None = Field(None, max_length=128)
    sort_dir: Literal["asc", "desc"] = "asc"
    create_since: WireTime | None = None
    create_until: WireTime | None = None
    fuzzy_query_field: list[str] = Field(default_factory=list)
    script_id: str | None = Field(None, min_length=1, max_length=64)
    asset_name: str | None = Field(None, max_length=256)
    job_type: JobType | None = None
    job_id: str | None = Field(None, min_length=1, max_length=64)
    job_ids: list[str] = Field(default_factory=list)


class ListDigitalHumanVideoResponse(WireModel):
    count: int
    jobs: list[DigitalHumanVideo]
