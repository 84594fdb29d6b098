"""Studio light, baked: how much of each lamp reaches each vertex, and how it spreads under skin.

Shadows come from depth pictures seen from many directions of each lamp, so they are as soft as the lamp is large.
"""

from __future__ import annotations

from dataclasses import dataclass

import moderngl
import numba
import numpy as np
import scipy.sparse as sp

from presets.mesh import F32, F64, I32

GROUPS = ("key", "fill", "rim_left", "rim_right", "sky", "ground")


@dataclass(slots=True, frozen=True)
class Lamp:
    towards: tuple[float, float, float]
    """From the presenter to the lamp; camera on +z, up +y."""
    radius_deg: float
    colour: tuple[float, float, float]
    """Irradiance of a surface that faces it, linear."""
    samples: int


LAMPS = {
    "key": Lamp((-0.58, 0.46, 0.98), 26, (1.10, 1.03, 0.95), 40),
    "fill": Lamp((0.85, 0.22, 0.85), 38, (0.34, 0.355, 0.38), 36),
    "rim_left": Lamp((-0.9, 0.55, -0.75), 16, (0.75, 0.78, 0.85), 16),
    "rim_right": Lamp((0.95, 0.5, -0.7), 16, (0.95, 0.93, 0.9), 16),
    "sky": Lamp((0.0, 1.0, 0.25), 88, (0.30, 0.315, 0.335), 90),
    "ground": Lamp((0.0, -1.0, 0.35), 80, (0.10, 0.088, 0.078), 40),
}


def directions(lamp: Lamp) -> F64:
    """[samples, 3] unit directions spread evenly over the lamp's disc on the sphere."""
    axis = np.array(lamp.towards) / np.linalg.norm(lamp.towards)
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    up = np.cross(side, axis)
    k = np.arange(lamp.samples) + 0.5
    low = np.cos(np.radians(lamp.radius_deg))
    z = 1 - (1 - low) * k / lamp.samples
    r = np.sqrt(1 - z * z)
    turn = k * np.pi * (3 - np.sqrt(5))
    return z[:, None] * axis + (r * np.cos(turn))[:, None] * side + (r * np.sin(turn))[:, None] * up


@numba.njit(cache=True, fastmath=True)
def _gather(points, normals, matrix, depth, direction, bias, out):  # type: ignore[no-untyped-def]
    """Add max(0, n.l) of the points that the depth picture sees."""
    size = depth.shape[0]
    for i in range(points.shape[0]):
        cosine = normals[i, 0] * direction[0] + normals[i, 1] * direction[1] + normals[i, 2] * direction[2]
        if cosine <= 0.0:
            continue
        x = points[i, 0] + normals[i, 0] * bias
        y = points[i, 1] + normals[i, 1] * bias
        z = points[i, 2] + normals[i, 2] * bias
        u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] * z + matrix[0, 3]) * 0.5 + 0.5
        v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] * z + matrix[1, 3]) * 0.5 + 0.5
        d = (matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + matrix[2, 3]) * 0.5 + 0.5
        fx, fy = u * size - 0.5, v * size - 0.5
        ix, iy = int(np.floor(fx)), int(np.floor(fy))
        if ix < 0 or iy < 0 or ix >= size - 1 or iy >= size - 1:
            out[i] += cosine
            continue
        fx -= ix
        fy -= iy
        lit = 0.0
        if depth[iy, ix] >= d:
            lit += (1 - fx) * (1 - fy)
        if depth[iy, ix + 1] >= d:
            lit += fx * (1 - fy)
        if depth[iy + 1, ix] >= d:
            lit += (1 - fx) * fy
        if depth[iy + 1, ix + 1] >= d:
            lit += fx * fy
        out[i] += cosine * lit


