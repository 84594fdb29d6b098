"""What a presenter does: looks at the camera, blinks, breathes, speaks, gestures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from presets.anatomy import UNITS
from presets.mesh import F64
from presets.poses import Pose
from presets.presenter import Moment, unit_array
from presets.speech_motion import FPS, Span, is_vowel, mouth_course

BLINK = (0.35, 0.92, 1.0, 0.80, 0.50, 0.22, 0.07)
"""How far the lids are shut in the frames of a blink."""
REST_LIDS = 0.06


def blink_course(frames: int, rng: np.random.Generator, first_s: float = 1.6) -> F64:
    """[frames] lids, 1 shut; a blink every 3 to 6 s and none in the last second."""
    out = np.zeros(frames)
    at = first_s
    while at * FPS < frames - FPS:
        start = int(at * FPS)
        for k, value in enumerate(BLINK):
            if start + k < frames:
                out[start + k] = max(out[start + k], value)
        at += float(rng.uniform(3.1, 5.8))
    return out


def wander(
    frames: int, rng: np.random.Generator, size: float, slowest_s: float = 7.0, closes: bool = False
) -> F64:
    """[frames] a smooth random course with standard deviation `size`; with `closes` the end meets the beginning."""
    t = np.arange(frames) / FPS
    length = frames / FPS
    out = np.zeros(frames)
    for octave in range(4):
        rate = 2.0**octave / slowest_s * float(rng.uniform(0.8, 1.25))
        if closes:
            rate = max(1, round(rate * length)) / length
        out += 0.55**octave * np.sin(2 * np.pi * (rate * t + rng.uniform()))
    return size * out / 1.0


def _emphasis(spans: Sequence[Span], rate: int, frames: int, rng: np.random.Generator) -> F64:
    """[frames] beats on some longer vowels, where a speaker nods and lifts the brows."""
    out = np.zeros(frames)
    vowels = [(s.start_sample / rate, s.end_sample / rate) for s in spans if is_vowel(s.symbol)]
    if not vowels:
        return out
    long = float(np.quantile([b - a for a, b in vowels], 0.72))
    last = -1.0
    t = (np.arange(frames) + 0.5) / FPS
    for a, b in vowels:
        if b - a >= long and a - last > 0.55 and rng.random() < 0.8:
            out += float(rng.uniform(0.5, 1.0)) * np.exp(-(((t - (a + b) / 2 - 0.04) / 0.15) ** 2))
            last = a
    return out


def speaking(
    rest_face: dict[str, float],
    spans: Sequence[Span],
    rate: int,
    frames: int,
    seed: int,
    strength: float = 1.0,
) -> list[Moment]:
    """Every frame of a speech."""
    rng = np.random.default_rng(seed)
    mouth, tongue = mouth_course(spans, rate, frames, strength)
    beat = _emphasis(spans, rate, frames, rng)
    talking = np.convolve(np.abs(mouth).sum(axis=1) > 0.35, np.ones(13) / 13, mode="same")
    return _moments(rest_face, mouth, tongue, beat, talking, frames, rng, False)


def idle(rest_face: dict[str, float], frames: int, seed: int) -> list[Moment]:
    """A calm listener; the frame after the last is the first."""
    rng = np.random.default_rng(seed)
    none = np.zeros(frames)
    mouth = np.zeros((frames, len(UNITS)))
    return _moments(rest_face, mouth, none, none, none, frames, rng, True)


def _moments(
    rest_face: dict[str, float], mouth: F64, tongue: F64, beat: F64, talking: F64, frames: int,
    rng: np.random.Generator, closes: bool,
) -> list[Moment]:  # fmt: skip
    size = 1.0 if not closes else 0.55
    yaw, pitch, roll = (wander(frames, rng, s * size, closes=closes) for s in (1.5, 0.9, 0.7))
    trunk = [wander(frames, rng, s * size, 9.0, closes) for s in (0.7, 0.35, 0.45)]
    breaths = max(1, round(frames / FPS / 4.2)) / (frames / FPS)
    breath = np.sin(2 * np.pi * breaths * np.arange(frames) / FPS)
    blink = blink_course(frames, rng)
    brow = np.clip(wander(frames, rng, 0.05, 5.0, closes), 0, 0.12) + 0.16 * beat
    smile = wander(frames, rng, 0.04, 8.0, closes)
    glance = (
        np.round(
            np.stack([wander(frames, rng, 0.5, 1.6, closes), wander(frames, rng, 0.3, 1.9, closes)]) * 2.5
        )
        / 2.5
    )
    moments = []
    for f in range(frames):
        face = dict(rest_face)
        shut = float(blink[f])
        lid = REST_LIDS + (1 - REST_LIDS) * shut
        units = unit_array(face) * _rest_share(float(talking[f]))
        units = units + mouth[f].astype(np.float32)
        units += unit_array(
            {
                "eyeBlink": lid + float(np.clip(0.012 * pitch[f], -0.03, 0.05)),
                "browInnerUp": float(brow[f]),
                "browOuterUp": float(0.6 * brow[f]),
                "browDown": 0.05 * shut,
                "cheekSquint": 0.10 * shut,
                "mouthSmile": float(smile[f]) * 0.7,
            }
        )
        head = (float(yaw[f]), float(pitch[f] + 2.0 * beat[f]), float(roll[f]))
        pose = Pose(head, tuple(float(c[f]) for c in trunk), float(breath[f]))  # type: ignore[arg-type]
        moments.append(Moment(units, pose, (float(glance[0, f]), float(glance[1, f])), float(tongue[f])))
    return moments


_LIPS = np.array([n.startswith("mouth") for n in UNITS])


def _rest_share(talking: float) -> F64:
    """The smile at rest gives way to speech."""
    return np.where(_LIPS, 1.0 - 0.55 * talking, 1.0).astype(np.float32)


def _ease(x: F64) -> F64:
    x = np.clip(x, 0, 1)
    return x * x * x * (x * (6 * x - 15) + 10)


def action(
    name: str, pose: Pose | None, rest_face: dict[str, float], seed: int, seconds: float = 3.6
) -> list[Moment]:
    """One action, from rest to rest. `nod` has no pose; it is done with the head."""
    frames = int(seconds * FPS)
    moments = idle(rest_face, frames, seed)
    t = np.arange(frames) / FPS
    share = _ease(t / 0.75) * _ease((seconds - 0.08 - t) / 0.85)
    calm = _ease(t / 0.4) * _ease((seconds - t) / 0.4)
    nod = (
        6.0 * np.sin(2 * np.pi * (t - 0.5) * 1.25) * _ease((t - 0.4) / 0.3) * _ease((2.6 - t) / 0.5)
        if name == "nod"
        else 0 * t
    )
    beat = 0.5 * np.sin(2 * np.pi * t * 0.9) * calm
    towards = {"point_left": -5.0, "point_right": 5.0}.get(name, 0.0)
    for f, moment in enumerate(moments):
        base = moment.pose
        mixed = base if pose is None else base.mixed(pose, float(share[f]))
        if name == "explain" and pose is not None:
            lifted = np.add(pose.left.fore, (0.1 * beat[f], 0.22 * beat[f], 0.0))
            other = np.add(pose.right.fore, (-0.1 * beat[f], -0.22 * beat[f], 0.0))
            moving = replace(
                pose,
                left=replace(pose.left, fore=tuple(lifted)),
                right=replace(pose.right, fore=tuple(other)),
            )
            mixed = base.mixed(moving, float(share[f]))
        k = float(calm[f])
        head = (
            base.head[0] * k + towards * float(share[f]),
            base.head[1] * k + float(nod[f]) + 0.0,
            base.head[2] * k,
        )
        moment.pose = replace(
            mixed, head=head, trunk=tuple(v * k for v in base.trunk), breath=base.breath * k
        )
        if pose is not None:
            moment.pose_light = {name: float(share[f])}
        smile = 0.18 if name == "welcome" else 0.05
        moment.units = moment.units + unit_array(
            {"mouthSmile": smile * float(share[f]), "browInnerUp": 0.12 * float(share[f])}
        )
    return moments
