"""The rows of callbacks, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime


class CallbackState(StrEnum):
    WAITING = "WAITING"
    """Its task has not ended."""
    DUE = "DUE"
    SENT = "SENT"
    GIVEN_UP = "GIVEN_UP"


TRANSITIONS: Mapping[CallbackState, frozenset[CallbackState]] = {
    CallbackState.WAITING: frozenset({CallbackState.DUE}),
    CallbackState.DUE: frozenset({CallbackState.SENT, CallbackState.GIVEN_UP}),
    CallbackState.SENT: frozenset(),
    CallbackState.GIVEN_UP: frozenset(),
}


class Callback(ScopedRow):
    """What is sent to a tenant's server when a task ends. Its id tells the receiver doubles apart."""

    __tablename__ = "callbacks"

    subject_id: Mapped[str] = mapped_column(String(64), index=True)
    """The task."""
    host: Mapped[str] = mapped_column(String(256))
    """Of the receiver, for the log."""
    receiver: Mapped[bytes]
    """A `service.Receiver` as JSON, encrypted: the URL may hold a token, and the key is one."""
    state: Mapped[str] = mapped_column(String(16), default=CallbackState.WAITING)
    body: Mapped[dict[str, Any]]
    """What is sent; empty until the task ends."""
    attempts: Mapped[int] = mapped_column(default=0)
    """That have failed."""
    fault: Mapped[str | None] = mapped_column(String(512))
    """Of the last attempt."""
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the task ended."""

    def advance(self, state: CallbackState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[CallbackState(self.state)]:
            raise ValueError(f"a callback cannot go from {self.state} to {state}")
        self.state = state
