"""Requests and answers of the digital asset operations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from greenroom.api.wire import ErrorResponse, Id, PageQuery, WireModel, WireTime
from greenroom.assets.states import AssetSource, AssetState, AssetType, TransferState, TransferType

Language = Literal[
    "UNKNOW", "CN", "EN", "GER", "fr", "Kr", "por", "JPN", "Ita", "ESP", "DBH", "GT", "GXH", "HBH", "SXH",
    "SCH", "YY", "Russian", "Filipino", "Dutch", "Indonesian", "Vietnamese", "Arabic", "Turkish", "Malay",
    "Thai", "Finnish",
]  # fmt: skip
SystemPropertyKey = Literal[
    "STYLE_ID", "DH_ID", "PLATFORM_AVAILABLE", "RENDER_ENGINE", "BACKGROUND_IMG",
    "BACKGROUND_SCENE", "CREATED_BY_PLATFORM", "MATERIAL_IMG", "MATERIAL_VIDEO",
    "DIGITAL_HUMAN_2D_VIDEO", "DIGITAL_HUMAN_3D_VIDEO", "BUSSINESS_CARD_VIDEO",
    "BUSINESS_CARD_VIDEO", "PHOTO_VIDEO", "TO_BE_TRANSLATED_VIDEO", "TRANSLATED_VIDEO",
    "LAYER_CONFIG_ENABLE", "MEITUAN_MATERIAL_APPROVED", "IS_CONTROLLED", "LIVE_IS_AUTHORIZED",
    "VIDEO_IS_AUTHORIZED", "CHAT_IS_AUTHORIZED",
]  # fmt: skip
Service = Literal["VIDEO_2D", "LIVE_2D", "CHAT_2D"]
Name = Annotated[str, Field(min_length=0, max_length=256)]
Description = Annotated[str, Field(max_length=4096)]
Order = Annotated[int, Field(ge=0, le=32767)]


class ReviewConfig(WireModel):
    no_need_review: bool | None = None


class VoiceCapability(WireModel):
    is_support_phoneme_en: bool | None = None
    is_support_phoneme: bool | None = None
    is_support_break_time: bool | None = None
    is_support_break_strength: bool | None = None
    is_support_speed: bool | None = None
    is_support_prosody: bool | None = None
    is_support_ssml_say_as: bool | None = None
    is_support_ssml_sub: bool | None = None
    is_support_word: bool | None = None
    is_support_voice_cache: bool | None = None
    conversion_rate: float | None = Field(None, ge=0, le=50)
    conversion_rate_en: float | None = Field(None, ge=0, le=50)
    is_support_srt: bool | None = None


class ExternalVoiceAssetMeta(WireModel):
    provider: Literal["XIMALAYA", "HUAWEI_EI", "MOBVOI", "AUDIOX", "SINOVOICE", "DATABAKER", "AISPEECH"]


class VoiceModelAssetMeta(WireModel):
    order: Order | None = None
    model_type: Literal["COMMON", "CLONE"] | None = None
    sex: Literal["UNKNOW", "MALE", "FEMALE"] | None = None
    language: Language | None = None
    languages: list[Language] | None = None
    speed_ratio: float | None = Field(None, ge=0, le=100)
    volume_ratio: float | None = Field(None, ge=0, le=100)
    is_realtime_voice: bool | None = None
    style: str | None = Field(None, min_length=1, max_length=32)
    voice_capability: VoiceCapability | None = None
    external_voice_meta: ExternalVoiceAssetMeta | None = None
    is_support_vc_process: bool | None = None
    is_support_thai_auto_split: bool | None = None
    is_flexus: bool | None = None
    is_enhance_rhythm: bool | None = None
    age: str | None = Field(None, min_length=1, max_length=64)


class PPTPageInfo(WireModel):
    page_no: int | None = Field(None, ge=1, le=256)
    file_id: str | None = Field(None, min_length=1, max_length=64)
    page_content: str | None = Field(None, max_length=2048)


class PPTFontInfo(WireModel):
    """A font that a deck names. Ours: the contract has no place for it."""

    name: str = Field(max_length=128)
    is_installed: bool
    replaced_by: str | None = Field(None, max_length=256)


class PPTAssetMeta(WireModel):
    auto_analysis: bool | None = None
    ppt_analysis_status: str | None = Field(None, max_length=128)
    error_info: ErrorResponse | None = None
    page_count: int | None = Field(None, ge=0, le=256)
    pages: list[PPTPageInfo] | None = None
    fonts: list[PPTFontInfo] | None = None
    """Ours, as `notices`: sentences about what looks otherwise than in its own program."""
    notices: list[str] | None = None


class MaterialComponentInfo(WireModel):
    component_name: str = Field(min_length=1, max_length=256)
    component_type: Literal["CLOTHES", "PANTS", "SHOES", "HAIR", "EYELASH", "EYEBROW"]
    component_desc: str | None = Field(None, min_length=1, max_length=512)


class MaterialAssetMeta(WireModel):
    components: list[MaterialComponentInfo] | None = None


class ActionTagInfo(WireModel):
    action_name_zh: str = Field(min_length=1, max_length=128)
    action_name_en: str = Field(min_length=1, max_length=128)
    action_duration: float | None = Field(None, ge=0, le=100)
    catalog: str | None = Field(None, max_length=128)
    file_name: str | None = Field(None, min_length=1, max_length=256)
    tag: str | None = Field(None, min_length=1, max_length=256)


class HumanModel2DAssetMeta(WireModel):
    is_action_editable: bool | None = None
    is_live_copy: bool | None = None
    is_real_background: bool | None = None
    support_live: bool | None = None
    model_version: Literal["V2", "V3", "V3_2", "V3_3"] | None = None
    model_resolution: Literal["1080P", "4K"] | None = None
    device_names: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(None, max_length=16)
    is_with_action_library: bool | None = None
    action_tag_map: list[ActionTagInfo] | None = None
    is_flexus: bool | None = None
    voice_asset_id: str | None = Field(None, min_length=1, max_length=64)


class ImageAssetMeta(WireModel):
    """System-filled, all of it."""

    codec: str | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    mode: str | None = None
    frame_rate: str | None = None
    duration: int | None = None
    error_info: ErrorResponse | None = None


class VideoAssetMeta(WireModel):
    """System-filled, all of it. Bit rates in kbit/s, duration in seconds."""

    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: str | None = None
    video_bit_rate: int | None = None
    duration: int | None = None
    audio_codec: str | None = None
    audio_bit_rate: int | None = None
    audio_channels: int | None = None
    sample: int | None = None
    mode: str | None = None
    video_transcoding_status: str | None = None
    error_info: ErrorResponse | None = None


class AudioAssetMeta(WireModel):
    """System-filled, all of it."""

    duration: int | None = None
    audio_codec: str | None = None
    audio_bit_rate: int | None = None
    audio_channels: int | None = None
    sample: int | None = None
    error_info: ErrorResponse | None = None


class AssetExtraMeta(WireModel):
    """Of the input, the member that fits the asset's type is used; the rest is ignored."""

    voice_model_meta: VoiceModelAssetMeta | None = None
    ppt_meta: PPTAssetMeta | None = None
    material_meta: MaterialAssetMeta | None = None
    human_model_2d_meta: HumanModel2DAssetMeta | None = None
    image_meta: ImageAssetMeta | None = None
    video_meta: VideoAssetMeta | None = None
    audio_meta: AudioAssetMeta | None = None


