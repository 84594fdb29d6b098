"""The course of a photographed person's movement: a loop that closes, quiet as of somebody who speaks to you.

Heads of people who speak rest, then turn a little and rest again; so the course is made of poses that are
held and left on soft ways, over slow breathing. People blink every three to six seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from greenroom.engines.photo.head_field import Pose
from greenroom.engines.protocols import VIDEO_FPS

LOOP_S = 12
_BREATHS = 3
_HOLD_S = (0.8, 2.0)
_EASE_FRAMES = 6.0
"""Standard deviation of the way from pose to pose."""
_YAW, _PITCH, _ROLL = 3.6, 2.2, 1.3
"""Largest turns in degrees."""
_SWAY = 0.010
_BLINK = (0.35, 0.85, 1.0, 1.0, 0.85, 0.55, 0.28, 0.1)
"""How far the lids are closed, frame by frame: down in 0.1 s, up in 0.2 s."""
_BLINK_GAP_S = (3.0, 4.8)


@dataclass(slots=True, frozen=True)
class Moment:
    pose: Pose
    blink: float
    """0 open to 1 closed."""


def movement(seed: int, seconds: float = LOOP_S) -> list[Moment]:
    """The course of one loop, frame by frame; the frame after its last is its first."""
    chance = np.random.default_rng(seed)
    frames = round(seconds * VIDEO_FPS)
    turns = _held_poses(chance, frames)
    phase = np.arange(frames) / frames * 2 * np.pi
    breath = 0.5 - 0.5 * np.cos(_BREATHS * phase)
    blinks = _blinks(chance, frames)
    return [_moment(turns[:, at], float(breath[at]), blink) for at, blink in enumerate(blinks)]


def _moment(turn: npt.NDArray[np.float64], breath: float, blink: float) -> Moment:
    yaw, pitch, roll, sway = (float(value) for value in turn)
    return Moment(Pose(yaw, pitch, roll, breath, sway), blink)


def _held_poses(chance: np.random.Generator, frames: int) -> npt.NDArray[np.float64]:
    """[4, frames]: yaw, pitch, roll in degrees and sway in face heights."""
    bounds = [0]
    while bounds[-1] < frames:
        bounds.append(bounds[-1] + round(chance.uniform(*_HOLD_S) * VIDEO_FPS))
    if frames - bounds[-2] < _HOLD_S[0] * VIDEO_FPS and len(bounds) > 2:
        bounds.pop(-2)
    bounds[-1] = frames
    steps = np.zeros((4, frames))
    side = 1.0
    for first, end in pairwise(bounds):
        yaw = side * chance.uniform(0.25, 1.0) * _YAW
        roll = -0.25 * yaw + chance.uniform(-0.5, 0.5) * _ROLL
        steps[:, first:end] = np.array(
            [
                [yaw],
                [chance.uniform(-1.0, 0.8) * _PITCH],
                [roll],
                [np.sign(yaw) * chance.uniform(0, 1) * _SWAY],
            ]
        )
        side = -side if chance.uniform() < 0.7 else side
    steps -= steps.mean(axis=1, keepdims=True)
    # A little unrest keeps the holds alive.
    phase = np.arange(frames) / frames * 2 * np.pi
    unrest = sum(np.sin(count * phase + chance.uniform(0, 2 * np.pi, (4, 1))) / count for count in (5, 8, 13))
    scale = np.array([[0.9], [0.8], [0.4], [0.002]])
    return np.asarray(gaussian_filter1d(steps, _EASE_FRAMES, axis=1, mode="wrap") + scale * unrest)


def _blinks(chance: np.random.Generator, frames: int) -> list[float]:
    """How far the lids are closed; no blink lies over the loop's ends."""
    closed = [0.0] * frames
    at = round(chance.uniform(1.0, 2.2) * VIDEO_FPS)
    while at + len(_BLINK) < frames:
        closed[at : at + len(_BLINK)] = _BLINK
        at += round(chance.uniform(*_BLINK_GAP_S) * VIDEO_FPS)
    return closed
