"""Reads the face in single pictures of a performance: one run of the landmark network each."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.detector import FaceDetector
from greenroom.engines.face.geometry import NOSE_BASE, align_rigid, face_height
from greenroom.engines.face.region import Region
from greenroom.engines.face.tracker import PRESENCE_THRESHOLD, LandmarkReader
from greenroom.engines.protocols import Image
from greenroom.engines.weights import MissingWeightsError

Floats = npt.NDArray[np.float32]

_TRIES = 3
"""Pictures without a face after which none is looked for any more in a part."""
_FACE_POINTS = 468
"""Without the irises."""


class FaceSight:
    """Follows the one face of a performance. Not for several threads."""

    def __init__(self) -> None:
        """Raises MissingWeightsError: the network is not on this machine."""
        self._detector = FaceDetector()
        self._reader = LandmarkReader()
        self.start_over()

    def start_over(self) -> None:
        """Forget the pictures seen before, so that a part is measured the same whatever came before it."""
        self._region: Region | None = None
        self._seen: Region | None = None
        self._misses = 0

    def look(self, picture: Image) -> Floats | None:
        """Landmarks [478, 3] in pixels, or None where no face is found."""
        if self._region is None:
            self._region = self._search(picture)
        if self._region is None:
            return None
        self._seen = self._region
        found = self._read(picture, self._region)
        self._region = Region.from_landmarks(found) if found is not None else None
        return found

    def look_again(self, picture: Image) -> Floats | None:
        """Another picture through the very window of the last one, so that both can be compared."""
        return self._read(picture, self._seen) if self._seen is not None else None

    def _search(self, picture: Image) -> Region | None:
        if self._misses >= _TRIES:
            return None
        detections = self._detector.detect(picture)
        rough = self._read(picture, Region.from_detection(detections[0])) if detections else None
        if rough is None:
            self._misses += 1
            return None
        return Region.from_landmarks(rough)

    def _read(self, picture: Image, region: Region) -> Floats | None:
        reading = self._reader.read(picture, region)
        return reading.landmarks if reading.presence >= PRESENCE_THRESHOLD else None


def open_sight() -> FaceSight | None:
    """None where the network has not been fetched: then nothing is said about faces."""
    try:
        return FaceSight()
    except MissingWeightsError:
        return None


def shape_drift(shown: Floats, base: Floats) -> float:
    """How far the points above the mouth lie from where the base picture has them, percent of the face.

    Both are landmarks [478, 3]; moves, turns and size of the whole head are taken out first.
    """
    above = _above_mouth(base)
    moved = align_rigid(shown, base)[above] - base[above, :2]
    return float(100 * np.hypot(moved[:, 0], moved[:, 1]).mean() / face_height(base))


def colour_drift(shown: Image, base: Image, landmarks: Floats) -> float:
    """Mean colour difference, 0..255, of the face above the mouth, where nothing is painted."""
    hull = cv2.convexHull(np.round(landmarks[_above_mouth(landmarks), :2]).astype(np.int32))
    x, y, width, height = cv2.boundingRect(hull)
    rows, columns = slice(max(0, y), max(0, y + height)), slice(max(0, x), max(0, x + width))
    inside = np.zeros(base.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, hull, 1)
    where = inside[rows, columns] > 0
    if not where.any():
        return 0.0
    return float(cv2.absdiff(shown[rows, columns], base[rows, columns])[where].mean())


def _above_mouth(landmarks: Floats) -> npt.NDArray[np.intp]:
    return np.flatnonzero(landmarks[:_FACE_POINTS, 1] < landmarks[NOSE_BASE, 1])
