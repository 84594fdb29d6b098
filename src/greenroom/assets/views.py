"""From rows to wire models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.states import AssetState, AssetType, FileCategory, FileState
from greenroom.assets.system.models import SystemAsset, SystemFile
from greenroom.assets.wire import (
    AssetExtraMeta,
    AssetFileInfo,
    DigitalAssetInfo,
    DigitalAssetSummary,
    FileExtraMeta,
)
from greenroom.clock import wire_time
from greenroom.runtime import Context

_META_MEMBER = {
    AssetType.VOICE_MODEL: "voice_model_meta",
    AssetType.PPT: "ppt_meta",
    AssetType.MATERIAL: "material_meta",
    AssetType.HUMAN_MODEL_2D: "human_model_2d_meta",
    AssetType.IMAGE: "image_meta",
    AssetType.VIDEO: "video_meta",
    AssetType.AUDIO: "audio_meta",
    AssetType.MUSIC: "audio_meta",
}
_SHOWN = {FileState.CREATED, FileState.REVIEW, FileState.UPLOADED}
"""States in which the owner can fetch a file that is stored."""
_SYSTEM_FILLED = {"image_meta", "video_meta", "audio_meta"}

_MEDIA_TYPES = {
    "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
    "mkv": "video/x-matroska", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "gif": "image/gif", "bmp": "image/bmp", "wav": "audio/wav", "mp3": "audio/mpeg", "m4a": "audio/mp4",
    "pdf": "application/pdf", "zip": "application/zip",
}  # fmt: skip


def plain(model: BaseModel | None) -> Any:
    """A wire model as JSON data, without what was not set."""
    return None if model is None else model.model_dump(mode="json", by_alias=True, exclude_none=True)


def meta_member(kind: str, meta: AssetExtraMeta | None) -> dict[str, Any]:
    """Of the given `asset_extra_meta`, the member that fits the type; measured ones are ours to fill."""
    member = _META_MEMBER.get(AssetType(kind))
    if meta is None or member is None or member in _SYSTEM_FILLED:
        return {}
    value = plain(getattr(meta, member))
    return {} if value is None else {member: value}


def asset_info(context: Context, asset: Asset) -> DigitalAssetInfo:
    """The asset as lists and details show it, with fresh download links."""
    hidden = asset.state_before_block is not None
    return DigitalAssetInfo(
        project_id=asset.project_id,
        asset_id=asset.id,
        asset_name=asset.name,
        asset_description=asset.description,
        app_user_id=asset.app_user_id,
        create_time=wire_time(asset.created_at),
        update_time=wire_time(asset.updated_at),
        asset_type=AssetType(asset.type),
        asset_state=AssetState(asset.state),
        fail_type=asset.fail_type,
        block_reason_code=asset.block_reason_code,
        reason=asset.reason,
        tags=asset.tags,
        asset_extra_meta=asset.extra_meta or None,
        system_properties=asset.system_properties,
        files=[file_info(context, file, hidden=hidden) for file in asset.files],
        asset_order=asset.order,
        supported_service=asset.supported_service,
        auto_operation_config=asset.auto_operation_config or None,
    )


def file_info(context: Context, file: AssetFile, *, hidden: bool = False) -> AssetFileInfo:
    """One file; that of a frozen asset (`hidden`) shows no link."""
    url = None
    if file.object_key is not None and file.state in _SHOWN and not hidden:
        url = context.download_url(
            file.object_key,
            file_name=file.name.rpartition("/")[2],
            content_type=_media_type(file.name, file.type),
        )
    return AssetFileInfo(
        file_id=file.id,
        file_name=file.name,
        file_md5=file.md5,
        file_size=file.size,
        file_type=file.type,
        asset_file_category=FileCategory(file.category).value,
        download_url=url,
        state=FileState.BLOCK if hidden and file.state in _SHOWN else file.state,
        block_reason_code=file.asset.block_reason_code if hidden else None,
        reason=file.reason,
        file_extra_meta=FileExtraMeta(video_transcoding_status=file.transcoding_status)
        if file.transcoding_status
        else None,
    )


def asset_summary(context: Context, asset: Asset) -> DigitalAssetSummary:
    """The few facts of an asset that other lists show."""
    hidden = asset.state_before_block is not None
    links = [
        context.download_url(file.object_key, content_type=_media_type(file.name, file.type), inline=True)
        for category in (FileCategory.COVER, FileCategory.MAIN)
        for file in asset.files
        if file.category == category and file.state == FileState.CREATED and file.object_key and not hidden
        if category == FileCategory.COVER or asset.type == AssetType.IMAGE
    ]
    return DigitalAssetSummary(
        asset_id=asset.id,
        asset_name=asset.name,
        asset_state=asset.state,
        asset_type=asset.type,
        block_reason_code=asset.block_reason_code,
        cover_url=links[0] if links else None,
        thumbnail_url=links[0] if links else None,
    )


def system_asset_info(context: Context, asset: SystemAsset) -> DigitalAssetInfo:
    """A system asset as lists and details show it, with fresh download links."""
    files = [_system_file_info(context, file) for file in asset.files]
    return asset.info.model_copy(update={"files": files})


def _system_file_info(context: Context, file: SystemFile) -> AssetFileInfo:
    return AssetFileInfo(
        file_id=file.file_id,
        file_name=file.name,
        file_size=file.digest.size,
        file_type=file.type,
        asset_file_category=file.category.value,
        download_url=_system_link(context, file, inline=False),
        state=FileState.CREATED,
    )


def system_asset_summary(context: Context, asset: SystemAsset) -> DigitalAssetSummary:
    """The few facts of a system asset that other lists show."""
    cover = asset.file(FileCategory.COVER)
    link = _system_link(context, cover, inline=True) if cover is not None else None
    return DigitalAssetSummary(
        asset_id=asset.info.asset_id,
        asset_name=asset.info.asset_name,
        asset_state=asset.info.asset_state,
        asset_type=asset.info.asset_type,
        cover_url=link,
        thumbnail_url=link,
    )


def _system_link(context: Context, file: SystemFile, *, inline: bool) -> str:
    content_type = _media_type(file.name, file.type)
    return context.download_url(file.key, file_name=file.name, content_type=content_type, inline=inline)


def _media_type(name: str, kind: str) -> str | None:
    return _MEDIA_TYPES.get(name.rpartition(".")[2].lower()) or _MEDIA_TYPES.get(kind.lower())
