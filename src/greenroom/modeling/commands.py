"""The user's commands on a training job (`execute2d_model_training_command_by_user`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from greenroom.api.wire import ErrorResponse
from greenroom.clock import wire_time
from greenroom.jobs.engine import JobSubmission
from greenroom.modeling.charging import reserve_training
from greenroom.modeling.errors import CommandRefusedError
from greenroom.modeling.models import TrainingEvent, TrainingJob, TrainingState
from greenroom.modeling.repository import TrainingJobRepository
from greenroom.modeling.service import add_log, find
from greenroom.modeling.uploads import (
    DOCUMENT_BYTES,
    GRANT_FILE,
    PartSet,
    action_video,
    comment_key,
    slot_key,
    training_video,
)
from greenroom.modeling.wire import (
    Command,
    CommandResult,
    MultipartUploadInfo,
)
from greenroom.modeling.wire import Execute2dModelTrainingCommandByUserReq as CommandReq
from greenroom.modeling.wire import Execute2dModelTrainingCommandByUserResponse as CommandAnswer
from greenroom.runtime import Context

Handler = Callable[[Context, TrainingJob, CommandReq], Awaitable[CommandAnswer]]


async def execute_command(context: Context, job_id: str, body: CommandReq) -> CommandAnswer:
    """Carry out a command. One that cannot be done now answers EXCUTE_FAILED with the reason and the cure.

    Raises TrainingJobNotFoundError.
    """
    row = await find(context, job_id)
    try:
        answer = await _HANDLERS[body.command](context, row, body)
    except CommandRefusedError as error:
        return CommandAnswer(
            commond_result=CommandResult.FAILED,
            excute_failed_msg=error.message,
            error_info=ErrorResponse.of(error.error_code, error.message),
        )
    TrainingJobRepository(context).touch(row)
    return answer


async def submit(context: Context, row: TrainingJob, event: TrainingEvent = TrainingEvent.SUBMIT) -> None:
    """Start the check of the footage, and the training after it.

    Raises:
        CommandRefusedError: the state does not allow it, or a file is missing.
        InsufficientResourcesError: billing allows no more avatars.
    """
    _require(row, event)
    await _check_uploads(context, row)
    await reserve_training(context, row)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    row.advance(event)
    row.run_id = context.new_id()
    row.error_code = row.error_msg = row.footage_report = None
    add_log(
        row, context.now(), "USER_VERIFYING_SUBMITTED", "The footage was submitted to the check.", user="USER"
    )
    await context.runtime.jobs.submit(context, JobSubmission(row.run_id, "modeling.train", row.id))


async def _check_uploads(context: Context, row: TrainingJob) -> None:
    video = training_video(row)
    missing = await video.missing(context)
    if missing:
        raise CommandRefusedError(
            f"the training video is not there (missing: {_part_names(missing, video)}): "
            "upload it with training_video_upload_url"
        )
    if video.count > 1 and not row.video_confirmed:
        raise CommandRefusedError(
            "the parts of the training video are not confirmed: "
            "send CONFIRM_MULTIPART_UPLOADED when all are uploaded"
        )
    if _needs_grant(context, row) and not await context.objects.exists(slot_key(row, GRANT_FILE)):
        raise CommandRefusedError(
            "the authorization letter of the person in the footage is missing: "
            "upload the signed letter with grant_file_upload_url"
        )


def _needs_grant(context: Context, row: TrainingJob) -> bool:
    return context.settings.consent_required and not row.is_synthetic


async def _submit(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    await submit(context, row)
    return _done()


async def _repair(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    await submit(context, row, TrainingEvent.REPAIR)
    add_log(row, context.now(), "USER_REPAIR", body.operation_reason or "Trained again.", user="USER")
    return _done()


async def _confirm_parts(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    _require(row, TrainingEvent.UPLOAD)
    await _require_parts(context, training_video(row))
    row.video_confirmed = True
    return _done()


async def _confirm_action_parts(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    await _require_parts(context, action_video(row))
    return _done()


async def _get_parts(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    return await _parts_answer(context, training_video(row))


async def _get_action_parts(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    return await _parts_answer(context, action_video(row))


async def _confirm_letter(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    if not await context.objects.exists(slot_key(row, GRANT_FILE)):
        raise CommandRefusedError("no authorization letter is there: upload it with grant_file_upload_url")
    return _done()


async def _delete_video(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    if TrainingState(row.state).is_running:
        raise CommandRefusedError(f"the video is in use while the job is in {row.state}: wait for it to end")
    folders = [training_video(row).folder, action_video(row).folder]
    row.video_confirmed = False
    add_log(row, context.now(), "USER_DELETE_JOB_VIDEO", "The training video was deleted.", user="USER")

    async def delete() -> None:
        for folder in folders:
            await context.objects.delete_prefix(folder)

    context.after_commit(delete)
    return _done()


async def _accept(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    return await _decide(context, row, body, TrainingEvent.ACCEPT)


async def _pend(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    return await _decide(context, row, body, TrainingEvent.PEND)


async def _activate(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    return await _decide(context, row, body, TrainingEvent.ACTIVATE)


async def _reject(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    return await _decide(context, row, body, TrainingEvent.REJECT)


async def _answer(context: Context, row: TrainingJob, body: CommandReq) -> CommandAnswer:
    if body.comment_data is None:
        raise CommandRefusedError("CONFIRM_ANSWER needs comment_data: put the answer into comment_message")
    return _comment(context, row, body, "USER_COMMENT")


async def _decide(
    context: Context, row: TrainingJob, body: CommandReq, event: TrainingEvent
) -> CommandAnswer:
    _require(row, event)
    row.advance(event)
    return _comment(context, row, body, "USER_REJECT" if event is TrainingEvent.REJECT else "USER_COMMENT")


def _comment(context: Context, row: TrainingJob, body: CommandReq, comment_type: str) -> CommandAnswer:
    data = body.comment_data
    if data is None:
        return _done()
    number = len(row.comment_logs)
    keys = [comment_key(row, number, index) for index in range(len(data.attachment_name or []))]
    entry = {
        "operate_time": wire_time(context.now()),
        "comment_type": comment_type,
        "comment_title": data.comment_title,
        "comment_message": data.comment_message,
        "attachments": keys,
    }
    row.comment_logs = [*row.comment_logs, entry]
    links = [context.upload_url(key, max_bytes=DOCUMENT_BYTES) for key in keys]
    return CommandAnswer(commond_result=CommandResult.SUCCESS, attachment_upload_url=links or None)


def _require(row: TrainingJob, event: TrainingEvent) -> None:
    if not row.can(event):
        raise CommandRefusedError(
            f"a job in {row.state} cannot take {event}: show the job for what it waits for"
        )


async def _require_parts(context: Context, parts: PartSet) -> None:
    missing = await parts.missing(context)
    if missing:
        raise CommandRefusedError(
            f"not every part is uploaded (missing: {_part_names(missing, parts)} of {parts.count}): "
            "upload them first"
        )


async def _parts_answer(context: Context, parts: PartSet) -> CommandAnswer:
    there = await parts.uploaded(context)
    data = [
        MultipartUploadInfo(part_number=str(number), etag=info.etag[:64] or "-")
        for number, info in there.items()
    ]
    return CommandAnswer(commond_result=CommandResult.SUCCESS, multipart_data=data)


def _part_names(missing: list[int], parts: PartSet) -> str:
    if parts.count == 1:
        return "the only part"
    named = ", ".join(f"part {number}" for number in missing[:10])
    return named if len(missing) <= 10 else f"{named} and {len(missing) - 10} more"


def _done() -> CommandAnswer:
    return CommandAnswer(commond_result=CommandResult.SUCCESS)


_HANDLERS: Mapping[Command, Handler] = {
    Command.SUBMITVERIFYING: _submit,
    Command.CONFIRM_ACCEPT: _accept,
    Command.CONFIRM_REJECT: _reject,
    Command.CONFIRM_ANSWER: _answer,
    Command.CONFIRM_PENDING: _pend,
    Command.CONFIRM_ACTIVE: _activate,
    Command.GET_MULTIPART_UPLOADED: _get_parts,
    Command.CONFIRM_REPAIR: _repair,
    Command.CONFIRM_MULTIPART_UPLOADED: _confirm_parts,
    Command.GET_ACTION_VIDEO_MULTIPART_UPLOADED: _get_action_parts,
    Command.CONFIRM_ACTION_VIDEO_MULTIPART_UPLOADED: _confirm_action_parts,
    Command.CONFIRM_AUTHORIZATION_LETTER: _confirm_letter,
    Command.DELETE_JOB_VIDEO: _delete_video,
}
