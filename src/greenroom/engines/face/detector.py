"""Finds faces in a picture: the BlazeFace short-range detector with its anchors and suppression.

Anchors and decoding follow Bazarevsky et al. 2019, "BlazeFace", with the constants of the published model:
128x128 input, two anchors a cell at stride 8 and six at stride 16, all of fixed size.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from greenroom.engines.face.networks import FloatArray, Network, task_path
from greenroom.engines.protocols import Image

INPUT_SIDE = 128
SCORE_THRESHOLD = 0.5
OVERLAP_THRESHOLD = 0.3


@dataclass(slots=True, frozen=True)
class Detection:
    """A face as the detector sees it, in pixels of the frame."""

    box: tuple[float, float, float, float]
    """left, top, right, bottom"""
    eyes: tuple[tuple[float, float], tuple[float, float]]
    """The eye at the left of the picture, then the other."""
    score: float

    @property
    def area(self) -> float:
        return max(0.0, self.box[2] - self.box[0]) * max(0.0, self.box[3] - self.box[1])


def _anchors() -> FloatArray:
    """Anchor centres in 0..1, shape [896, 2]."""
    rows: list[tuple[float, float]] = []
    for stride, repeats in ((8, 2), (16, 6)):
        cells = INPUT_SIDE // stride
        for y in range(cells):
            for x in range(cells):
                rows.extend([((x + 0.5) / cells, (y + 0.5) / cells)] * repeats)
    return np.asarray(rows, np.float32)


class FaceDetector:
    """Detects frontal and half-turned faces that fill at least about a tenth of the frame's short side."""

    def __init__(self, task: Path | None = None) -> None:
        self._network = Network(task or task_path(), "face_detector.tflite")
        self._anchors = _anchors()

    def detect(self, frame: Image, thorough: bool = False) -> list[Detection]:
        """Faces, the largest first. `thorough` also looks at square tiles, for small and for more faces."""
        height, width = frame.shape[:2]
        side = max(height, width)
        found = self._in_square(frame, (width - side) / 2, (height - side) / 2, side)
        if thorough or not found:
            short = min(height, width)
            tile = short if max(height, width) > 1.25 * short else short * 0.7
            for left in np.linspace(0, width - tile, 3 if width > 1.25 * tile else 1):
                for top in np.linspace(0, height - tile, 2 if height > 1.25 * tile else 1):
                    found += self._in_square(frame, float(left), float(top), tile)
        return sorted(_suppress(found), key=lambda detection: -detection.area)

    def _in_square(self, frame: Image, left: float, top: float, side: float) -> list[Detection]:
        scale = INPUT_SIDE / side
        # A pixel's centre lies at an integer in OpenCV and at a half in the network.
        matrix = np.array([[scale, 0, (0.5 - left) * scale - 0.5], [0, scale, (0.5 - top) * scale - 0.5]])
        source = frame
        if scale < 0.5:
            shrink = 2.0 * scale
            size = (round(frame.shape[1] * shrink), round(frame.shape[0] * shrink))
            source = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            step_x, step_y = frame.shape[1] / size[0], frame.shape[0] / size[1]
            matrix[0] = [scale * step_x, 0, (0.5 * step_x - left) * scale - 0.5]
            matrix[1] = [0, scale * step_y, (0.5 * step_y - top) * scale - 0.5]
        picture = cv2.warpAffine(source, matrix, (INPUT_SIDE, INPUT_SIDE), flags=cv2.INTER_LINEAR)
        tensor = picture[None, :, :, ::-1].astype(np.float32) / 127.5 - 1.0
        outputs = self._network.run(tensor)
        logits = np.clip(outputs["classificators"][0, :, 0], -80, 80)
        scores = 1.0 / (1.0 + np.exp(-logits))
        chosen = np.flatnonzero(scores > SCORE_THRESHOLD)
        raw = outputs["regressors"][0, chosen].reshape(-1, 8, 2) / INPUT_SIDE
        anchors = self._anchors[chosen]
        result = []
        for points, anchor, score in zip(raw, anchors, scores[chosen], strict=True):
            centre = (points[0] + anchor) * side + (left, top)
            half = points[1] * side / 2
            eyes = (points[2:4] + anchor) * side + (left, top)
            result.append(
                Detection(
                    box=(*map(float, centre - half), *map(float, centre + half)),  # type: ignore[arg-type]
                    eyes=((float(eyes[0, 0]), float(eyes[0, 1])), (float(eyes[1, 0]), float(eyes[1, 1]))),
                    score=float(score),
                )
            )
        return result


def _overlap(first: Detection, second: Detection) -> float:
    """Intersection over the smaller box, so that a face and a part of it count as one."""
    left, top = max(first.box[0], second.box[0]), max(first.box[1], second.box[1])
    right, bottom = min(first.box[2], second.box[2]), min(first.box[3], second.box[3])
    smaller = min(first.area, second.area)
    return max(0.0, right - left) * max(0.0, bottom - top) / smaller if smaller > 0 else 0.0


def _suppress(found: list[Detection]) -> list[Detection]:
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda item: -item.score):
        if all(_overlap(detection, other) < OVERLAP_THRESHOLD for other in kept):
            kept.append(detection)
    return kept
