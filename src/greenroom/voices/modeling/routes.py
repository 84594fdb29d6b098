"""Voice modeling over the API."""

from __future__ import annotations

from starlette.responses import Response

from greenroom.api.operations import operation
from greenroom.api.wire import PageQuery
from greenroom.runtime import Context
from greenroom.voices.modeling import assessments, material_file, segments, service, submitting
from greenroom.voices.modeling.editions import JobType
from greenroom.voices.modeling.wire import (
    AttachmentQuery,
    CommitJobReq,
    ConfirmTrainingSegmentResponse,
    CreateShortJobReq,
    CreateShortJobResponse,
    CreateTrainingJobReq,
    CreateTrainingJobResponse,
    EncryptFileQuery,
    JobQuery,
    ListJobOperationLogResponse,
    ListVoiceTrainingJobQuery,
    ListVoiceTrainingJobResponse,
    SegmentQuery,
    SetJobBatchNameReq,
    ShowJobAuditResultResponse,
    ShowJobUploadingAddressResponse,
    ShowShortJobResponse,
    ShowTenantDurationCfgResponse,
    ShowTrainingSegmentInfoResponse,
    ShowUserReviewAttachmentUploadingAddressResponse,
    TrainingJobInfo,
)


@operation("ShowTenantDurationCfg")
async def show_tenant_duration_cfg(context: Context) -> ShowTenantDurationCfgResponse:
    return await service.show_tenant_duration_cfg(context)


@operation("CreateTrainingBasicJob")
async def create_training_basic_job(
    context: Context, body: CreateTrainingJobReq
) -> CreateTrainingJobResponse:
    return await service.create_training_job(context, body, JobType.BASIC)


@operation("CreateTrainingMiddleJob")
async def create_training_middle_job(
    context: Context, body: CreateTrainingJobReq
) -> CreateTrainingJobResponse:
    return await service.create_training_job(context, body, JobType.MIDDLE)


@operation("CreateTrainingAdvanceJob")
async def create_training_advance_job(
    context: Context, body: CreateTrainingJobReq
) -> CreateTrainingJobResponse:
    return await service.create_training_job(context, body, JobType.ADVANCE)


@operation("CreateTrainingThirdPartyJob")
async def create_training_third_party_job(
    context: Context, body: CreateTrainingJobReq
) -> CreateTrainingJobResponse:
    return await service.create_training_job(context, body, JobType.THIRD_PARTY)


@operation("ListVoiceTrainingJob")
async def list_voice_training_job(
    context: Context, query: ListVoiceTrainingJobQuery
) -> ListVoiceTrainingJobResponse:
    return await service.list_voice_training_job(context, query)


@operation("ShowVoiceTrainingJob")
async def show_voice_training_job(context: Context, job_id: str) -> TrainingJobInfo:
    return await service.show_voice_training_job(context, job_id)


@operation("CommitVoiceTrainingJob")
async def commit_voice_training_job(context: Context, job_id: str, body: CommitJobReq | None) -> None:
    await submitting.commit_voice_training_job(context, job_id, body or CommitJobReq())


@operation("DeleteVoiceTrainingJob")
async def delete_voice_training_job(context: Context, job_id: str) -> None:
    await service.delete_voice_training_job(context, job_id)


@operation("ListJobOperationLog")
async def list_job_operation_log(
    context: Context, job_id: str, query: PageQuery
) -> ListJobOperationLogResponse:
    return await service.list_job_operation_log(context, job_id, query.offset, query.limit)


@operation("ShowJobUploadingAddress")
async def show_job_uploading_address(context: Context, job_id: str) -> ShowJobUploadingAddressResponse:
    return await service.show_job_uploading_address(context, job_id)


@operation("ShowJobAuditResult")
async def show_job_audit_result(context: Context, job_id: str) -> ShowJobAuditResultResponse:
    return await service.show_job_audit_result(context, job_id)


@operation("ShowUserReviewAttachmentUploadingAddress")
async def show_user_review_attachment_uploading_address(
    context: Context, job_id: str, query: AttachmentQuery
) -> ShowUserReviewAttachmentUploadingAddressResponse:
    return await service.show_user_review_attachment_uploading_address(context, job_id, query)


@operation("SetJobBatchName")
async def set_job_batch_name(context: Context, body: SetJobBatchNameReq) -> None:
    await service.set_job_batch_name(context, body)


@operation("ConfirmTrainingSegment")
async def confirm_training_segment(context: Context, query: SegmentQuery) -> ConfirmTrainingSegmentResponse:
    return await segments.confirm_training_segment(context, query.job_id, query.index)


@operation("ShowTrainingSegmentInfo")
async def show_training_segment_info(context: Context, query: JobQuery) -> ShowTrainingSegmentInfoResponse:
    return await segments.show_training_segment_info(context, query.job_id)


@operation("CreateShortJob")
async def create_short_job(context: Context, body: CreateShortJobReq) -> CreateShortJobResponse:
    return await assessments.create_short_job(context, body)


@operation("CommitShortJob")
async def commit_short_job(context: Context, job_id: str) -> None:
    await assessments.commit_short_job(context, job_id)


@operation("ShowShortJob")
async def show_short_job(context: Context, job_id: str) -> ShowShortJobResponse:
    return await assessments.show_short_job(context, job_id)


@operation("ShowEncryptFile")
async def show_encrypt_file(context: Context, query: EncryptFileQuery) -> Response:
    return await material_file.show_encrypt_file(context, query)
