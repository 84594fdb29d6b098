"""The rows of deliveries, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime


class DeliveryState(StrEnum):
    WAITING = "WAITING"
    """The video is not made yet."""
    UPLOADING = "UPLOADING"
    SUCCEED = "SUCCEED"
    FAILED = "FAILED"


TRANSITIONS: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.WAITING: frozenset({DeliveryState.UPLOADING}),
    DeliveryState.UPLOADING: frozenset({DeliveryState.SUCCEED, DeliveryState.FAILED}),
    DeliveryState.SUCCEED: frozenset(),
    DeliveryState.FAILED: frozenset(),
}


class VideoDelivery(ScopedRow):
    """A video's way to `output_external_url`. Its id is the video job's."""

    __tablename__ = "video_deliveries"

    host: Mapped[str] = mapped_column(String(256))
    """Of the receiver, for the log."""
    address: Mapped[bytes]
    """The URL, encrypted: whoever has it may write there."""
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    """That have failed."""
    fault: Mapped[str | None] = mapped_column(String(512))
    """Of the last attempt."""
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the video was made."""

    def advance(self, state: DeliveryState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[DeliveryState(self.state)]:
            raise ValueError(f"a delivery cannot go from {self.state} to {state}")
        self.state = state
