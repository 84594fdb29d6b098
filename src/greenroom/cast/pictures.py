"""How a presenter is shown before being chosen: a still and a short clip, before a plain studio wall."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

from greenroom.cast.catalogue import COVER, PREVIEW, Person
from greenroom.engines.mouth.package import AvatarPackage
from greenroom.engines.protocols import Image
from greenroom.media.cover import write_cover
from greenroom.stage.actions import ActionMark
from greenroom.stage.plan import RenderPlan, ScenePlan
from greenroom.stage.render import render_video
from greenroom.stage.speech import speak, write_wav

COVER_SIZE = (1280, 720)
PREVIEW_SIZE = (640, 360)
_LIGHT, _SHADE = (246, 244, 242), (205, 196, 188)
"""BGR of the wall behind the head, and in the corners."""
_PAUSE_S = 0.6
"""Shown after the last word."""
_GREETING = ActionMark("welcome", 200)


def write_pictures(package: AvatarPackage, person: Person, folder: Path) -> None:
    """The still and the clip of a presenter, into `folder`."""
    write_cover_picture(package, folder / COVER)
    write_preview(package, person, folder / PREVIEW)


def write_cover_picture(package: AvatarPackage, out: Path) -> None:
    """The presenter at rest, JPEG."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        still = folder / "still.mp4"
        scene = ScenePlan(str(package.folder), duration_s=0.04, background=_wall(folder, COVER_SIZE))
        render_video(RenderPlan((scene,), *COVER_SIZE, crf=12), still)
        write_cover(still, out)


def write_preview(package: AvatarPackage, person: Person, out: Path) -> None:
    """The presenter says who it is with the voice that fits, MP4."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        speech = speak(person.introduction, person.voice)
        write_wav(speech, folder / "speech.wav")
        scene = ScenePlan(
            str(package.folder),
            str(folder / "speech.wav"),
            speech.phonemes,
            duration_s=round(speech.duration_s + _PAUSE_S, 2),
            background=_wall(folder, PREVIEW_SIZE),
            actions=(_GREETING,) if _GREETING.name in package.actions else (),
        )
        render_video(RenderPlan((scene,), *PREVIEW_SIZE, crf=23, title=person.title), out)


def studio_wall(size: tuple[int, int]) -> Image:
    """A light spot behind the head that falls off evenly: [height, width, 3]."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot((x - width / 2) / width, (y - height * 0.35) / height)
    amount = np.clip(distance / 0.75, 0.0, 1.0)[..., None] ** 1.5
    wall = (1 - amount) * np.array(_LIGHT, np.float32) + amount * np.array(_SHADE, np.float32)
    # Noise hides the steps of so flat a gradient.
    noise = np.random.default_rng(0).uniform(-1.5, 1.5, wall.shape[:2])[..., None]
    return np.asarray(np.clip(wall + noise + 0.5, 0, 255), np.uint8)


def _wall(folder: Path, size: tuple[int, int]) -> str:
    path = folder / "wall.png"
    cv2.imwrite(str(path), studio_wall(size))
    return str(path)
