"""The rows of subtitle jobs, and the table of a file's states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow


class FileState(StrEnum):
    GENERATING = "GENERATING"
    GENERATE_SUCCEED = "GENERATE_SUCCEED"
    GENERATE_FAILED = "GENERATE_FAILED"


TRANSITIONS: Mapping[FileState, frozenset[FileState]] = {
    FileState.GENERATING: frozenset({FileState.GENERATE_SUCCEED, FileState.GENERATE_FAILED}),
    FileState.GENERATE_SUCCEED: frozenset(),
    FileState.GENERATE_FAILED: frozenset(),
}


@dataclass(slots=True)
class SceneFile:
    """The subtitle file of one scene."""

    number: int
    text: str | None
    """What is said; None where a recording drives the scene."""
    audio_key: str | None
    made_for: str
    """What the times depend on, as a digest: see `subtitles.edits`."""
    state: str = FileState.GENERATING
    duration_ms: int | None = None
    """Of the scene."""
    generated_at: str | None = None
    """A wire time."""
    error_code: str | None = None
    error_msg: str | None = None
    voice: dict[str, Any] | None = None
    """As of the job; None: the job's."""

    def advance(self, state: FileState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[FileState(self.state)]:
            raise ValueError(f"a subtitle file cannot go from {self.state} to {state}")
        self.state = state

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**data)


class SubtitleJob(ScopedRow):
    """The subtitle files of a script's scenes, made in one go. Its id is the durable job's id too."""

    __tablename__ = "subtitle_jobs"

    script_id: Mapped[str] = mapped_column(String(64), index=True)
    voice: Mapped[dict[str, Any]]
    """Voice and manner, as the child process takes them."""
    style: Mapped[dict[str, Any]]
    """A `stage.subtitle_plan.SubtitleStyle`: it says how long a line may be."""
    scenes: Mapped[list[dict[str, Any]]]
    """A `SceneFile` each."""

    @property
    def files(self) -> list[SceneFile]:
        return [SceneFile.from_json(scene) for scene in self.scenes]

    def put(self, changed: SceneFile) -> None:
        """Replace the file of the same scene."""
        self.scenes = [asdict(changed if file.number == changed.number else file) for file in self.files]

    @property
    def is_generated(self) -> bool:
        return all(file.state != FileState.GENERATING for file in self.files)

    def generated_key(self, number: int) -> str:
        return f"{folder_of(self.project_id, self.script_id)}/{self.id}/{number}.srt"

    def edited_key(self, number: int) -> str:
        """What the user put in the generated file's place."""
        return f"{folder_of(self.project_id, self.script_id)}/{self.id}/{number}-edited"


def folder_of(project_id: str, script_id: str) -> str:
    """Where all subtitle files of a script lie."""
    return f"subtitles/{project_id}/{script_id}"
