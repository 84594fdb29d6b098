"""Strands of hair on a skin: their shape, how they follow it, and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from presets.mesh import F32, F64, I32, unit


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
    tangent = unit(np.gradient(points, axis=1))
    view = unit(eye - points)
    along = np.linspace(0, 1, points.shape[1])[None, :, None]
    base = tint * (1 + 0.35 * along) * (0.55 + 0.9 * hair.tone[:, None, None])
    inside = hair.inside[..., None].astype(np.float64)
    lit = base * light[:, None] * 0.85 * inside
    normal = unit(unit(np.cross(tangent, np.cross(view, tangent))) + 1.2 * hair.normals[:, None])
    shift = (hair.tone[:, None, None] - 0.5) * 0.16
    for k in range(4):
        half = unit(axes[k] + view)
        first = ((unit(tangent + normal * (0.10 + shift))) * half).sum(-1, keepdims=True)
        second = ((unit(tangent + normal * (-0.13 + shift))) * half).sum(-1, keepdims=True)
        sharp, broad = np.maximum(1 - first**2, 0) ** 110, np.maximum(1 - second**2, 0) ** 26
        facing = np.clip((normal * axes[k]).sum(-1, keepdims=True) * 0.75 + 0.25, 0, 1)
        seen = np.minimum(light[:, None, 1:2] * (0.8 if k < 2 else 1.1), 1.0)
        lit = lit + colours[k] * facing * seen * inside * gloss * (0.045 * sharp + base * 0.6 * broad)
    return shown(lit)
