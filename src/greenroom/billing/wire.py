"""The wire models of resources, quotas, orders, agreements, notices and statistics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from greenroom.api.wire import PageQuery, WireModel, WireTime
from greenroom.billing.products import Business

BUSINESSES = ", ".join(Business)
SOURCES = ("PURCHASED", "SP_ALLOCATED", "ADMIN_ALLOCATED")
ChargingModeName = Literal["PERIODIC", "ONE_TIME", "ON_DEMAND"]
UnitName = Literal["MIN", "HOUR"]


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _check_list(allowed: tuple[str, ...], text: str) -> str:
    for name in text.split(","):
        if name.strip() not in allowed:
            raise ValueError(f"send one or more of {', '.join(allowed)}, separated by commas")
    return text


def _check_businesses(text: str) -> str:
    return _check_list(tuple(Business), text)


def _check_sources(text: str) -> str:
    return _check_list(SOURCES, text)


def parse_moment(text: str) -> datetime:
    """RFC 3339, 20 to 30 characters: with `Z` or an offset, with or without a fraction.

    Raises:
        ValueError: another form.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or len(text) < 20:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _check_moment(text: str) -> str:
    try:
        parse_moment(text)
    except (ValueError, OverflowError):
        raise ValueError("send a time such as 2021-01-10T08:43:17Z") from None
    return text


Moment = Annotated[str, StringConstraints(min_length=20, max_length=30), AfterValidator(_check_moment)]
EmptyIsNone = BeforeValidator(_none_if_empty)
OptionalTime = Annotated[WireTime | None, EmptyIsNone]
Businesses = Annotated[
    str, StringConstraints(min_length=1, max_length=128), AfterValidator(_check_businesses)
]
UserId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ResourceUsageQuery(WireModel):
    resource: Annotated[str | None, EmptyIsNone] = Field(None, max_length=256)
    business: Annotated[Businesses | None, EmptyIsNone] = None


class ResourceUsageInfo(WireModel):
    resource_type: str
    business_type: str
    sub_resource_type: str | None = None
    is_sub_resource: bool | None = None
    charging_mode: str | None = None
    resource_source: str | None = None
    amount: float | None = None
    usage: float
    unit: str


class ShowResourceUsageResponse(WireModel):
    resources: list[ResourceUsageInfo]


class ListTenantResourcesQuery(PageQuery):
    resource_source: Annotated[
        str, StringConstraints(min_length=1, max_length=64), AfterValidator(_check_sources)
    ]
    resource: str | None = Field(None, min_length=1, max_length=128)
    business: Businesses | None = None
    resource_id: str | None = Field(None, max_length=128)
    order_id: str | None = Field(None, max_length=128)
    charging_mode: Annotated[ChargingModeName | None, EmptyIsNone] = None
    resource_expire_start_time: OptionalTime = None
    resource_expire_end_time: OptionalTime = None
    sub_resource: str | None = Field(None, min_length=1, max_length=128)
    status: int | None = Field(None, ge=0, le=1)


class BoundAssetInfo(WireModel):
    asset_id: str
    asset_name: str


class ResourceItemInfo(ResourceUsageInfo):
    resource_id: str
    order_id: str | None = None
    bound_asset: BoundAssetInfo | None = None
    resource_expire_time: str | None = None
    status: int


class ListTenantResourcesResponse(WireModel):
    count: float
    resources: list[ResourceItemInfo]


class CountTenantResourcesQuery(WireModel):
    business: Businesses | None = None
    resource_expire_start_time: OptionalTime = None
    resource_expire_end_time: OptionalTime = None


class ResourcesCount(WireModel):
    business_type: str
    count: float
    charging_mode: str
    resource_source: str


class CountTenantResourcesResponse(WireModel):
    resources_count: list[ResourcesCount]


class AllocateSpResourceInfo(WireModel):
    assignment_record_id: str
    resource_spec_code: str
    charging_mode: str
    resource_num: float
    resource_used_num: float
    resource_allocate_time: int
    resource_expire_time: int | None = None


class AllocateSpResourceSummaryInfo(WireModel):
    resource_spec_code: str
    resource_num: float
    resource_used_num: float
    resource_remind_quota: float


class ShowTenantAssginRecordResponse(WireModel):
    customer_project_id: str
    customer_name: str
    region_id: str
    resource_count: int
    resources: list[AllocateSpResourceInfo]
    resources_overview: list[AllocateSpResourceSummaryInfo]


class BindAssetResourceReq(WireModel):
    asset_id: str = Field(min_length=1, max_length=256)
    business_type: Literal["MODELING_2D", "VOICE_CLONE", "FLEXUS_2D"]


