"""The error that a command raises for its user."""

from __future__ import annotations


class UserError(Exception):
    """One clear sentence: the fault and the cure. Printed without a traceback; the exit code is 2."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
