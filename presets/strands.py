"""Hair, brows, lashes and beards as strands that grow from the skin."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from scipy.spatial import cKDTree

from presets.anatomy import Anatomy, Part
from presets.mesh import F32, F64, I32
from presets.paint import noise

Mask = Callable[[F64], F64]
"""Points [n, 3] to a density 0..1."""


@dataclass(slots=True)
class Strands:
    """`points` [s, k, 3] at rest, each strand bound to a triangle of the skin."""

    points: F32
    roots: I32
    """[s, 3] vertices of the skin."""
    tone: F32
    """[s] lightness 0..1."""
    width: F32
    """[s] decimetres."""
    inside: F32
    """[s, k] how much light gets there, 0..1."""
    normals: F32
    """[s, 3] of the skin or of the hair's body at the root."""

    @staticmethod
    def join(many: list[Strands]) -> Strands:
        return Strands(*(np.concatenate([getattr(m, f) for m in many]) for f in Strands.__slots__))  # type: ignore[attr-defined]

    def look(self) -> F32:
        """[s * k * 2, 4] for the shader."""
        s, k = self.points.shape[:2]
        look = np.empty((s, k, 2, 4), np.float32)
        look[..., 0] = self.tone[:, None, None]
        look[..., 1] = self.width[:, None, None]
        look[..., 2] = np.linspace(0, 1, k)[None, :, None]
        look[..., 3] = self.inside[:, :, None]
        return look.reshape(-1, 4)

    def sides(self) -> F32:
        return np.tile(np.array([-1.0, 1.0], np.float32), self.points.shape[0] * self.points.shape[1])

    def triangles(self) -> I32:
        s, k = self.points.shape[:2]
        start = (np.arange(s)[:, None] * k + np.arange(k - 1)[None]).ravel() * 2
        return np.concatenate(
            [np.stack([start, start + 1, start + 2], 1), np.stack([start + 1, start + 3, start + 2], 1)]
        ).astype(np.int32)

    def ribbons(self, points: F32) -> tuple[F32, F32]:
        """Positions and tangents [s * k * 2, 3] of `points` [s, k, 3]."""
        tangents = np.gradient(points, axis=1)
        both = np.repeat(points[:, :, None], 2, axis=2), np.repeat(tangents[:, :, None], 2, axis=2)
        return both[0].reshape(-1, 3), both[1].reshape(-1, 3)

    def follow(self, rest: F32, posed: F32) -> F32:
        """[s, k, 3] where the strands are when the skin's vertices `rest` have moved to `posed`."""
        return _follow(self.points, self.roots, rest, posed)

    def swing(self, rest: F32, posed: F32, turn: F64, shut: float, hinge_deg: float) -> F32:
        """[s, k, 3] as `follow`, but stiff from the root: lashes turn with the head and swing down as lids close.

        Args:
            turn: [3, 3] of the head.
            shut: how far the lids are closed, 0..1.
            hinge_deg: how far the strands swing down when they are.
        """
        root = _follow(self.points[:, :1], self.roots, rest, posed)
        angle = np.radians(hinge_deg * shut)
        c, s = np.cos(angle), np.sin(angle)
        down = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
        ahead = np.array([0.0, -0.002, 0.012]) * shut if hinge_deg else np.zeros(3)
        stem = (self.points - self.points[:, :1]) @ (turn @ down).T + turn @ ahead
        return (root + stem).astype(np.float32)


@numba.njit(cache=True, fastmath=True)
def _frame(v, a, b, c, out):  # type: ignore[no-untyped-def]
    """Origin and axes of a triangle: out [4, 3]."""
    for i in range(3):
        out[0, i] = (v[a, i] + v[b, i] + v[c, i]) / 3
        out[1, i] = v[b, i] - v[a, i]
        out[2, i] = v[c, i] - v[a, i]
    n = np.sqrt(out[1, 0] ** 2 + out[1, 1] ** 2 + out[1, 2] ** 2) + 1e-12
    for i in range(3):
        out[1, i] /= n
    x = out[1, 1] * out[2, 2] - out[1, 2] * out[2, 1]
    y = out[1, 2] * out[2, 0] - out[1, 0] * out[2, 2]
    z = out[1, 0] * out[2, 1] - out[1, 1] * out[2, 0]
    n = np.sqrt(x * x + y * y + z * z) + 1e-12
    out[3, 0], out[3, 1], out[3, 2] = x / n, y / n, z / n
    out[2, 0] = out[3, 1] * out[1, 2] - out[3, 2] * out[1, 1]
    out[2, 1] = out[3, 2] * out[1, 0] - out[3, 0] * out[1, 2]
    out[2, 2] = out[3, 0] * out[1, 1] - out[3, 1] * out[1, 0]


