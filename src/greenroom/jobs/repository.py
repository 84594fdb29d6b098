"""Queries on the table of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, func, select, update

from greenroom.db.repository import Repository
from greenroom.db.session import Session
from greenroom.jobs.models import JobRow, JobState
from greenroom.runtime import Runtime, Scope

_UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class JobRepository(Repository[JobRow]):
    """A project's jobs."""

    row = JobRow

    async def latest_of(self, subject_id: str) -> JobRow | None:
        """The newest job of a context's row."""
        query = self.select().where(JobRow.subject_id == subject_id)
        found: JobRow | None = await self.session.scalar(query.order_by(JobRow.created_at.desc()).limit(1))
        return found

    async def unfinished(self, request_key: str) -> JobRow | None:
        """The newest job of this request that has not ended."""
        query = self.select().where(JobRow.request_key == request_key, JobRow.state.in_(_UNFINISHED))
        found: JobRow | None = await self.session.scalar(query.order_by(JobRow.created_at.desc()).limit(1))
        return found

    async def request_cancel(self, job_id: str) -> bool:
        """End a waiting job, tell a running one; True when it was waiting."""
        row = await self.find(job_id)
        if row is None or JobState(row.state).is_final:
            return False
        row.cancel_requested = True
        self.touch(row)
        was_waiting = row.state == JobState.WAITING
        if was_waiting:
            row.advance(JobState.CANCELLED)
            row.ended_at = self.context.now()
        return was_waiting

    async def remove_ended(self, job_ids: Sequence[str]) -> list[str]:
        """Delete those of these jobs that have ended; their ids."""
        ended = [state for state in JobState if state.is_final]
        mine = (JobRow.project_id == self.context.project_id, JobRow.id.in_(job_ids), JobRow.state.in_(ended))
        return list(await self.session.scalars(delete(JobRow).where(*mine).returning(JobRow.id)))

    async def of_subjects(self, subject_ids: Sequence[str]) -> list[JobRow]:
        """Every job of these rows of a context."""
        return list(await self.session.scalars(self.select().where(JobRow.subject_id.in_(subject_ids))))

    async def count_unfinished(self, kind: str) -> int:
        """Over the whole project, whoever asked for them."""
        query = select(func.count()).where(
            JobRow.project_id == self.context.project_id, JobRow.kind == kind, JobRow.state.in_(_UNFINISHED)
        )
        return await self.session.scalar(query) or 0

    async def unfinished_among(self, job_ids: Sequence[str]) -> list[JobRow]:
        query = self.select().where(JobRow.id.in_(job_ids), JobRow.state.in_(_UNFINISHED))
        return list(await self.session.scalars(query))


async def unfinished_of_kind(session: Session, kind: str) -> list[JobRow]:
    """Over all tenants, for they share the workers; in the order in which they are begun."""
    query = select(JobRow).where(JobRow.kind == kind, JobRow.state.in_(_UNFINISHED))
    return list(await session.scalars(query.order_by(JobRow.created_at, JobRow.id)))


async def ended_of_kind(session: Session, kind: str, before: datetime, count: int) -> list[JobRow]:
    """Of all tenants, the oldest first: for sweeps."""
    ended = [state for state in JobState if state.is_final]
    query = select(JobRow).where(JobRow.kind == kind, JobRow.state.in_(ended), JobRow.ended_at < before)
    return list(await session.scalars(query.order_by(JobRow.ended_at).limit(count)))


async def done_lately(session: Session, kind: str, count: int = 20) -> list[JobRow]:
    """The last jobs of a kind that succeeded and whose work is known, over all tenants."""
    query = select(JobRow).where(JobRow.kind == kind, JobRow.state == JobState.SUCCEEDED, JobRow.work > 0)
    return list(await session.scalars(query.order_by(JobRow.ended_at.desc()).limit(count)))


async def scope_of_job(runtime: Runtime, job_id: str) -> Scope | None:
    """Whose job it is. Over all tenants: the worker knows nothing but the job's id."""
    async with runtime.sessions.read() as session:
        row = await session.scalar(select(JobRow).where(JobRow.id == job_id))
    if row is None:
        return None
    return Scope(
        tenant_id=row.tenant_id, project_id=row.project_id, region=row.region, app_user_id=row.app_user_id
    )


async def note_progress(runtime: Runtime, job_id: str, stage: str, progress: float, now: datetime) -> bool:
    """Write how far a running job has come; True when the user has asked for it to stop.

    Never goes back: a worker that lost the job to another one may still write for a moment.
    """
    furthest = case((JobRow.progress > progress, JobRow.progress), else_=progress)
    statement = (
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(stage=stage, progress=furthest, updated_at=now)
        .returning(JobRow.cancel_requested)
    )
    async with runtime.sessions.write() as session:
        cancelled = await session.scalar(statement)
        await session.commit()
    return bool(cancelled)


async def forgive_attempts(runtime: Runtime, job_id: str | None = None) -> None:
    """Forget the attempts of a job that got further, or of all that a planned stop of the worker cuts off."""
    statement = update(JobRow).where(JobRow.state == JobState.RUNNING).values(attempts=0)
    if job_id is not None:
        statement = statement.where(JobRow.id == job_id)
    async with runtime.sessions.write() as session:
        await session.execute(statement)
        await session.commit()
