"""Resources, quotas, orders, agreements, notices and statistics over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.api.wire import PageQuery
from greenroom.billing import agreements, analysis, notices, orders, quotas, resources
from greenroom.billing.wire import (
    BindAssetResourceReq,
    CountTenantResourcesQuery,
    CountTenantResourcesResponse,
    CreateMetaStudioOrdersReq,
    CreateMetaStudioOrdersResponse,
    CreateUserQuotaInfo,
    ListTenantResourcesQuery,
    ListTenantResourcesResponse,
    ListUserQuotasQuery,
    ListUserQuotasResponse,
    NoticeQuery,
    ResourceUsageQuery,
    SetTenantNoticeConfigurationReq,
    ShowResourceUsageResponse,
    ShowSummaryUsageDataQuery,
    ShowSummaryUsageDataResponse,
    ShowTenantAssginRecordResponse,
    ShowTenantNoticeConfigurationResponse,
    ShowUsageDataQuery,
    ShowUsageDataResponse,
    ShowVoiceTrainingQuotasResponse,
    SignAgreementResponse,
    SignSpecialAgreementResponse,
    SpecialAgreementSignReq,
    UpdateUserQuotaInfo,
)
from greenroom.runtime import Context


@operation("ShowResourceUsage")
async def show_resource_usage(context: Context, query: ResourceUsageQuery) -> ShowResourceUsageResponse:
    return await resources.show_resource_usage(context, query)


@operation("ListTenantResources")
async def list_tenant_resources(
    context: Context, query: ListTenantResourcesQuery
) -> ListTenantResourcesResponse:
    return await resources.list_tenant_resources(context, query)


@operation("CountTenantResources")
async def count_tenant_resources(
    context: Context, query: CountTenantResourcesQuery
) -> CountTenantResourcesResponse:
    return await resources.count_tenant_resources(context, query)


@operation("ShowTenantAssginRecord")
async def show_tenant_assgin_record(context: Context, query: PageQuery) -> ShowTenantAssginRecordResponse:
    return await resources.show_tenant_assgin_record(context, query)


@operation("BindUserAssetResource")
async def bind_user_asset_resource(context: Context, body: BindAssetResourceReq) -> None:
    await resources.bind_user_asset_resource(context, body)


@operation("ShowVoiceTrainingQuotas")
async def show_voice_training_quotas(context: Context, query: PageQuery) -> ShowVoiceTrainingQuotasResponse:
    return await resources.show_voice_training_quotas(context, query)


@operation("CreateMetaStudioOrders")
async def create_meta_studio_orders(
    context: Context, body: CreateMetaStudioOrdersReq
) -> CreateMetaStudioOrdersResponse:
    return await orders.create_orders(context, body)


@operation("ListUserQuotas")
async def list_user_quotas(context: Context, query: ListUserQuotasQuery) -> ListUserQuotasResponse:
    return await quotas.list_user_quotas(context, query)


@operation("CreateUserQuotas")
async def create_user_quotas(context: Context, body: CreateUserQuotaInfo) -> None:
    await quotas.create_user_quotas(context, body)


@operation("UpdateUserQuotas")
async def update_user_quotas(context: Context, user_id: str, body: UpdateUserQuotaInfo) -> None:
    await quotas.update_user_quotas(context, user_id, body)


@operation("DeleteUserQuotas")
async def delete_user_quotas(context: Context, user_id: str) -> None:
    await quotas.delete_user_quotas(context, user_id)


@operation("SignAgreement")
async def sign_agreement(context: Context) -> SignAgreementResponse:
    return await agreements.sign_agreement(context)


@operation("SignSpecialAgreement")
async def sign_special_agreement(
    context: Context, body: SpecialAgreementSignReq
) -> SignSpecialAgreementResponse:
    return await agreements.sign_special_agreement(context, body)


@operation("SetTenantNoticeConfiguration")
async def set_tenant_notice_configuration(context: Context, body: SetTenantNoticeConfigurationReq) -> None:
    await notices.set_configuration(context, body)


@operation("ShowTenantNoticeConfiguration")
async def show_tenant_notice_configuration(
    context: Context, query: NoticeQuery
) -> ShowTenantNoticeConfigurationResponse:
    return await notices.show_configuration(context, query)


@operation("ShowSummaryUsageData")
async def show_summary_usage_data(
    context: Context, query: ShowSummaryUsageDataQuery
) -> ShowSummaryUsageDataResponse:
    return await analysis.show_summary_usage_data(context, query)


@operation("ShowUsageData")
async def show_usage_data(context: Context, query: ShowUsageDataQuery) -> ShowUsageDataResponse:
    return await analysis.show_usage_data(context, query)
