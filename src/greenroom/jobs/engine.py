"""The port of durable work: what a product context knows about jobs.

A context declares a `JobKind`, inserts its own row, and submits the job in the same transaction. The engine
runs `JobKind.run` at least once until it ends, and `JobKind.ended` in the one transaction that records the
end. Work that must not be repeated stands in steps: a step that has ended is not run again after a crash;
one that was cut off is run again, so every step must be idempotent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from greenroom.jobs.children import ChildLimits, Payload
from greenroom.jobs.models import JobState
from greenroom.runtime import Context, Runtime, Scope

JsonValue = Any
"""None, bool, int, float, str, or lists and string-keyed dictionaries of these."""


class JobQueue(StrEnum):
    """The queues, one a class of worker."""

    CPU_SHORT = "cpu.short"
    CPU_RENDER = "cpu.render"
    GPU_RENDER = "gpu.render"
    GPU_TRAIN = "gpu.train"
    LIVE = "live"
    OUTGOING = "outgoing"
    """Waits for other people's servers, so that nothing else waits behind them."""


@dataclass(slots=True, frozen=True)
class JobOutcome:
    """How a job ended: SUCCEEDED, FAILED with an error, or CANCELLED."""

    state: JobState
    error_code: str | None = None
    error_msg: str | None = None


@dataclass(slots=True, frozen=True)
class JobSubmission:
    job_id: str
    """1 to 64 characters; unique over all kinds. It is the workflow's id too."""
    kind: str
    """A name of `jobs.kinds`."""
    subject_id: str
    """The id of the context's own row; equal to `job_id` unless a row can have several jobs."""
    delay_s: float = 0.0
    """The job begins no earlier than so many seconds from now."""
    work: float = 0.0
    """How much is to be done, in units of the kind's own; 0: not known. See `jobs.estimates`."""


class JobContext(Protocol):
    """What a running job may do."""

    job_id: str
    subject_id: str
    scope: Scope
    """Of whoever submitted the job."""
    runtime: Runtime
    work_dir: Path
    """Scratch folder of this job; it outlives a crash, and goes when the job ends."""

    def transaction(self, *, read_only: bool = False) -> AbstractAsyncContextManager[Context]:
        """One transaction in the project of whoever submitted the job."""

    async def step(
        self, name: str, function: Callable[..., Awaitable[JsonValue]], *arguments: JsonValue
    ) -> JsonValue:
        """Run `function(*arguments)` once and remember its answer, which must be JSON.

        Names and order of the steps must be the same in every run of the job.

        Raises:
            JobError: the function raised it, in this run or before a crash.
            JobCancelledError: the user asked for the job to stop.
        """

    async def child(self, target: str, payload: Payload, limits: ChildLimits | None = None) -> Payload:
        """Run `target` in the job's child process (see `children.Child`), reporting its progress.

        The child stays for the next call and ends with the job or with `drop_child`; `limits` of its first
        call hold.

        Raises:
            JobError: the work raised; the text is the original's where the fault is the user's.
        """

    async def drop_child(self) -> None:
        """End the child, so that the next call does not pay for the memory of those before."""

    def share(self, first: float, last: float) -> None:
        """From here on `report` and `child` move the job's progress from `first` to `last`."""

    def report(self, stage: str, done: float) -> None:
        """Say how far the present share has come, 0 to 1. Never goes back."""


class RunJob(Protocol):
    async def __call__(self, job: JobContext) -> None: ...


class EndJob(Protocol):
    async def __call__(self, context: Context, subject_id: str, outcome: JobOutcome) -> None:
        """Bring the context's row to its end, inside the transaction that ends the job."""


@dataclass(slots=True, frozen=True)
class JobKind:
    """What a kind of job does; `jobs.kinds` gives it its name and its queue."""

    run: RunJob
    ended: EndJob


@dataclass(slots=True, frozen=True)
class WorkerOptions:
    """How many jobs of a queue one worker process runs at a time, and one tenant over all workers."""

    concurrency: Mapping[JobQueue, int] = field(
        default_factory=lambda: {
            JobQueue.CPU_SHORT: 2,
            JobQueue.CPU_RENDER: 1,
            JobQueue.GPU_RENDER: 1,
            JobQueue.GPU_TRAIN: 1,
            JobQueue.LIVE: 2,
            JobQueue.OUTGOING: 16,
        }
    )
    running_per_tenant: int = 20
    """From the public limits: 20 videos of a tenant are made at a time."""
    attempts_without_progress: int = 10
    """A job that takes its worker down this often without getting any further has failed."""
    polling_seconds: float = 0.5


class JobEngine(Protocol):
    def prepare(self) -> None:
        """Create or bring up to date the engine's own tables. Blocking."""

    async def submit(self, context: Context, submission: JobSubmission) -> None:
        """Record and enqueue inside the caller's transaction: the job exists if and only if that commits."""

    async def request_cancel(self, context: Context, job_id: str) -> None:
        """Stop a job; one that has ended is left as it is.

        A waiting job ends with this transaction and `JobKind.ended` is not called: the caller sees to its own
        row. A running one is told, and ends soon.
        """

    async def forget(self, context: Context, job_ids: Sequence[str]) -> None:
        """Delete ended jobs, here and in the engine; those that have not ended are left as they are."""

    def start(self) -> None:
        """Begin to run jobs, first of all those that a crash cut off. Blocking, a few 100 ms."""

    def stop(self) -> None:
        """Stop running jobs; what is cut off goes on at the next start. Blocking, a few seconds at most."""

    def close(self) -> None:
        """Let go of what submitting opened. The engine can be used again."""
