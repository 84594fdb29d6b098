"""The durable job of an import or export.

Rows are imported in batches, each in one transaction with the count of how far it came: after a crash it
goes on with the row after the last one that is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenroom.errors import GreenroomError
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError
from greenroom.jobs.models import JobState
from greenroom.runtime import Context
from greenroom.workspace.exchanges import ImportRow, find_exchange, find_import
from greenroom.workspace.models import ExchangeTask, TaskState, TaskType
from greenroom.workspace.repository import ExchangeTaskRepository
from greenroom.workspace.tables import read_table, write_table

BATCH = 100


async def run_exchange(job: JobContext) -> None:
    exchange = _Exchange(job)
    is_import = await job.step("start", exchange.start)
    await job.step("work", exchange.take_in if is_import else exchange.give_out)


class _Exchange:
    def __init__(self, job: JobContext) -> None:
        self.job = job

    async def start(self) -> JsonValue:
        """True: an import."""
        async with self.job.transaction() as context:
            task = await self._task(context)
            task.advance(TaskState.RUNNING)
            return task.type == TaskType.IMPORT

    async def give_out(self) -> JsonValue:
        async with self.job.transaction(read_only=True) as context:
            task = await self._task(context)
            exchange = find_exchange(task.resource)
            rows = [row async for row in exchange.rows(context)]
        await self.job.runtime.objects.put_bytes(task.result_key, write_table(exchange.columns, rows))
        async with self.job.transaction() as context:
            task = await self._task(context)
            task.total = task.succeeded = len(rows)
        return None

    async def take_in(self) -> JsonValue:
        async with self.job.transaction(read_only=True) as context:
            task = await self._task(context)
            exchange, import_row = find_import(task.resource)
            done, key = task.succeeded + task.failed, task.input_key
        objects = self.job.runtime.objects
        rows = read_table(await objects.read_bytes(key), exchange.columns)
        for first in range(done, len(rows), BATCH):
            async with self.job.transaction() as context:
                task = await self._task(context)
                await _import_batch(context, task, import_row, (first, rows[first : first + BATCH]))
            self.job.report("importing", (first + BATCH) / len(rows))
        columns = (*exchange.columns, "result", "reason")
        results = [_result(row, task.faults.get(str(number))) for number, row in enumerate(rows)]
        await objects.put_bytes(task.result_key, write_table(columns, results))
        return None

    async def _task(self, context: Context) -> ExchangeTask:
        row = await ExchangeTaskRepository(context).find(self.job.subject_id)
        if row is None:
            raise JobCancelledError
        return row


async def _import_batch(
    context: Context, task: ExchangeTask, import_row: ImportRow, batch: tuple[int, list[dict[str, str]]]
) -> None:
    """A row that is refused changes nothing, and the others go in."""
    first, rows = batch
    faults: dict[str, Any] = dict(task.faults)
    for number, row in enumerate(rows, start=first):
        try:
            async with context.session.begin_nested():
                await import_row(context, row)
            task.succeeded += 1
        except GreenroomError as error:
            task.failed += 1
            faults[str(number)] = error.message
    task.faults = faults


def _result(row: Mapping[str, str], fault: str | None) -> dict[str, str]:
    return {**row, "result": "FAILED" if fault else "SUCCEEDED", "reason": fault or ""}


async def end_exchange(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    task = await ExchangeTaskRepository(context).find(subject_id)
    if task is None:
        return
    task.advance(TaskState.SUCCEEDED if outcome.state is JobState.SUCCEEDED else TaskState.FAILED)
    task.error_msg = outcome.error_msg
    task.ended_at = context.now()
    ExchangeTaskRepository(context).touch(task)


EXCHANGE = JobKind(run=run_exchange, ended=end_exchange)
