"""Hair of the head: where it grows, and how it is worn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from presets.anatomy import Anatomy
from presets.growth import Grower, Mask, clumped
from presets.mesh import F64, unit
from presets.paint import noise
from presets.strands import Strands


@dataclass(slots=True, frozen=True)
class Hairline:
    """Where hair grows on a head, from its landmarks; decimetres."""

    front: float = 0.66
    """Height of the hairline above the eyes."""
    recede: float = 0.0
    """How far the temples are bare, 0..1."""

    def near_ears(self, anatomy: Anatomy) -> Mask:
        """How much shorter hair is cut towards the ears, down to 0.25."""
        eye, ear_z = anatomy.landmarks["eye_left"], _ear_z(anatomy)

        def share(p: F64) -> F64:
            beside = (p[..., 2] > ear_z - 0.60) & (np.abs(p[..., 0]) > 0.5)
            return np.where(beside, np.clip((p[..., 1] - eye[1] + 0.02) / 0.55, 0.25, 1), 1.0)

        return share

    def mask(self, anatomy: Anatomy, soft: float = 0.05) -> Mask:
        eye = anatomy.landmarks["eye_left"]
        crown = anatomy.landmarks["crown"]
        ear_z = _ear_z(anatomy)
        ey = eye[1]

        def density(p: F64) -> F64:
            y = p[..., 1] - ey
            heights = np.array(
                [-1.05, -0.85, -0.45, -0.20, -0.14, 0.05, 0.28, 0.46, self.front, self.front + 0.30]
            )
            lines = np.array(
                [
                    -9.0,
                    ear_z - 0.42,
                    ear_z - 0.30,
                    ear_z - 0.24,
                    ear_z + 0.17,
                    ear_z + 0.21,
                    ear_z + 0.36,
                    ear_z + 0.56 - 0.25 * self.recede,
                    ear_z + 0.74 - 0.35 * self.recede,
                    ear_z + 2.20,
                ]
            )
            middle = np.exp(-((p[..., 0] / 0.22) ** 2)) * self.recede * 0.10
            rough = 0.03 * (noise(np.ascontiguousarray(p.reshape(-1, 3), np.float32), 14.0, 2, 77) - 0.5)
            rough = rough.reshape(y.shape) * 2
            line = np.interp(
                y
                + middle
                + rough
                + 0.22 * np.minimum((p[..., 0] / 0.6) ** 2, 1.0) * np.clip((y - 0.35) / 0.1, 0, 1),
                heights,
                lines,
            )
            # Ears are not scalp, but the sideburns before them are.
            x = np.abs(p[..., 0])
            on_ear = (y < 0.07) & (y > -0.65) & (p[..., 2] > ear_z - 0.48)
            on_ear &= (x > 0.70) | ((x > 0.64) & (p[..., 2] < ear_z + 0.02))
            value = np.clip((line - p[..., 2]) / soft, 0, 1)
            return np.where(on_ear | (p[..., 1] > crown[1] + 1), 0.0, value)

        return density


def _ear_z(anatomy: Anatomy) -> float:
    """Depth of the ears' front edge."""
    return float(0.30 + (anatomy.skeleton.heads[anatomy.skeleton.number("head")][2] - 0.437))


def _finer(points: F64) -> F64:
    """[s, 2 k - 1, 3]: a point between each two, on a cubic through four (Catmull and Rom 1974)."""
    padded = np.concatenate(
        [2 * points[:, :1] - points[:, 1:2], points, 2 * points[:, -1:] - points[:, -2:-1]], axis=1
    )
    between = (9 * (padded[:, 1:-2] + padded[:, 2:-1]) - padded[:, :-3] - padded[:, 3:]) / 16
    out = np.empty((len(points), 2 * points.shape[1] - 1, 3))
    out[:, ::2], out[:, 1::2] = points, between
    return out


_COMBED = 0.035
"""Decimetres between a strand and its twelfth neighbour point at most, or it stands alone off the head."""


