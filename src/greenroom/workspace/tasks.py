"""Import and export tasks: started, searched, shown and deleted, and their files."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from greenroom.db.base import to_microseconds
from greenroom.errors import BodyTooLargeError
from greenroom.iam.audit import printable
from greenroom.jobs.engine import JobSubmission
from greenroom.runtime import Context
from greenroom.workspace.errors import MissingFileError, TaskNotFoundError, TaskStateError
from greenroom.workspace.exchanges import find_exchange, find_import
from greenroom.workspace.models import ExchangeTask, TaskState, TaskType
from greenroom.workspace.repository import MAX_TASKS, ExchangeTaskRepository
from greenroom.workspace.tables import MAX_BYTES, read_table, write_table
from greenroom.workspace.wire import ExchangeResponse, SearchTaskQuery, SearchTaskResponse, TaskInfo

JOB_KIND = "workspace.exchange"
_FORM_BYTES = 65_536
"""Of the multipart body around the file."""
_ENDED = (TaskState.SUCCEEDED, TaskState.FAILED)


async def export_resource(context: Context, resource: str, business_id: str | None) -> ExchangeResponse:
    """Raises UnknownResourceError."""
    find_exchange(resource)
    return await _start(context, _task(context, resource, business_id, TaskType.EXPORT))


async def import_resource(
    context: Context, resource: str, business_id: str | None, request: Request
) -> ExchangeResponse:
    """Check the table, keep it, and start the import.

    Raises:
        UnknownResourceError: nothing of this name can be imported.
        MissingFileError: the request has no file.
        BodyTooLargeError: it has too large a one.
        TableError: the file is not such a table.
    """
    exchange, _ = find_import(resource)
    name, data = await _file_of(request)
    rows = read_table(data, exchange.columns)
    task = _task(context, resource, business_id, TaskType.IMPORT)
    task.name, task.total = name, len(rows)
    await context.objects.put_bytes(task.input_key, data)
    return await _start(context, task)


async def search_tasks(context: Context, query: SearchTaskQuery) -> SearchTaskResponse:
    page = await ExchangeTaskRepository(context).search(query)
    data = [_shown(context, row) for row in page.rows]
    return SearchTaskResponse(offset=0, limit=MAX_TASKS, count=page.count, data=data)


async def show_task(context: Context, task_id: str) -> TaskInfo:
    """Raises TaskNotFoundError."""
    return _shown(context, await _find(context, task_id))


async def delete_task(context: Context, task_id: str) -> None:
    """Remove a task that has ended, with its files.

    Raises:
        TaskNotFoundError: no such task.
        TaskStateError: it is not done yet.
    """
    task = await _find(context, task_id)
    if task.state not in _ENDED:
        raise TaskStateError(f"the task is {task.state}: wait for it to end")
    await ExchangeTaskRepository(context).remove(task)
    folder = task.folder

    async def delete() -> None:
        await context.objects.delete_prefix(folder)

    context.after_commit(delete)


async def download_result(context: Context, task_id: str) -> Response:
    """The exported table, or the imported one with what became of each row.

    Raises:
        TaskNotFoundError: no such task.
        TaskStateError: it has no result.
    """
    task = await _find(context, task_id)
    if task.state != TaskState.SUCCEEDED:
        why = f" ({task.error_msg})" if task.error_msg else ""
        raise TaskStateError(f"the task is {task.state}{why}: only one that SUCCEEDED has a result")
    return _csv(await context.objects.read_bytes(task.result_key), f"{task.resource}-{task.id}.csv")


async def download_template(context: Context, resource: str) -> Response:
    """Raises UnknownResourceError: nothing of this name can be imported."""
    exchange, _ = find_import(resource)
    return _csv(write_table(exchange.columns, [exchange.example]), f"{resource}.csv")


def _task(context: Context, resource: str, business_id: str | None, kind: TaskType) -> ExchangeTask:
    task = ExchangeTask(
        id=context.new_id(),
        resource=resource,
        business_id=business_id,
        name=f"{kind.lower()} of {resource}",
        type=kind,
        state=TaskState.WAITING,
        total=0,
        succeeded=0,
        failed=0,
        faults={},
    )
    task.project_id = context.project_id
    return task


async def _start(context: Context, task: ExchangeTask) -> ExchangeResponse:
    await ExchangeTaskRepository(context).add(task)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, JobSubmission(task.id, JOB_KIND, task.id))
    return ExchangeResponse(value=task.id)


async def _file_of(request: Request) -> tuple[str, bytes]:
    """Name and content of the multipart member `file`. Raises MissingFileError, BodyTooLargeError."""
    too_large = f"the file is larger than {MAX_BYTES} bytes: send the table in parts"
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise MissingFileError("the request has no Content-Length: send the whole file at once")
    if int(length) > MAX_BYTES + _FORM_BYTES:
        raise BodyTooLargeError(too_large)
    try:
        form: Any = await request.form(max_files=1, max_fields=16)
    except Exception as error:  # whatever a broken multipart body raises
        raise MissingFileError(f"the multipart body cannot be read ({error}): send it again") from error
    file = form.get("file")
    if not isinstance(file, UploadFile):
        await form.close()
        raise MissingFileError("the member file is missing: send the table as a file")
    try:
        data = await file.read()
    finally:
        await form.close()
    if len(data) > MAX_BYTES:
        raise BodyTooLargeError(too_large)
    return printable(file.filename or "table.csv", 256), data


async def _find(context: Context, task_id: str) -> ExchangeTask:
    row = await ExchangeTaskRepository(context).find(task_id)
    if row is None:
        raise TaskNotFoundError(task_id)
    return row


def _shown(context: Context, row: ExchangeTask) -> TaskInfo:
    user = row.app_user_id or ""
    return TaskInfo(
        resource=row.resource,
        task_name=row.name,
        begin_time=str(to_microseconds(row.created_at) // 1000),
        end_time=str(to_microseconds(row.ended_at) // 1000) if row.ended_at else "",
        task_type=row.type,
        operator=user,
        total_count=row.total,
        success_count=row.succeeded,
        failure_count=row.failed,
        task_status=row.state,
        task_id=row.id,
        user_id=user,
    )


def _csv(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
