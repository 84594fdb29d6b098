"""The errors of durable work."""

from __future__ import annotations


class UserError(Exception):
    """The work cannot be done for a reason that the user can understand and mend.

    The text is shown to the user as it stands: it names the fault and the cure.
    """


class JobError(Exception):
    """A job cannot go on; ends the job with a code and a text that the user sees."""

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.message = message


class JobCancelledError(Exception):
    """The user asked for the job to stop."""
