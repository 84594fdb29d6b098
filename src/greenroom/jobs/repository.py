"""Queries on the table of jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from greenroom.db.repository import Repository
from greenroom.jobs.models import JobRow, JobState
from greenroom.runtime import Runtime, Scope


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
        query = self.select().where(
            JobRow.request_key == request_key, JobRow.state.in_([JobState.WAITING, JobState.RUNNING])
        )
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


async def scope_of_job(runtime: Runtime, job_id: str) -> Scope | None:
    """Whose job it is. The only query over all tenants: the worker knows nothing but the job's id."""
    async with runtime.sessions.read() as session:
        row = await session.scalar(select(JobRow).where(JobRow.id == job_id))
    if row is None:
        return None
    return Scope(
        tenant_id=row.tenant_id, project_id=row.project_id, region=row.region, app_user_id=row.app_user_id
    )


async def note_progress(runtime: Runtime, job_id: str, stage: str, progress: float, now: datetime) -> bool:
    """Write how far a running job has come; True when the user has asked for it to stop."""
    statement = (
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(stage=stage, progress=progress, updated_at=now)
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
