"""The errors of subtitles."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class SubtitleJobNotFoundError(NotFoundError):
    """No subtitle job of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no subtitle job has the id {job_id}: create_subtitle_file gives one")


class SubtitleFileError(InvalidParameterError):
    """A subtitle file cannot be read, or does not fit its scene; the text names the line and the cure."""


class SubtitleStyleError(InvalidParameterError):
    """A member of `subtitle_config` asks for what cannot be drawn."""


class SubtitleRequestError(InvalidParameterError):
    """The script has not what its subtitles would be made of; the text names the member and the cure."""
