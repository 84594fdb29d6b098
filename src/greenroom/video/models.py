"""The rows of video jobs, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime
from greenroom.media.formats import FORMATS, Codec, OutputFormat
from greenroom.video.cards.models import BusinessCard
from greenroom.video.deliveries.models import VideoDelivery
from greenroom.video.photo.models import PhotoDetection

__all__ = [
    "TRANSITIONS",
    "BusinessCard",
    "JobKindOfVideo",
    "PhotoDetection",
    "SharedPiece",
    "VideoDelivery",
    "VideoJob",
    "VideoState",
]


class VideoState(StrEnum):
    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    SUCCEED = "SUCCEED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    BLOCK = "BLOCK"


TRANSITIONS: Mapping[VideoState, frozenset[VideoState]] = {
    VideoState.WAITING: frozenset({VideoState.PROCESSING, VideoState.CANCELED, VideoState.FAILED}),
    VideoState.PROCESSING: frozenset({VideoState.SUCCEED, VideoState.FAILED}),
    VideoState.SUCCEED: frozenset({VideoState.BLOCK}),
    VideoState.FAILED: frozenset(),
    VideoState.CANCELED: frozenset(),
    VideoState.BLOCK: frozenset({VideoState.SUCCEED}),
}


class JobKindOfVideo(StrEnum):
    """What a job makes; the first two are the wire's `job_type`."""

    MODEL = "2D_DIGITAL_HUMAN_VIDEO"
    PHOTO = "PHOTO_DIGITAL_HUMAN_VIDEO"
    CARD = "BUSINESS_CARD_VIDEO"

    @property
    def on_wire(self) -> Literal["2D_DIGITAL_HUMAN_VIDEO", "PHOTO_DIGITAL_HUMAN_VIDEO"]:
        """What a card is made of is a photo too."""
        return "2D_DIGITAL_HUMAN_VIDEO" if self is JobKindOfVideo.MODEL else "PHOTO_DIGITAL_HUMAN_VIDEO"

    @property
    def asset_property(self) -> str:
        """The system property of the asset that it makes."""
        return _PROPERTIES[self]


_PROPERTIES: Mapping[JobKindOfVideo, str] = {
    JobKindOfVideo.MODEL: "DIGITAL_HUMAN_2D_VIDEO",
    JobKindOfVideo.PHOTO: "PHOTO_VIDEO",
    JobKindOfVideo.CARD: "BUSINESS_CARD_VIDEO",
}


class VideoJob(ScopedRow):
    """One video, from the request to the asset. Its id is the durable job's id too."""

    __tablename__ = "video_jobs"

    state: Mapped[str] = mapped_column(String(16), default=VideoState.WAITING, index=True)
    job_type: Mapped[str] = mapped_column(
        String(32), default=JobKindOfVideo.MODEL, server_default=JobKindOfVideo.MODEL, index=True
    )
    script_id: Mapped[str | None] = mapped_column(String(64), index=True)
    asset_name: Mapped[str] = mapped_column(String(256))
    asset_id: Mapped[str] = mapped_column(String(64))
    """Fixed at the start, so that a repeated job publishes once."""
    content: Mapped[dict[str, Any]]
    """The script as it was when the job was made: a `wire.Create2DDigitalHumanVideoReq`."""
    plan: Mapped[dict[str, Any]]
    """What is rendered: a `plan.VideoPlan`."""
    duration_s: Mapped[float | None]
    quality: Mapped[dict[str, Any] | None]
    """Of a finished video that was measured: `quality.report.summary_of`."""
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def advance(self, state: VideoState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[VideoState(self.state)]:
            raise ValueError(f"a video job cannot go from {self.state} to {state}")
        self.state = state

    @property
    def prefix(self) -> str:
        """Where the job's own copies of its inputs lie, while it is not done."""
        return f"video/{self.project_id}/{self.id}"

    @property
    def video_key(self) -> str:
        return f"assets/{self.project_id}/{self.asset_id}/{self.output.file_name}"

    @property
    def output(self) -> OutputFormat:
        """The format that was asked for; plans of earlier versions have none."""
        return FORMATS[Codec((self.plan.get("output") or {}).get("codec", Codec.H264))]

    def subtitle_key(self, name: str) -> str:
        """Of a subtitle file that belongs to the video, such as `subtitles.srt`."""
        return f"assets/{self.project_id}/{self.asset_id}/{name}"

    @property
    def quality_key(self) -> str:
        """Of the report of what was measured."""
        return f"assets/{self.project_id}/{self.asset_id}/quality.json"

    @property
    def cover_key(self) -> str:
        return f"assets/{self.project_id}/{self.asset_id}/cover.jpg"

    @property
    def photo_key(self) -> str:
        """The job's own copy of the photo that speaks, where one does."""
        return f"{self.prefix}/photo"


class SharedPiece(ScopedRow):
    """The speech of a scene, or a rendered part, of a video that several workers make."""

    __tablename__ = "video_pieces"

    video_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    is_done: Mapped[bool] = mapped_column(default=False)
    """Its files lie in `folder`."""
    holder: Mapped[str | None] = mapped_column(String(64))
    """The job that makes it."""
    held_until: Mapped[datetime | None] = mapped_column(UtcTime)
    """When another one may take it, unless the holder renews."""

    @staticmethod
    def folder(project_id: str, video_id: str) -> str:
        """Where the files of a video's pieces lie until the video has ended."""
        return f"video-pieces/{project_id}/{video_id}"
