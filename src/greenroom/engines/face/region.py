"""The square, turned window around a face that the landmark network looks through."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.detector import Detection
from greenroom.engines.face.networks import FloatArray
from greenroom.engines.protocols import Image

CROP_SIDE = 256
FACE_MARGIN = 1.5
"""Window side over the longer side of the face's box, as the landmark network was trained."""
RIGHT_EYE_CORNER, LEFT_EYE_CORNER = 33, 263


@dataclass(slots=True, frozen=True)
class Region:
    centre_x: float
    centre_y: float
    """Pixels of the frame; integers are pixel centres."""
    side: float
    """Pixels of the frame."""
    angle: float
    """Radians, clockwise in the picture: the tilt of the eye line."""

    @classmethod
    def from_detection(cls, detection: Detection) -> Region:
        left, top, right, bottom = detection.box
        (x0, y0), (x1, y1) = detection.eyes
        side = FACE_MARGIN * max(right - left, bottom - top)
        return cls((left + right) / 2, (top + bottom) / 2, side, math.atan2(y1 - y0, x1 - x0))

    @classmethod
    def from_landmarks(cls, landmarks: FloatArray) -> Region:
        """`landmarks` [478, 3] in pixels of the frame."""
        points = landmarks[:468, :2].astype(np.float64)
        dx, dy = points[LEFT_EYE_CORNER] - points[RIGHT_EYE_CORNER]
        angle = math.atan2(dy, dx)
        cos, sin = math.cos(angle), math.sin(angle)
        upright = points @ np.array([[cos, -sin], [sin, cos]])
        low, high = upright.min(axis=0), upright.max(axis=0)
        x, y = (low + high) / 2
        side = FACE_MARGIN * float((high - low).max())
        return cls(float(cos * x - sin * y), float(sin * x + cos * y), side, angle)

    def parameters(self) -> npt.NDArray[np.float64]:
        """[centre x, centre y, log side, angle]: quantities that can be averaged."""
        return np.array([self.centre_x, self.centre_y, math.log(self.side), self.angle])

    @classmethod
    def from_parameters(cls, parameters: npt.NDArray[np.float64]) -> Region:
        x, y, log_side, angle = (float(value) for value in parameters)
        return cls(x, y, math.exp(log_side), angle)

    def scaled(self, factor: float) -> Region:
        return Region(self.centre_x, self.centre_y, self.side * factor, self.angle)

    def inside(self, width: int, height: int) -> bool:
        """Whether the window's centre lies in the frame and its size makes sense there."""
        return (
            0 <= self.centre_x < width
            and 0 <= self.centre_y < height
            and 16 < self.side < 4 * max(width, height)
        )

    def to_frame(self) -> npt.NDArray[np.float64]:
        """[2, 3] matrix from crop coordinates (pixel centres at halves, 0..256) to frame pixels."""
        step = self.side / CROP_SIDE
        cos, sin = math.cos(self.angle) * step, math.sin(self.angle) * step
        half = CROP_SIDE / 2
        return np.array(
            [
                [cos, -sin, self.centre_x - cos * half + sin * half],
                [sin, cos, self.centre_y - sin * half - cos * half],
            ]
        )

    def crop(self, frame: Image) -> Image:
        """The window as a 256x256 BGR picture, upright, black beyond the frame."""
        matrix = self.to_frame()
        # warpAffine's crop pixel i has its centre at i + 0.5 of our crop coordinates.
        matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5)
        source = frame
        step = self.side / CROP_SIDE
        if step > 1.5:
            source, matrix = self._shrunk(frame, matrix, step)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        picture: Image = cv2.warpAffine(source, matrix, (CROP_SIDE, CROP_SIDE), flags=flags)
        return picture

    def _shrunk(
        self, frame: Image, matrix: npt.NDArray[np.float64], step: float
    ) -> tuple[Image, npt.NDArray[np.float64]]:
        """The neighbourhood of the window, averaged down so that bilinear sampling does not alias."""
        reach = self.side * 0.75
        height, width = frame.shape[:2]
        left, top = max(0, int(self.centre_x - reach)), max(0, int(self.centre_y - reach))
        right = min(width, int(self.centre_x + reach) + 1)
        bottom = min(height, int(self.centre_y + reach) + 1)
        # Whole factors are several times faster to average than broken ones.
        factor = round(step)
        size = ((right - left) // factor, (bottom - top) // factor)
        if min(size) < 1:
            return frame, matrix
        part = frame[top : top + size[1] * factor, left : left + size[0] * factor]
        small: Image = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        matrix = matrix.copy()
        matrix[0, 2] += 0.5 - left
        matrix[1, 2] += 0.5 - top
        matrix /= factor
        matrix[:, 2] -= 0.5
        return small, matrix

    def landmarks_to_frame(self, landmarks: FloatArray) -> FloatArray:
        """[478, 3] from crop coordinates to pixels of the frame; depth takes the window's scale."""
        matrix = self.to_frame()
        result = np.empty_like(landmarks)
        result[:, :2] = landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        result[:, 2] = landmarks[:, 2] * (self.side / CROP_SIDE)
        return result
