"""The wire models of photo detection and of videos in which a photo speaks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import ErrorResponse, WireModel, WireTime
from greenroom.scripts.wire import (
    BackgroundMusicConfig,
    CallBackConfig,
    ReviewConfig,
    ShootScriptItem,
    VoiceConfig,
)
from greenroom.video.wire import DigitalHumanVideo, OutputAssetConfig, VideoExtension

Picture = Annotated[str, StringConstraints(min_length=1, max_length=31_457_280)]
"""base64; beyond the contract also a download link of this service, or the id of an IMAGE asset."""


class CreatePhotoDetectionReq(WireModel):
    human_image: Picture


class CreatePhotoDetectionResponse(WireModel):
    job_id: str


class ShowPhotoDetectionResponse(WireModel):
    job_id: str
    state: str
    error_info: ErrorResponse | None = None
    create_time: WireTime


class PhotoVideoConfig(WireModel):
    codec: Literal["H264"] = "H264"
    bitrate: int | None = Field(None, ge=40, le=30_000)
    """kbit/s"""
    frame_rate: Literal["24", "25", "30"] | None = None


class CreatePhotoDigitalHumanVideoReq(WireModel):
    """Either a script's id or the script itself, as for a video of an avatar."""

    script_id: str | None = Field(None, min_length=1, max_length=64)
    human_image: Picture
    voice_config: VoiceConfig | None = None
    video_config: PhotoVideoConfig | None = None
    shoot_scripts: list[ShootScriptItem] | None = None
    output_asset_config: OutputAssetConfig | None = None
    background_music_config: BackgroundMusicConfig | None = None
    review_config: ReviewConfig | None = None
    callback_config: CallBackConfig | None = None
    id_card_image1: Picture | None = None
    id_card_image2: Picture | None = None
    authorize_use_human_image: bool | None = None


class CreatePhotoDigitalHumanVideoResponse(WireModel):
    job_id: str


class ShowPhotoDigitalHumanVideoResponse(DigitalHumanVideo):
    script_id: str | None = None
    human_image: str | None = None
    """base64, while the video is not made yet"""
    voice_config: VoiceConfig | None = None
    video_config: PhotoVideoConfig | None = None
    shoot_scripts: list[ShootScriptItem] | None = None
    x_greenroom: VideoExtension | None = None
