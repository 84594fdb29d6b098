"""Ended video tasks are kept for some months and then deleted; the videos are assets and stay."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from greenroom.callbacks.service import forget_callbacks
from greenroom.jobs.repository import JobRepository
from greenroom.reuse.sweep import sweep_pieces
from greenroom.runtime import Context, Runtime
from greenroom.tenants.service import scope_of_project
from greenroom.video.deliveries.service import forget_deliveries
from greenroom.video.models import VideoJob
from greenroom.video.previews.jobs import sweep_previews
from greenroom.video.repository import ended_before

log = structlog.get_logger(__name__)

INTERVAL_S = 6 * 3600
_BATCH = 50


async def sweep_forever(runtime: Runtime) -> None:
    """Sweep at the start and four times a day; a failed sweep is logged and tried again.

    It needs no memory of its own: what is too old is found by its date, however long the server was off.
    """
    while True:
        for sweep in (sweep_tasks, sweep_pieces, sweep_previews):
            try:
                await sweep(runtime)
            except Exception:
                log.exception("a sweep of the videos failed", sweep=sweep.__name__)
        await asyncio.sleep(INTERVAL_S)


async def sweep_tasks(runtime: Runtime) -> None:
    """Once, over all tenants. Each project's tasks go in transactions of their own."""
    last = runtime.clock() - timedelta(days=runtime.settings.video_retention_days)
    failed: set[str] = set()
    while True:
        async with runtime.sessions.read() as session:
            found = await ended_before(session, last, _BATCH, failed)
        if not found:
            return
        project_id = found[0].project_id
        try:
            scope = await scope_of_project(runtime, project_id)
            async with runtime.transaction(scope) as context:
                await _forget(context, [job for job in found if job.project_id == project_id])
        except Exception:
            log.exception("old video tasks could not be deleted", project_id=project_id)
            failed.add(project_id)


async def _forget(context: Context, jobs: list[VideoJob]) -> None:
    """The rows, the inputs that a failed one kept for a retry, the callbacks and the durable jobs."""
    ids = [job.id for job in jobs]
    await forget_callbacks(context, ids)
    await forget_deliveries(context, ids)
    durable = await JobRepository(context).of_subjects(ids)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.forget(context, [job.id for job in durable])
    prefixes = [job.prefix for job in jobs]
    for job in jobs:
        await context.session.delete(await context.session.merge(job))

    async def delete() -> None:
        for prefix in prefixes:
            await context.objects.delete_prefix(prefix)

    context.after_commit(delete)
