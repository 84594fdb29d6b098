"""Operations on digital assets and files."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.assets import batch, replication, service, styles, transfers, uploads
from greenroom.assets.file_wire import (
    ConfirmFileUploadRequestBody,
    CreateFileResponse,
    CreateLargeFileResponse,
    FilesCreateReq,
    LargeFilesCreateReq,
)
from greenroom.assets.style_wire import ListStylesQuery, ListStylesResponse
from greenroom.assets.wire import (
    BatchAssetActionReq,
    BatchExecuteAssetActionResponse,
    CreateDigitalAssetRequestBody,
    CreateDigitalAssetResponse,
    DeleteAssetQuery,
    DigitalAssetInfo,
    ExecuteTransferAssetActionResponse,
    ListAssetsQuery,
    ListAssetsResponse,
    ListAssetSummaryResponse,
    ListAssetSummarysReq,
    ListTransferAssetJobsQuery,
    ListTransferAssetJobsResponse,
    ReplicationAssetInfo,
    TransferAssetJobInfo,
    TransferAssetReq,
    TransferAssetResponse,
    TransJobRejectBody,
    UpdateDigitalAssetRequestBody,
)
from greenroom.runtime import Context


@operation("CreateDigitalAsset")
async def create_digital_asset(
    context: Context, body: CreateDigitalAssetRequestBody
) -> CreateDigitalAssetResponse:
    return await service.create_digital_asset(context, body)


@operation("ListAssets")
async def list_assets(context: Context, query: ListAssetsQuery) -> ListAssetsResponse:
    return await service.list_assets(context, query)


@operation("ShowAsset")
async def show_asset(context: Context, asset_id: str) -> DigitalAssetInfo:
    return await service.show_asset(context, asset_id)


@operation("UpdateDigitalAsset")
async def update_digital_asset(
    context: Context, asset_id: str, body: UpdateDigitalAssetRequestBody
) -> DigitalAssetInfo:
    return await service.update_digital_asset(context, asset_id, body)


@operation("DeleteAsset")
async def delete_asset(context: Context, asset_id: str, query: DeleteAssetQuery) -> None:
    await service.delete_asset(context, asset_id, query.mode)


@operation("RestoreAsset")
async def restore_asset(context: Context, asset_id: str) -> None:
    await service.restore_asset(context, asset_id)


@operation("BatchExecuteAssetAction")
async def batch_execute_asset_action(
    context: Context, body: BatchAssetActionReq
) -> BatchExecuteAssetActionResponse:
    return await batch.batch_execute_asset_action(context, body)


@operation("ListAssetSummary")
async def list_asset_summary(context: Context, body: ListAssetSummarysReq) -> ListAssetSummaryResponse:
    return await batch.list_asset_summary(context, body.asset_ids)


@operation("ShowAssetReplicationInfo")
async def show_asset_replication_info(context: Context, asset_id: str) -> ReplicationAssetInfo:
    return await replication.show_asset_replication_info(context, asset_id)


@operation("CreateAssetByReplicationInfo")
async def create_asset_by_replication_info(context: Context, body: ReplicationAssetInfo) -> None:
    await replication.create_asset_by_replication_info(context, body)


@operation("TransferAsset")
async def transfer_asset(context: Context, body: TransferAssetReq) -> TransferAssetResponse:
    return TransferAssetResponse(job_id=(await transfers.transfer_asset(context, body)).id)


@operation("ListTransferAssetJobs")
async def list_transfer_asset_jobs(
    context: Context, query: ListTransferAssetJobsQuery
) -> ListTransferAssetJobsResponse:
    return await transfers.list_transfer_asset_jobs(context, query)


@operation("ShowTransferAssetJob")
async def show_transfer_asset_job(context: Context, job_id: str) -> TransferAssetJobInfo:
    return await transfers.show_transfer_asset_job(context, job_id)


@operation("ExecuteTransferAssetAction")
async def execute_transfer_asset_action(
    context: Context, job_id: str, action: str, body: TransJobRejectBody | None
) -> ExecuteTransferAssetActionResponse:
    reason = body.reason if body is not None else None
    return await transfers.execute_transfer_asset_action(context, job_id, action, reason)


@operation("CreateFile")
async def create_file(context: Context, body: FilesCreateReq) -> CreateFileResponse:
    return await uploads.create_file(context, body)


@operation("ConfirmFileUpload")
async def confirm_file_upload(context: Context, file_id: str, body: ConfirmFileUploadRequestBody) -> None:
    await uploads.confirm_file_upload(context, file_id, body.state)


@operation("DeleteFile")
async def delete_file(context: Context, file_id: str) -> None:
    await uploads.delete_file(context, file_id)


@operation("CreateLargeFile")
async def create_large_file(context: Context, body: LargeFilesCreateReq) -> CreateLargeFileResponse:
    return await uploads.create_large_file(context, body)


@operation("ListStyles")
async def list_styles(context: Context, query: ListStylesQuery) -> ListStylesResponse:
    return await styles.list_styles(context, query)
