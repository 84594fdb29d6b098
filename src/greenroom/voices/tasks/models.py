"""The rows of speech tasks, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow
from greenroom.voices.tasks.order import ResultFile


class TaskState(StrEnum):
    WAITING = "WAITING"
    PROCESSING = "PROCESSING"
    SUCCEED = "SUCCEED"
    FAILED = "FAILED"


TRANSITIONS: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.WAITING: frozenset({TaskState.PROCESSING, TaskState.FAILED}),
    TaskState.PROCESSING: frozenset({TaskState.SUCCEED, TaskState.FAILED}),
    TaskState.SUCCEED: frozenset(),
    TaskState.FAILED: frozenset(),
}


class SpeechTask(ScopedRow):
    """A text that is made into a sound file."""

    __tablename__ = "tts_tasks"
    __table_args__ = (Index("ix_tts_tasks_created", "project_id", "created_at"),)

    state: Mapped[str] = mapped_column(String(16), default=TaskState.WAITING)
    text: Mapped[str] = mapped_column(Text)
    """What is said."""
    shown_text: Mapped[str | None] = mapped_column(Text)
    """What subtitles show; None: the text."""
    voice_id: Mapped[str] = mapped_column(String(64))
    manner: Mapped[dict[str, Any]]
    """A `SpeechStyle`."""
    vocabulary: Mapped[list[list[str]]] = mapped_column(JSON)
    """As it was when the task was ordered."""
    order: Mapped[dict[str, Any]] = mapped_column("wanted", JSON)
    """A `tasks.order.TaskOrder`: what is to be made."""
    files: Mapped[list[str]]
    """The `ResultFile`s that were made."""
    duration_ms: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))

    @property
    def prefix(self) -> str:
        """Where the files lie. Below `uploads/` they are swept away after two days."""
        return f"uploads/speech/{self.project_id}/{self.id}"

    def key(self, file: ResultFile) -> str:
        return f"{self.prefix}/{self.file_name(file)}"

    def file_name(self, file: ResultFile) -> str:
        """As the user downloads it."""
        endings = {
            ResultFile.AUDIO: f"speech.{self.order['audio_format'].lower()}",
            ResultFile.INFO: "times.json",
            ResultFile.SUBTITLES: "subtitles.srt",
            ResultFile.ACTIONS: "actions.json",
        }
        return endings[file]

    def advance(self, state: TaskState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[TaskState(self.state)]:
            raise ValueError(f"a speech task cannot go from {self.state} to {state}")
        self.state = state