class SystemProperty(WireModel):
    action: Literal["ADD", "DELETE"] | None = None
    key: SystemPropertyKey
    value: str | None = Field(None, min_length=1, max_length=1024)


class AssetSharedConfig(WireModel):
    shared_type: Literal["PRIVATE", "PUBLIC", "SHARED"] | None = None
    expire_time: WireTime | None = None
    allowed_project_ids: list[str] | None = None


class AutoOperationConfig(WireModel):
    operation: Literal["BLOCK", "DELETE"]
    operation_time: WireTime


class CreateDigitalAssetRequestBody(WireModel):
    asset_name: Name
    asset_description: Description | None = None
    asset_type: AssetType
    review_config: ReviewConfig | None = None
    tags: list[str] | None = Field(None, max_length=50)
    asset_extra_meta: AssetExtraMeta | None = None
    system_properties: list[SystemProperty] | None = Field(None, max_length=50)
    shared_config: AssetSharedConfig | None = None
    is_need_generate_cover: bool | None = None
    asset_order: Order | None = None
    supported_service: list[Service] | None = None
    auto_operation_config: list[AutoOperationConfig] | None = None


class CreateDigitalAssetResponse(WireModel):
    asset_id: str


class UpdateDigitalAssetRequestBody(WireModel):
    asset_name: Name | None = None
    asset_description: Description | None = None
    asset_type: AssetType | None = None
    asset_state: Literal["UNACTIVED", "ACTIVED", "WAITING_DELETE"] | None = None
    review_config: ReviewConfig | None = None
    tags: list[str] | None = Field(None, max_length=50)
    asset_extra_meta: AssetExtraMeta | None = None
    system_properties: list[SystemProperty] | None = Field(None, max_length=50)
    shared_config: AssetSharedConfig | None = None
    asset_order: Order | None = None
    supported_service: list[Service] | None = None
    auto_operation_config: list[AutoOperationConfig] | None = None