@numba.njit(cache=True, fastmath=True)
def _follow(points, roots, rest, posed):  # type: ignore[no-untyped-def]
    out = np.empty_like(points)
    f = np.empty((4, 3), np.float32)
    g = np.empty((4, 3), np.float32)
    for s in range(points.shape[0]):
        _frame(rest, roots[s, 0], roots[s, 1], roots[s, 2], f)
        _frame(posed, roots[s, 0], roots[s, 1], roots[s, 2], g)
        for k in range(points.shape[1]):
            dx = points[s, k, 0] - f[0, 0]
            dy = points[s, k, 1] - f[0, 1]
            dz = points[s, k, 2] - f[0, 2]
            a = dx * f[1, 0] + dy * f[1, 1] + dz * f[1, 2]
            b = dx * f[2, 0] + dy * f[2, 1] + dz * f[2, 2]
            c = dx * f[3, 0] + dy * f[3, 1] + dz * f[3, 2]
            for i in range(3):
                out[s, k, i] = g[0, i] + a * g[1, i] + b * g[2, i] + c * g[3, i]
    return out


class Grower:
    """Grows strands on one skin."""

    def __init__(self, anatomy: Anatomy, skin: Part, seed: int) -> None:
        self.anatomy = anatomy
        self.skin = skin
        self.rng = np.random.default_rng(seed)
        head = anatomy.skeleton.number("head")
        share = (skin.weights * (skin.bones == head)).sum(axis=1)
        tris = skin.tris[(share[skin.tris] > 0.3).all(axis=1)]
        corners = skin.rest[tris].astype(np.float64)
        outside = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        self.area = np.linalg.norm(outside, axis=1) / 2
        self.flat = outside / (2 * self.area[:, None] + 1e-12)
        self.tris, self.corners = tris, corners
        normals = skin.normals(skin.rest)
        middle = np.unique(tris)
        # the outer skin only: inner mouth and eye sockets have normals that look inwards
        self.tree = cKDTree(skin.rest[middle])
        self.tree_points, self.tree_normals = (
            skin.rest[middle].astype(np.float64),
            normals[middle].astype(np.float64),
        )
        self.normals = normals

    def scatter(self, mask: Mask, count: int) -> tuple[F64, I32, F64]:
        """`count` points where `mask` allows: places, vertices of their triangles, normals."""
        weight = self.area * np.maximum(mask(self.corners.mean(axis=1)), mask(self.corners[:, 0]))
        places, roots, normals, have = [], [], [], 0
        for _ in range(40):
            pick = self.rng.choice(len(weight), size=count * 2, p=weight / weight.sum())
            a, b = self.rng.random((2, len(pick), 1))
            flip = a + b > 1
            a, b = np.where(flip, 1 - a, a), np.where(flip, 1 - b, b)
            corner = self.corners[pick]
            p = corner[:, 0] * (1 - a - b) + corner[:, 1] * a + corner[:, 2] * b
            n = self.normals[self.tris[pick]]
            n = n[:, 0] * (1 - a - b) + n[:, 1] * a + n[:, 2] * b
            keep = self.rng.random(len(p)) < mask(p)
            places.append(p[keep])
            roots.append(self.tris[pick[keep]])
            normals.append(n[keep])
            have += int(keep.sum())
            if have >= count:
                break
        return (
            np.concatenate(places)[:count],
            np.concatenate(roots)[:count].astype(np.int32),
            np.concatenate(normals)[:count].astype(np.float64),
        )

    def surface(self, p: F64) -> tuple[F64, F64]:
        """Nearest place on the head, smoothed over a few vertices, and its normal."""
        distance, index = self.tree.query(p, k=4)
        w = 1 / (distance**2 + 1e-4)
        w /= w.sum(axis=1, keepdims=True)
        n = (self.tree_normals[index] * w[..., None]).sum(axis=1)
        n /= np.linalg.norm(n, axis=1, keepdims=True) + 1e-9
        near = self.tree_points[index]
        height = ((p[:, None] - near) * self.tree_normals[index]).sum(axis=2)
        height = (height * w).sum(axis=1, keepdims=True)
        return p - n * height, n

    def make(self, points: F64, roots: I32, normals: F64, width: float, inside: F64 | float = 1.0) -> Strands:
        s, k = points.shape[:2]
        tone = np.clip(0.5 + 0.22 * self.rng.standard_normal(s), 0, 1)
        widths = width * self.rng.uniform(0.7, 1.2, s)
        light = np.broadcast_to(np.asarray(inside, np.float32), (s, k)).astype(np.float32)
        return Strands(
            points.astype(np.float32),
            roots,
            tone.astype(np.float32),
            widths.astype(np.float32),
            light.copy(),
            normals.astype(np.float32),
        )


