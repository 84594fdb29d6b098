"""The wire models of voice modeling."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from greenroom.api.wire import Id, PageQuery, WireModel
from greenroom.clock import parse_wire_time
from greenroom.voices.modeling.editions import JobType

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
BatchName = Annotated[str, StringConstraints(min_length=1, max_length=256)]
JobTag = Literal["ECOMMERCE", "NEWS", "MARKETING", "LIVE", "EDUCATION", "CUSTOMER", "STORYTELLING"]
Language = Literal["CN", "EN"]
SexName = Literal["FEMALE", "MALE"]
CreateType = Literal["PACKAGE", "SEGMENT"]
SupportedService = Literal["VIDEO_2D", "LIVE_2D", "CHAT_2D"]
Phone = Annotated[str, StringConstraints(min_length=1, max_length=16)]
Description = Annotated[str, StringConstraints(min_length=1, max_length=128)]
OutputLanguage = Annotated[str, StringConstraints(min_length=1, max_length=32)]
CustomText = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


def _check_moment(text: str) -> str:
    if text and not text.isdigit():
        try:
            parse_wire_time(text)
        except ValueError:
            raise ValueError(
                "send seconds since 1970, or a time in UTC such as 2021-01-10T08:43:17Z"
            ) from None
    return text


Moment = Annotated[str, StringConstraints(max_length=20), AfterValidator(_check_moment)]


class CreateTrainingJobReq(WireModel):
    voice_name: Name
    tag: JobTag | None = None
    description: Description | None = None
    sex: SexName | None = None
    language: Language = "CN"
    create_type: CreateType = "PACKAGE"
    phone: Phone | None = None
    dhtms_job_id: Id | None = None
    batch_name: BatchName | None = None
    output_language: OutputLanguage | None = None
    custom_text: CustomText | None = None
    is_ondemand_resource: bool | None = None
    supported_service: list[SupportedService] | None = None


class SegmentUploadingUrl(WireModel):
    """CreateTrainingJobRspSegmentUploadingUrl and ShowJobUploadingAddressRspSegmentUrl"""

    audio_uploading_url: list[str]
    txt_uploading_url: list[str]
    segment_texts: list[str] | None = None
    """Ours: the sentences to read; the text that is uploaded for one goes before it."""


class CreateTrainingJobResponse(WireModel):
    """Of the four operations that create a job."""

    job_id: str
    training_data_uploading_url: str | None = None
    segment_uploading_url: SegmentUploadingUrl | None = None
    authorization_letter_uploading_url: str


class PackageUrl(WireModel):
    training_data_uploading_url: str


class ShowJobUploadingAddressResponse(WireModel):
    segment_url: SegmentUploadingUrl | None = None
    package_url: PackageUrl | None = None
    authorization_letter_uploading_url: str


class CommitJobReq(WireModel):
    tag: JobTag | None = None
    description: Description | None = None
    sex: SexName | None = None
    voice_name: Name | None = None
    language: Language | None = None
    phone: Phone | None = None
    app_user_id: Annotated[str, StringConstraints(max_length=256)] | None = None
    output_language: OutputLanguage | None = None
    custom_text: CustomText | None = None


class AssessProperty(WireModel):
    expected: str
    actual: str
    suggestion: str | None = None
    """In Chinese."""
    suggestion_en: str | None = None
    status: int
    """1: good; 0: it could be better; -1: it does not do."""


class AssessResult(WireModel):
    speed: AssessProperty | None = None
    sound: AssessProperty | None = None
    snr: AssessProperty | None = None
    reverb: AssessProperty | None = None
    suggestion: str | None = Field(None, min_length=1, max_length=256)


class TrainingJobInfo(WireModel):
    """Also ShowVoiceTrainingJobResponse. Times are seconds since 1970."""

    job_type: JobType
    job_id: str
    app_user_id: str | None = None
    voice_name: str
    sex: SexName | None = None
    language: str
    state: str
    reject_times: int | None = None
    asset_id: str | None = None
    job_failed_code: str | None = None
    job_failed_reason: str | None = None
    create_time: int
    lastupdate_time: int
    voice_authorization_url: str | None = None
    training_input_source_url: str | None = None
    create_type: CreateType
    tag: JobTag | None = None
    phone: str | None = None
    dhtms_job_id: str | None = None
    batch_name: str | None = None
    output_language: str | None = None
    assess_result: AssessResult | None = None
    is_ondemand_resource: bool | None = None


class ListVoiceTrainingJobQuery(PageQuery):
    create_until: Moment | None = None
    create_since: Moment | None = None
    update_until: Moment | None = None
    update_since: Moment | None = None
    state: str | None = Field(None, min_length=1, max_length=128)
    """Several, separated by commas."""
    job_id: Id | None = None
    voice_name: str | None = Field(None, min_length=1, max_length=256)
    tag: str | None = Field(None, min_length=1, max_length=32)
    job_type: str | None = Field(None, min_length=1, max_length=32)
    batch_name: BatchName | None = None
    sort_key: str | None = Field(None, min_length=1, max_length=128)
    sort_dir: Literal["asc", "desc"] = "desc"
    is_ondemand_resource: bool | None = None


class ListVoiceTrainingJobResponse(WireModel):
    count: int
    jobs: list[TrainingJobInfo]


class OpExternalInfo(WireModel):
    algorithm_failure_reason: str | None = None
    admin_audit_failure_reason: str | None = None


class OperationLogItem(WireModel):
    time: int
    action: str
    operator: str
    external_info: OpExternalInfo | None = None


class ListJobOperationLogResponse(WireModel):
    count: int
    operations: list[OperationLogItem]


class SystemAuditError(WireModel):
    audio_name: str
    text_name: str | None = None
    error_code: str
    error_message: str


class SystemAuditResult(WireModel):
    audit_time: int
    errors: list[SystemAuditError]


class AdminAuditResult(WireModel):
    message: str
    audit_time: int


class ShowJobAuditResultResponse(WireModel):
    system_audit_result: SystemAuditResult | None = None
    admin_audit_result: AdminAuditResult | None = None


class SetJobBatchNameReq(WireModel):
    batch_name: BatchName
    job_ids: list[Id] = Field(min_length=1, max_length=100)


class SegmentQuery(WireModel):
    job_id: Id
    index: int = Field(ge=0, le=1024)


class JobQuery(WireModel):
    job_id: Id


class ConfirmTrainingSegmentResponse(WireModel):
    confirm_result: bool
    unmatched_index_hit: list[int] = Field(default_factory=list)
    """Places of the characters of the sentence that were not heard, from 0."""
    faults: list[dict[str, Any]] | None = None
    """Ours: `code`, `message`, `cure`, `ranges` in seconds, `severity`."""


class ShowTrainingSegmentInfoResponse(WireModel):
    confirmed_index: list[int]


class AttachmentQuery(WireModel):
    start_number: int = Field(0, ge=0, le=99)
    end_number: int | None = Field(None, ge=1, le=100)
    """The first number that is not wanted any more; one address where it is left out."""


class AttachmentUploadingAddress(WireModel):
    number: int
    uploading_url: str


class ShowUserReviewAttachmentUploadingAddressResponse(WireModel):
    addresses: list[AttachmentUploadingAddress]


class ShowTenantDurationCfgResponse(WireModel):
    """Seconds. `tenant_id` is left out: the contract wants 180 characters of it, which no tenant's id has."""

    basic_min: int
    basic_max: int
    basic_advice_value: int
    middle_min: int
    middle_max: int
    middle_advice_value: int
    advance_min: int
    advance_max: int
    advance_advice_value: int
    flexus_min: int
    flexus_max: int
    flexus_advice_value: int
    cmww_min: int
    cmww_max: int
    cmww_advice_value: int
    ljzn_min: int
    ljzn_max: int
    ljzn_advice_value: int
    short_assess_min: int
    short_assess_max: int


class CreateShortJobReq(WireModel):
    job_type: Literal["VOICE_ASSESS"]
    language: Language = "CN"


class CreateShortJobResponse(WireModel):
    job_id: str
    data_uploading_url: str


class ShowShortJobResponse(WireModel):
    job_type: Literal["VOICE_ASSESS"] = "VOICE_ASSESS"
    job_id: str
    state: str
    job_failed_code: str | None = None
    job_failed_reason: str | None = None
    create_time: int
    lastupdate_time: int
    assess_result: AssessResult | None = None


class EncryptFileQuery(WireModel):
    tenant_id: Id
    job_id: Id
    once_token: str = Field(min_length=64, max_length=64)
