"""The lower face, cut out of a frame at a fixed place and size, and put back.

A crop follows the head by a similarity transform through points that speech does not move (eyes, brows,
bridge of the nose), so that in the crop only the mouth moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from greenroom.engines.face.geometry import CHIN, FOREHEAD_TOP, JAW, NOSE_BASE
from greenroom.engines.protocols import Image

Floats = npt.NDArray[np.float32]

STEADY_POINTS = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 98, 327, 130, 359, 46, 276)
"""Mesh points that hardly move in speech: corners of the eyes, brows, bridge and wings of the nose."""
CROP_WIDTH = 0.70
"""Side of the crop in face heights."""
CROP_ABOVE_NOSE = 0.12
"""How far the crop reaches above the base of the nose, in face heights."""
SMOOTHING_FRAMES = 1.5
"""Standard deviation of the smoothing over time: takes the tracker's jitter away, follows a nod."""
FEATHER = 0.030
"""Standard deviation of the mask's edge, in crop sides."""


def crop_side(face_height_px: float) -> int:
    """The crop's side in pixels for footage whose faces are that high: 128, 192 or 256."""
    native = CROP_WIDTH * face_height_px
    return 128 if native <= 150 else 192 if native <= 240 else 256


@dataclass(slots=True, frozen=True)
class CropGeometry:
    """Where the crop lies on this person's face, and which part of it is painted."""

    reference: Floats
    """[478, 2]: the mean face in crop pixels."""
    mask: Floats
    """[side, side] in 0..1: how much of each pixel is painted."""

    @property
    def side(self) -> int:
        return int(self.mask.shape[0])

    @property
    def hole(self) -> Floats:
        """[side, side], 1 where the painter must not look: everything that is painted."""
        return (self.mask > 0.02).astype(np.float32)

    def transforms(self, landmarks: Floats, cuts: tuple[int, ...] = ()) -> Floats:
        """Frame-to-crop transforms.

        Args:
            landmarks: [frames, 478, 2 or 3] in frame pixels, without NaN.
            cuts: frames at which a new shot starts: smoothing does not reach over them.

        Returns:
            [frames, 2, 3].
        """
        raw = similarity(landmarks[:, STEADY_POINTS, :2], self.reference[list(STEADY_POINTS)])
        bounds = [0, *cuts, len(raw)]
        for first, last in pairwise(bounds):
            if last > first:
                raw[first:last] = gaussian_filter1d(raw[first:last], SMOOTHING_FRAMES, axis=0, mode="nearest")
        return raw.astype(np.float32)

    def save(self, path: Path) -> None:
        np.savez(path, reference=self.reference, mask=self.mask)

    @staticmethod
    def load(path: Path) -> CropGeometry:
        with np.load(path, allow_pickle=False) as stored:
            return CropGeometry(stored["reference"], stored["mask"])


