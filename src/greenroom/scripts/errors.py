"""The errors of video scripts."""

from __future__ import annotations

from greenroom.errors import InvalidParameterError, NotFoundError


class ScriptNotFoundError(NotFoundError):
    """No script of the project has this id."""

    def __init__(self, script_id: str) -> None:
        super().__init__(f"no video script has the id {script_id}: list_video_scripts shows those there are")


class ScriptLimitError(InvalidParameterError):
    """A script is larger than the service takes, or its scenes contradict one another."""
