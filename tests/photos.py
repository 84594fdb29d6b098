"""Portraits for tests, of nobody: stills of the presenter that ships with Greenroom."""

from __future__ import annotations

import zipfile
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from greenroom.engines.face.geometry import face_box
from greenroom.engines.photo.portrait import find_portrait
from greenroom.engines.protocols import Image
from greenroom.media.decode import frame_at

_WALL = (196, 188, 178)
"""BGR"""


@cache
def _still() -> Image:
    """The presenter, looking into the camera with her mouth closed, before a plain wall."""
    with as_file(files("greenroom.cast") / "anna" / "avatar.zip") as path, TemporaryDirectory() as folder:
        with zipfile.ZipFile(path) as archive:
            archive.extract("base.mp4", folder)
            archive.extract("alpha.mp4", folder)
        colour = frame_at(Path(folder) / "base.mp4", 0.4)
        alpha = frame_at(Path(folder) / "alpha.mp4", 0.4)[..., :1].astype(np.float32) / 255
    return np.asarray(colour * alpha + np.array(_WALL) * (1 - alpha) + 0.5, np.uint8)


@cache
def _head() -> Image:
    """The square around the head, twice as high as the face: wherever a new version of her package has it."""
    face = find_portrait(_still())
    assert face is not None
    left, top, right, bottom = (round(float(edge)) for edge in face_box(face.landmarks))
    side = 2 * (bottom - top)
    x, y = (left + right - side) // 2, max((top + bottom - side) // 2, 0)
    return _still()[y : y + side, x : x + side]


def portrait(height: int = 560) -> Image:
    """Head and shoulders, BGR; the face is half as high as the picture."""
    head = _head()
    size = (round(head.shape[1] * height / head.shape[0]) // 2 * 2, height)
    return np.asarray(cv2.resize(head, size, interpolation=cv2.INTER_AREA), np.uint8)


def jpeg(picture: Image) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
