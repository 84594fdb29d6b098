"""How a photographed person moves: for each pose of the head the way that every pixel of the photo goes.

The head is a surface over the picture: the landmarks' depth, carried on smoothly into hair, ears and neck. It
is turned about an axis between the ears (weak perspective); what moves less, neck and shoulders, takes part
by a weight that falls to nothing at the picture's border. Computed on a coarse grid: the field is smooth.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import RBFInterpolator

from greenroom.engines.face.geometry import CHIN, FACE_OVAL, FOREHEAD_TOP
from greenroom.engines.photo.portrait import Portrait

Floats = npt.NDArray[np.float32]

GRID_STEP = 4
"""Pixels between two points of the coarse grid."""
_EARS = (234, 454)
_DEPTH_POINTS = 3
"""Every third landmark is enough for a smooth surface."""
_BORDER = 0.06
"""Share of the picture's shorter side in which the movement falls to nothing."""


@dataclass(slots=True, frozen=True)
class Pose:
    """Where the person is at one moment; all zero is the photo itself."""

    yaw: float = 0.0
    """Degrees, positive towards the right of the picture."""
    pitch: float = 0.0
    """Degrees, positive upwards."""
    roll: float = 0.0
    """Degrees, positive clockwise."""
    breath: float = 0.0
    """0 breathed out to 1 breathed in."""
    sway: float = 0.0
    """Sideways shift of the head in face heights."""


class HeadField:
    """The movement field of one portrait."""

    def __init__(self, portrait: Portrait) -> None:
        self._height, self._width = portrait.picture.shape[:2]
        self._face_height = portrait.face_height
        rows, columns = -(-self._height // GRID_STEP) + 1, -(-self._width // GRID_STEP) + 1
        self._x, self._y = np.meshgrid(
            np.arange(columns, dtype=np.float32) * GRID_STEP, np.arange(rows, dtype=np.float32) * GRID_STEP
        )
        ears = portrait.landmarks[list(_EARS)].mean(axis=0)
        self._axis_x, self._axis_y = float(ears[0]), float(ears[1]) + 0.25 * self._face_height
        chin = float(portrait.landmarks[CHIN, 1])
        border = self._border_window()
        depth = self._nearness(portrait, float(ears[2]))
        turning = _smooth_step(self._y, chin + 0.70 * self._face_height, chin - 0.02 * self._face_height)
        reach = np.abs(self._x - self._axis_x) / self._face_height
        turning *= _smooth_step(reach, 1.6, 0.7)
        self._head: Floats = turning * border
        neck = _smooth_step(self._y, chin + 0.35 * self._face_height, chin - 0.02 * self._face_height)
        self._near: Floats = depth * (0.25 + 0.75 * neck)
        self._body: Floats = self._rise(chin) * border

    def displacement(self, pose: Pose) -> Floats:
        """[rows, columns, 2]: how far each point of the coarse grid moves, in pixels (x, y)."""
        yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
        x, y = self._x - self._axis_x, self._y - self._axis_y
        across = x * (np.cos(yaw) - 1) + self._near * np.sin(yaw) - y * np.sin(roll)
        down = -self._near * np.sin(pitch) + x * np.sin(roll)
        breath = -0.010 * self._face_height * pose.breath
        # Shoulders widen a little with the breath.
        wide = 0.004 * pose.breath * (1.0 - self._head)
        moved = np.stack(
            [
                across * self._head + (pose.sway * self._face_height + wide * x) * self._body,
                down * self._head + breath * self._body,
            ],
            axis=-1,
        )
        return np.asarray(moved, np.float32)

    def sources(self, displacement: Floats) -> tuple[Floats, Floats]:
        """Where each pixel of the moved picture comes from: x and y maps [height, width] for `cv2.remap`."""
        back = displacement
        for _ in range(2):  # the field is smooth: two steps of the fixed point are exact to a hundredth
            at = (
                np.asarray((self._x - back[..., 0]) / GRID_STEP, np.float32),
                np.asarray((self._y - back[..., 1]) / GRID_STEP, np.float32),
            )
            back = np.asarray(
                cv2.remap(displacement, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
            )
        full = self._enlarged(back)
        columns = np.arange(self._width, dtype=np.float32)[None]
        rows = np.arange(self._height, dtype=np.float32)[:, None]
        return columns - full[..., 0], rows - full[..., 1]

    def moved_points(self, displacement: Floats, points: Floats) -> Floats:
        """`points` [n, 2] of the photo in the moved picture."""
        at = np.asarray(points[None] / GRID_STEP, np.float32)
        way = cv2.remap(displacement, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(points + way[0], np.float32)

    def _enlarged(self, field: Floats) -> Floats:
        """From the coarse grid, whose points lie at multiples of the step, to all pixels."""
        matrix = np.array([[1 / GRID_STEP, 0, 0], [0, 1 / GRID_STEP, 0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (self._width, self._height)
        whole = cv2.warpAffine(field, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(whole, np.float32)

    def _nearness(self, portrait: Portrait, ear_depth: float) -> Floats:
        """How far each point lies before the axis between the ears, in pixels, never behind it."""
        chosen = sorted({*range(0, 468, _DEPTH_POINTS), *FACE_OVAL})
        points = portrait.landmarks[chosen]
        surface = RBFInterpolator(points[:, :2], points[:, 2], smoothing=self._face_height, degree=1)
        sparse = np.stack([self._x[::3, ::3].ravel(), self._y[::3, ::3].ravel()], axis=1)
        depth = surface(sparse).reshape(self._x[::3, ::3].shape).astype(np.float32)
        deepest = float(points[:, 2].min())
        near = np.clip(ear_depth - depth, 0.0, ear_depth - deepest)
        forehead, chin = portrait.landmarks[FOREHEAD_TOP], portrait.landmarks[CHIN]
        middle = (forehead[:2] + chin[:2]) / 2
        x, y = self._x[::3, ::3] - middle[0], self._y[::3, ::3] - middle[1]
        outside = np.hypot(x / 0.75, y) / self._face_height
        near = near * _smooth_step(outside, 1.05, 0.55)
        soft = cv2.GaussianBlur(near, (0, 0), 0.03 * self._face_height / (3 * GRID_STEP))
        size = (self._x.shape[1], self._x.shape[0])
        return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.float32)

    def _border_window(self) -> Floats:
        margin = _BORDER * min(self._height, self._width)
        nearest = np.minimum(
            np.minimum(self._x, self._width - 1 - self._x), np.minimum(self._y, self._height - 1 - self._y)
        )
        return _smooth_step(np.maximum(nearest, 0), 0.0, margin)

    def _rise(self, chin: float) -> Floats:
        """Share of breath and sway that each row takes: nothing at the lower border, all at the head."""
        shoulders = chin + 0.5 * self._face_height
        floor = max(float(self._height), shoulders + 0.2 * self._face_height)
        return _smooth_step(self._y, floor, shoulders - 0.2 * self._face_height)


def _smooth_step(values: Floats, zero: float, one: float) -> Floats:
    """0 at `zero`, 1 at `one`, smooth between them; `zero` may be the larger."""
    share = np.clip((values - zero) / (one - zero), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), np.float32)
