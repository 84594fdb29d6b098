"""The rows of TTS auditions, and the table of their states; the other rows of voices are imported."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow
from greenroom.voices.modeling import models as modeling_rows
from greenroom.voices.tasks import models as task_rows
from greenroom.voices.vocabulary import models as vocabulary_rows

__all__ = ["Audition", "AuditionState", "modeling_rows", "task_rows", "vocabulary_rows"]


class AuditionState(StrEnum):
    WAITING = "WAITING"
    SUCCEED = "SUCCEED"
    FAILED = "FAILED"


TRANSITIONS: Mapping[AuditionState, frozenset[AuditionState]] = {
    AuditionState.WAITING: frozenset({AuditionState.SUCCEED, AuditionState.FAILED}),
    AuditionState.SUCCEED: frozenset(),
    AuditionState.FAILED: frozenset(),
}


class Audition(ScopedRow):
    """A text read aloud by a voice, to hear it."""

    __tablename__ = "tts_auditions"

    state: Mapped[str] = mapped_column(String(16), default=AuditionState.WAITING)
    text: Mapped[str] = mapped_column(Text)
    voice_id: Mapped[str] = mapped_column(String(64))
    speed_percent: Mapped[int]
    pitch_percent: Mapped[int]
    volume_percent: Mapped[int]
    channels: Mapped[int]
    vocabulary: Mapped[list[list[str]] | None] = mapped_column(JSON)
    """As it was when the audition was asked for."""
    business_type: Mapped[str | None] = mapped_column(String(1000))
    """The caller's own word for what it is for."""
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))

    @property
    def object_key(self) -> str:
        """Where the sound lies. Below `uploads/` it is swept away after two days."""
        return f"uploads/auditions/{self.project_id}/{self.id}.wav"

    def advance(self, state: AuditionState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[AuditionState(self.state)]:
            raise ValueError(f"an audition cannot go from {self.state} to {state}")
        self.state = state
