"""The wire models of 2D avatar training."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import ErrorResponse, PageQuery, WireModel, WireTime

JobName = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Contact = Annotated[str, StringConstraints(max_length=64)]
ModelVersion = Literal["V2", "V3", "V3.2", "V3.3"]
SupportedService = Literal["VIDEO_2D", "LIVE_2D", "CHAT_2D"]
AudioSource = Literal["VIDEO", "AUDIO"]


class CommandMessage(StrEnum):
    UPDATE_VIDEO = "UPDATE_VIDEO"
    UPLOAD_VIDEO = "UPLOAD_VIDEO"
    CONFIRM_ACTION_VIDEO = "CONFIRM_ACTION_VIDEO"
    GET_ACTION_VIDEO_MULTIPART = "GET_ACTION_VIDEO_MULTIPART"


class Command(StrEnum):
    SUBMITVERIFYING = "SUBMITVERIFYING"
    CONFIRM_ACCEPT = "CONFIRM_ACCEPT"
    CONFIRM_REJECT = "CONFIRM_REJECT"
    CONFIRM_ANSWER = "CONFIRM_ANSWER"
    CONFIRM_PENDING = "CONFIRM_PENDING"
    CONFIRM_ACTIVE = "CONFIRM_ACTIVE"
    GET_MULTIPART_UPLOADED = "GET_MULTIPART_UPLOADED"
    CONFIRM_REPAIR = "CONFIRM_REPAIR"
    CONFIRM_MULTIPART_UPLOADED = "CONFIRM_MULTIPART_UPLOADED"
    GET_ACTION_VIDEO_MULTIPART_UPLOADED = "GET_ACTION_VIDEO_MULTIPART_UPLOADED"
    CONFIRM_ACTION_VIDEO_MULTIPART_UPLOADED = "CONFIRM_ACTION_VIDEO_MULTIPART_UPLOADED"
    CONFIRM_AUTHORIZATION_LETTER = "CONFIRM_AUTHORIZATION_LETTER"
    DELETE_JOB_VIDEO = "DELETE_JOB_VIDEO"


class CommandResult(StrEnum):
    SUCCESS = "EXCUTE_SUCCESS"
    FAILED = "EXCUTE_FAILED"


class VoiceProperties(WireModel):
    job_tag: Literal["ECOMMERCE", "NEWS", "MARKETING"]
    sex: Literal["FEMALE", "MALE"]
    language: Literal["CN", "EN"]


class TrainingOptionsReq(WireModel):
    """What create and update have in common."""

    contact: Contact | None = None
    command_message: CommandMessage | None = None
    video_multipart_count: int | None = Field(None, ge=1, le=1000)
    action_video_multipart_count: int | None = Field(None, ge=1, le=1000)
    is_background_replacement: bool | None = None
    batch_name: JobName | None = None
    tags: list[str] | None = None
    is_fast_flexus: bool | None = None
    voice_properties: VoiceProperties | None = None
    supported_service: list[SupportedService] | None = None
    audio_source_type: AudioSource | None = None


class Create2dModelTrainingJobReq(TrainingOptionsReq):
    name: JobName
    model_version: ModelVersion | None = None
    is_ondemand_resource: bool | None = None
    is_flexus: bool | None = None
    is_live_copy: bool | None = None
    is_only_human_model: bool | None = None


class ActionBasicSampleInfo(WireModel):
    action_name_zh: str | None = Field(None, min_length=1, max_length=1028)
    action_name_en: str | None = Field(None, min_length=1, max_length=1028)
    action_tag: str = Field(min_length=1, max_length=128)
    catalog: str | None = Field(None, min_length=1, max_length=128)
    recommended_value: int | None = Field(None, ge=0, le=100)
    is_selected: bool | None = None


class Update2dModelTrainingJobReq(TrainingOptionsReq):
    name: JobName | None = None
    samples_basic_info: list[ActionBasicSampleInfo] | None = None


class UploadLinksResponse(WireModel):
    """Create2dModelTrainingJobResponse and Update2dModelTrainingJobResponse"""

    job_id: str
    training_video_upload_url: list[str] | None = None
    action_video_upload_url: list[str] | None = None
    audio_upload_url: str | None = None
    cover_upload_url: str | None = None
    id_card_image1_upload_url: str | None = None
    id_card_image2_upload_url: str | None = None
    grant_file_upload_url: str | None = None
    pre_beauty_image_upload_url: str | None = None
    post_beauty_image_upload_url: str | None = None


class OperationLogInfo(WireModel):
    operate_time: WireTime
    log_type: str
    log_description: str | None = Field(None, max_length=2048)
    operate_user: Literal["USER", "ADMIN", "SYSTEM"]
    error_code: str | None = None
    redo_reasons: list[str] | None = None


class CommentLogInfo(WireModel):
    operate_time: WireTime
    comment_type: Literal["USER_REJECT", "USER_COMMENT", "ADMIN_COMMENT"]
    comment_title: str | None = None
    comment_message: str | None = None
    attachment_download_url: list[str] | None = None


class TrainingJobBasicInfo(WireModel):
    job_id: str
    name: str
    state: str
    asset_id: str | None = None
    project_id: str
    cover_download_url: str | None = None
    last_update_time: WireTime
    create_time: WireTime
    contact: str | None = None
    batch_name: str | None = None
    tags: list[str] | None = None
    model_version: ModelVersion = "V3.2"
    matting_type: Literal["AI", "MANUAL"] = "AI"
    model_resolution: Literal["1080P", "4K"] = "1080P"
    app_user_id: str | None = None
    is_flexus: bool | None = None
    is_live_copy: bool | None = None
    is_fast_flexus: bool | None = None
    is_only_human_model: bool | None = None
    is_background_replacement: bool | None = None
    is_ondemand_resource: bool | None = None


class Show2dModelTrainingJobResponse(TrainingJobBasicInfo):
    training_video_download_url: str | None = None
    id_card_image1_download_url: str | None = None
    id_card_image2_download_url: str | None = None
    grant_file_download_url: str | None = None
    pre_beauty_image_download_url: str | None = None
    post_beauty_image_download_url: str | None = None
    action_video_download_url: str | None = None
    audio_file_download_url: str | None = None
    action_mark_file_download_url: str | None = None
    action_mark_file_upload_url: str | None = None
    operation_logs: list[OperationLogInfo] = Field(default_factory=list)
    comment_logs: list[CommentLogInfo] = Field(default_factory=list)
    voice_properties: VoiceProperties | None = None
    audio_source_type: AudioSource | None = None
    supported_service: list[SupportedService] | None = None
    error_info: ErrorResponse | None = None


class ListTrainingJobsQuery(PageQuery):
    state: str | None = None
    """Several, separated by commas."""
    sort_key: str | None = None
    sort_dir: Literal["asc", "desc"] = "asc"
    create_since: WireTime | None = None
    create_until: WireTime | None = None
    update_since: WireTime | None = None
    update_until: WireTime | None = None
    query_project_id: str | None = None
    batch_name: str | None = None
    tag: str | None = None
    job_id: str | None = None
    name: str | None = None
    model_resolution: str | None = None
    is_flexus: bool | None = None
    is_live_copy: bool | None = None
    is_ondemand_resource: bool | None = None


class EncryptFileQuery(WireModel):
    tenant_id: str = Field(min_length=1, max_length=64)
    job_id: str = Field(min_length=1, max_length=64)
    once_token: str = Field(min_length=64, max_length=64, repr=False)


class List2dModelTrainingJobResponse(WireModel):
    count: int
    jobs: list[TrainingJobBasicInfo]


class CommentData(WireModel):
    comment_title: str | None = Field(None, max_length=2048)
    comment_message: str | None = Field(None, max_length=2048)
    attachment_name: list[str] | None = None


class Execute2dModelTrainingCommandByUserReq(WireModel):
    command: Command
    command_message: CommandMessage | None = None
    comment_data: CommentData | None = None
    operation_reason: str | None = Field(None, max_length=2048)


class MultipartUploadInfo(WireModel):
    part_number: str
    etag: str


class Execute2dModelTrainingCommandByUserResponse(WireModel):
    commond_result: CommandResult
    attachment_upload_url: list[str] | None = None
    multipart_data: list[MultipartUploadInfo] | None = None
    excute_failed_msg: str | None = Field(default=None, max_length=2048)
    error_info: ErrorResponse | None = None