class PublicCloudServiceOrder(WireModel):
    is_auto_pay: Literal[0, 1] = 0
    period_type: int = Field(ge=0, le=100)
    period_num: int = Field(ge=1, le=2_147_483_647)
    is_auto_renew: int = Field(0, ge=0, le=10)
    subscription_num: int = Field(ge=1, le=2_147_483_647)
    resource_spec_code: str = Field(max_length=64)


class CreateMetaStudioOrdersReq(WireModel):
    cloud_services: list[PublicCloudServiceOrder] = Field(min_length=1, max_length=100)


class CreateMetaStudioOrdersResponse(WireModel):
    order_id: str


class UserQuotaDetail(WireModel):
    """-1: no limit. Counts, and minutes of video."""

    modeling_count_2d_model: int | None = Field(None, ge=-1, le=10_000_000)
    modeling_count_2d_model_flexus: int | None = Field(None, ge=-1, le=10_000_000)
    video_time_2d_model: int | None = Field(None, ge=-1, le=999_999_999)
    video_time_flexus_2d_model: int | None = Field(None, ge=-1, le=999_999_999)
    voice_clone_basic: int | None = Field(None, ge=-1, le=10_000_000)
    voice_clone_middle: int | None = Field(None, ge=-1, le=10_000_000)
    voice_clone_advance: int | None = Field(None, ge=-1, le=10_000_000)
    voice_clone_flexus: int | None = Field(None, ge=-1, le=10_000_000)


class CreateUserQuotaInfo(WireModel):
    user_id: UserId
    quota: UserQuotaDetail


class UpdateUserQuotaInfo(WireModel):
    quota: UserQuotaDetail


class ListUserQuotaDetail(WireModel):
    modeling_count_2d_model: int
    modeling_count_2d_model_flexus: int
    video_time_2d_model: float
    video_time_flexus_2d_model: float
    voice_clone_basic: int
    voice_clone_middle: int
    voice_clone_advance: int
    voice_clone_flexus: int


class UserQuotaInfo(WireModel):
    user_id: str
    quota: ListUserQuotaDetail
    usage: ListUserQuotaDetail


class ListUserQuotasQuery(PageQuery):
    user_id: str | None = Field(None, max_length=256)


class ListUserQuotasResponse(WireModel):
    count: int
    assets: list[UserQuotaInfo]


class SignAgreementResponse(WireModel):
    current_version: str
    need_to_sign: bool
    signed_version: str
    signed_time: str
    resign_deadline: str
    resign_expire_process_mode: Literal["EXPIRE_AUTO_AGREE", "EXPIRE_STOP_SERVICE"]


class SpecialAgreementSignReq(WireModel):
    agreement_type: Literal["AUTO_PAY"]
    to_sign: bool


class SignSpecialAgreementResponse(WireModel):
    agreement_type: str
    current_version: str
    signed_version: str
    signed_time: str


class SetTenantNoticeConfigurationReq(WireModel):
    type: Literal["RESOURCE_EXPIRE", "RESOURCE_LEFT"]
    send_msg: bool | None = None
    properties: str | None = Field(None, max_length=2048)


class NoticeQuery(PageQuery):
    type: Literal["RESOURCE_EXPIRE", "RESOURCE_LEFT"]


class ShowTenantNoticeConfigurationResponse(WireModel):
    type: str
    send_msg: bool
    properties: str


class _AnalysisQuery(WireModel):
    user_id: str | None = Field(None, max_length=64)
    resource_type: Literal["video_time_2d_model", "video_time_flexus_2d_model"] | None = None
    business_type: Literal["LIVE_2D", "VIDEO_2D"] | None = None
    unit: UnitName = "MIN"


class ShowSummaryUsageDataQuery(_AnalysisQuery):
    pass


class ShowSummaryUsageDataResponse(WireModel):
    resource_type: str | None = None
    business_type: str
    number: int
    usage: float
    unit: str


class ShowUsageDataQuery(_AnalysisQuery):
    limit: int = Field(10, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=2_147_483_647)
    start_time: Moment
    end_time: Moment


class TimeResourceUsageInfo(WireModel):
    time: WireTime
    resources_usage: list[ResourceUsageInfo]


class ShowUsageDataResponse(WireModel):
    count: int
    time_list: list[TimeResourceUsageInfo]


class ResourceAvailableNums(WireModel):
    flexus: int = 0
    basic: int = 0
    middle: int = 0
    middle_on_demand: int = 0
    advance: int = 0
    third_party_cmww: int = 0


class VoiceTrainingResource(WireModel):
    operation_type: str
    resource_source: str
    asset_id: str
    resource_id: str
    resource_nums: int
    resource_available_nums: int
    resource_type: str
    charge_mode: str
    expire_time: str | None = None
    status: int


class ShowVoiceTrainingQuotasResponse(WireModel):
    count: int
    resource_available_nums: ResourceAvailableNums
    resources: list[VoiceTrainingResource]