class FileExtraMeta(WireModel):
    video_transcoding_status: str | None = None


class AssetFileInfo(WireModel):
    file_id: str
    file_name: str
    file_md5: str | None = None
    file_size: int | None = None
    file_type: str
    asset_file_category: str
    download_url: str | None = None
    state: str
    block_reason_code: str | None = None
    reason: str | None = None
    file_extra_meta: FileExtraMeta | None = None


class DigitalAssetInfo(WireModel):
    """An asset as lists and details show it."""

    project_id: str
    asset_id: str
    asset_name: str
    asset_description: str | None = None
    app_user_id: str | None = None
    create_time: str
    update_time: str
    asset_type: AssetType
    asset_state: AssetState
    fail_type: str | None = None
    block_reason_code: str | None = None
    reason: str | None = None
    tags: list[str] | None = None
    asset_extra_meta: dict[str, Any] | None = None
    system_properties: list[dict[str, Any]] | None = None
    files: list[AssetFileInfo] | None = None
    asset_order: int | None = None
    supported_service: list[str] | None = None
    auto_operation_config: list[dict[str, Any]] | None = None


class ListAssetsResponse(WireModel):
    count: int
    assets: list[DigitalAssetInfo]


def each_of(allowed: type[StrEnum]) -> Any:
    """Checks a comma-separated value of the query."""

    def check(text: str) -> str:
        for part in filter(None, (part.strip() for part in text.split(","))):
            if part not in list(allowed):
                raise ValueError(f"of that, '{part}' is unknown; send {', '.join(allowed)}")
        return text

    return AfterValidator(check)


class ListAssetsQuery(PageQuery):
    """Filters of the list; each narrows it. Comma-separated values are alternatives."""

    name: str | None = Field(None, max_length=128)
    tag: str | None = Field(None, max_length=1024)
    tag_combination_type: Literal["INTERSECTION", "UNION_SET"] = "UNION_SET"
    start_time: WireTime | None = None
    end_time: WireTime | None = None
    asset_type: Annotated[str, Field(max_length=128), each_of(AssetType)] | None = None
    sort_key: Literal["create_time", "update_time", "asset_order"] = "create_time"
    sort_dir: Literal["asc", "desc"] = "asc"
    asset_source: AssetSource = AssetSource.CUSTOMIZATION
    asset_state: Annotated[str, Field(max_length=512), each_of(AssetState)] | None = None
    style_id: str | None = Field(None, max_length=64)
    accurate_query_field: list[str] = Field(default_factory=list)
    asset_id: list[str] = Field(default_factory=list)
    sex: str | None = Field(None, min_length=1, max_length=128)
    language: str | None = Field(None, min_length=1, max_length=128)
    system_property: str | None = Field(None, min_length=1, max_length=1024)
    action_editable: bool | None = None
    is_with_action_library: bool | None = None
    is_movable: bool | None = None
    voice_provider: str | None = Field(None, min_length=1, max_length=128)
    role: Literal["SHARER", "SHAREE"] | None = None
    is_realtime_voice: bool | None = None
    human_model_2d_version: str | None = Field(None, min_length=1, max_length=128)
    include_device_name: str | None = Field(None, min_length=1, max_length=128)
    exclude_device_name: str | None = Field(None, min_length=1, max_length=128)
    supported_service: Service | None = None
    app_user_id: str | None = Field(None, min_length=1, max_length=256)


