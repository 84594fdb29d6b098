from __future__ import annotations

from typing import Any

import pytest

from greenroom.assets.rules import DeclaredFile, Use, check_name, insertion_faults
from greenroom.assets.states import AssetType, FileCategory
from greenroom.errors import InvalidParameterError

GOOD = {"video_codec": "h264", "width": 1920, "height": 1080, "frame_rate": "30", "duration": 1800}


def faults(use: Use, name: str = "a.mp4", size: int = 1000, **meta: Any) -> list[str]:
    file = DeclaredFile(name, name.rpartition(".")[2], size, FileCategory.MAIN)
    return insertion_faults(AssetType.VIDEO, {"video_meta": GOOD | meta}, file, use)


@pytest.mark.parametrize("use", list(Use))
def test_a_video_within_the_limits(use: Use) -> None:
    assert faults(use) == []
    assert faults(use, width=1080, height=1920) == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"width": 3840, "height": 2160}, "larger than 1080p"),
        ({"frame_rate": "60"}, "more than 30"),
        ({"duration": 1801}, "30 minutes"),
        ({"size": 1 << 30}, "1 GB"),
        ({"video_codec": "mpeg4"}, "codec is mpeg4"),
    ],
)
@pytest.mark.parametrize("use", list(Use))
def test_beyond_them(use: Use, fields: dict[str, Any], words: str) -> None:
    (fault,) = faults(use, **fields)
    assert words in fault


def test_webm_by_its_use_and_codec() -> None:
    assert faults(Use.VIDEO, "a.webm", video_codec="vp9") == []
    assert "WebM files only" in faults(Use.VIDEO, "a.mkv", video_codec="vp9")[0]
    assert "cannot be composited" in faults(Use.VIDEO, "a.webm", video_codec="av1")[0]
    assert "codec is vp9" in faults(Use.LIVE, "a.webm", video_codec="vp9")[0]
    assert "cannot be shown live" in faults(Use.LIVE, "a.webm", video_codec="av1")[0]
    assert faults(Use.LIVE, "a.mp4", video_codec="av1") == []


def test_pictures() -> None:
    file = DeclaredFile("a.png", "PNG", 1000, FileCategory.MAIN)
    meta = {"image_meta": {"width": 1920, "height": 1081}}
    assert "1080p" in insertion_faults(AssetType.IMAGE, meta, file, Use.VIDEO)[0]
    bitmap = DeclaredFile("a.bmp", "BMP", 1000, FileCategory.MAIN)
    assert insertion_faults(AssetType.IMAGE, {}, bitmap, Use.LIVE) == []
    assert "it is BMP, not PNG" in insertion_faults(AssetType.IMAGE, {}, bitmap, Use.VIDEO)[0]


@pytest.mark.parametrize(
    "name", ["..", "a/..", "/a", "a//b", "./a", "a\\b", "a\0b", "a\u202eb", "a\u200bb", "a\u2028b"]
)
def test_names_with_tricks(name: str) -> None:
    with pytest.raises(InvalidParameterError, match="file_name"):
        check_name(name)
