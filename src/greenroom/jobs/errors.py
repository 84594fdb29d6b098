"""The errors of durable work."""

from __future__ import annotations

from greenroom.errors import GreenroomError


class JobError(GreenroomError):
    """A job cannot go on; it ends with this code and this text, which the user sees."""

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(message)
        self.error_code = error_code


class JobCancelledError(Exception):
    """The user asked for the job to stop."""
