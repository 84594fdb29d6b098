"""Which files an asset may have: categories, formats and sizes by type, as the wire contract states them."""

from __future__ import annotations

from dataclasses import dataclass

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
        InvalidParameterError: the asset has no such category, or the format is not one of its own.
        AssetFileTooLargeError: larger than the type allows.
    """
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


def file_format(declared: str, name: str) -> str:
    """The lower-case format: from `MP4`, `.mp4` or `video/mp4`, else from the name's suffix."""
    text = declared.strip().lower().rpartition("/")[2].removeprefix(".")
    return text or name.rpartition(".")[2].lower()
