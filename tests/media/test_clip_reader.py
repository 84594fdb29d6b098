"""A reader that jumps finds the same frames as one that reads from the beginning."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.stage.layer_files import gray_ramp, ramp_level, write_video

from greenroom.media.clip_reader import ClipReader
from greenroom.media.errors import MediaError

pytestmark = pytest.mark.media


def _level(reader: ClipReader, seconds: float) -> float:
    frame = reader.frame_at(Fraction(seconds).limit_denominator(1000))
    return float(np.asarray(frame.to_ndarray(format="gray")).mean())


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "avi", "flv"])
def test_jumps_in_each_container(tmp_path: Path, ending: str) -> None:
    path = write_video(tmp_path / f"a.{ending}", gray_ramp(50, (64, 48)) * 4, crf="4", g="25", bf="2")
    with ClipReader(path) as straight:
        levels = [_level(straight, (number + 0.5) / 25) for number in range(200)]
    for number in (0, 24, 60, 149, 199):
        with ClipReader(path) as jumping:
            assert _level(jumping, (number + 0.5) / 25) == levels[number], number
            back = max(0, number - 40)
            assert _level(jumping, (back + 0.5) / 25) == levels[back], number
    assert [round(level) for level in levels[:3]] == pytest.approx([ramp_level(n) for n in range(3)], abs=6)


def test_beyond_both_ends(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", gray_ramp(10, (64, 48)), crf="4")
    with ClipReader(path) as reader:
        assert _level(reader, -5) == _level(reader, 0)
        last = _level(reader, 500)
        assert last == _level(reader, 9.5 / 25) and last > _level(reader, 0) + 20


def _picture(reader: ClipReader, number: int) -> np.ndarray:
    return np.asarray(reader.frame_at(Fraction(number, 25)).to_ndarray(format="rgb24")).copy()


def test_real_files_are_the_same_from_the_middle(formats: Path) -> None:
    for path in sorted((formats / "grid_matrix").iterdir()):
        with ClipReader(path) as straight:
            wanted = [_picture(straight, number) for number in range(0, 60, 6)]
        for place in (3, 7, 9):
            with ClipReader(path) as jumping:
                assert (_picture(jumping, place * 6) == wanted[place]).all(), (path.name, place)


def test_what_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(MediaError, match=r"a\.mp4"):
        ClipReader(tmp_path / "a.mp4")
