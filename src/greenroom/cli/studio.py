"""A data folder used from the command line: jobs are submitted, followed, and run here if nobody else does.

The commands use the same durable jobs as the API, in the project of one tenant (`local` unless told
otherwise). Where a server works on the folder, it runs the job and the command only watches.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog

from greenroom.cli.errors import UserError
from greenroom.db.migrate import migrate
from greenroom.engines.protocols import Progress
from greenroom.errors import GreenroomError
from greenroom.jobs.dbos_engine import DbosEngine
from greenroom.jobs.models import JobRow, JobState
from greenroom.jobs.repository import JobRepository
from greenroom.jobs.worker import EmbeddedWorker
from greenroom.logs import STANDARD_ERROR
from greenroom.runtime import Context, Runtime, Scope
from greenroom.settings import Settings
from greenroom.tenants.service import ensure_project

LOCAL_TENANT = "local"
_POLL_SECONDS = 0.3
_PACE_SECONDS = 60.0
_SAMPLE_BYTES = 4 * 1024 * 1024

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Studio:
    """An open data folder and the tenant whose project the command works in."""

    runtime: Runtime
    engine: DbosEngine
    scope: Scope

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Context]:
        async with self.runtime.transaction(self.scope, read_only=read_only) as context:
            yield context

    async def unfinished(self, request_key: str) -> JobRow | None:
        """A job of the very same request that was cut off."""
        async with self.transaction(read_only=True) as context:
            return await JobRepository(context).unfinished(request_key)

    async def follow(self, job_id: str, listener: Progress) -> JobRow:
        """Wait until the job ends, running it in this process unless another one works on the folder."""
        worker = EmbeddedWorker(self.runtime.settings, self.engine)
        worker.start()
        try:
            while True:
                async with self.transaction(read_only=True) as context:
                    row = await JobRepository(context).find(job_id)
                if row is None:
                    raise UserError("the job was deleted while it ran")
                listener(row.stage, row.progress)
                if JobState(row.state).is_final:
                    return row
                if worker.fault is not None:
                    raise UserError(f"the jobs cannot be run: {worker.fault}", exit_code=1)
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await asyncio.to_thread(worker.stop)


@asynccontextmanager
async def open_studio(settings: Settings, tenant: str = LOCAL_TENANT) -> AsyncIterator[Studio]:
    """Open the data folder, making it and the tenant where they do not exist."""
    migrate(settings)
    runtime = Runtime.open(settings)
    engine = DbosEngine(settings)
    try:
        await asyncio.to_thread(engine.prepare)
        runtime.jobs = engine
        async with runtime.sessions.write() as session:
            project = await ensure_project(runtime, session, tenant, settings.region)
            await session.commit()
        scope = Scope(tenant_id=project.tenant_id, project_id=project.id, region=settings.region)
        yield Studio(runtime, engine, scope)
    finally:
        engine.close()
        await runtime.close()


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a command's work; what the services refuse becomes one sentence for the user."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=STANDARD_ERROR),
    )
    try:
        return asyncio.run(work)
    except GreenroomError as error:
        raise UserError(error.message) from error
    except KeyboardInterrupt:
        raise UserError(
            "stopped. The job is kept: run the same command again and it goes on where it was.", exit_code=130
        ) from None


async def with_progress(studio: Studio, job_id: str, title: str) -> JobRow:
    """Follow a job with a bar and the time left, on standard error."""
    with progress_bar(title) as listener:
        return await studio.follow(job_id, listener)


def require_success(row: JobRow, what: str) -> None:
    """Raises UserError with the job's own words where it did not succeed."""
    if row.state == JobState.SUCCEEDED:
        return
    reason = row.error_msg or f"it was {row.state.lower()}"
    is_program_fault = row.error_code in (None, "MSS.00000004")
    raise UserError(f"{what} failed: {reason}", exit_code=1 if is_program_fault else 2)


class progress_bar:
    """A bar in a terminal; elsewhere a line for every tenth, so that a log stays readable."""

    def __init__(self, title: str) -> None:
        from rich import progress as rich_progress
        from rich.console import Console

        self._title = title
        console = Console(stderr=True)
        self._bar = (
            rich_progress.Progress(
                rich_progress.TextColumn("{task.description}"),
                rich_progress.BarColumn(),
                rich_progress.TaskProgressColumn(),
                rich_progress.TimeElapsedColumn(),
                rich_progress.TextColumn("{task.fields[left]}"),
                console=console,
            )
            if console.is_terminal
            else None
        )
        self._tenth = -1
        self._left = TimeLeft()

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=1.0, left="")
        return self._show

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, stage: str, done: float) -> None:
        left = self._left.text(done)
        if self._bar is not None:
            description = f"{self._title}: {stage}" if stage else self._title
            self._bar.update(self._task, completed=done, description=description, left=left)
        elif int(done * 10) > self._tenth:
            self._tenth = int(done * 10)
            print(f"{self._title}: {stage} {done:.0%} {left}".rstrip(), file=sys.stderr, flush=True)


class TimeLeft:
    """How long work will still take, from its pace in the last minute."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._reports: deque[tuple[float, float]] = deque()

    def text(self, done: float) -> str:
        """`3:20 left`, or nothing while too little is known."""
        now = self._now()
        self._reports.append((now, done))
        while len(self._reports) > 2 and now - self._reports[1][0] > _PACE_SECONDS:
            self._reports.popleft()
        started, first = self._reports[0]
        if done >= 1.0 or done - first < 0.002 or now - started < 2.0:
            return ""
        seconds = round((now - started) * (1.0 - done) / (done - first))
        return f"{seconds // 60}:{seconds % 60:02d} left"


def digest(*parts: object) -> str:
    """A short name of a request: the same parts, the same digest. A path stands for the file's content."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            size = part.stat().st_size
            with part.open("rb") as file:
                found.update(file.read(_SAMPLE_BYTES))
                file.seek(max(0, size - _SAMPLE_BYTES))
                found.update(file.read())
            part = size
        found.update(f"{part!r}\0".encode())
    return found.hexdigest()[:32]


def require_file(path: Path, what: str) -> Path:
    """The path, absolute. Raises UserError where there is no such file, or nothing in it."""
    if not path.is_file():
        raise UserError(f"there is no {what} at {path}: check the path")
    if path.stat().st_size == 0:
        raise UserError(f"the {what} {path} is empty: give another file")
    return path.resolve()
