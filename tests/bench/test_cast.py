"""The figures of `greenroom bench cast` on clips whose figures are known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from greenroom.bench.cast import blink_row, run, seam_row
from greenroom.engines.mouth.border import border_ring
from greenroom.engines.mouth.package import AvatarPackage
from greenroom.engines.protocols import AvatarPackageError
from greenroom.media.encode import VideoSettings, write_mp4


def wheel(angle: float) -> np.ndarray:
    """A bar that turns: half a turn looks as none."""
    picture = np.full((128, 128, 3), 90, np.uint8)
    x, y = 50 * np.cos(angle), 50 * np.sin(angle)
    cv2.line(picture, (int(64 - x), int(64 - y)), (int(64 + x), int(64 + y)), (220, 180, 60), 12, cv2.LINE_AA)
    return picture


def package(folder: Path, turn: float, idle: list[int] | None) -> AvatarPackage:
    """60 frames of a wheel that turns by `turn` in all."""
    folder.mkdir()
    frames = (wheel(turn * number / 60) for number in range(60))
    write_mp4(folder / "base.mp4", frames, VideoSettings(128, 128, crf=4, threads=1))
    return AvatarPackage(folder, {"idle": idle, "segments": [[0, 59]], "fps": 25})


class TestSeam:
    def test_a_loop_that_closes_and_one_that_jumps(self, tmp_path: Path) -> None:
        closed = seam_row(package(tmp_path / "closed", np.pi, [0, 59]))
        open_ = seam_row(package(tmp_path / "open", np.pi * 0.8, [0, 59]))
        assert isinstance(closed.value, float) and isinstance(open_.value, float)
        assert 0.7 < closed.value < 1.3
        assert open_.value > 2
        assert closed.extra["last_to_first"] < 1.5 < 3 < open_.extra["last_to_first"]

    def test_without_a_loop(self, tmp_path: Path) -> None:
        row = seam_row(package(tmp_path / "none", 1.0, None))
        assert (row.value, row.reference) == (None, "the package has no idle loop")


class TestBlinks:
    def opening(self, *at: int, frames: int = 500) -> np.ndarray:
        eyes = np.full(frames, 0.06) + 0.004 * np.sin(np.arange(frames))
        for begin in at:
            eyes[begin : begin + 4] = (0.03, 0.008, 0.01, 0.028)
        return eyes

    def test_gaps_in_seconds(self) -> None:
        row = blink_row("x", [self.opening(50, 150, 275)])
        assert row.value == pytest.approx(4.5)
        assert (row.extra["blinks"], row.extra["a_minute"]) == (3, 9)
        assert (row.extra["shortest_s"], row.extra["longest_s"]) == (4.0, 5.0)

    def test_a_loop_goes_on_with_its_first_blink(self) -> None:
        row = blink_row("x", [self.opening(50, 150, frames=250)], is_loop=True)
        assert (row.extra["shortest_s"], row.extra["longest_s"]) == (4.0, 6.0)

    def test_nobody_blinks(self) -> None:
        assert blink_row("x", [self.opening()], is_loop=True).value is None

    def test_the_time_between_takes_does_not_count(self) -> None:
        row = blink_row("x", [self.opening(400), self.opening(100, 200)])
        assert (row.value, row.extra["blinks"]) == (4.0, 3)


def test_the_ring_lies_on_both_sides_of_the_border() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[20:44, 20:44] = 1.0
    mask = cv2.GaussianBlur(mask, (0, 0), 3)
    ring = border_ring(np.asarray(mask, np.float32))
    assert (mask[ring] < 0.35).all()
    assert (mask[ring] <= 0.02).any() and (mask[ring] > 0.02).any()
    assert not ring[32, 32] and not ring[0, 0]


def test_an_empty_cast_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENROOM_CAST_FOLDER", str(tmp_path))
    with pytest.raises(AvatarPackageError, match="nobody to measure"):
        run()
