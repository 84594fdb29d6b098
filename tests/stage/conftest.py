"""A tiny avatar: an ellipse that sways, filmed in three takes that do not follow each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from greenroom.engines.protocols import Image, Pcm, PhonemeSpan
from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.stage.performance import Avatar, AvatarOpener

SIZE = (160, 128)
TAKES = ((0, 59), (60, 119), (120, 179))


class LevelPainter:
    """A mouth engine at its smallest: a red bar over the mouth, as long as the sound is loud."""

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None) -> np.ndarray:
        frames = -(-len(pcm) * 25 // sample_rate)
        padded = np.zeros(frames * sample_rate // 25 + 1, np.float32)
        padded[: len(pcm)] = pcm[: len(padded)]
        return np.abs(padded[:-1].reshape(frames, -1)).mean(axis=1)

    def apply(
        self, frame: Image, base_frame_index: int, track: np.ndarray, frame_number: int
    ) -> tuple[int, int, int, int]:
        length = round(40 * float(track[frame_number]))
        frame[80:86, 60 : 60 + length] = (0, 0, 255)
        return 60, 80, 60 + length, 86


def _take_frame(index: int) -> tuple[Image, np.ndarray]:
    """Colours and matte of frame `index`: each take sways about another place."""
    take, position = divmod(index, 60)
    x = 80 + 4.0 * np.sin(position / 9.0) + (0, 5, 2)[take]
    y = 70 + 2.0 * np.cos(position / 7.0)
    matte = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    cv2.ellipse(matte, (int(x * 16), int(y * 16)), (30 * 16, 40 * 16), 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
    matte[100:, 40:120] = 255
    colour = np.full((SIZE[1], SIZE[0], 3), (120, 160, 210), np.uint8)
    cv2.circle(colour, (int((x - 12) * 16), int((y - 12) * 16)), 4 * 16, (40, 40, 40), -1, cv2.LINE_AA, 4)
    cv2.circle(colour, (int((x + 12) * 16), int((y - 12) * 16)), 4 * 16, (40, 40, 40), -1, cv2.LINE_AA, 4)
    return colour, matte


@pytest.fixture(scope="session")
def take_frame() -> Callable[[int], tuple[Image, np.ndarray]]:
    return _take_frame


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("avatar")
    frames = [_take_frame(index) for index in range(180)]
    settings = VideoSettings(*SIZE, crf=8, threads=1, keyframe_interval=25, b_frames=0)
    write_mp4(folder / "base.mp4", (colour for colour, _ in frames), settings)
    alpha = VideoSettings(*SIZE, crf=8, threads=1, keyframe_interval=25, b_frames=0, monochrome=True)
    write_mp4(folder / "alpha.mp4", (matte for _, matte in frames), alpha)
    return folder


IDLE, WAVE, NOD = (180, 239), (240, 289), (290, 319)


def _acting_frame(index: int) -> tuple[Image, np.ndarray]:
    """A frame beyond the takes: a loop of listening, a wave with a blue hand, a nod."""
    first, last = next(run for run in (IDLE, WAVE, NOD) if run[0] <= index <= run[1])
    turn = 2 * np.pi * (index - first) / (last - first + 1)
    colour, matte = _take_frame(30)
    shift = np.float32([[1, 0, 0], [0, 1, 2 * np.sin(turn) if first != WAVE[0] else 0]])
    colour = cv2.warpAffine(colour, shift, SIZE, borderMode=cv2.BORDER_REPLICATE)
    matte = cv2.warpAffine(matte, shift, SIZE, borderMode=cv2.BORDER_REPLICATE)
    if first == WAVE[0]:
        top = round(100 - 60 * np.sin(turn / 2))
        colour[top : top + 24, 118:142] = (255, 60, 0)
        matte[top : top + 24, 118:142] = 255
    return colour, matte


@pytest.fixture(scope="session")
def acting_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny avatar with an idle loop and two actions, with B-frames and long, open groups of pictures."""
    folder = tmp_path_factory.mktemp("actor")
    frames = [_take_frame(index) if index < 180 else _acting_frame(index) for index in range(320)]
    settings = VideoSettings(*SIZE, crf=8, threads=1, keyframe_interval=24, open_gop=True, b_frames=3)
    write_mp4(folder / "base.mp4", (colour for colour, _ in frames), settings)
    alpha = replace(settings, monochrome=True)
    write_mp4(folder / "alpha.mp4", (matte for _, matte in frames), alpha)
    return folder


@pytest.fixture(scope="session")
def acting_opener() -> AvatarOpener:
    def open_actor(path: Path) -> Avatar:
        clips = path / "base.mp4", path / "alpha.mp4"
        return Avatar(path, *clips, TAKES, LevelPainter(), IDLE, {"wave": WAVE, "nod": NOD})

    return open_actor


@pytest.fixture(scope="session")
def opener() -> AvatarOpener:
    def open_tiny(path: Path) -> Avatar:
        return Avatar(path, path / "base.mp4", path / "alpha.mp4", TAKES, LevelPainter())

    return open_tiny
