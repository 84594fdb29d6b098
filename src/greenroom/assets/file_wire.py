"""Requests and answers of the file operations."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from greenroom.api.wire import Id, WireModel
from greenroom.assets.states import FileCategory

MAX_FILE_BYTES = 5_368_709_120
MAX_LARGE_FILE_BYTES = 536_870_912_000
MAX_PARTS = 100


class FilesCreateReq(WireModel):
    file_name: str = Field(min_length=1, max_length=256)
    file_md5: str = Field(min_length=24, max_length=24)
    file_size: int = Field(ge=1, le=MAX_FILE_BYTES)
    file_type: str = Field(max_length=64)
    asset_id: Id
    asset_file_category: FileCategory


class CreateFileResponse(WireModel):
    file_id: str
    upload_url: str


class LargeFilesCreateReq(WireModel):
    file_name: str = Field(min_length=1, max_length=256)
    file_size: int | None = Field(None, ge=1, le=MAX_LARGE_FILE_BYTES)
    file_type: str = Field(max_length=64)
    asset_id: Id
    asset_file_category: Literal[FileCategory.MAIN, FileCategory.OTHER, FileCategory.PACKAGE]
    file_multipart_count: int = Field(1, ge=1, le=MAX_PARTS)


class CreateLargeFileResponse(WireModel):
    file_id: str
    upload_urls: list[str]


class ConfirmFileUploadRequestBody(WireModel):
    state: Literal["CREATED", "FAILED", "CANCELLED"]