def _in_company(points: F64) -> Any:
    """[s] whether strands [s, k, 3] lie with others all along."""
    flat = points.reshape(-1, 3)
    to_twelfth = cKDTree(flat).query(flat, k=12)[0][:, -1]
    return to_twelfth.reshape(points.shape[:2]).max(axis=1) < _COMBED


def tied_back(g: Grower, line: Hairline, count: int, part_x: float = 0.25, volume: float = 0.10) -> Strands:
    """Hair parted and combed back over the ears to a knot low at the back of the head."""
    p, roots, normals = g.scatter(line.mask(g.anatomy, 0.15), count)
    eye, _crown = g.anatomy.landmarks["eye_left"], g.anatomy.landmarks["crown"]
    back = g.tree_points[:, 2].min()
    knot = np.array([0.0, eye[1] - 0.25, back - 0.10])
    k = 13
    points = np.empty((len(p), k, 3))
    here = p.copy()
    distance = np.linalg.norm(p - knot, axis=1, keepdims=True)
    step = distance * 1.25 / (k - 1)
    side = np.sign(p[:, :1] - part_x)
    depth = g.rng.random((len(p), 1)) ** 0.7
    for i in range(k):
        t = i / (k - 1)
        points[:, i] = here
        towards = unit(knot - here)
        away = np.concatenate(
            [side, np.full_like(side, 0.22 if t < 0.15 else -0.05), np.full_like(side, -1.0)], axis=1
        )
        top = np.clip((here[:, 1:2] - eye[1] - 0.45) / 0.5, 0, 1) * np.clip(1 - t * 2.2, 0, 1)
        ground, n = g.surface(here)
        way = (
            towards * (1 - 0.75 * top)
            + away * 0.75 * top
            + clumped(p, 5.0, 3) * 0.20
            + clumped(p, 26.0, 13) * 0.14
        )
        way = unit(way - n * (way * n).sum(axis=1, keepdims=True) * 0.9)
        left = np.linalg.norm(knot - here, axis=1, keepdims=True)
        here = here + way * np.minimum(step, left * 0.6)
        ground, n = g.surface(here)
        high = np.clip((here[:, 1:2] - eye[1] - 0.1) / 0.7, 0, 1)
        lift = 0.030 + volume * (0.35 + 0.65 * high) * np.clip(t * 5, 0, 1) * (0.25 + 0.75 * depth)
        lift = lift + 0.02 * clumped(p, 9.0, 23)[:, :1] * np.clip(t * 4, 0, 1)
        here = ground + n * lift
    combed = _in_company(points[:, : k - 4])
    points, roots, normals, depth = points[combed], roots[combed], normals[combed], depth[combed]
    points, k = _finer(points), 2 * k - 1
    shade = 0.45 + 0.55 * depth * np.ones((1, k))
    shade[:, 0] *= 0.8
    return g.make(points, roots, normals, 0.0034, shade)


