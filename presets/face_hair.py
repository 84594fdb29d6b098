"""Hair of the face: brows, lashes, and where a beard grows."""

from __future__ import annotations

import itertools

import numpy as np

from presets.anatomy import Anatomy
from presets.growth import Grower, Mask
from presets.mesh import F64, I32, unit
from presets.strands import Strands

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
    tangent = unit(way - normals * (way * normals).sum(axis=1, keepdims=True))
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
    start = unit(np.stack([fan * 0.8, np.full(count, up * 0.15), np.full(count, 1.0)], axis=1))
    finish = unit(np.stack([fan * 1.0, np.full(count, up * 1.5), np.full(count, 0.75)], axis=1))
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
