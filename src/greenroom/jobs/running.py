"""One run of a job inside a worker: steps, progress, the child process and the end.

Knows nothing of the engine behind it but the function that makes a step durable.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from greenroom.errors import GreenroomError
from greenroom.jobs.children import Child, ChildError, ChildKilledError, ChildLimits, Payload
from greenroom.jobs.engine import JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import JobRepository, forgive_attempts, note_progress
from greenroom.runtime import Context, Runtime, Scope

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 1.0
INTERNAL_ERROR = "MSS.00000004"
USERS_FAULT = "MSS.00000003"
_MESSAGE_CHARACTERS = 2048

DurableStep = Callable[[str, Callable[[], Awaitable[JsonValue]]], Awaitable[JsonValue]]
"""Runs the function under the name once, and gives the remembered answer in later runs."""


class JobRunner:
    """Implements `jobs.engine.JobContext` for one run."""

    def __init__(self, runtime: Runtime, scope: Scope, job_id: str, durable_step: DurableStep) -> None:
        self.runtime = runtime
        self.scope = scope
        self.job_id = job_id
        self.subject_id = job_id
        self.work_dir: Path = runtime.settings.work_dir / job_id
        self._durable_step = durable_step
        self._child: Child | None = None
        self._current: asyncio.Task[JsonValue] | None = None
        self._cancelled = False
        self._stage = ""
        self._progress = 0.0
        self._share = (0.0, 1.0)

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Context]:
        async with self.runtime.transaction(self.scope, read_only=read_only) as context:
            yield context

    def share(self, first: float, last: float) -> None:
        self._share = (first, last)

    def report(self, stage: str, done: float) -> None:
        first, last = self._share
        self._stage = stage
        self._progress = max(self._progress, first + (last - first) * min(1.0, max(0.0, done)))

    async def step(
        self, name: str, function: Callable[..., Awaitable[JsonValue]], *arguments: JsonValue
    ) -> JsonValue:
        if self._cancelled:
            raise JobCancelledError
        # An error is remembered as a value: an exception would come back from the engine as another class.
        answer = await self._durable_step(name, lambda: self._guarded(function, arguments))
        if "error_code" in answer:
            raise JobError(answer["error_code"], answer["error_msg"])
        if "cancelled" in answer:
            raise JobCancelledError
        return answer["value"]

    async def _guarded(
        self, function: Callable[..., Awaitable[JsonValue]], arguments: tuple[JsonValue, ...]
    ) -> JsonValue:
        self._current = asyncio.ensure_future(_coroutine(function, arguments))
        try:
            value = await self._current
            await forgive_attempts(self.runtime, self.job_id)
            return {"value": value}
        except GreenroomError as error:
            return {"error_code": error.error_code, "error_msg": error.message}
        except asyncio.CancelledError:
            if not self._cancelled:
                self._current.cancel()
                await asyncio.gather(self._current, return_exceptions=True)
                raise
            return {"cancelled": True}
        finally:
            self._current = None

    async def child(self, target: str, payload: Payload, limits: ChildLimits | None = None) -> Payload:
        if self._child is None:
            self._child = Child(self.work_dir / "child.log", limits)
        try:
            return await self._child.call(target, payload, self.report)
        except ChildKilledError as error:
            log.error("a child process was killed", job_id=self.job_id, kind=error.kind, log_tail=error.trace)
            raise JobError(INTERNAL_ERROR, error.message) from error
        except ChildError as error:
            if error.is_user_fault:
                raise JobError(USERS_FAULT, error.message) from error
            log.error("work in a child process failed", job_id=self.job_id, trace=error.trace)
            raise JobError(INTERNAL_ERROR, f"An internal error stopped the job ({error.kind}).") from error

    async def drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.close()

    async def run(self, load: Callable[[str], JobKind], attempts_without_progress: int) -> JobState:
        """Run the job to its end and record it. An ended job is left as it is."""
        async with self.transaction() as context:
            row = await JobRepository(context).find(self.job_id)
            if row is None or JobState(row.state).is_final:
                await self._remove_scratch()
                return JobState.CANCELLED if row is None else JobState(row.state)
            got_further = row.progress > row.attempt_progress
            row.attempts = 1 if got_further else row.attempts + 1
            row.attempt_progress = row.progress
            self._progress, self._cancelled = row.progress, row.cancel_requested
            self.subject_id = row.subject_id
            kind_name, attempts = row.kind, row.attempts
            row.advance(JobState.RUNNING)
            row.started_at = row.started_at or context.now()
        kind = load(kind_name)
        outcome = await self._outcome(kind, attempts > attempts_without_progress)
        return await self._end(kind, outcome)

    async def _outcome(self, kind: JobKind, is_poison: bool) -> JobOutcome:
        if is_poison:
            return JobOutcome(
                JobState.FAILED,
                INTERNAL_ERROR,
                "The job stopped its worker again and again and was given up.",
            )
        self.work_dir.mkdir(parents=True, exist_ok=True)
        monitor = asyncio.create_task(self._monitor())
        try:
            await kind.run(self)
            return JobOutcome(JobState.SUCCEEDED)
        except JobCancelledError:
            return JobOutcome(JobState.CANCELLED)
        except GreenroomError as error:
            return JobOutcome(JobState.FAILED, error.error_code, error.message)
        except Exception:
            log.exception("a job failed", job_id=self.job_id)
            return JobOutcome(JobState.FAILED, INTERNAL_ERROR, "An internal error stopped the job.")
        finally:
            monitor.cancel()
            await asyncio.gather(monitor, return_exceptions=True)
            await self.drop_child()

    async def _monitor(self) -> None:
        await asyncio.sleep(PROGRESS_SECONDS / 4)
        while True:
            try:
                now = self.runtime.clock()
                stop = await note_progress(self.runtime, self.job_id, self._stage, self._progress, now)
            except Exception:
                # A locked database must not end the job; the next second tries again.
                log.warning("progress could not be written", job_id=self.job_id, exc_info=True)
                stop = False
            if stop and not self._cancelled:
                self._cancelled = True
                if self._current is not None:
                    self._current.cancel()
            await asyncio.sleep(PROGRESS_SECONDS)

    async def _end(self, kind: JobKind, outcome: JobOutcome) -> JobState:
        try:
            await self._record_end(kind, outcome)
        except Exception:
            if outcome.state is not JobState.SUCCEEDED:
                raise
            log.exception("a job's result could not be recorded", job_id=self.job_id)
            outcome = JobOutcome(JobState.FAILED, INTERNAL_ERROR, "The result could not be recorded.")
            await self._record_end(kind, outcome)
        await self._remove_scratch()
        return outcome.state

    async def _remove_scratch(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            await asyncio.to_thread(shutil.rmtree, self.work_dir)

    async def _record_end(self, kind: JobKind, outcome: JobOutcome) -> None:
        async with self.transaction() as context:
            row = await JobRepository(context).find(self.job_id)
            if row is None or JobState(row.state).is_final:
                return
            row.advance(outcome.state)
            row.error_code = outcome.error_code
            row.error_msg = outcome.error_msg[:_MESSAGE_CHARACTERS] if outcome.error_msg else None
            row.ended_at = row.updated_at = context.now()
            if outcome.state is JobState.SUCCEEDED:
                row.progress, row.stage = 1.0, "done"
            await kind.ended(context, row.subject_id, outcome)


async def _coroutine(
    function: Callable[..., Awaitable[JsonValue]], arguments: tuple[JsonValue, ...]
) -> JsonValue:
    return await function(*arguments)