def _view(direction: F64, centre: F64, radius: float) -> F64:
    """[4, 4] orthographic view of a ball from `direction`."""
    forward = -direction
    side = np.cross(forward, [0.0, 1.0, 0.0] if abs(forward[1]) < 0.95 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    up = np.cross(side, forward)
    matrix = np.eye(4)
    for row, axis in enumerate((side, up, forward)):
        matrix[row, :3] = axis / radius
        matrix[row, 3] = -(axis @ centre) / radius
    return matrix


class LightBaker:
    """Asks the graphics library for depth pictures of one scene."""

    def __init__(self, context: moderngl.Context, size: int = 1024) -> None:
        self._context = context
        self._size = size
        self._program = context.program(
            vertex_shader="#version 330\nin vec3 p; uniform mat4 m; void main(){ gl_Position = m*vec4(p,1.0);}",
            fragment_shader="#version 330\nvoid main(){}",
        )
        self._depth = context.depth_texture((size, size))
        self._target = context.framebuffer(depth_attachment=self._depth)

    def bake(
        self,
        blockers: list[tuple[F32, I32]],
        receivers: list[tuple[F32, F32]],
        bias: float = 0.012,
        share: float = 1.0,
    ) -> list[F32]:
        """How bright each lamp makes each receiver.

        Args:
            blockers: (vertices, triangles) of all that casts shadows.
            receivers: (points, normals) of each part.
            bias: step off the surface, decimetres.
            share: part of the directions to use.

        Returns:
            For each receiver [n, 6], 1 where the lamp shines straight and freely on it.
        """
        arrays = []
        for vertices, tris in blockers:
            arrays.append(
                self._context.vertex_array(
                    self._program,
                    [(self._context.buffer(np.ascontiguousarray(vertices, np.float32).tobytes()), "3f", "p")],
                    self._context.buffer(np.ascontiguousarray(tris, np.int32).tobytes()),
                )
            )
        everything = np.concatenate([v[np.unique(t)] for v, t in blockers])
        low, high = everything.min(axis=0), everything.max(axis=0)
        centre, radius = (low + high) / 2.0, float(np.linalg.norm(high - low)) / 2.0
        results = [np.zeros((len(points), len(GROUPS)), np.float32) for points, _ in receivers]
        self._context.enable(moderngl.DEPTH_TEST)
        self._context.disable(moderngl.CULL_FACE)
        for column, name in enumerate(GROUPS):
            lamp = LAMPS[name]
            rays = directions(lamp)
            rays = rays[:: max(1, round(1 / share))]
            axis = np.array(lamp.towards) / np.linalg.norm(lamp.towards)
            full = float(np.maximum(rays @ axis, 0).sum())
            for ray in rays:
                matrix = _view(ray, centre, radius)
                self._program["m"].write(np.ascontiguousarray(matrix.T, np.float32).tobytes())
                self._target.use()
                self._target.clear(depth=1.0)
                for array in arrays:
                    array.render()
                depth = np.frombuffer(self._depth.read(), np.float32).reshape(self._size, self._size)
                for (points, normals), result in zip(receivers, results, strict=True):
                    part = np.zeros(len(points), np.float64)
                    _gather(points, normals, matrix, depth, ray, bias, part)
                    result[:, column] += part / full
        for array in arrays:
            array.release()
        return results


def spread(light: F32, vertices: F32, mean: sp.csr_matrix, radius_mm: float) -> F32:
    """Light [n, k] after it has spread `radius_mm` under the skin: a few steps of diffusion over the mesh."""
    if radius_mm <= 0:
        return light
    links = mean.tocoo()
    away = np.linalg.norm(vertices[links.row] - vertices[links.col], axis=1) * 100.0
    weight = np.exp(-((away / (radius_mm + 1e-6)) ** 2) / 2)
    total = sp.csr_matrix((weight, (links.row, links.col)), mean.shape)
    norm = 1.0 + np.asarray(total.sum(axis=1)).ravel()
    step = sp.diags(1 / norm) @ (total + sp.identity(mean.shape[0]))
    out = light
    for _ in range(3):
        out = np.asarray(step @ out, np.float32)
    return out


_REDDEST = 1.25
"""Most of one colour of the light under skin, times the mean of all three."""
_DEEP_SHADE = 0.6
"""Of a lamp's light: below it, what spread under the skin loses its colour."""


def grey_in_shade(rgb: F32) -> F32:
    """Light under skin [..., 3], less coloured where it hardly arrives.

    Under a fringe only spread red would be left, which looks like a burn; or red and green, which looks like a stain.
    """
    mean = rgb.mean(axis=-1, keepdims=True)
    left = np.minimum(mean / _DEEP_SHADE, 1.0)
    grey: F32 = np.minimum(mean + (rgb - mean) * left, _REDDEST * mean)
    return grey


@numba.njit(cache=True, fastmath=True)
def relight(baked, normals, rest_normals, axes, colours, wrap):  # type: ignore[no-untyped-def]
    """[n, 3] light of now from the baked one: baked [n, 6, 3], scaled as the normal turns to or from a lamp."""
    n = baked.shape[0]
    out = np.empty((n, 3), np.float32)
    for i in range(n):
        r = g = b = np.float32(0.0)
        for k in range(6):
            now = (
                normals[i, 0] * axes[k, 0] + normals[i, 1] * axes[k, 1] + normals[i, 2] * axes[k, 2] + wrap[k]
            ) / (1 + wrap[k])
            rest = (
                rest_normals[i, 0] * axes[k, 0]
                + rest_normals[i, 1] * axes[k, 1]
                + rest_normals[i, 2] * axes[k, 2]
                + wrap[k]
            ) / (1 + wrap[k])
            ratio = max(now, np.float32(0.06)) / max(rest, np.float32(0.06))
            ratio = min(ratio, np.float32(2.0))
            r += colours[k, 0] * baked[i, k, 0] * ratio
            g += colours[k, 1] * baked[i, k, 1] * ratio
            b += colours[k, 2] * baked[i, k, 2] * ratio
        out[i, 0] = r
        out[i, 1] = g
        out[i, 2] = b
    return out


def lamp_arrays() -> tuple[F32, F32, F32]:
    """(axes [6, 3], colours [6, 3], wrap [6]) for `relight`."""
    axes = np.array(
        [np.array(LAMPS[g].towards) / np.linalg.norm(LAMPS[g].towards) for g in GROUPS], np.float32
    )
    colours = np.array([LAMPS[g].colour for g in GROUPS], np.float32)
    wrap = np.array([0.35, 0.5, 0.3, 0.3, 1.0, 1.0], np.float32)
    return axes, colours, wrap
