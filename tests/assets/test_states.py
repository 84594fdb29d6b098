from __future__ import annotations

import pytest

from greenroom.assets.errors import AssetFileTooLargeError, FileTypeMissingError
from greenroom.assets.rules import DeclaredFile, check_declared, file_format
from greenroom.assets.states import (
    TRANSITIONS,
    AssetState,
    AssetType,
    FileCategory,
    StateChangeError,
    advance,
)
from greenroom.errors import InvalidParameterError


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(AssetState)


def test_deleted_is_final() -> None:
    for state in AssetState:
        if state != AssetState.DELETED:
            with pytest.raises(StateChangeError):
                advance(AssetState.DELETED, state)


def test_nothing_skips_the_recycle_bin() -> None:
    for state in AssetState:
        if state not in (AssetState.DELETING, AssetState.DELETED):
            with pytest.raises(StateChangeError):
                advance(state, AssetState.DELETED)


@pytest.mark.parametrize(
    ("declared", "name", "expected"),
    [
        ("MP4", "a", "mp4"),
        (".Mp4", "a", "mp4"),
        ("video/mp4", "a", "mp4"),
        ("", "a.b.MOV", "mov"),
        (" PNG ", "a", "png"),
    ],
)
def test_formats_as_people_write_them(declared: str, name: str, expected: str) -> None:
    assert file_format(declared, name) == expected


@pytest.mark.parametrize(
    ("kind", "category", "allowed"),
    [
        (AssetType.IMAGE, FileCategory.COVER, False),
        (AssetType.IMAGE, FileCategory.TEMPORARY, True),
        (AssetType.PPT, FileCategory.PAGE, True),
        (AssetType.PPT, FileCategory.SAMPLE, False),
        (AssetType.VOICE_MODEL, FileCategory.SAMPLE, True),
        (AssetType.VOICE_MODEL, FileCategory.COVER, False),
        (AssetType.BUSINESS_CARD_TEMPLET, FileCategory.OTHER, False),
        (AssetType.COMMON_FILE, FileCategory.OTHER, True),
    ],
)
def test_categories_by_type(kind: AssetType, category: FileCategory, allowed: bool) -> None:
    file = DeclaredFile("a.bin", "BIN", 1, category)
    if allowed:
        check_declared(kind, file)
    else:
        with pytest.raises(InvalidParameterError, match="asset_file_category"):
            check_declared(kind, file)


def test_sizes_and_missing_types() -> None:
    check_declared(AssetType.AUDIO, DeclaredFile("a.wav", "WAV", 100 << 20, FileCategory.MAIN))
    with pytest.raises(AssetFileTooLargeError):
        check_declared(AssetType.AUDIO, DeclaredFile("a.wav", "WAV", (100 << 20) + 1, FileCategory.MAIN))
    with pytest.raises(FileTypeMissingError):
        check_declared(AssetType.AUDIO, DeclaredFile("a", " ", 1, FileCategory.MAIN))
