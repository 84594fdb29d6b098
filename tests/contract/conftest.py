"""What the contract tests share: error capture and uploads."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkmetastudio.v1 import (
    ConfirmFileUploadRequest,
    ConfirmFileUploadRequestBody,
    CreateDigitalAssetRequest,
    CreateDigitalAssetRequestBody,
    CreateFileRequest,
    FilesCreateReq,
)


@dataclass(slots=True, frozen=True)
class Refusal:
    """An error as the SDK shows it."""

    status: int
    code: str
    message: str
    request_id: str | None


def refused(call: Callable[[], Any]) -> Refusal:
    """The error that the call must end with."""
    with pytest.raises(ServiceResponseException) as caught:
        call()
    error = caught.value
    return Refusal(error.status_code, error.error_code, error.error_msg, error.request_id)


def md5_of(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def new_asset(client: Any, kind: str = "IMAGE", name: str = "Lobby", **fields: Any) -> str:
    body = CreateDigitalAssetRequestBody(asset_name=name, asset_type=kind, **fields)
    asset_id: str = client.create_digital_asset(CreateDigitalAssetRequest(body=body)).asset_id
    return asset_id


@dataclass(slots=True, frozen=True)
class Upload:
    """A file to declare."""

    data: bytes
    name: str = "lobby.png"
    type: str = "PNG"
    category: str = "MAIN"
    md5: str | None = None
    size: int | None = None


def declare(client: Any, asset_id: str, upload: Upload) -> Any:
    body = FilesCreateReq(
        file_name=upload.name,
        file_md5=upload.md5 or md5_of(upload.data),
        file_size=upload.size or len(upload.data),
        file_type=upload.type,
        asset_id=asset_id,
        asset_file_category=upload.category,
    )
    return client.create_file(CreateFileRequest(body=body))


def put(url: str, data: bytes, **headers: str) -> httpx.Response:
    return httpx.put(url, content=data, headers=headers, timeout=60)


def confirm(client: Any, file_id: str, state: str = "CREATED") -> None:
    body = ConfirmFileUploadRequestBody(state=state)
    client.confirm_file_upload(ConfirmFileUploadRequest(file_id=file_id, body=body))


def upload_file(client: Any, asset_id: str, upload: Upload) -> str:
    """Declare, send and confirm; the file's id."""
    declared = declare(client, asset_id, upload)
    assert put(declared.upload_url, upload.data).status_code == 200
    confirm(client, declared.file_id)
    file_id: str = declared.file_id
    return file_id
