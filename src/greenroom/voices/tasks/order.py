"""What a speech task is to make."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

DEFAULT_SILENCE_MS = 2000


class ResultFile(StrEnum):
    """What a task makes, and the member of the wire that links to it."""

    AUDIO = "audio_file_url"
    INFO = "audio_info_file_url"
    SUBTITLES = "audio_srt_file_url"
    ACTIONS = "audio_action_file_url"


@dataclass(slots=True, frozen=True)
class TaskOrder:
    audio_format: str
    """`WAV` or `MP3`"""
    channels: int
    times: bool
    """A file with the times of words and phonemes."""
    subtitles: bool
    subtitle_characters: int
    """Most of one subtitle; 0: as many as can be read at a glance."""
    subtitle_lines: int
    silence_ms: int | None
    """A text that cannot be said becomes so much silence; None: it fails."""
    priority: int
    """0 to 10, 0 first."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data)
