"""Operations on digital assets and files."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.assets import service, uploads
from greenroom.assets.file_wire import (
    ConfirmFileUploadRequestBody,
    CreateFileResponse,
    CreateLargeFileResponse,
    FilesCreateReq,
    LargeFilesCreateReq,
)
from greenroom.assets.wire import (
    CreateDigitalAssetRequestBody,
    CreateDigitalAssetResponse,
    DeleteAssetQuery,
    DigitalAssetInfo,
    ListAssetsQuery,
    ListAssetsResponse,
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
