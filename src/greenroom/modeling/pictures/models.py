"""The rows of picture modeling, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime


class PictureState(StrEnum):
    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    SUCCEED = "SUCCEED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


_S = PictureState
TRANSITIONS: Mapping[PictureState, frozenset[PictureState]] = {
    _S.WAITING: frozenset({_S.PROCESSING, _S.FAILED, _S.CANCELED}),
    _S.PROCESSING: frozenset({_S.SUCCEED, _S.FAILED}),
    _S.SUCCEED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELED: frozenset(),
}


class PictureModelingJob(ScopedRow):
    """An avatar that is made from one picture. Its id is the durable job's id too."""

    __tablename__ = "picture_modeling_jobs"

    state: Mapped[str] = mapped_column(String(16), default=PictureState.WAITING, index=True)
    name: Mapped[str] = mapped_column(String(64))
    style_id: Mapped[str] = mapped_column(String(64))
    asset_id: Mapped[str] = mapped_column(String(64))
    """Fixed at the start: the request is answered with it, and a repeated job publishes once."""
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def advance(self, state: PictureState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[PictureState(self.state)]:
            raise ValueError(f"a picture modeling job cannot go from {self.state} to {state}")
        self.state = state

    @property
    def picture_key(self) -> str:
        """Where the picture lies until the avatar is made."""
        return f"picture-modeling/{self.project_id}/{self.id}"
