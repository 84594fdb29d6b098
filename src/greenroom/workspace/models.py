"""Agencies, one-off codes, collections, settings of a tenant, and tasks that import or export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow, UtcTime


class AgencyRole(StrEnum):
    CBS = "CBS"
    """A visitor of the question answering service."""
    SIS = "SIS"
    """A caller of the speech service."""


class Agency(ScopedRow):
    """A tenant's leave to use another service in its name."""

    __tablename__ = "workspace_agencies"
    __table_args__ = (UniqueConstraint("project_id", "role"),)

    role: Mapped[AgencyRole] = mapped_column(String(16))


class CodePurpose(StrEnum):
    CHAT = "CHAT"
    TTS = "TTS"


class OnceCode(ScopedRow):
    """Opens one connection. Its id is the code's SHA-256: the code itself is not kept."""

    __tablename__ = "workspace_once_codes"

    purpose: Mapped[CodePurpose] = mapped_column(String(16))
    region: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Collection(ScopedRow):
    """What one user keeps at hand. Its id is made of project, user and kind, so that there is one of each."""

    __tablename__ = "workspace_collections"

    kind: Mapped[str] = mapped_column(String(32))
    members: Mapped[list[str]] = mapped_column(JSON)
    """Ids of assets, the newest last."""


class ServiceConfig(ScopedRow):
    """Settings that the tenant changes. Its id is the project's."""

    __tablename__ = "workspace_service_configs"

    separately_controlled: Mapped[bool]
    sub_account_type: Mapped[str | None] = mapped_column(String(16))
    is_ai_mark_on: Mapped[bool]


class TaskType(StrEnum):
    IMPORT = "IMPORT"
    EXPORT = "EXPORT"


class TaskState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


_S = TaskState
TRANSITIONS: Mapping[TaskState, frozenset[TaskState]] = {
    _S.WAITING: frozenset({_S.RUNNING, _S.FAILED}),
    _S.RUNNING: frozenset({_S.RUNNING, _S.SUCCEEDED, _S.FAILED}),
    _S.SUCCEEDED: frozenset(),
    _S.FAILED: frozenset(),
}


class ExchangeTask(ScopedRow):
    """One import or export of a table. Its id is the durable job's too."""

    __tablename__ = "workspace_tasks"

    resource: Mapped[str] = mapped_column(String(64), index=True)
    business_id: Mapped[str | None] = mapped_column(String(256))
    name: Mapped[str] = mapped_column(String(256))
    type: Mapped[TaskType] = mapped_column(String(16))
    state: Mapped[TaskState] = mapped_column(String(16))
    total: Mapped[int] = mapped_column(Integer)
    succeeded: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    faults: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By row number: why a row was not imported."""
    error_msg: Mapped[str | None] = mapped_column(String(2048))
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)

    def advance(self, state: TaskState) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[TaskState(self.state)]:
            raise ValueError(f"a task cannot go from {self.state} to {state}")
        self.state = state

    @property
    def folder(self) -> str:
        return f"exchange/{self.project_id}/{self.id}"

    @property
    def input_key(self) -> str:
        return f"{self.folder}/input.csv"

    @property
    def result_key(self) -> str:
        return f"{self.folder}/result.csv"
