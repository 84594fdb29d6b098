"""The rows of photo detection, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow


class DetectionState(StrEnum):
    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    SUCCEED = "SUCCEED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"

    @property
    def is_final(self) -> bool:
        return not TRANSITIONS[self]


_S = DetectionState
TRANSITIONS: Mapping[DetectionState, frozenset[DetectionState]] = {
    _S.WAITING: frozenset({_S.PROCESSING, _S.FAILED, _S.CANCELED}),
    _S.PROCESSING: frozenset({_S.SUCCEED, _S.FAILED, _S.CANCELED}),
    _S.SUCCEED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELED: frozenset(),
}


class PhotoDetection(ScopedRow):
    """Whether a person can be made to speak from a photo. Its id is the durable job's id too."""

    __tablename__ = "photo_detections"

    state: Mapped[str] = mapped_column(String(16), default=DetectionState.WAITING, index=True)
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))

    def advance(self, state: DetectionState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[DetectionState(self.state)]:
            raise ValueError(f"a photo detection cannot go from {self.state} to {state}")
        self.state = state

    @property
    def photo_key(self) -> str:
        """Where the photo lies until it has been looked at."""
        return f"photo-detections/{self.project_id}/{self.id}"
