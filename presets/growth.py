"""Grows strands from a skin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

from presets.anatomy import Anatomy, Part
from presets.mesh import F64, I32
from presets.paint import noise
from presets.strands import Strands

Mask = Callable[[F64], F64]
"""Points [n, 3] to a density 0..1."""


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


def clumped(p: F64, frequency: float, seed: int) -> F64:
    """[n, 3] smooth random vectors, about -0.5..0.5."""
    q = np.ascontiguousarray(p, np.float32)
    return np.stack([noise(q, frequency, 2, seed + k) - 0.5 for k in range(3)], axis=1).astype(np.float64)