def _unit(v: F64) -> F64:
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def clumped(p: F64, frequency: float, seed: int) -> F64:
    """[n, 3] smooth random vectors, about -0.5..0.5."""
    q = np.ascontiguousarray(p, np.float32)
    return np.stack([noise(q, frequency, 2, seed + k) - 0.5 for k in range(3)], axis=1).astype(np.float64)


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
        towards = _unit(knot - here)
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
        way = _unit(way - n * (way * n).sum(axis=1, keepdims=True) * 0.9)
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
    tangent = _unit(lie - normals * (lie * normals).sum(axis=1, keepdims=True))
    points = np.empty((len(p), k, 3))
    here = p.copy()
    spin = g.rng.uniform(0, 2 * np.pi, (len(p), 1))
    across = np.cross(tangent, normals)
    for i in range(k):
        t = i / (k - 1)
        points[:, i] = here
        rise = (0.95 - 0.75 * t) * (0.30 + 0.70 * high)
        way = _unit(normals * rise + tangent * (0.45 + 0.9 * t) + np.array([0, -0.35 * t, 0]))
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
    axis = _unit(normals + lean)
    a = _unit(np.cross(axis, [0.3, 0.5, 0.8]))
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
    tangent = _unit(down - normals * (down * normals).sum(axis=1, keepdims=True))
    t = np.linspace(0, 1, 4)[None, :, None]
    long = length * g.rng.uniform(0.6, 1.2, (len(p), 1, 1))
    points = p[:, None] + normals[:, None] * long * t * 0.55 + tangent[:, None] * long * t**1.4 * 0.8
    return g.make(points, roots, normals, width, 0.55 + 0.45 * t[..., 0] * np.ones((len(p), 1)))


_UNDER_LIP = 0.035
"""Decimetres of bare skin under the lips."""


def beard_mask(anatomy: Anatomy, lips: Mask) -> Mask:
    """Chin, jaw, cheeks' lower part and moustache, not the lips."""
    mark = anatomy.landmarks
    mouth, chin, nose = mark["mouth"], mark["chin"], mark["nose"]
    below = np.array([0.0, _UNDER_LIP, 0.0])

    def density(p: F64) -> F64:
        x, y, z = np.abs(p[..., 0]), p[..., 1], p[..., 2]
        edge = np.interp(
            x,
            [0.0, 0.30, 0.45, 0.62, 0.75],
            [mouth[1] + 0.21, mouth[1] + 0.16, mouth[1] + 0.06, mouth[1] + 0.22, mouth[1] + 0.75],
        )
        value = np.clip((edge - y) / 0.06, 0, 1) * np.clip((y - (chin[1] - 0.28)) / 0.15, 0, 1)
        value = value * np.clip((z - (nose[2] - 1.10)) / 0.25, 0, 1) * np.clip((0.73 - x) / 0.08, 0, 1)
        # Hardly any in the groove under the nose.
        value = value * np.where((x < 0.09) & (y > mouth[1]), np.clip((x - 0.02) / 0.07, 0.1, 1), 1.0)
        # The lower lip is fuller than the lips' ellipse: once more a little lower.
        return value * np.clip(1 - np.maximum(lips(p), lips(p + below)) * 3, 0, 1)

    return density


def lip_mask(anatomy: Anatomy) -> Mask:
    """Nearness to the middle of the lips, 1 on them; a plain ellipse in front view."""
    mouth = anatomy.landmarks["mouth"]

    def value(p: F64) -> F64:
        above = p[..., 1] > mouth[1]
        d = ((p[..., 0]) / 0.29) ** 2 + ((p[..., 1] - mouth[1]) / np.where(above, 0.075, 0.100)) ** 2
        return np.clip(1.3 - d, 0, 1)

    return value


