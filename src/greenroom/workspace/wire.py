"""The wire models of agencies, codes, collections, settings and tasks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import Id, PageQuery, WireModel

RoleType = Literal["CBS", "SIS"]
Name = Annotated[str, StringConstraints(pattern="^[a-zA-Z0-9_-]*$", max_length=256)]
Digits = Annotated[str, StringConstraints(pattern="^[0-9]*$", max_length=15)]
"""Milliseconds since 1970."""


class ShowAgencyQuery(WireModel):
    role_type: RoleType | None = None


class AgencyResponse(WireModel):
    """CreateAgencyWithRoleTypeResponse and ShowAgencyResponse"""

    agency_id: str


class OnceCodeResponse(WireModel):
    """CreateOnceCodeResponse and CreateTtsOnceCodeResponse"""

    once_code: str


class CollectionInfo(WireModel):
    collection_type: Literal["VOICE"]
    collection_ids: list[Id] = Field(max_length=1000)


class CollectionsReq(WireModel):
    """SetTenantUserConfigurationReq and DeleteTenantUserConfigurationReq"""

    my_collections: list[CollectionInfo] = Field(min_length=1, max_length=10)


class ShowTenantUserConfigurationResponse(WireModel):
    my_collections: list[CollectionInfo]


class ServiceSharedConfig(WireModel):
    enable: bool
    optional_project_ids: list[str]
    no_need_review: bool


class TenantLogConfig(WireModel):
    log_group_id: str
    log_stream_id: str


class SubAccountControlConfig(WireModel):
    separately_controlled: bool | None = None
    sub_account_type: Literal["IAM_USER"] | None = None


class UpdateTenantServiceConfigsReq(WireModel):
    sub_account_control_config: SubAccountControlConfig | None = None
    is_ai_mark_on: bool | None = None


class ShowTenantServiceConfigsResponse(WireModel):
    service_shared_config: ServiceSharedConfig
    tenant_log_config: TenantLogConfig
    sub_account_control_config: SubAccountControlConfig
    is_ai_mark_on: bool


class UpdateTenantServiceConfigsResponse(ShowTenantServiceConfigsResponse):
    tenant_id: str


class ExchangeQuery(WireModel):
    business_id: Name | None = None


class ExchangeResponse(WireModel):
    """ExportResourceResponse and ImportResourceResponse: the task's id."""

    value: str


class SearchTaskQuery(WireModel):
    resource: list[Name] = Field(default_factory=list, max_length=100)
    business_id: Name | None = None
    begin_time: Digits | None = None
    end_time: Digits | None = None


class TaskInfo(WireModel):
    """QueryTaskResultDTO and ShowTaskResponse. Times are milliseconds since 1970, as in the filters."""

    resource: str
    task_name: str
    begin_time: str
    end_time: str
    task_type: str
    operator: str
    total_count: int
    success_count: int
    failure_count: int
    task_status: str
    task_id: str
    user_id: str


class SearchTaskResponse(WireModel):
    offset: int
    limit: int
    count: int
    data: list[TaskInfo]


class CollectionQuery(PageQuery):
    pass
