"""Which files an asset may have: categories, formats and sizes by type, as the wire contract states them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from greenroom.assets.errors import AssetFileTooLargeError, FileTypeMissingError
from greenroom.assets.states import AssetType, FileCategory
from greenroom.errors import InvalidParameterError

_MIB = 1024 * 1024

_CATEGORIES = {
    AssetType.PPT: {FileCategory.MAIN, FileCategory.COVER, FileCategory.PAGE, FileCategory.OTHER},
    AssetType.VOICE_MODEL: {FileCategory.MAIN, FileCategory.SAMPLE, FileCategory.OTHER},
    AssetType.HUMAN_MODEL_2D: {
        FileCategory.MAIN,
        FileCategory.COVER,
        FileCategory.SAMPLE,
        FileCategory.OTHER,
    },
    AssetType.BUSINESS_CARD_TEMPLET: {FileCategory.MAIN, FileCategory.COVER},
    AssetType.IMAGE: {FileCategory.MAIN},
    AssetType.VIDEO: {FileCategory.MAIN, FileCategory.COVER},
}
_ANY_TYPE = {FileCategory.TEMPORARY, FileCategory.PACKAGE}
"""For replacing a file, and for the packed asset."""


@dataclass(slots=True, frozen=True)
class FormatRule:
    """Formats and the largest size of a type's main file."""

    formats: frozenset[str]
    """Lower-case suffixes."""
    max_bytes: int | None
    """None: only the limit of the operation counts."""


_VIDEO = FormatRule(
    frozenset(("mp4", "m4v", "mkv", "mov", "flv", "3gp", "wmv", "avi", "webm")), 5 * 1024 * _MIB
)
_SOUND = FormatRule(frozenset(("wav", "mp3", "m4a")), 100 * _MIB)
FORMATS = {
    AssetType.VIDEO: _VIDEO,
    AssetType.IMAGE: FormatRule(frozenset(("jpeg", "jpg", "png", "bmp", "gif")), 50 * _MIB),
    AssetType.MUSIC: _SOUND,
    AssetType.AUDIO: _SOUND,
    AssetType.PPT: FormatRule(frozenset(("ppt", "pptx", "pdf")), 100 * _MIB),
}


@dataclass(slots=True, frozen=True)
class DeclaredFile:
    """What a request says about a file that is to come."""

    name: str
    type: str
    size: int | None
    category: FileCategory


def check_declared(kind: AssetType, file: DeclaredFile) -> None:
    """Check a file against its asset's type.

    Raises:
        FileTypeMissingError: no type, and none in the name.
        InvalidParameterError: a name with tricks in it, or the asset has no such category, or the format is
            not one of its own.
        AssetFileTooLargeError: larger than the type allows.
    """
    check_name(file.name)
    allowed = _CATEGORIES.get(kind, set(FileCategory)) | _ANY_TYPE
    if file.category not in allowed:
        raise InvalidParameterError(
            f"asset_file_category is {file.category}, which an asset of type {kind} does not have: "
            f"send one of {', '.join(category for category in FileCategory if category in allowed)}"
        )
    if not file.type.strip() and "." not in file.name:
        raise FileTypeMissingError("file_type is empty: send the file's format, for example MP4")
    rule = FORMATS.get(kind)
    if rule is None or file.category != FileCategory.MAIN:
        return
    if file_format(file.type, file.name) not in rule.formats:
        raise InvalidParameterError(
            f"file_type is '{file.type}' ({file.name}), but {kind} assets take "
            f"{', '.join(sorted(name.upper() for name in rule.formats))}: convert the file, "
            "or correct file_type"
        )
    if rule.max_bytes is not None and file.size is not None and file.size > rule.max_bytes:
        raise AssetFileTooLargeError(
            f"file_size is {file.size} bytes; the main file of an asset of type {kind} may have at most "
            f"{rule.max_bytes}: send a smaller file"
        )


def check_name(name: str) -> None:
    """Names are shown and offered for saving, never used as a path here; others may be less careful.

    Raises:
        InvalidParameterError: it points out of its folder, or holds characters that nobody sees.
    """
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise InvalidParameterError(
            f"file_name is {printable(name)!r}, which points to a folder: send the name of the file alone"
        )
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in name):
        raise InvalidParameterError(
            f"file_name {printable(name)!r} holds invisible characters: send it without them"
        )


