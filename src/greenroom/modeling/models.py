"""The rows of 2D avatar training, and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow
from greenroom.modeling.pictures.models import PictureModelingJob

__all__ = ["TRANSITIONS", "PictureModelingJob", "TrainingEvent", "TrainingJob", "TrainingState"]


class TrainingState(StrEnum):
    """The states of the contract that this implementation passes through."""

    WAIT_FILE_UPLOAD = "WAIT_FILE_UPLOAD"
    AUTO_VERIFYING = "AUTO_VERIFYING"
    AUTO_VERIFY_FAILED = "AUTO_VERIFY_FAILED"
    WAIT_TRAINING_DATA_PREPROCESS = "WAIT_TRAINING_DATA_PREPROCESS"
    TRAINING = "TRAINING"
    TRAIN_FAILED = "TRAIN_FAILED"
    WAIT_ASSET_SYNC = "WAIT_ASSET_SYNC"
    JOB_SUCCESS = "JOB_SUCCESS"
    JOB_FINISH = "JOB_FINISH"
    JOB_REJECT = "JOB_REJECT"
    JOB_PENDING = "JOB_PENDING"

    @property
    def is_running(self) -> bool:
        """A job of the engine works on it."""
        return self in _RUNNING


class TrainingEvent(StrEnum):
    """What can happen to a training job: the user's commands, and what the work finds."""

    UPLOAD = "UPLOAD"
    SUBMIT = "SUBMITVERIFYING"
    REPAIR = "CONFIRM_REPAIR"
    ACCEPT = "CONFIRM_ACCEPT"
    REJECT = "CONFIRM_REJECT"
    PEND = "CONFIRM_PENDING"
    ACTIVATE = "CONFIRM_ACTIVE"
    VERIFIED = "VERIFIED"
    REFUSED = "REFUSED"
    STARTED = "STARTED"
    TRAINED = "TRAINED"
    FAILED = "FAILED"
    PUBLISHED = "PUBLISHED"


_S, _E = TrainingState, TrainingEvent
_RUNNING = frozenset({_S.AUTO_VERIFYING, _S.WAIT_TRAINING_DATA_PREPROCESS, _S.TRAINING, _S.WAIT_ASSET_SYNC})

TRANSITIONS: Mapping[tuple[TrainingState, TrainingEvent], TrainingState] = {
    (_S.WAIT_FILE_UPLOAD, _E.UPLOAD): _S.WAIT_FILE_UPLOAD,
    (_S.AUTO_VERIFY_FAILED, _E.UPLOAD): _S.WAIT_FILE_UPLOAD,
    (_S.TRAIN_FAILED, _E.UPLOAD): _S.WAIT_FILE_UPLOAD,
    (_S.JOB_REJECT, _E.UPLOAD): _S.WAIT_FILE_UPLOAD,
    (_S.WAIT_FILE_UPLOAD, _E.SUBMIT): _S.AUTO_VERIFYING,
    (_S.AUTO_VERIFY_FAILED, _E.SUBMIT): _S.AUTO_VERIFYING,
    (_S.TRAIN_FAILED, _E.SUBMIT): _S.AUTO_VERIFYING,
    (_S.JOB_REJECT, _E.REPAIR): _S.AUTO_VERIFYING,
    (_S.AUTO_VERIFYING, _E.VERIFIED): _S.WAIT_TRAINING_DATA_PREPROCESS,
    (_S.AUTO_VERIFYING, _E.REFUSED): _S.AUTO_VERIFY_FAILED,
    (_S.AUTO_VERIFYING, _E.FAILED): _S.AUTO_VERIFY_FAILED,
    (_S.WAIT_TRAINING_DATA_PREPROCESS, _E.STARTED): _S.TRAINING,
    (_S.WAIT_TRAINING_DATA_PREPROCESS, _E.FAILED): _S.TRAIN_FAILED,
    (_S.TRAINING, _E.TRAINED): _S.WAIT_ASSET_SYNC,
    (_S.TRAINING, _E.FAILED): _S.TRAIN_FAILED,
    (_S.WAIT_ASSET_SYNC, _E.PUBLISHED): _S.JOB_SUCCESS,
    (_S.WAIT_ASSET_SYNC, _E.FAILED): _S.TRAIN_FAILED,
    (_S.JOB_SUCCESS, _E.ACCEPT): _S.JOB_FINISH,
    (_S.JOB_SUCCESS, _E.REJECT): _S.JOB_REJECT,
    (_S.JOB_SUCCESS, _E.PEND): _S.JOB_PENDING,
    (_S.JOB_PENDING, _E.ACTIVATE): _S.JOB_SUCCESS,
    (_S.JOB_PENDING, _E.ACCEPT): _S.JOB_FINISH,
    (_S.JOB_PENDING, _E.REJECT): _S.JOB_REJECT,
}


class TrainingJob(ScopedRow):
    """One training of an avatar, from the uploads to the asset."""

    __tablename__ = "modeling_jobs"

    name: Mapped[str] = mapped_column(String(256))
    state: Mapped[str] = mapped_column(String(64), default=TrainingState.WAIT_FILE_UPLOAD, index=True)
    batch_name: Mapped[str | None] = mapped_column(String(256))
    model_resolution: Mapped[str] = mapped_column(String(16), default="1080P")
    options: Mapped[dict[str, Any]]
    """The members of the request that are shown again as they were given."""
    video_parts: Mapped[int] = mapped_column(default=1)
    video_version: Mapped[int] = mapped_column(default=1)
    """Grows with each new upload, so that a link of an earlier one cannot change what is trained."""
    video_confirmed: Mapped[bool] = mapped_column(default=False)
    action_parts: Mapped[int] = mapped_column(default=1)
    asset_id: Mapped[str | None] = mapped_column(String(64))
    run_id: Mapped[str | None] = mapped_column(String(64))
    """The durable job that works or worked on it last."""
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    """The person in the footage does not exist, so nobody has to agree."""
    operation_logs: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    comment_logs: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    footage_report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    quality: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))

    def can(self, event: TrainingEvent) -> bool:
        return (TrainingState(self.state), event) in TRANSITIONS

    def advance(self, event: TrainingEvent) -> None:
        """Go where `event` leads.

        Raises:
            ValueError: the table of transitions has no such way.
        """
        try:
            self.state = TRANSITIONS[TrainingState(self.state), event]
        except KeyError:
            raise ValueError(f"a training job in {self.state} cannot take {event}") from None

    @property
    def prefix(self) -> str:
        """Where its objects lie."""
        return f"training/{self.project_id}/{self.id}"

    def slot_key(self, slot: str) -> str:
        """Of a single file that the user gives, by the stem of its upload member."""
        return f"{self.prefix}/{slot}"
