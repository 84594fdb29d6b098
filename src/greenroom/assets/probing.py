"""Looks into an uploaded file: is it what was declared and what its asset needs, and what are its measures?

Files are read in a child process with limits on memory and time (`media.sandbox`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from greenroom.assets.models import AssetFile
from greenroom.assets.rules import file_format
from greenroom.assets.states import AssetType, FileCategory
from greenroom.media.errors import MediaError
from greenroom.media.inspect import Inspection, Role
from greenroom.media.probe import MediaInfo
from greenroom.media.sandbox import inspect_safely
from greenroom.runtime import Context

_MAIN_ROLES = {
    AssetType.VIDEO: Role.VIDEO,
    AssetType.IMAGE: Role.PICTURE,
    AssetType.AUDIO: Role.SOUND,
    AssetType.MUSIC: Role.SOUND,
    AssetType.PPT: Role.DECK,
    AssetType.HUMAN_MODEL_2D: Role.ARCHIVE,
}
_PICTURES = {FileCategory.COVER, FileCategory.PAGE}


class UnfitFileError(Exception):
    """The file is not what the asset needs; the text says why and what to do."""


@dataclass(slots=True, frozen=True)
class Examination:
    """What a file is."""

    role: Role
    found: Inspection
    meta: dict[str, Any]
    """The measured part of `asset_extra_meta`, of a main file."""

    @property
    def needs_transcoding(self) -> bool:
        """A MOV with transparency: browsers play it as WebM only (service overview, table 4-8)."""
        media = self.found.media
        return (
            self.role is Role.VIDEO
            and media is not None
            and media.container == "mov"
            and media.video is not None
            and media.video.has_alpha
        )


def role_of(kind: AssetType, category: FileCategory) -> Role:
    """What a file of this category has to be."""
    if category in _PICTURES:
        return Role.PICTURE
    if category == FileCategory.MAIN:
        return _MAIN_ROLES.get(kind, Role.ANY)
    return Role.ANY


async def examine(context: Context, kind: AssetType, file: AssetFile) -> Examination:
    """Look into the stored file. Takes no query, so that no transaction has to stay open.

    Raises:
        UnfitFileError: it is of another kind, harmful, damaged, or cannot be read.
    """
    role = role_of(kind, FileCategory(file.category))
    settings = context.settings
    async with context.objects.local_copy(file.final_key, settings.work_dir) as path:
        try:
            found = await asyncio.to_thread(
                inspect_safely,
                path,
                role,
                file_format(file.type, file.name),
                settings.probe_memory_mb << 20,
                settings.probe_timeout_s,
            )
        except MediaError as error:
            raise UnfitFileError(str(error).replace(path.name, file.name).rstrip(".")) from error
    meta = measured_meta(found, role) if file.category == FileCategory.MAIN else {}
    return Examination(role, found, meta)


def measured_meta(found: Inspection, role: Role) -> dict[str, Any]:
    """The member of `asset_extra_meta` that the role has."""
    if role is Role.DECK:
        return {"ppt_meta": {} if found.page_count is None else {"page_count": found.page_count}}
    if found.media is None:
        return {}
    match role:
        case Role.PICTURE:
            return {"image_meta": _image_meta(found.media)}
        case Role.VIDEO:
            return {"video_meta": _video_meta(found.media)}
        case Role.SOUND:
            return {"audio_meta": _audio_meta(found.media)}
    return {}


def _orientation(width: int, height: int) -> str:
    return "Horizontal" if width >= height else "Vertical"


def _image_meta(info: MediaInfo) -> dict[str, Any]:
    assert info.video is not None
    meta = {
        "codec": info.video.codec,
        "width": info.video.width,
        "height": info.video.height,
        "size": info.size_bytes,
        "mode": _orientation(info.video.width, info.video.height),
    }
    if info.video.frame_count > 1:  # an animated GIF
        meta |= {"frame_rate": f"{info.video.fps:g}", "duration": max(1, round(info.duration_s))}
    return meta


def _video_meta(info: MediaInfo) -> dict[str, Any]:
    """Bit rates in kbit/s; the sound's is not stored in most containers, so it counts within the whole."""
    assert info.video is not None
    seconds = max(info.duration_s, 0.001)
    meta = {
        "video_codec": info.video.codec,
        "width": info.video.width,
        "height": info.video.height,
        "frame_rate": f"{info.video.fps:g}",
        "video_bit_rate": round(info.size_bytes * 8 / seconds / 1000),
        "duration": max(1, round(info.duration_s)),
        "mode": _orientation(info.video.width, info.video.height),
    }
    if info.audio is not None:
        meta |= {
            "audio_codec": info.audio.codec,
            "audio_channels": info.audio.channels,
            "sample": info.audio.sample_rate,
        }
    return meta


def _audio_meta(info: MediaInfo) -> dict[str, Any]:
    assert info.audio is not None
    seconds = max(info.duration_s, 0.001)
    return {
        "duration": max(1, round(info.duration_s)),
        "audio_codec": info.audio.codec,
        "audio_bit_rate": round(info.size_bytes * 8 / seconds / 1000),
        "audio_channels": info.audio.channels,
        "sample": info.audio.sample_rate,
    }
