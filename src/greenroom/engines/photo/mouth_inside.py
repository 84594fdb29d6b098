"""The inside of an open mouth: dark, with teeth that stay where the skull has them, and a tongue.

Drawn from the mouth's own measure (see `mouth_shape`) and lit like the face. Teeth show as far as the lips
lay them bare.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenroom.engines.photo.mouth_shape import MouthPose, MouthShape

Floats = npt.NDArray[np.float32]

_DARK = np.array([26.0, 22.0, 58.0], np.float32)
_TONGUE = np.array([92.0, 84.0, 176.0], np.float32)
"""BGR in full light."""
_GAPS = (0.0, 0.20, 0.37, 0.51, 0.63)
"""Where the upper teeth meet, from the middle outwards."""
_LOWER_GAPS = (0.0, 0.13, 0.26, 0.39, 0.51)
_BITE = 0.17
"""How far the upper teeth reach below the line between the closed lips."""
_ARCH = 0.10


def mouth_inside(shape: MouthShape, pose: MouthPose, x: Floats, y: Floats) -> Floats:
    """BGR [..., 3] of the mouth's inside at points of the mouth's measure, as float 0..255."""
    upper, lower = shape.lips(pose, x)
    across = x / (1.0 + 0.5 * min(pose.width, 0.0))
    light = float(shape.light @ (0.114, 0.587, 0.299)) / 255.0
    depth = np.clip((y - upper) / 0.22, 0.0, 1.0)[..., None]
    colour = light * _DARK * (0.9 - 0.5 * depth * (1 - depth))
    colour = _with_tongue(colour, light, lower, y, pose)
    colour = _with_lower_teeth(colour, shape, lower, across, y, pose)
    colour = _with_upper_teeth(colour, shape, across, y, pose)
    # Lips throw a shadow onto what lies behind them; the corners are deepest.
    shade = 0.50 + 0.50 * _soft((y - upper) / 0.10)
    shade *= 0.70 + 0.30 * _soft((lower - y) / 0.08)
    shade *= 1.0 - 0.55 * np.clip(np.abs(across), 0, 1) ** 2.5
    return np.asarray(colour * shade[..., None], np.float32)


def _with_tongue(colour: Floats, light: float, lower: Floats, y: Floats, pose: MouthPose) -> Floats:
    top = lower - 0.42 * pose.opening
    there = _soft((y - top) / (0.10 + 0.25 * pose.opening))[..., None] * 0.85
    return np.asarray(colour * (1 - there) + there * (0.72 * light * _TONGUE), np.float32)


def _with_lower_teeth(
    colour: Floats, shape: MouthShape, lower: Floats, across: Floats, y: Floats, pose: MouthPose
) -> Floats:
    """They move with the jaw and stand a little above the lower lip of a wide open mouth."""
    bare = 0.07 * _soft_number((pose.opening - 0.35) / 0.4)
    if bare <= 0.0:
        return colour
    top = lower - bare + 0.06 * across**2
    there = np.multiply(_soft((y - top) / 0.03), _soft((0.58 - np.abs(across)) / 0.08))
    return _mixed(colour, there, 0.42 * _enamel(shape, across, _LOWER_GAPS))


def _with_upper_teeth(
    colour: Floats, shape: MouthShape, across: Floats, y: Floats, pose: MouthPose
) -> Floats:
    """Rounded lips stand before them."""
    bite = _BITE * max(0.25, 1.0 + 2.4 * min(pose.width, 0.0))
    gap = np.min([np.abs(np.abs(across) - place) for place in _GAPS], axis=0)
    rounded = 0.018 * np.exp(-((gap / 0.03) ** 2))
    edge = shape.slit_at(across) + bite - _ARCH * across**2 - rounded
    there = np.multiply(_soft((edge - y) / 0.035), _soft((0.80 - np.abs(across)) / 0.12))
    enamel = _enamel(shape, across, _GAPS)
    # Edges are thinner and let the dark through.
    enamel = enamel * (0.86 + 0.14 * _soft((edge - y) / 0.12))[..., None]
    return _mixed(colour, there, enamel)


def _enamel(shape: MouthShape, across: Floats, gaps: tuple[float, ...]) -> Floats:
    """Off-white in the face's light, a little darker between the teeth."""
    white = 0.72 * shape.light + 0.28 * float(shape.light.max())
    white = 0.88 * white * np.array([1.06, 1.03, 0.98], np.float32)
    gap = np.min([np.abs(np.abs(across) - place) for place in gaps], axis=0)
    lines = 1.0 - 0.16 * np.exp(-((gap / 0.016) ** 2))
    return np.asarray(white * (lines * (1.0 - 0.25 * across**2))[..., None], np.float32)


def _mixed(colour: Floats, share: npt.NDArray[np.floating], over: Floats) -> Floats:
    return np.asarray(colour * (1 - share[..., None]) + over * share[..., None], np.float32)


def _soft(values: npt.NDArray[np.floating]) -> Floats:
    share = np.clip(values, 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _soft_number(value: float) -> float:
    share = min(max(value, 0.0), 1.0)
    return share * share * (3 - 2 * share)
