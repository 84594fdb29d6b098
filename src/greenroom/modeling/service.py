"""Training jobs: made, shown, listed, changed and removed. The user's commands are in `commands`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from greenroom.api.wire import ErrorResponse
from greenroom.clock import wire_time
from greenroom.modeling.charging import release_training
from greenroom.modeling.errors import TrainingJobNotFoundError, TrainingStateError
from greenroom.modeling.models import TrainingEvent, TrainingJob, TrainingState
from greenroom.modeling.repository import TrainingJobRepository
from greenroom.modeling.uploads import cover_link, download_links, mark_link, training_video, upload_links
from greenroom.modeling.wire import (
    CommandMessage,
    Create2dModelTrainingJobReq,
    List2dModelTrainingJobResponse,
    ListTrainingJobsQuery,
    Show2dModelTrainingJobResponse,
    TrainingJobBasicInfo,
    TrainingOptionsReq,
    Update2dModelTrainingJobReq,
    UploadLinksResponse,
)
from greenroom.runtime import Context

_OWN_COLUMNS = {
    "name",
    "command_message",
    "video_multipart_count",
    "action_video_multipart_count",
    "batch_name",
}
_LOG_CHARACTERS = 2048


async def create_training_job(context: Context, body: Create2dModelTrainingJobReq) -> UploadLinksResponse:
    """A new job that waits for its files."""
    row = TrainingJob(
        name=body.name,
        state=TrainingState.WAIT_FILE_UPLOAD,
        batch_name=body.batch_name,
        options=_options(body),
        video_parts=body.video_multipart_count or 1,
        video_version=1,
        action_parts=body.action_video_multipart_count or 1,
        operation_logs=[],
        comment_logs=[],
    )
    add_log(row, context.now(), "USER_CREATE_JOD", "The job was created.", user="USER")
    await TrainingJobRepository(context).add(row)
    return upload_links(context, row)


async def list_training_jobs(
    context: Context, query: ListTrainingJobsQuery
) -> List2dModelTrainingJobResponse:
    page = await TrainingJobRepository(context).list_page(query)
    jobs = [
        TrainingJobBasicInfo.model_validate(
            {**_basic(row), "cover_download_url": await cover_link(context, row)}
        )
        for row in page.rows
    ]
    return List2dModelTrainingJobResponse(count=page.count, jobs=jobs)


async def show_training_job(context: Context, job_id: str) -> Show2dModelTrainingJobResponse:
    """Raises TrainingJobNotFoundError."""
    row = await find(context, job_id)
    error = ErrorResponse.of(row.error_code, row.error_msg or "") if row.error_code else None
    return Show2dModelTrainingJobResponse.model_validate(
        {
            **_basic(row),
            **await download_links(context, row),
            "action_mark_file_upload_url": mark_link(context, row) if row.can(TrainingEvent.UPLOAD) else None,
            "operation_logs": row.operation_logs,
            "comment_logs": [_comment(context, comment) for comment in row.comment_logs],
            "error_info": error,
        }
    )


async def update_training_job(
    context: Context, job_id: str, body: Update2dModelTrainingJobReq
) -> UploadLinksResponse:
    """Change the members that are given. UPDATE_VIDEO and UPLOAD_VIDEO, or another number of parts, start the
    upload of the video anew.

    Raises:
        TrainingJobNotFoundError: no such job.
        TrainingStateError: the video is in use, or the avatar is finished.
    """
    row = await find(context, job_id)
    row.name = body.name or row.name
    row.batch_name = body.batch_name or row.batch_name
    row.options = {**row.options, **_options(body)}
    new_count = body.video_multipart_count
    if body.command_message in (CommandMessage.UPDATE_VIDEO, CommandMessage.UPLOAD_VIDEO) or (
        new_count is not None and new_count != row.video_parts
    ):
        _restart_upload(context, row, new_count or row.video_parts)
    if body.action_video_multipart_count is not None:
        row.action_parts = body.action_video_multipart_count
    TrainingJobRepository(context).touch(row)
    return upload_links(context, row)


async def delete_training_job(context: Context, job_id: str) -> None:
    """Remove the job and its uploads, stopping what works on it. A finished avatar stays an asset.

    Raises TrainingJobNotFoundError.
    """
    row = await find(context, job_id)
    if row.run_id is not None and context.runtime.jobs is not None:
        await context.runtime.jobs.request_cancel(context, row.run_id)
    await release_training(context, row.id)
    await TrainingJobRepository(context).remove(row)
    prefix = row.prefix

    async def delete() -> None:
        await context.objects.delete_prefix(prefix)

    context.after_commit(delete)


async def find(context: Context, job_id: str) -> TrainingJob:
    """Raises TrainingJobNotFoundError."""
    row = await TrainingJobRepository(context).find(job_id)
    if row is None:
        raise TrainingJobNotFoundError(job_id)
    return row


def add_log(
    row: TrainingJob,
    now: datetime,
    log_type: str,
    description: str,
    *,
    user: str = "SYSTEM",
    error_code: str | None = None,
) -> None:
    """Note what happened, where the user sees it."""
    entry = {
        "operate_time": wire_time(now),
        "log_type": log_type,
        "log_description": description[:_LOG_CHARACTERS],
        "operate_user": user,
    }
    if error_code is not None:
        entry["error_code"] = error_code
    row.operation_logs = [*row.operation_logs, entry]


def _restart_upload(context: Context, row: TrainingJob, parts: int) -> None:
    if not row.can(TrainingEvent.UPLOAD):
        raise TrainingStateError(
            f"the training video cannot be replaced while the job is in {row.state}: "
            "wait for it to end, or create another job"
        )
    old_folder = training_video(row).folder
    row.advance(TrainingEvent.UPLOAD)
    row.video_version += 1
    row.video_parts = parts
    row.video_confirmed = False
    row.error_code = row.error_msg = None
    add_log(row, context.now(), "USER_UPDATE_VIDEO", "The training video is uploaded again.", user="USER")

    async def delete() -> None:
        await context.objects.delete_prefix(old_folder)

    context.after_commit(delete)


def _options(body: TrainingOptionsReq) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude_none=True, exclude=_OWN_COLUMNS | {"samples_basic_info"})


def _basic(row: TrainingJob) -> dict[str, Any]:
    return {
        **row.options,
        "job_id": row.id,
        "name": row.name,
        "state": row.state,
        "asset_id": row.asset_id if row.state in _WITH_ASSET else None,
        "project_id": row.project_id,
        "last_update_time": wire_time(row.updated_at),
        "create_time": wire_time(row.created_at),
        "batch_name": row.batch_name,
        "model_resolution": row.model_resolution,
        "app_user_id": row.app_user_id,
    }


_WITH_ASSET = {
    TrainingState.JOB_SUCCESS,
    TrainingState.JOB_FINISH,
    TrainingState.JOB_PENDING,
    TrainingState.JOB_REJECT,
}


def _comment(context: Context, comment: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in comment.items() if name != "attachments"}
    if comment.get("attachments"):
        shown["attachment_download_url"] = [context.download_url(key) for key in comment["attachments"]]
    return shown


async def quality_of_avatar(context: Context, asset_id: str) -> dict[str, Any] | None:
    """What was measured when the avatar was trained here; None for one from elsewhere."""
    row = await TrainingJobRepository(context).of_asset(asset_id)
    return row.quality if row is not None else None
