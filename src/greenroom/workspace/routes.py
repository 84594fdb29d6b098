"""Agencies, codes, collections, settings, imports and exports over the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.workspace import service, tasks
from greenroom.workspace.models import CodePurpose
from greenroom.workspace.wire import (
    AgencyResponse,
    CollectionQuery,
    CollectionsReq,
    ExchangeQuery,
    ExchangeResponse,
    OnceCodeResponse,
    SearchTaskQuery,
    SearchTaskResponse,
    ShowAgencyQuery,
    ShowTenantServiceConfigsResponse,
    ShowTenantUserConfigurationResponse,
    TaskInfo,
    UpdateTenantServiceConfigsReq,
    UpdateTenantServiceConfigsResponse,
)


@operation("CreateAgencyWithRoleType")
async def create_agency_with_role_type(context: Context, role_type: str) -> AgencyResponse:
    return await service.create_agency(context, role_type)


@operation("ShowAgency")
async def show_agency(context: Context, query: ShowAgencyQuery) -> AgencyResponse:
    return await service.show_agency(context, query.role_type)


@operation("DeleteAgencyWithRoleType")
async def delete_agency_with_role_type(context: Context, role_type: str) -> None:
    await service.delete_agency(context, role_type)


@operation("CreateOnceCode")
async def create_once_code(context: Context) -> OnceCodeResponse:
    return await service.create_once_code(context, CodePurpose.CHAT)


@operation("CreateTtsOnceCode")
async def create_tts_once_code(context: Context) -> OnceCodeResponse:
    return await service.create_once_code(context, CodePurpose.TTS)


@operation("SetTenantUserConfiguration")
async def set_tenant_user_configuration(context: Context, body: CollectionsReq) -> None:
    await service.add_to_collections(context, body)


@operation("ShowTenantUserConfiguration")
async def show_tenant_user_configuration(
    context: Context, query: CollectionQuery
) -> ShowTenantUserConfigurationResponse:
    return await service.show_collections(context, query)


@operation("DeleteTenantUserConfiguration")
async def delete_tenant_user_configuration(context: Context, body: CollectionsReq) -> None:
    await service.remove_from_collections(context, body)


@operation("ShowTenantServiceConfigs")
async def show_tenant_service_configs(context: Context) -> ShowTenantServiceConfigsResponse:
    return await service.show_service_configs(context)


@operation("UpdateTenantServiceConfigs")
async def update_tenant_service_configs(
    context: Context, body: UpdateTenantServiceConfigsReq
) -> UpdateTenantServiceConfigsResponse:
    return await service.update_service_configs(context, body)


@operation("ExportResource")
async def export_resource(context: Context, resource: str, query: ExchangeQuery) -> ExchangeResponse:
    return await tasks.export_resource(context, resource, query.business_id)


@operation("ImportResource")
async def import_resource(
    context: Context, resource: str, query: ExchangeQuery, request: Request
) -> ExchangeResponse:
    return await tasks.import_resource(context, resource, query.business_id, request)


@operation("SearchTask")
async def search_task(context: Context, query: SearchTaskQuery) -> SearchTaskResponse:
    return await tasks.search_tasks(context, query)


@operation("ShowTask")
async def show_task(context: Context, id: str) -> TaskInfo:
    return await tasks.show_task(context, id)


@operation("DeleteTask")
async def delete_task(context: Context, id: str) -> None:
    await tasks.delete_task(context, id)


@operation("DownloadResultFile")
async def download_result_file(context: Context, id: str) -> Response:
    return await tasks.download_result(context, id)


@operation("DownloadTemplate")
async def download_template(context: Context, resource: str) -> Response:
    return await tasks.download_template(context, resource)
