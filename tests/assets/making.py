"""Assets for tests, as requests make them."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from greenroom.assets import service, uploads
from greenroom.assets.file_wire import FilesCreateReq
from greenroom.assets.repository import AssetFileRepository
from greenroom.assets.wire import CreateDigitalAssetRequestBody, DigitalAssetInfo
from greenroom.runtime import Runtime, Scope


async def create(runtime: Runtime, scope: Scope, **fields: Any) -> str:
    body = CreateDigitalAssetRequestBody.model_validate({"asset_name": "a", "asset_type": "IMAGE", **fields})
    async with runtime.transaction(scope) as context:
        return (await service.create_digital_asset(context, body)).asset_id


async def upload(
    runtime: Runtime, scope: Scope, asset_id: str, data: bytes, name: str = "a.bin", category: str = "MAIN"
) -> str:
    """Declare, send and confirm; the file's id."""
    request = FilesCreateReq.model_validate(
        {
            "file_name": name,
            "file_md5": base64.b64encode(hashlib.md5(data).digest()).decode(),
            "file_size": len(data),
            "file_type": name.rpartition(".")[2].upper(),
            "asset_id": asset_id,
            "asset_file_category": category,
        }
    )
    async with runtime.transaction(scope) as context:
        file_id = (await uploads.create_file(context, request)).file_id
        file = await AssetFileRepository(context).find(file_id)
        assert file is not None
        key = file.upload_key(0)
    await runtime.objects.put_bytes(key, data)
    async with runtime.transaction(scope) as context:
        await uploads.confirm_file_upload(context, file_id, "CREATED")
    return file_id


async def stored_asset(
    runtime: Runtime, scope: Scope, data: bytes = b"data", kind: str = "COMMON_FILE", **fields: Any
) -> str:
    """An ACTIVED asset of any type that takes any bytes."""
    asset_id = await create(runtime, scope, asset_type=kind, **fields)
    await upload(runtime, scope, asset_id, data)
    return asset_id


async def shown(runtime: Runtime, scope: Scope, asset_id: str) -> DigitalAssetInfo:
    async with runtime.transaction(scope, read_only=True) as context:
        return await service.show_asset(context, asset_id)
