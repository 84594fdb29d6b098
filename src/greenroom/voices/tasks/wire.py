"""The wire models of speech tasks and of the record of everything that was spoken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from greenroom.api.wire import EmptyOrTime, PageQuery, WireModel


class TtsCallBackConfig(WireModel):
    callback_url: str = Field(max_length=2048)


class CreateAsyncTtsJobRequestBody(WireModel):
    text: str = Field(max_length=100_000)
    tts_text: str | None = Field(None, max_length=100_000)
    voice_asset_id: str = Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")
    speed: int | None = Field(None, ge=50, le=200)
    pitch: int | None = Field(None, ge=50, le=200)
    volume: int | None = Field(None, ge=90, le=240)
    audio_format: Literal["WAV", "MP3"] = "WAV"
    need_timestamp: bool = False
    silence_flag: bool = False
    silence_time_ms: int | None = Field(None, ge=0, le=5000)
    callback_config: TtsCallBackConfig | None = None
    gen_srt: bool = False
    srt_len: int = Field(0, ge=0, le=10_000)
    srt_line_limit: int = Field(1, ge=0, le=5000)
    slice_segments: bool | None = None
    channels: int = Field(1, ge=1, le=2)
    output_external_url: str | None = Field(None, min_length=1, max_length=2048)
    srt_output_external_url: str | None = Field(None, min_length=1, max_length=2048)
    action_output_external_url: str | None = Field(None, min_length=1, max_length=2048)
    is_vocabulary_config_enable: bool | None = None
    is_concurrent_resource: bool | None = None
    priority: int = Field(5, ge=0, le=10)


class CreateAsyncTtsJobResponse(WireModel):
    job_id: str


class TtsJobFile(WireModel):
    audio_file_url: str | None = None
    audio_info_file_url: str | None = None
    audio_srt_file_url: str | None = None
    audio_action_file_url: str | None = None


class ShowAsyncTtsJobResponse(TtsJobFile):
    state: str
    code: str | None = None
    message: str | None = None


class ShowTtsJobQuery(PageQuery):
    create_since: EmptyOrTime = None
    create_until: EmptyOrTime = None
    job_id: str | None = Field(None, min_length=1, max_length=128)
    job_type: Literal["AUDITION", "ASYNC_JOB", "WEBSOCKET", ""] | None = None
    tts_service_enum: str | None = Field(None, max_length=20)
    business_type: str | None = Field(None, max_length=1000)


class TtsJobDetail(WireModel):
    job_id: str
    asset_id: str | None = None
    text_length: int
    create_time: str
    audio_format: str
    need_timestamp: bool
    gen_srt: bool
    job_type: str
    job_state: str
    fail_msg: str | None = None
    files: list[TtsJobFile] = Field(default_factory=list)


class ShowTtsJobResponse(WireModel):
    count: int
    data: list[TtsJobDetail]