def brows(g: Grower, count: int = 420, thick: float = 1.0, arch: float = 1.0, lift: float = 0.0) -> Strands:
    """Both eyebrows."""
    eye = g.anatomy.landmarks["eye_left"]

    def line(u: F64) -> F64:
        return (
            eye[1]
            + 0.175
            + lift
            + 0.055 * arch * np.sin(np.clip(u, 0, 1) * np.pi * 0.72)
            - 0.03 * np.clip(u - 0.7, 0, 1)
        )

    def mask(p: F64) -> F64:
        x = np.abs(p[..., 0])
        u = (x - (eye[0] - 0.185)) / 0.40
        half = 0.030 * thick * np.interp(u, [0, 0.15, 0.55, 1.0], [0.45, 0.95, 0.85, 0.20])
        away = np.abs(p[..., 1] - line(u)) / half
        value = np.clip(1.25 - away, 0, 1) * np.clip(u * 4 + 0.2, 0, 1) * np.clip((1.02 - u) * 4, 0, 1)
        return np.where((u > -0.05) & (u < 1.03) & (p[..., 2] > eye[2] - 0.1), value, 0.0)

    p, roots, normals = g.scatter(mask, count * 3)
    u = (np.abs(p[:, 0]) - (eye[0] - 0.185)) / 0.40
    out = np.sign(p[:, 0])
    above = (p[:, 1] - line(u)) / 0.03
    angle = np.interp(u, [0, 0.2, 0.6, 1], [1.0, 0.55, 0.10, -0.32]) - 0.35 * above
    angle = angle + g.rng.normal(0, 0.14, len(p))
    way = np.stack([np.cos(angle) * out, np.sin(angle), np.zeros(len(p))], axis=1)
    tangent = _unit(way - normals * (way * normals).sum(axis=1, keepdims=True))
    long = (
        0.088
        * g.rng.uniform(0.65, 1.1, (len(p), 1, 1))
        * np.interp(u, [0, 0.3, 1], [0.85, 1.1, 0.8])[:, None, None]
    )
    t = np.linspace(0, 1, 5)[None, :, None]
    points = p[:, None] + normals[:, None] * (0.006 + 0.016 * np.sin(t * 2.4)) + tangent[:, None] * long * t
    points = points + np.array([0, -0.018, 0]) * t**2
    return g.make(points, roots, normals, 0.0022)


