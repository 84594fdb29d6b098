"""Where the mouth of a portrait is and how its surroundings move when it opens, in the mouth's own measure.

The measure: the origin lies midway between the corners of the mouth, the x axis runs through them to the
right of the picture, y down, and a corner is 1 away. All moves are given backwards, from the moved picture to
the photo, column by column: between the base of the nose, the line between the lips, the chin and the neck.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.geometry import (
    CHIN,
    LIPS_INNER,
    LIPS_OUTER,
    MOUTH_CORNERS,
    NOSE_BASE,
)
from greenroom.engines.photo.portrait import Portrait

Floats = npt.NDArray[np.float32]

SLIT_POINTS = 41
"""The line between the lips is kept at so many places from corner to corner."""
FOLLOWED = (*LIPS_OUTER, NOSE_BASE, CHIN, 98, 327)
"""Landmarks that carry the mouth's measure from the photo into a frame."""
_SEARCH = 0.14
"""How far from the landmarks the dark line between the lips is looked for."""
_JAW_REACH = 1.7
_NECK = 1.3
"""How far below the chin the throat gives way."""


@dataclass(slots=True, frozen=True)
class MouthPose:
    """One shape of the mouth; all zero is that of the photo."""

    opening: float = 0.0
    """Gap between the lips in the middle, in the mouth's measure."""
    width: float = 0.0
    """How much further out the corners are; negative is rounded."""
    lift: float = 0.0
    """Share of the opening that the upper lip makes, over the usual one."""
    press: float = 0.0
    """0 to 1: lips pressed together."""


