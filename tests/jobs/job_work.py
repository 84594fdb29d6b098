"""Jobs that the engine's tests run, and a worker process to kill.

`python job_work.py DATA_DIR ATTEMPTS_WITHOUT_PROGRESS`
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from greenroom.jobs.dbos_engine import DbosEngine
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JobQueue, JsonValue, WorkerOptions
from greenroom.jobs.errors import JobError
from greenroom.runtime import Context
from greenroom.settings import Settings

KINDS = {
    "test.count": (JobQueue.CPU_SHORT, "job_work:COUNT"),
    "test.refuse": (JobQueue.CPU_SHORT, "job_work:REFUSE"),
    "test.broken": (JobQueue.CPU_SHORT, "job_work:BROKEN"),
    "test.poison": (JobQueue.CPU_SHORT, "job_work:POISON"),
}
OPTIONS = WorkerOptions(polling_seconds=0.1)
LINES = 20


def _note(job: JobContext, line: str) -> None:
    with (job.runtime.settings.data_dir / "steps.log").open("a") as log:
        log.write(f"{job.job_id} {line}\n")


async def _count(job: JobContext) -> None:
    async def quick_step(number: int) -> JsonValue:
        _note(job, f"step {number}")
        await asyncio.sleep(0.05)
        return number * number

    async def child_step() -> JsonValue:
        path = str(job.runtime.settings.data_dir / f"{job.job_id}.count")
        return await job.child("child_work:count_slowly", {"path": path, "to": LINES})

    squares = [await job.step(f"quick-{number}", quick_step, number) for number in range(3)]
    job.share(0.2, 0.9)
    answer = await job.step("count", child_step)
    assert squares == [0, 1, 4] and answer == {"lines": LINES}
    await job.step("quick-3", quick_step, 3)


async def _refuse(job: JobContext) -> None:
    async def refuse() -> JsonValue:
        return await job.child("child_work:refuse_footage", {})

    try:
        await job.step("refuse", refuse)
    except JobError:
        _note(job, "refused")
        raise


async def _broken(job: JobContext) -> None:
    raise RuntimeError("a fault of the program")


async def _poison(job: JobContext) -> None:
    _note(job, "attempt")
    # Long enough for the test to kill the worker here each time.
    await asyncio.sleep(600)


async def _ended(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    await context.session.execute(
        text("INSERT INTO results (job_id, state, error_msg) VALUES (:id, :state, :error)"),
        {"id": subject_id, "state": str(outcome.state), "error": outcome.error_msg},
    )


COUNT = JobKind(run=_count, ended=_ended)
REFUSE = JobKind(run=_refuse, ended=_ended)
BROKEN = JobKind(run=_broken, ended=_ended)
POISON = JobKind(run=_poison, ended=_ended)


def main() -> None:
    settings = Settings(data=Path(sys.argv[1]))
    engine = DbosEngine(settings, replace(OPTIONS, attempts_without_progress=int(sys.argv[2])), KINDS)
    engine.start()
    print("started", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