def lashes(g: Grower, upper: int = 110, length: float = 0.085) -> tuple[Strands, Strands]:
    """Upper and lower lashes of both eyes, from the edge of the lids."""
    result: dict[bool, list[Strands]] = {True: [], False: []}
    radius = g.anatomy.eye_radius
    for centre in g.anatomy.eye_centres:
        offset = g.tree_points - centre
        away = np.linalg.norm(offset, axis=1)
        edge = np.flatnonzero((away < radius * 1.055) & (offset[:, 2] > 0.30 * radius))
        for is_upper in (True, False):
            middle = np.median(offset[edge, 1])
            picked = edge[(offset[edge, 1] > middle) == is_upper]
            row = _lash_row(g, centre, picked, is_upper, upper * 2 if is_upper else upper // 2, length)
            result[is_upper].append(row)
    return Strands.join(result[True]), Strands.join(result[False])


def _lash_row(g: Grower, centre: F64, picked: I32, is_upper: bool, count: int, length: float) -> Strands:
    radius = g.anatomy.eye_radius
    points = g.tree_points[picked]
    outward = np.sign(centre[0])
    angle = (points[:, 0] - centre[0]) * outward
    # along the lid: the foremost point in each of a few bins is its edge
    bins = np.linspace(-0.86 * radius, 0.92 * radius, 13)
    xs, ys, zs = [], [], []
    for a, b in itertools.pairwise(bins):
        inside = np.flatnonzero((angle >= a) & (angle < b))
        if len(inside):
            # the lid's front edge: closest to the opening
            rank = points[inside, 1] * (1 if is_upper else -1) - 0.5 * points[inside, 2]
            best = inside[np.argmin(rank)]
            xs.append(angle[best])
            ys.append(points[best, 1])
            zs.append(points[best, 2])
    order = np.argsort(xs)
    xs, ys, zs = np.array(xs)[order], np.array(ys)[order], np.array(zs)[order]
    fit_y, fit_z = np.polyfit(xs, ys, 4), np.polyfit(xs, zs, 4)
    s = g.rng.uniform(xs[0] + 0.012, xs[-1], count)
    base = np.stack([centre[0] + s * outward, np.polyval(fit_y, s), np.polyval(fit_z, s) + 0.008], axis=1)
    place = (s - xs[0]) / (xs[-1] - xs[0])
    long = (
        length * (0.45 + 0.60 * np.sin(np.clip(place, 0, 1) * np.pi * 0.80)) * g.rng.uniform(0.75, 1.1, count)
    )
    if not is_upper:
        long *= 0.45
    fan = (place - 0.42) * 1.5 * outward
    up = 0.55 if is_upper else -0.6
    start = _unit(np.stack([fan * 0.8, np.full(count, up * 0.15), np.full(count, 1.0)], axis=1))
    finish = _unit(np.stack([fan * 1.0, np.full(count, up * 1.5), np.full(count, 0.75)], axis=1))
    t = np.linspace(0, 1, 6)[None, :, None]
    curve = base[:, None] + long[:, None, None] * (
        start[:, None] * t + (finish - start)[:, None] * t**2 * 0.6
    )
    nearest = g.tree.query(base)[1]
    vertex = np.unique(g.tris)[nearest]
    owner = {}
    for tri in g.tris:
        for v in tri:
            owner.setdefault(int(v), tri)
    roots = np.array([owner[int(v)] for v in vertex], np.int32)
    normals = np.tile(np.array([0.0, 0.3, 1.0]), (count, 1))
    return g.make(curve, roots, normals, 0.0020 if is_upper else 0.0013)


@numba.njit(cache=True, fastmath=True)
def rasterise(points, colours, widths, bare, picture, depth):  # type: ignore[no-untyped-def]
    """Draw strands into `picture` [h, w, 3] and `depth` [h, w] (smaller is nearer).

    Args:
        points: [s, k, 3] columns, rows, distance.
        colours: [s, k, 3] as shown.
        widths: [s, k] pixels.
        bare: [h, w] distance of the head, which hides what is behind it.
    """
    height, width = depth.shape
    for s in range(points.shape[0]):
        for k in range(points.shape[1] - 1):
            x0, y0, d0 = points[s, k]
            x1, y1, d1 = points[s, k + 1]
            dx, dy = x1 - x0, y1 - y0
            long = np.sqrt(dx * dx + dy * dy)
            steps = int(long * 1.3) + 1
            nx, ny = -dy / (long + 1e-6), dx / (long + 1e-6)
            for i in range(steps):
                t = i / steps
                w = widths[s, k] * (1 - t) + widths[s, k + 1] * t
                across = int(w * 1.3) + 1
                d = d0 + (d1 - d0) * t
                for j in range(across):
                    o = ((j + 0.5) / across - 0.5) * w
                    c = int(x0 + dx * t + nx * o)
                    r = int(y0 + dy * t + ny * o)
                    if 0 <= c < width and 0 <= r < height and d < depth[r, c] and d < bare[r, c]:
                        depth[r, c] = d
                        for q in range(3):
                            picture[r, c, q] = colours[s, k, q] * (1 - t) + colours[s, k + 1, q] * t


def shown(c: F64) -> F64:
    """The shaders' tone curve, then sRGB."""
    c = np.maximum(c, 0)
    c = np.where(c > 0.42, 0.42 + 0.58 * (1 - np.exp(-(c - 0.42) / 0.58)), c)
    return np.where(c < 0.0031308, 12.92 * c, 1.055 * np.maximum(c, 1e-9) ** (1 / 2.4) - 0.055)


def shade(
    hair: Strands, points: F64, light: F64, lamps: tuple[F64, F64], eye: F64, tint: F64, gloss: float
) -> F64:
    """[s, k, 3] colours as shown, as the shader for hair makes them (Kajiya and Kay 1989; Scheuermann 2004)."""
    axes, colours = lamps
    tangent = _unit(np.gradient(points, axis=1))
    view = _unit(eye - points)
    along = np.linspace(0, 1, points.shape[1])[None, :, None]
    base = tint * (1 + 0.35 * along) * (0.55 + 0.9 * hair.tone[:, None, None])
    inside = hair.inside[..., None].astype(np.float64)
    lit = base * light[:, None] * 0.85 * inside
    normal = _unit(_unit(np.cross(tangent, np.cross(view, tangent))) + 1.2 * hair.normals[:, None])
    shift = (hair.tone[:, None, None] - 0.5) * 0.16
    for k in range(4):
        half = _unit(axes[k] + view)
        first = ((_unit(tangent + normal * (0.10 + shift))) * half).sum(-1, keepdims=True)
        second = ((_unit(tangent + normal * (-0.13 + shift))) * half).sum(-1, keepdims=True)
        sharp, broad = np.maximum(1 - first**2, 0) ** 110, np.maximum(1 - second**2, 0) ** 26
        facing = np.clip((normal * axes[k]).sum(-1, keepdims=True) * 0.75 + 0.25, 0, 1)
        seen = np.minimum(light[:, None, 1:2] * (0.8 if k < 2 else 1.1), 1.0)
        lit = lit + colours[k] * facing * seen * inside * gloss * (0.045 * sharp + base * 0.6 * broad)
    return shown(lit)