@dataclass(slots=True, frozen=True)
class MouthShape:
    """One portrait's mouth."""

    slit: Floats
    """[SLIT_POINTS]: y of the line between the lips, from corner to corner."""
    upper_lip: float
    """Thickness of the lips in the middle."""
    lower_lip: float
    nose: float
    """y of the nose's base, negative."""
    chin: float
    light: Floats
    """[3]: BGR of well lit skin beside the mouth."""

    def slit_at(self, x: Floats) -> Floats:
        places = np.linspace(-1.0, 1.0, SLIT_POINTS)
        return np.asarray(np.interp(x, places, self.slit), np.float32)

    def lips(self, pose: MouthPose, x: Floats) -> tuple[Floats, Floats]:
        """Lower edge of the upper lip and upper edge of the lower one at `x`; equal where lips are closed."""
        profile = _lip_profile(x / (1.0 + pose.width), _bluntness(pose))
        upper, lower = _split(pose)
        slit = self.slit_at(x / (1.0 + pose.width))
        return slit - upper * profile, slit + lower * profile

    def sources(self, pose: MouthPose, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Where the points (x, y) of the opened mouth's surroundings come from in the photo.

        Between the lips the answer means nothing: there the mouth's inside is painted.
        """
        source_x = x - self._widened(pose, x, y)
        upper_edge, lower_edge = self.lips(pose, x)
        slit = self.slit_at(source_x)
        upper, lower = slit - upper_edge, lower_edge - slit
        above = y + upper * _ramp(y, self.nose + 0.05, upper_edge - 0.8 * self.upper_lip)
        jaw = 0.85 * max(0.0, _split(pose)[1]) * np.exp(-((x / _JAW_REACH) ** 4))
        floor = lower_edge + 0.7 * self.lower_lip
        low_chin = self.chin + jaw
        towards_chin = _ramp(y, floor, np.maximum(low_chin - 0.15, floor + 0.1))
        down = lower + (jaw - lower) * towards_chin
        down = np.where(y < low_chin, down, jaw * _ramp(y, low_chin + _NECK, low_chin))
        side = np.abs(source_x) > 1.0
        # Beside the mouth there is no lip line: the cheek gives way little by little.
        down = np.where(
            side, jaw * _ramp(y, slit - 0.2, low_chin) * (y < low_chin) + down * (y >= low_chin), down
        )
        middle = np.where(side, slit - 0.2, (upper_edge + lower_edge) / 2)
        source_y = np.where(y < middle, above, y - down)
        return source_x, self._thickened(pose, source_x, source_y, slit)

    def _widened(self, pose: MouthPose, x: Floats, y: Floats) -> Floats:
        """How far the corners' move carries each point sideways."""
        near = np.exp(-(((y - 0.1) / 1.1) ** 2))
        inside = np.minimum(np.abs(x) / (1.0 + pose.width), 1.0)
        outside = np.maximum(np.abs(x) - 1.0 - pose.width, 0.0)
        return np.asarray(
            np.sign(x) * pose.width * inside * near * np.exp(-((outside / 0.75) ** 2)), np.float32
        )

    def _thickened(self, pose: MouthPose, x: Floats, y: Floats, slit: Floats) -> Floats:
        """Rounded lips are fuller, pressed ones thinner."""
        fuller = 0.9 * max(0.0, -pose.width) - 0.22 * pose.press
        if fuller == 0.0:
            return np.asarray(y, np.float32)
        away = y - slit
        near = np.exp(-((away / 0.55) ** 2)) * _lip_profile(0.9 * x)
        return np.asarray(slit + away * (1.0 - fuller * near), np.float32)

    def save(self, path: Path, transforms: Floats) -> None:
        """With `transforms` [frames, 2, 3], from frames of the base clip into the mouth's measure."""
        np.savez_compressed(
            path,
            transforms=transforms,
            slit=self.slit,
            light=self.light,
            measures=np.array([self.upper_lip, self.lower_lip, self.nose, self.chin], np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> tuple[MouthShape, Floats]:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            slit, light = (np.asarray(stored[name], np.float32) for name in ("slit", "light"))
            upper, lower, nose, chin = (float(value) for value in stored["measures"])
            return cls(slit, upper, lower, nose, chin, light), np.asarray(stored["transforms"], np.float32)


def _split(pose: MouthPose) -> tuple[float, float]:
    """What the upper and the lower lip give of the opening."""
    share = min(1.0, 0.16 + pose.lift)
    return pose.opening * share, pose.opening * (1.0 - share)


def _lip_profile(x: Floats, bluntness: float = 0.0) -> Floats:
    """How much of the opening in the middle there is at `x`; nothing at the corners."""
    return np.asarray(np.maximum(1.0 - x**2, 0.0) ** (1.0 - bluntness), np.float32)


def _bluntness(pose: MouthPose) -> float:
    """A little open, lips make a lens; wide open or rounded, an oval."""
    return 0.22 * min(1.0, pose.opening / 0.6) + 0.22 * min(1.0, max(0.0, -pose.width) / 0.25)


def _ramp(y: Floats, zero: Floats | float, one: Floats | float) -> Floats:
    share = np.clip((y - zero) / (np.asarray(one) - zero), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def read_mouth(portrait: Portrait) -> tuple[MouthShape, Floats]:
    """A portrait's mouth, and the transform [2, 3] from the photo into the mouth's measure."""
    transform = _into_measure(portrait)
    points = _applied(transform, portrait.landmarks[:, :2])
    inner = points[list(LIPS_INNER)]
    half = len(LIPS_INNER) // 2
    upper, lower = inner[: half + 1], np.concatenate([inner[half:], inner[:1]])[::-1]
    x = np.linspace(-1.0, 1.0, SLIT_POINTS)
    guess = (np.interp(x, upper[:, 0], upper[:, 1]) + np.interp(x, lower[:, 0], lower[:, 1])) / 2
    slit = _darkest_line(portrait, transform, x, guess)
    shape = MouthShape(
        slit=slit,
        upper_lip=max(0.05, float(slit[SLIT_POINTS // 2] - points[0, 1])),
        lower_lip=max(0.05, float(points[17, 1] - slit[SLIT_POINTS // 2])),
        nose=float(points[NOSE_BASE, 1]),
        chin=float(points[CHIN, 1]),
        light=_skin_light(portrait),
    )
    return shape, transform


def _into_measure(portrait: Portrait) -> Floats:
    left, right = portrait.points(*MOUTH_CORNERS)
    along = (right - left) / 2
    scale = float(np.hypot(*along))
    unit = along / scale
    turn = np.array([[unit[0], unit[1]], [-unit[1], unit[0]]]) / scale
    middle = (left + right) / 2
    return np.asarray(np.concatenate([turn, -(turn @ middle)[:, None]], axis=1), np.float32)


def _applied(transform: Floats, points: Floats) -> Floats:
    return np.asarray(points @ transform[:, :2].T + transform[:, 2], np.float32)


def followed(transform: Floats, before: Floats, after: Floats) -> Floats:
    """The photo's `transform` for a frame in which the points `before` [n, 2] lie at `after`.

    A similarity by least squares (Umeyama 1991), solved in the complex plane.
    """
    source, goal = after[:, 0] + 1j * after[:, 1], before[:, 0] + 1j * before[:, 1]
    centred = source - source.mean()
    turn = ((goal - goal.mean()) * centred.conj()).sum() / (np.abs(centred) ** 2).sum()
    shift = goal.mean() - turn * source.mean()
    back = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0, 0, 1]])
    return np.asarray(transform @ back, np.float32)


def _darkest_line(
    portrait: Portrait, transform: Floats, x: npt.NDArray[np.float64], guess: npt.NDArray[np.float64]
) -> Floats:
    """The line between the lips: near the landmarks, as dark as possible, and smooth."""
    offsets = np.linspace(-_SEARCH, _SEARCH, 29)
    back = cv2.invertAffineTransform(transform)
    grid = np.stack(np.broadcast_arrays(x[None], guess[None] + offsets[:, None]), axis=-1)
    places = _applied(np.asarray(back, np.float32), np.asarray(grid.reshape(-1, 2), np.float32))
    luma = cv2.cvtColor(portrait.picture, cv2.COLOR_BGR2GRAY)
    at = places.reshape(len(offsets), len(x), 2)
    seen = np.asarray(cv2.remap(luma, at, None, cv2.INTER_LINEAR), np.float64)
    darkness = seen - seen.mean(axis=0)
    cost = darkness + 14.0 * (offsets[:, None] / _SEARCH) ** 2
    # Cheapest path from corner to corner with steps of at most one row.
    total = cost[:, :1]
    for column in cost.T[1:]:
        last = np.pad(total[:, -1], 1, constant_values=np.inf)
        total = np.c_[total, column + np.minimum(np.minimum(last[:-2] + 2, last[1:-1]), last[2:] + 2)]
    row = int(np.argmin(total[:, -1]))
    path = [row]
    for column in range(len(x) - 2, -1, -1):
        near = range(max(0, row - 1), min(len(offsets), row + 2))
        row = min(near, key=lambda at_row: total[at_row, column] + 2 * (at_row != row))
        path.append(row)
    line = guess + offsets[path[::-1]]
    smooth = cv2.GaussianBlur(line[None].astype(np.float32), (0, 0), 1.2, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth[0], np.float32)


def _skin_light(portrait: Portrait) -> Floats:
    """Bright skin of the lower face, the measure of the light that falls on teeth too."""
    hull = cv2.convexHull(np.round(portrait.landmarks[[205, 425, 200, 4, 50, 280], :2]).astype(np.int32))
    mask = np.zeros(portrait.picture.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, hull, 1)
    pixels = portrait.picture[mask > 0]
    if not len(pixels):
        return np.array([150, 170, 200], np.float32)
    return np.asarray(np.percentile(pixels, 80, axis=0), np.float32)
