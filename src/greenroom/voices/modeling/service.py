"""Voice training jobs: made, shown, listed, committed and removed."""

from __future__ import annotations

from typing import Any

from greenroom.moderation import service as moderation
from greenroom.runtime import Context
from greenroom.voices.modeling import uploads
from greenroom.voices.modeling.audit import reports_of
from greenroom.voices.modeling.charging import release_voice
from greenroom.voices.modeling.editions import EDITIONS, JobType, durations
from greenroom.voices.modeling.errors import VoiceJobNotFoundError
from greenroom.voices.modeling.logs import USER, note, shown
from greenroom.voices.modeling.models import VoiceJob, VoiceState
from greenroom.voices.modeling.repository import VoiceJobRepository
from greenroom.voices.modeling.review import KIND, review_order
from greenroom.voices.modeling.submitting import require_modeler, require_output_language
from greenroom.voices.modeling.wire import (
    AdminAuditResult,
    AttachmentQuery,
    CreateTrainingJobReq,
    CreateTrainingJobResponse,
    ListJobOperationLogResponse,
    ListVoiceTrainingJobQuery,
    ListVoiceTrainingJobResponse,
    SetJobBatchNameReq,
    ShowJobAuditResultResponse,
    ShowJobUploadingAddressResponse,
    ShowTenantDurationCfgResponse,
    ShowUserReviewAttachmentUploadingAddressResponse,
    SystemAuditError,
    SystemAuditResult,
    TrainingJobInfo,
)

_OWN_COLUMNS = {"voice_name", "tag", "sex", "language", "create_type", "batch_name"}
_REASON_CHARACTERS = 256
_ERROR_CHARACTERS = 1024


async def show_tenant_duration_cfg(context: Context) -> ShowTenantDurationCfgResponse:
    return ShowTenantDurationCfgResponse.model_validate(durations(context.settings.voice_durations))


async def create_training_job(
    context: Context, body: CreateTrainingJobReq, job_type: JobType
) -> CreateTrainingJobResponse:
    """A new job that waits for its files.

    Raises:
        NoModelerError: voices are not trained on this installation.
        NotBuiltFeatureError: the voice cannot speak `output_language`.
        ContentRefusedError: a text does not pass the content review.
    """
    require_modeler(context)
    require_output_language(context, body.output_language, body.language)
    row = VoiceJob(
        job_type=job_type,
        create_type=body.create_type,
        voice_name=body.voice_name,
        language=body.language,
        sex=body.sex,
        tag=body.tag,
        batch_name=body.batch_name,
        state=VoiceState.CREATING,
        options=body.model_dump(mode="json", exclude_none=True, exclude=_OWN_COLUMNS),
        segment_count=EDITIONS[job_type].segments if body.create_type == "SEGMENT" else 0,
        confirmed={},
        operation_logs=[],
    )
    await review_order(context, row)
    note(row, context.now(), "The job was created.", USER)
    await VoiceJobRepository(context).add(row)
    return uploads.created(context, row)


async def list_voice_training_job(
    context: Context, query: ListVoiceTrainingJobQuery
) -> ListVoiceTrainingJobResponse:
    page = await VoiceJobRepository(context).list_page(query)
    jobs = [TrainingJobInfo.model_validate(_info(row)) for row in page.rows]
    return ListVoiceTrainingJobResponse(count=page.count, jobs=jobs)


async def show_voice_training_job(context: Context, job_id: str) -> TrainingJobInfo:
    """Raises VoiceJobNotFoundError."""
    row = await find(context, job_id)
    return TrainingJobInfo.model_validate({**_info(row), **await uploads.download_links(context, row)})


async def delete_voice_training_job(context: Context, job_id: str) -> None:
    """Remove the job and its recordings, stopping what works on it. A finished voice stays an asset.

    Raises VoiceJobNotFoundError.
    """
    row = await find(context, job_id)
    if row.run_id is not None and context.runtime.jobs is not None:
        await context.runtime.jobs.request_cancel(context, row.run_id)
    await moderation.withdraw(context, KIND, row.id)
    await release_voice(context, row)
    await VoiceJobRepository(context).remove(row)
    prefix = row.prefix

    async def delete() -> None:
        await context.objects.delete_prefix(prefix)

    context.after_commit(delete)


