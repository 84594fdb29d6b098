"""The portrait that an avatar is made from: its picture, the face's landmarks, and measures of the face."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face import geometry
from greenroom.engines.face.detector import Detection, FaceDetector
from greenroom.engines.face.region import Region
from greenroom.engines.face.tracker import LEAST_AREA, PRESENCE_THRESHOLD, LandmarkReader
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]

LONGEST_SIDE, SHORTEST_SIDE = 1920, 1080
"""A base picture has at most these sides; larger photos are shrunk."""


@dataclass(slots=True, frozen=True)
class Portrait:
    """A photo of working size with the landmarks of its largest face."""

    picture: Image
    """BGR, both sides even."""
    landmarks: Floats
    """[478, 3] in pixels of the picture."""
    presence: float
    """How sure the landmark network is, 0..1."""
    face_count: int
    """Faces that a viewer would notice."""

    @property
    def face_height(self) -> float:
        return float(geometry.face_height(self.landmarks))

    def points(self, *indices: int) -> npt.NDArray[np.float64]:
        """[len(indices), 2]"""
        return np.asarray(self.landmarks[list(indices), :2], np.float64)


def working_size(picture: Image) -> Image:
    """The picture with even sides, shrunk where it is larger than a video shows. Never enlarged."""
    height, width = picture.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(height, width), SHORTEST_SIDE / min(height, width))
    size = (max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2))
    if scale < 1.0:
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(picture[: size[1], : size[0]])


def find_portrait(picture: Image) -> Portrait | None:
    """The largest face of a photo of working size; None where there is none."""
    detections = FaceDetector().detect(picture, thorough=True)
    if not detections:
        return None
    reader = LandmarkReader()
    rough = reader.read(picture, Region.from_detection(detections[0]))
    if rough.presence < PRESENCE_THRESHOLD:
        return None
    reading = reader.read_twice(picture, Region.from_landmarks(rough.landmarks))
    if reading.presence < PRESENCE_THRESHOLD:
        return None
    return Portrait(picture, reading.landmarks, reading.presence, _noticed(detections))


def _noticed(detections: list[Detection]) -> int:
    return sum(detection.area >= LEAST_AREA * detections[0].area for detection in detections)
