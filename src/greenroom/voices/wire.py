"""The wire models of the TTS audition. The voice's asset id travels in `emotion`."""

from __future__ import annotations

from pydantic import Field

from greenroom.api.wire import WireModel


class CreateTtsAuditionRequestBody(WireModel):
    text: str = Field(max_length=100_000)
    tts_text: str | None = Field(None, max_length=100_000)
    emotion: str = Field(min_length=1, max_length=64, pattern=r"^[a-zA-Z0-9_-]+$")
    speed: int | None = Field(None, ge=50, le=200)
    pitch: int | None = Field(None, ge=50, le=200)
    volume: int | None = Field(None, ge=90, le=240)
    business_type: str | None = Field(None, max_length=1000)
    style: str | None = Field(None, max_length=100)
    channels: int = Field(1, ge=1, le=2)
    is_vocabulary_config_enable: bool | None = None


class CreateTtsAuditionResponse(WireModel):
    job_id: str


class AuditionFile(WireModel):
    download_url: str


class ShowTtsAuditionFileResponse(WireModel):
    is_file_complete: bool
    code: str | None = None
    message: str | None = None
    files: list[AuditionFile] = Field(default_factory=list)