def fit_geometry(landmarks: Floats) -> CropGeometry:
    """The crop geometry of a person from all landmarks of the footage, [frames, 478, 2 or 3]."""
    points = landmarks[..., :2].astype(np.float64)
    mean = points[len(points) // 2]
    for _ in range(3):
        moves = similarity(points[:, STEADY_POINTS], mean[list(STEADY_POINTS)])
        placed = np.einsum("tij,tnj->tni", moves[:, :, :2], points) + moves[:, None, :, 2]
        mean = np.median(placed, axis=0)
    height = float(np.hypot(*(mean[CHIN] - mean[FOREHEAD_TOP])))
    side = crop_side(float(np.median(np.hypot(*(points[:, CHIN] - points[:, FOREHEAD_TOP]).T))))
    centre = mean[[61, 291], 0].mean()
    top = mean[NOSE_BASE, 1] - CROP_ABOVE_NOSE * height
    scale = side / (CROP_WIDTH * height)
    reference = (mean - [centre, top]) * scale + [side / 2, 0]
    placed = (placed - [centre, top]) * scale + [side / 2, 0]
    lowest_chin = float(np.percentile(placed[:, CHIN, 1], 99.5))
    return CropGeometry(reference.astype(np.float32), _mask(reference, lowest_chin, side))


def _mask(reference: npt.NDArray[np.float64], lowest_chin: float, side: int) -> Floats:
    """From under the nose to below the lowest chin, inside the cheeks, with a soft edge."""
    jaw = reference[list(JAW)].copy()
    chin = reference[CHIN]
    nose = reference[NOSE_BASE]
    jaw[:, 0] = chin[0] + (jaw[:, 0] - chin[0]) * 0.86
    # The lower the point on the jaw, the further it follows the chin down.
    depth = np.clip((jaw[:, 1] - nose[1]) / (chin[1] - nose[1]), 0, 1)
    jaw[:, 1] += depth**2 * (lowest_chin - chin[1] + 0.055 * side)
    jaw = jaw[jaw[:, 1] > nose[1] + 0.05 * side]
    wing = 0.17 * side
    top = [[nose[0] + wing, nose[1] + 0.035 * side], [nose[0] - wing, nose[1] + 0.035 * side]]
    ring = np.concatenate([jaw, top])
    mask = np.zeros((side, side), np.float32)
    cv2.fillPoly(mask, [np.round(ring * 16).astype(np.int32)], 1.0, lineType=cv2.LINE_AA, shift=4)
    sigma = FEATHER * side
    # Shrunk before it is blurred, so that the soft edge ends inside the ring.
    shrink = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(sigma) + 1, 2 * round(sigma) + 1))
    mask = cv2.GaussianBlur(cv2.erode(mask, shrink), (0, 0), sigma)
    border = max(2, side // 32)
    mask[-border:] = 0
    mask[:, :border] = 0
    mask[:, -border:] = 0
    mask[: int(nose[1])] = 0
    return np.where(mask < 0.01, 0, mask).astype(np.float32)


def similarity(source: npt.NDArray[np.floating], target: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Least-squares turn, scale and shift of [frames, points, 2] onto [points, 2]; returns [frames, 2, 3].

    Umeyama 1991, without reflection, in the complex plane.
    """
    points = source[..., 0].astype(np.float64) + 1j * source[..., 1]
    goal = target[..., 0].astype(np.float64) + 1j * target[..., 1]
    centre, goal_centre = points.mean(axis=-1, keepdims=True), goal.mean()
    away = points - centre
    turn = ((goal - goal_centre) * away.conj()).sum(-1, keepdims=True) / (np.abs(away) ** 2).sum(
        -1, keepdims=True
    )
    shift = (goal_centre - turn * centre)[:, 0]
    real, imaginary = turn[:, 0].real, turn[:, 0].imag
    rows = [[real, -imaginary, shift.real], [imaginary, real, shift.imag]]
    return np.asarray(np.moveaxis(np.array(rows), -1, 0))


def cut_crop(frame: Image, transform: Floats, side: int) -> Image:
    """The crop of a frame, uint8 [side, side, 3]."""
    crop = cv2.warpAffine(
        frame, transform, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)


def paste_crop(frame: Image, crop: Image, mask: Floats, transform: Floats) -> tuple[int, int, int, int]:
    """Blend `crop` into `frame` in place where `mask` says so.

    Returns:
        x0, y0, x1, y1 of what may have changed.
    """
    side = crop.shape[0]
    height, width = frame.shape[:2]
    left, top, right, bottom = reach_of(transform, (0, 0, side, side), 0)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if x1 <= x0 or y1 <= y0:
        return 0, 0, 0, 0
    moved = transform.copy()
    moved[:, 2] += moved[:, :2] @ (x0, y0)
    painted, amount = placed_crop(crop, mask, moved, (x1 - x0, y1 - y0))
    area = frame[y0:y1, x0:x1]
    blended = area + amount[..., None] * (painted.astype(np.float32) - area)
    frame[y0:y1, x0:x1] = np.clip(blended + 0.5, 0, 255).astype(np.uint8)
    return x0, y0, x1, y1


def reach_of(transform: Floats, box: tuple[int, int, int, int], beside: int) -> tuple[int, int, int, int]:
    """The upright box of the frame, with some pixels beside it, in which a box x0, y0, x1, y1 of the crop
    lies; it may leave the frame."""
    inverse = cv2.invertAffineTransform(transform)
    x0, y0, x1, y1 = box
    corners = (
        np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32) @ inverse[:, :2].T + inverse[:, 2]
    )
    left, top = np.floor(corners.min(0)).astype(int) - beside
    right, bottom = np.ceil(corners.max(0)).astype(int) + 1 + beside
    return int(left), int(top), int(right), int(bottom)


def placed_crop(crop: Image, mask: Floats, transform: Floats, size: tuple[int, int]) -> tuple[Image, Floats]:
    """A crop and its mask as they lie in a frame of a size (width, height)."""
    inverse = cv2.invertAffineTransform(transform)
    spread = abs(np.linalg.det(inverse[:, :2]))
    # Area-like reduction: cubic alone would let fine detail flicker where the crop is larger than the face.
    if spread < 0.8:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), 0.45 / np.sqrt(spread)), np.uint8)
    painted = cv2.warpAffine(crop, inverse, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    amount = cv2.warpAffine(mask, inverse, size, flags=cv2.INTER_LINEAR)
    return np.asarray(painted, np.uint8), np.asarray(amount, np.float32)