async def list_job_operation_log(
    context: Context, job_id: str, offset: int, limit: int
) -> ListJobOperationLogResponse:
    """The oldest first. Raises VoiceJobNotFoundError."""
    entries = (await find(context, job_id)).operation_logs
    page = [shown(entry) for entry in entries[offset : offset + limit]]
    return ListJobOperationLogResponse(count=len(entries), operations=page)


async def show_job_uploading_address(context: Context, job_id: str) -> ShowJobUploadingAddressResponse:
    """New links, at any time; what is uploaded while a job works is used by the next commit.

    Raises VoiceJobNotFoundError.
    """
    return uploads.addresses(context, await find(context, job_id))


async def show_user_review_attachment_uploading_address(
    context: Context, job_id: str, query: AttachmentQuery
) -> ShowUserReviewAttachmentUploadingAddressResponse:
    """Raises VoiceJobNotFoundError."""
    row = await find(context, job_id)
    first = query.start_number
    end = max(first + 1, query.end_number or 0)
    return ShowUserReviewAttachmentUploadingAddressResponse(
        addresses=uploads.attachment_addresses(context, row, first, end)
    )


async def show_job_audit_result(context: Context, job_id: str) -> ShowJobAuditResultResponse:
    """What the check of the recordings found, recording by recording, and what a person decided.

    Raises VoiceJobNotFoundError.
    """
    row = await find(context, job_id)
    people = row.people_report
    return ShowJobAuditResultResponse(
        system_audit_result=_system_audit(row),
        admin_audit_result=AdminAuditResult.model_validate(people) if people else None,
    )


async def set_job_batch_name(context: Context, body: SetJobBatchNameReq) -> None:
    """Give several jobs one name, all or none. Raises VoiceJobNotFoundError."""
    rows = VoiceJobRepository(context)
    found = {row.id: row for row in await rows.with_ids(body.job_ids)}
    for job_id in body.job_ids:
        if job_id not in found:
            raise VoiceJobNotFoundError(job_id)
    for row in found.values():
        row.batch_name = body.batch_name
        rows.touch(row)


async def find(context: Context, job_id: str) -> VoiceJob:
    """Raises VoiceJobNotFoundError."""
    row = await VoiceJobRepository(context).find(job_id)
    if row is None:
        raise VoiceJobNotFoundError(job_id)
    return row


async def quality_of_voice(context: Context, asset_id: str) -> dict[str, Any] | None:
    """What was measured when the voice was trained here; None for one from elsewhere."""
    row = await VoiceJobRepository(context).of_asset(asset_id)
    return row.quality if row is not None else None


def _system_audit(row: VoiceJob) -> SystemAuditResult | None:
    if row.report is None:
        return None
    errors = [
        SystemAuditError(
            audio_name=report.name[:_ERROR_CHARACTERS],
            error_code=fault.code,
            error_message=fault.line[:_ERROR_CHARACTERS],
        )
        for report in reports_of(row.report)
        for fault in report.faults
    ]
    return SystemAuditResult(audit_time=row.report["audit_time"], errors=errors)


def _info(row: VoiceJob) -> dict[str, Any]:
    return {
        **row.options,
        "job_type": row.job_type,
        "job_id": row.id,
        "app_user_id": row.app_user_id,
        "voice_name": row.voice_name,
        "sex": row.sex,
        "language": row.language,
        "state": row.state,
        "reject_times": row.reject_times or None,
        "asset_id": row.asset_id if row.state == VoiceState.SUCCEED else None,
        "job_failed_code": row.error_code,
        "job_failed_reason": (row.error_msg or "")[:_REASON_CHARACTERS] or None,
        "create_time": int(row.created_at.timestamp()),
        "lastupdate_time": int(row.updated_at.timestamp()),
        "create_type": row.create_type,
        "tag": row.tag,
        "batch_name": row.batch_name,
        "assess_result": (row.report or {}).get("assess_result"),
    }
