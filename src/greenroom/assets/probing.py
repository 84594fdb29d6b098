"""Looks into an uploaded main file: is it what its asset's type says, and what are its measures?

Sound, video and pictures are read in a child process with limits on memory and time; decks and packages by
their first bytes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from greenroom.assets.models import AssetFile
from greenroom.assets.states import AssetType
from greenroom.media.errors import MediaError
from greenroom.media.probe import MediaInfo
from greenroom.media.sandbox import probe_safely
from greenroom.runtime import Context

_IMAGE_CODECS = {"png", "mjpeg", "bmp", "gif", "webp", "jpegls", "jpeg2000", "apng"}
_MEDIA = {AssetType.VIDEO, AssetType.IMAGE, AssetType.AUDIO, AssetType.MUSIC}
_SIGNATURES = {
    AssetType.PPT: ((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"), "a PowerPoint or PDF file"),
    AssetType.HUMAN_MODEL_2D: ((b"PK\x03\x04",), "an avatar package (a zip file)"),
}


class UnfitFileError(Exception):
    """The file is not what the asset needs; the text says why and what to do."""


async def examine(context: Context, kind: AssetType, file: AssetFile) -> dict[str, Any]:
    """The measured part of `asset_extra_meta`.

    Raises:
        UnfitFileError: the file is of another kind than the asset, damaged, or cannot be read.
    """
    async with context.objects.local_copy(file.final_key, context.settings.work_dir) as path:
        if kind in _MEDIA:
            return _describe(kind, await _probe(context, path, file), file)
        if kind in _SIGNATURES:
            _check_signature(kind, path, file)
    return {}


async def _probe(context: Context, path: Path, file: AssetFile) -> MediaInfo:
    settings = context.settings
    try:
        return await asyncio.to_thread(
            probe_safely,
            path,
            memory_bytes=settings.probe_memory_mb << 20,
            cpu_s=settings.probe_timeout_s,
            wall_s=settings.probe_timeout_s,
        )
    except MediaError as error:
        text = str(error).replace(path.name, file.name).rstrip(".")
        raise UnfitFileError(text) from error


def _describe(kind: AssetType, info: MediaInfo, file: AssetFile) -> dict[str, Any]:
    picture = info.video is not None and info.video.codec in _IMAGE_CODECS and info.audio is None
    if kind == AssetType.IMAGE:
        if not picture:
            raise UnfitFileError(
                f"{file.name} is not a picture ({info.container}): send JPEG, PNG, BMP or GIF"
            )
        return {"image_meta": _image_meta(info)}
    if kind == AssetType.VIDEO:
        if info.video is None or (picture and info.video.frame_count <= 1):
            raise UnfitFileError(
                f"{file.name} holds no video ({info.container}): send a file with a moving picture"
            )
        _require_complete(info, file)
        return {"video_meta": _video_meta(info)}
    if info.audio is None:
        raise UnfitFileError(f"{file.name} holds no sound ({info.container}): send WAV, MP3 or M4A")
    _require_complete(info, file)
    return {"audio_meta": _audio_meta(info)}


def _require_complete(info: MediaInfo, file: AssetFile) -> None:
    if not info.complete:
        raise UnfitFileError(
            f"{file.name} is damaged or breaks off after {info.duration_s:.1f} s, before the end that it "
            "declares: export it again and upload the new file"
        )


def _orientation(width: int, height: int) -> str:
    return "Horizontal" if width >= height else "Vertical"


def _image_meta(info: MediaInfo) -> dict[str, Any]:
    assert info.video is not None
    return {
        "codec": info.video.codec,
        "width": info.video.width,
        "height": info.video.height,
        "size": info.size_bytes,
        "mode": _orientation(info.video.width, info.video.height),
    }


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


def _check_signature(kind: AssetType, path: Path, file: AssetFile) -> None:
    signatures, wanted = _SIGNATURES[kind]
    with path.open("rb") as stream:
        head = stream.read(16)
    if not head.startswith(signatures):
        raise UnfitFileError(f"{file.name} is not {wanted}: check the file and upload it again")
