"""The rows of durable jobs and the table of their states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base, ScopedRow, UtcTime


class JobState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_final(self) -> bool:
        return not TRANSITIONS[self]


TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    # A job that a crash cut off runs again.
    JobState.RUNNING: frozenset({JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
    JobState.SUCCEEDED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


class JobRow(ScopedRow):
    """One durable job. Its id is the workflow's id in the engine."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_kind_state_ended_at", "kind", "state", "ended_at"),)

    kind: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64), index=True)
    """The id of the context's row that the job works for."""
    region: Mapped[str] = mapped_column(String(32))
    request_key: Mapped[str | None] = mapped_column(String(64), index=True)
    """What the job was asked for, as a digest: the same request again goes on with an unfinished job."""
    state: Mapped[str] = mapped_column(String(16), default=JobState.WAITING)
    stage: Mapped[str] = mapped_column(String(128), default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    """Share done, 0 to 1."""
    work: Mapped[float] = mapped_column(default=0.0)
    """How much is to be done, in units of the kind's own; 0: not known."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Times that the job was started since it last got any further."""
    attempt_progress: Mapped[float] = mapped_column(default=0.0)
    """`progress` at the last start."""
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_msg: Mapped[str | None] = mapped_column(String(2048))
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def advance(self, state: JobState) -> None:
        """Go to `state`.

        Raises:
            ValueError: the table of transitions does not allow it.
        """
        if state not in TRANSITIONS[JobState(self.state)]:
            raise ValueError(f"a job cannot go from {self.state} to {state}")
        self.state = state


class WorkerRow(Base):
    """A worker of a shared database. Of no tenant."""

    __tablename__ = "job_workers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Its name in the engine, too."""
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    """Its last sign of life."""