def printable(text: str) -> str:
    """Without what a terminal or a log would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:128])


def file_format(declared: str, name: str) -> str:
    """The lower-case format: from `MP4`, `.mp4` or `video/mp4`, else from the name's suffix."""
    text = declared.strip().lower().rpartition("/")[2].removeprefix(".")
    return text or name.rpartition(".")[2].lower()


class Use(StrEnum):
    """Where an asset is inserted."""

    VIDEO = "video production"
    LIVE = "livestreaming"


_MAX_LONG_SIDE, _MAX_SHORT_SIDE = 1920, 1080
_MAX_FPS = 30.5
"""30 frames a second, and what recorders make of it."""
_INSERTED_VIDEO_BYTES = 1024 * _MIB
_INSERTED_OTHER_BYTES = 500 * _MIB
_INSERTED_PICTURES = {Use.VIDEO: ("png", "jpg", "jpeg"), Use.LIVE: ("png", "jpg", "jpeg", "bmp")}
_MAX_INSERTED_S = 30 * 60
_CODECS = {"av1", "vp8", "vp9", "h264", "hevc"}
_LIVE_CODECS = {"av1", "h264", "hevc"}


def largest_inserted(kind: AssetType) -> int:
    """The size in bytes that a file to be inserted must stay below."""
    return _INSERTED_VIDEO_BYTES if kind == AssetType.VIDEO else _INSERTED_OTHER_BYTES


def insertion_faults(kind: AssetType, meta: dict[str, Any], file: DeclaredFile, use: Use) -> list[str]:
    """Why an asset cannot be inserted into a video or a live room; empty if it can.

    Limits: service overview, tables 4-7 and 4-8. An asset beyond them can be kept, but not inserted.

    Args:
        meta: its `asset_extra_meta` as measured.
        file: its main file.
    """
    if kind == AssetType.VIDEO:
        return _video_faults(meta.get("video_meta", {}), file, use)
    faults = []
    if kind == AssetType.IMAGE:
        faults = _side_faults(meta.get("image_meta", {}))
        kept = file_format(file.type, file.name)
        if kept not in _INSERTED_PICTURES[use]:
            taken = " or ".join(name.upper() for name in _INSERTED_PICTURES[use])
            faults.append(f"it is {kept.upper()}, not {taken}")
    if (
        kind in (AssetType.IMAGE, AssetType.AUDIO, AssetType.MUSIC)
        and (file.size or 0) >= _INSERTED_OTHER_BYTES
    ):
        faults.append("it has 500 MB or more")
    return faults


def _video_faults(meta: dict[str, Any], file: DeclaredFile, use: Use) -> list[str]:
    faults = _side_faults(meta)
    codec, is_webm = meta.get("video_codec"), file_format(file.type, file.name) == "webm"
    if codec not in (_LIVE_CODECS if use is Use.LIVE else _CODECS):
        faults.append(f"its codec is {codec}")
    elif codec in ("vp8", "vp9") and not is_webm:
        faults.append(f"{codec.upper()} is taken in WebM files only")
    if is_webm and (use is Use.LIVE or codec == "av1"):
        faults.append(
            "WebM cannot be shown live" if use is Use.LIVE else "AV1 in a WebM file cannot be composited"
        )
    if float(meta.get("frame_rate") or 0) > _MAX_FPS:
        faults.append(f"it has {meta['frame_rate']} frames a second, more than 30")
    if (meta.get("duration") or 0) > _MAX_INSERTED_S:
        faults.append("it is longer than 30 minutes")
    if (file.size or 0) >= _INSERTED_VIDEO_BYTES:
        faults.append("it has 1 GB or more")
    return faults


def _side_faults(meta: dict[str, Any]) -> list[str]:
    width, height = meta.get("width") or 0, meta.get("height") or 0
    if max(width, height) > _MAX_LONG_SIDE or min(width, height) > _MAX_SHORT_SIDE:
        return [f"it is {width}x{height}, larger than 1080p"]
    return []
