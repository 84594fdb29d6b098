"""`greenroom bench studio` and `long` on videos of seconds: every figure stands beside its reference."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from greenroom.bench import long, studio, studio_inputs
from greenroom.bench.render import AVATAR_VARIABLE
from greenroom.bench.studio_references import FFMPEG_VARIABLE, MOVIEPY_VARIABLE

pytestmark = pytest.mark.media


@pytest.fixture(autouse=True)
def presenter(small_cast: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cast's first at a third of the size."""
    with zipfile.ZipFile(small_cast / "anna" / "avatar.zip") as archive:
        archive.extractall(tmp_path / "anna")
    monkeypatch.setenv(AVATAR_VARIABLE, str(tmp_path / "anna"))


def test_what_is_not_installed_is_named_and_the_rest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "SIZES", {"180p": (320, 180)})
    monkeypatch.setattr(studio_inputs, "CLIP_S", 1)
    monkeypatch.setenv(FFMPEG_VARIABLE, "no-such-program")
    monkeypatch.delenv(MOVIEPY_VARIABLE, raising=False)
    rows = {row.name: row for row in studio.run(1)}
    for name in ("subtitles_180p", "layers_180p"):
        value = rows[name].value
        assert isinstance(value, float) and value > 0.05
        assert "x264" in rows[name].reference and rows[name].extra["encode_cpu_ms"]
    assert MOVIEPY_VARIABLE in rows["subtitles_180p"].reference
    assert FFMPEG_VARIABLE in rows["layers_180p"].reference


def test_a_long_video_is_measured_beside_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_inputs, "CLIP_S", 1)
    peak, growth = long.run(minutes=0.05, short_s=1, size=(320, 180))
    assert isinstance(peak.value, int) and 50 < peak.value < 2000
    assert isinstance(growth.value, float) and 0.5 < growth.value < 2.0
    assert "1 s of the same" in peak.reference
