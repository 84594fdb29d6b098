"""Queries on speech tasks, and on tasks and auditions together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from greenroom.db.repository import Repository
from greenroom.db.session import Session
from greenroom.voices.models import Audition
from greenroom.voices.repository import AuditionRepository
from greenroom.voices.tasks.models import SpeechTask, TaskState

AUDITION, ASYNC_JOB = "AUDITION", "ASYNC_JOB"


@dataclass(slots=True, frozen=True)
class RecordFilter:
    """None asks for all."""

    kinds: tuple[str, ...]
    job_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    business_type: str | None = None


class SpeechTaskRepository(Repository[SpeechTask]):
    row = SpeechTask

    async def count_open(self) -> int:
        """Those of the whole project that have not ended."""
        open_ones = select(func.count()).where(
            SpeechTask.project_id == self.context.project_id,
            SpeechTask.state.in_((TaskState.WAITING, TaskState.PROCESSING)),
        )
        return await self.session.scalar(open_ones) or 0

    async def records(
        self, asked: RecordFilter, offset: int, limit: int
    ) -> tuple[list[SpeechTask | Audition], int]:
        """Tasks and auditions in one list, the newest first, and how many there are."""
        selects = [self._keys(asked, kind) for kind in asked.kinds]
        if not selects:
            return [], 0
        both = union_all(*selects).subquery()
        count = await self.session.scalar(select(func.count()).select_from(both)) or 0
        page = select(both).order_by(both.c.created_at.desc(), both.c.id).offset(offset).limit(limit)
        keys = (await self.session.execute(page)).all()
        found = {
            **await self._found(self, [key.id for key in keys if key.kind == ASYNC_JOB]),
            **await self._found(
                AuditionRepository(self.context), [key.id for key in keys if key.kind == AUDITION]
            ),
        }
        return [found[key.id] for key in keys], count

    def _keys(self, asked: RecordFilter, kind: str) -> Select[Any]:
        rows: Repository[Any] = self if kind == ASYNC_JOB else AuditionRepository(self.context)
        row = rows.row
        query = rows.select().with_only_columns(
            row.id.label("id"), row.created_at.label("created_at"), literal(kind).label("kind")
        )
        if asked.job_id:
            query = query.where(row.id == asked.job_id)
        if asked.since is not None:
            query = query.where(row.created_at >= asked.since)
        if asked.until is not None:
            query = query.where(row.created_at <= asked.until)
        if asked.business_type and row is Audition:
            query = query.where(Audition.business_type == asked.business_type)
        return query

    async def _found(self, rows: Repository[Any], ids: Sequence[str]) -> dict[str, Any]:
        if not ids:
            return {}
        found = await self.session.scalars(rows.select().where(rows.row.id.in_(ids)))
        return {row.id: row for row in found}


async def task_of_any_tenant(session: Session, task_id: str) -> SpeechTask | None:
    """For the operator, who acts beyond tenants."""
    row: SpeechTask | None = await session.scalar(select(SpeechTask).where(SpeechTask.id == task_id))
    return row
