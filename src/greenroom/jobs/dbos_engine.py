"""The job engine on DBOS Transact: the only module that imports it.

Every job is one DBOS workflow, `greenroom.job`, whose only argument is the job's id; the rest stands in our
own table. The workflow's tables live in our database, so a job and its place in the queue are written in one
transaction. Nothing is pickled: arguments and answers are portable JSON.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy.orm import Session

from greenroom.jobs.engine import JobQueue, JobSubmission, JsonValue, WorkerOptions
from greenroom.jobs.fleet import Member, worker_name
from greenroom.jobs.kinds import KINDS, load_kind, queue_of
from greenroom.jobs.models import JobRow, JobState
from greenroom.jobs.repository import JobRepository, forgive_attempts, scope_of_job
from greenroom.jobs.running import JobRunner
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings

log = structlog.get_logger(__name__)

APPLICATION = "greenroom"
APPLICATION_VERSION = "greenroom-1"
"""Constant, so that a new release goes on with the jobs of the old one. Raise it only when the order of some
job's steps changes in a way that cannot replay."""
EMBEDDED_EXECUTOR = "embedded"
"""Constant too: the next process on the same data folder takes up what the last one left. In a shared
database each worker has its own name instead: see `jobs.fleet`."""
_WORKFLOW = "greenroom.job"

_active: DbosEngine | None = None
"""DBOS holds one instance a process, and so do we."""


class DbosEngine:
    """Implements `jobs.engine.JobEngine`. Submits from any process; runs jobs only between start and stop."""

    def __init__(
        self,
        settings: Settings,
        options: WorkerOptions | None = None,
        kinds: Mapping[str, tuple[JobQueue, str]] = KINDS,
    ) -> None:
        self._settings = settings
        self._options = options or WorkerOptions()
        self._kinds = kinds
        self._url = settings.sync_database_url
        self._client: DBOSClient | None = None
        self._runtime: Runtime | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[str]] = set()
        self._stopping = False
        self._member: Member | None = None
        _quieten()

    def prepare(self) -> None:
        DBOS.migrate(self._url)

    async def submit(self, context: Context, submission: JobSubmission) -> None:
        row = JobRow(
            id=submission.job_id,
            kind=submission.kind,
            subject_id=submission.subject_id,
            region=context.scope.region,
            state=JobState.WAITING,
            work=submission.work,
        )
        await JobRepository(context).add(row)
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": queue_of(submission.kind, self._kinds),
            "workflow_id": submission.job_id,
            "queue_partition_key": context.project_id,
            "app_version": APPLICATION_VERSION,
            "application_name": APPLICATION,
        }
        if submission.delay_s > 0:
            options["delay_seconds"] = submission.delay_s

        def enqueue(session: Session) -> None:
            self._enqueuer().enqueue_in_transaction(session, options, submission.job_id)

        await context.session.run_sync(enqueue)

    async def request_cancel(self, context: Context, job_id: str) -> None:
        if not await JobRepository(context).request_cancel(job_id):
            return

        async def leave_queue() -> None:
            await self._enqueuer().cancel_workflow_async(job_id)

        context.after_commit(leave_queue)

    async def forget(self, context: Context, job_ids: Sequence[str]) -> None:
        ended = await JobRepository(context).remove_ended(job_ids)

        async def delete() -> None:
            await self._enqueuer().delete_workflows_async(ended)

        if ended:
            context.after_commit(delete)

    def start(self) -> None:
        global _active
        if _active is not None:
            raise RuntimeError("a job engine runs in this process already")
        _active = self
        self._stopping = False
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._worker_name,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "enable_otlp": False,
        }
        # Launched from a thread with no event loop, DBOS runs the workflows on a loop of its own.
        _call_in_thread(lambda: self._launch(config))
        if self._is_shared:
            self._member = Member(self._settings, self._worker_name, _take_over)
            self._member.start()

    def stop(self) -> None:
        global _active
        if _active is not self:
            return
        self._stopping = True
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._wind_down(), self._loop).result(timeout=30)
        if self._member is not None:
            self._member.stop()
            self._member = None
        _call_in_thread(DBOS.destroy)
        self._loop = self._runtime = None
        _active = None

    def close(self) -> None:
        """Let go of the connections that submitting opened."""
        if self._client is not None:
            self._client.destroy()
            self._client = None

    async def execute(self, job_id: str, durable_step: Callable[..., Awaitable[JsonValue]]) -> str:
        """Run one job to its end, on DBOS's event loop. Not part of the port."""
        task = asyncio.current_task()
        assert task is not None
        if self._stopping:
            raise asyncio.CancelledError
        self._tasks.add(task)
        try:
            runtime = self._open_runtime()
            scope = await scope_of_job(runtime, job_id)
            if scope is None:
                log.warning("a queued job has no row", job_id=job_id)
                return JobState.CANCELLED
            runner = JobRunner(runtime, scope, job_id, durable_step)
            return await runner.run(
                lambda name: load_kind(name, self._kinds), self._options.attempts_without_progress
            )
        finally:
            self._tasks.discard(task)

    @property
    def _is_shared(self) -> bool:
        """Whether workers of other folders and machines take jobs from the same database."""
        return not self._url.startswith("sqlite")

    @property
    def _worker_name(self) -> str:
        return worker_name(self._settings.data_dir) if self._is_shared else EMBEDDED_EXECUTOR

    def _launch(self, config: DBOSConfig) -> None:
        DBOS(config=config)
        DBOS.launch()
        # Each queue costs a poll of the database, so only those that some kind uses are listened to.
        for queue in {queue for queue, _ in self._kinds.values()}:
            DBOS.register_queue(
                queue,
                worker_concurrency=self._options.concurrency[queue],
                partition_concurrency=self._options.running_per_tenant,
                polling_interval_sec=self._options.polling_seconds,
                on_conflict="always_update",
            )

    def _open_runtime(self) -> Runtime:
        """The worker's own: database connections belong to the event loop that opened them."""
        if self._runtime is None:
            self._runtime = Runtime.open(self._settings)
            self._runtime.jobs = self
            self._loop = asyncio.get_running_loop()
        return self._runtime

    async def _wind_down(self) -> None:
        """Cut the running jobs off where they stand; a planned stop does not count as a failed attempt."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._runtime is not None:
            await forgive_attempts(self._runtime)
            await self._runtime.close()

    def _enqueuer(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_url=self._url,
                serializer=DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                lazy=True,
            )
        return self._client


@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)  # type: ignore[untyped-decorator]
async def _run_job(job_id: str) -> str:
    if _active is None:
        raise asyncio.CancelledError
    return await _active.execute(job_id, _durable_step)


async def _durable_step(name: str, function: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
    async def step() -> JsonValue:
        return await function()

    return await DBOS.run_step_async({"name": name}, step)


def _take_over(workers: Sequence[str]) -> None:
    """Put the jobs of workers that are gone back into the queue; each is begun by one worker only."""
    DBOS._recover_pending_workflows(list(workers))


def _call_in_thread(function: Callable[[], None]) -> None:
    """Run `function` in a thread without an event loop and pass on what it raises."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            function()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="job-engine")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def _quieten() -> None:
    """DBOS logs to the console with a handler of its own; only its errors matter to us."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.setLevel(logging.ERROR)
