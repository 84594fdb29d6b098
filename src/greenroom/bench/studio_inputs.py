"""What `greenroom bench studio` makes its videos of: a presenter, speech, a picture, two clips, music.

Everything is drawn or computed here, the same each time.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.bench.render import AVATAR_VARIABLE, write_speech
from greenroom.cast.catalogue import ARCHIVE, load_cast
from greenroom.engines.protocols import AvatarPackageError, Pcm
from greenroom.media.encode import VideoWriter
from greenroom.media.encoders import VideoSettings
from greenroom.media.wav import write_wav
from greenroom.stage.subtitle_plan import Cue

U8 = npt.NDArray[np.uint8]

CLIP_S = 5
CLIP_SIZE = (640, 360)
_RATE = 48_000
_CUE_MS, _CUE_PAUSE_MS = 2600, 400
_CUES = (
    ("The lamps along the harbour", "are lit one after another."),
    ("Nobody has counted them", "for many years."),
    ("Tonight there is one more.",),
)


@dataclass(slots=True, frozen=True)
class Inputs:
    package: Path
    speech: Path
    picture: Path
    clips: tuple[Path, Path]
    music: Path
    cues: tuple[Cue, ...]


def make_inputs(folder: Path, duration_s: int) -> Inputs:
    """Write all files into `folder`.

    Raises:
        AvatarPackageError: no presenter ships, and no avatar is named.
    """
    package = _package(folder)
    speech, picture, music = folder / "speech.wav", folder / "background.png", folder / "music.wav"
    write_speech(speech, duration_s)
    cv2.imwrite(str(picture), _room(1920, 1080))
    clips = folder / "clip-0.mp4", folder / "clip-1.mp4"
    for number, clip in enumerate(clips):
        _write_clip(clip, number)
    write_wav(music, _chords(20), _RATE)
    return Inputs(package, speech, picture, clips, music, _cues(duration_s))


def _package(folder: Path) -> Path:
    named = os.environ.get(AVATAR_VARIABLE)
    if named:
        return Path(named).resolve()
    presenters = load_cast().presenters
    if not presenters:
        raise AvatarPackageError(
            f"No presenter ships here: set {AVATAR_VARIABLE} to the folder of a trained avatar."
        )
    with zipfile.ZipFile(presenters[0].path(ARCHIVE)) as archive:
        archive.extractall(folder / "package")
    return folder / "package"


def _room(width: int, height: int) -> U8:
    """A wall with soft light and the grain of a photograph."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    light = np.exp(-(((columns / width - 0.3) / 0.5) ** 2 + ((rows / height - 0.2) / 0.6) ** 2))
    wall = np.array([118, 112, 104], np.float32) + light[..., None] * np.array([70, 84, 92], np.float32)
    grain = np.random.default_rng(0).normal(0, 2.0, (height, width, 1))
    return np.asarray(np.clip(wall + grain, 0, 255), np.uint8)


def _write_clip(path: Path, number: int) -> None:
    width, height = CLIP_SIZE
    with VideoWriter(path, VideoSettings(width, height)) as writer:
        for picture in _moving(number, width, height):
            writer.write_picture(picture)


def _moving(number: int, width: int, height: int) -> Iterator[U8]:
    """Discs that drift over a gradient: everything in the picture changes."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    for frame in range(CLIP_S * 25):
        phase = 2 * np.pi * frame / (CLIP_S * 25)
        picture = np.zeros((height, width, 3), np.uint8)
        for channel in range(3):
            wave = np.sin(columns / width * 5 + rows / height * 3 + phase * (channel + 1 + number))
            picture[..., channel] = (128 + 90 * wave).astype(np.uint8)
        for disc in range(6):
            where = phase * (1 + disc % 3) + disc
            centre = int(width * (0.5 + 0.4 * np.cos(where))), int(height * (0.5 + 0.4 * np.sin(2 * where)))
            cv2.circle(picture, centre, 18 + 6 * disc, (40 * disc, 255 - 40 * disc, 200), -1, cv2.LINE_AA)
        yield picture


def _chords(seconds: int) -> Pcm:
    """Four chords of soft tones, over and over."""
    time_s = np.arange(seconds * _RATE) / _RATE
    chord = (time_s / 2).astype(int) % 4
    roots = np.array([220.0, 174.6, 196.0, 164.8])[chord]
    tones = sum(np.sin(2 * np.pi * roots * ratio * time_s) for ratio in (1.0, 1.25, 1.5))
    return np.asarray(0.1 * tones * (1 - 0.7 * (time_s % 2) / 2), np.float32)


def _cues(duration_s: int) -> tuple[Cue, ...]:
    step = _CUE_MS + _CUE_PAUSE_MS
    return tuple(
        Cue(number * step, number * step + _CUE_MS, _CUES[number % len(_CUES)])
        for number in range(duration_s * 1000 // step)
    )