def short_hair(
    g: Grower,
    line: Hairline,
    count: int,
    top: float = 0.42,
    sides: float = 0.14,
    sweep: float = 0.5,
    curl: float = 0.0,
) -> Strands:
    """Cropped hair: short at the sides, longer on top, swept sideways (`sweep` -1..1) and forward."""
    p, roots, normals = g.scatter(line.mask(g.anatomy, 0.15), count)
    eye, crown = g.anatomy.landmarks["eye_left"], g.anatomy.landmarks["crown"]
    k = 9
    high = np.clip((p[:, 1:2] - eye[1] - 0.42) / (crown[1] - eye[1] - 0.55), 0, 1)
    high = high * high * (3 - 2 * high)
    # Cut shorter towards its edge, where it lies close to the head.
    edge = line.mask(g.anatomy, 0.50)(p)[:, None]
    close = np.clip(0.35 + 0.65 * edge + high, 0, 1) * line.near_ears(g.anatomy)(p)[:, None]
    length = (sides + (top - sides) * high) * close * g.rng.uniform(0.7, 1.1, (len(p), 1))
    front = np.clip((p[:, 2:3] - 0.2) / 0.9, 0, 1)
    lie = np.concatenate(
        [np.full_like(high, sweep) * high, -0.35 * (1 - high), 0.25 - 0.75 * front * high - 0.6 * (1 - high)],
        1,
    )
    lie = lie + clumped(p, 5.5, 5) * 0.9 + clumped(p, 16.0, 15) * 0.8
    tangent = unit(lie - normals * (lie * normals).sum(axis=1, keepdims=True))
    points = np.empty((len(p), k, 3))
    here = p.copy()
    spin = g.rng.uniform(0, 2 * np.pi, (len(p), 1))
    across = np.cross(tangent, normals)
    for i in range(k):
        t = i / (k - 1)
        points[:, i] = here
        rise = (0.95 - 0.75 * t) * (0.30 + 0.70 * high)
        way = unit(normals * rise + tangent * (0.45 + 0.9 * t) + np.array([0, -0.35 * t, 0]))
        way = way + curl * (np.sin(spin + t * 9) * across + np.cos(spin + t * 9) * normals * 0.6)
        here = here + way * length / (k - 1)
    t = np.linspace(0, 1, k)[None]
    shade = 0.35 + 0.65 * np.clip(t * 1.3, 0, 1)
    return g.make(points, roots, normals, 0.0040, shade * np.ones((len(p), 1)))


def coils(g: Grower, line: Hairline, count: int, length: float = 0.30) -> Strands:
    """Tight curls that stand off the head."""
    p, roots, normals = g.scatter(line.mask(g.anatomy, 0.15), count)
    eye = g.anatomy.landmarks["eye_left"]
    k = 16
    high = np.clip((p[:, 1:2] - eye[1] + 0.3) / 1.0, 0.25, 1)
    edge = line.mask(g.anatomy, 0.55)(p)[:, None]
    long = length * high * (0.22 + 0.78 * edge) * line.near_ears(g.anatomy)(p)[:, None]
    long = long * g.rng.uniform(0.75, 1.08, (len(p), 1))
    spin = g.rng.uniform(0, 2 * np.pi, (len(p), 1))
    radius = g.rng.uniform(0.016, 0.032, (len(p), 1))
    lean = clumped(p, 11.0, 4) * 0.55
    axis = unit(normals + lean)
    a = unit(np.cross(axis, [0.3, 0.5, 0.8]))
    b = np.cross(axis, a)
    t = np.linspace(0, 1, k)
    turn = spin + t[None] * 17
    points = (
        p[:, None]
        + axis[:, None] * (long * t[None])[..., None]
        + a[:, None] * (radius * np.cos(turn) * np.minimum(t * 4, 1))[..., None]
        + b[:, None] * (radius * np.sin(turn) * np.minimum(t * 4, 1))[..., None]
    )
    shade = 0.22 + 0.78 * t[None] ** 1.2
    return g.make(points, roots, normals, 0.0050, shade * np.ones((len(p), 1)))


def stubble(g: Grower, mask: Mask, count: int, length: float, width: float = 0.0024) -> Strands:
    """Short hairs on a face or a shaved head."""
    p, roots, normals = g.scatter(mask, count)
    down = np.array([0.0, -1.0, 0.15]) + clumped(p, 12.0, 8) * 0.8
    tangent = unit(down - normals * (down * normals).sum(axis=1, keepdims=True))
    t = np.linspace(0, 1, 4)[None, :, None]
    long = length * g.rng.uniform(0.6, 1.2, (len(p), 1, 1))
    points = p[:, None] + normals[:, None] * long * t * 0.55 + tangent[:, None] * long * t**1.4 * 0.8
    return g.make(points, roots, normals, width, 0.55 + 0.45 * t[..., 0] * np.ones((len(p), 1)))