class DeleteAssetQuery(WireModel):
    mode: Literal["force"] | None = None


class BatchAssetActionReq(WireModel):
    action: Literal["DELETE", "DELETE_FORCE", "RESTORE", "UNACTIVE", "ACTIVE", "SHARE", "UNSHARE"]
    asset_ids: list[Id] = Field(min_length=1, max_length=100)
    params: str | None = Field(None, max_length=4096)
    """Of SHARE: an `AssetSharedConfig` as JSON."""


class AssetActionResult(WireModel):
    ret_status: Literal["SUCCESS", "FAILED"]
    asset_ids: list[str]
    error_info: ErrorResponse | None = None


class BatchExecuteAssetActionResponse(WireModel):
    results: list[AssetActionResult]


class ListAssetSummarysReq(WireModel):
    asset_ids: list[Id] = Field(min_length=1, max_length=1000)


class DigitalAssetSummary(WireModel):
    asset_id: str
    asset_name: str
    asset_state: str
    asset_type: str
    block_reason_code: str | None = None
    cover_url: str | None = None
    thumbnail_url: str | None = None


class ListAssetSummaryResponse(WireModel):
    asset_list: list[DigitalAssetSummary]


class ReplicationEncInfo(WireModel):
    algorithm: str = Field(min_length=1, max_length=64)
    key_id: str = Field(min_length=1, max_length=128)
    iv: str = Field(min_length=1, max_length=128)


class ReplicationAssetInfo(WireModel):
    """What one project gives to another so that it can copy an asset."""

    asset_id: Id
    asset_info: str = Field(min_length=1, max_length=100_000)
    encryption_info: ReplicationEncInfo
    expire_time: int = Field(ge=0, le=9_223_372_036_854_775_807)
    """Milliseconds since 1970."""


class TransferAssetReq(WireModel):
    transfer_type: TransferType = TransferType.TRANSFER_OUT
    asset_ids: list[Id] = Field(min_length=1, max_length=100)
    dest_project_id: Id
    memo: str | None = Field(None, max_length=256)
    auto_accept: bool | None = None
    auto_active: bool | None = None
    is_need_billing: bool | None = None
    transfer_job_id: str | None = Field(None, max_length=64)


class TransferAssetResponse(WireModel):
    job_id: str


class TransferAssetJobInfo(WireModel):
    job_id: str
    transfer_type: TransferType
    transfer_assets: list[dict[str, Any]]
    state: TransferState
    src_project_id: str
    dest_project_id: str
    memo: str | None = None
    reason: str | None = None
    start_time: str
    finish_time: str | None = None
    expire_time: str
    is_need_billing: bool
    error_info: ErrorResponse | None = None


class ListTransferAssetJobsResponse(WireModel):
    count: int
    jobs: list[TransferAssetJobInfo]


class ListTransferAssetJobsQuery(PageQuery):
    role: Literal["ALL", "SENDER", "RECEIVER"] | None = None
    state: Annotated[str, Field(max_length=64), each_of(TransferState)] | None = None
    transfer_type: Annotated[str, Field(max_length=64), each_of(TransferType)] | None = None


class TransJobRejectBody(WireModel):
    reason: str | None = Field(None, max_length=256)


class BillResources(WireModel):
    resource_type: str
    resource_nums: int


class TransAcceptResponse(WireModel):
    is_need_billing: bool
    required_resources: list[BillResources]


class ExecuteTransferAssetActionResponse(WireModel):
    accept_respone: TransAcceptResponse | None = None
    """Spelled so on the wire."""
