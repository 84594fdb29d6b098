"""Procedural textures: skin, iris and cloth. Colours are linear; every noise is seeded."""

from __future__ import annotations

from dataclasses import dataclass

import moderngl
import numba
import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter

from presets import body
from presets.anatomy import Anatomy, Part
from presets.mesh import F32, F64


@dataclass(slots=True, frozen=True)
class SkinLook:
    tone: tuple[float, float, float] = (0.60, 0.36, 0.26)
    """Linear reflectance."""
    blush: float = 1.0
    lips: tuple[float, float, float] = (0.44, 0.155, 0.135)
    freckles: float = 0.0
    beard: float = 0.0
    """Shadow of a shaved beard, 0..1."""
    age: float = 0.3
    """0..1: spots, unevenness, lines."""
    eyeshadow: float = -0.03


@numba.njit(cache=True, fastmath=True)
def _hash(x, y, z, seed):  # type: ignore[no-untyped-def]
    h = (x * 374761393 + y * 668265263 + z * 2147483647 + seed * 974634777) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFFFF) / 16777215.0


@numba.njit(cache=True, fastmath=True)
def noise(points, frequency, octaves, seed):  # type: ignore[no-untyped-def]
    """[n] value noise in 0..1, mean 0.5, of points [n, 3] (decimetres), summed over octaves."""
    out = np.zeros(points.shape[0], np.float32)
    for i in range(points.shape[0]):
        total = 0.0
        amount = 1.0
        weight = 0.0
        f = frequency
        for o in range(octaves):
            x, y, z = points[i, 0] * f, points[i, 1] * f, points[i, 2] * f
            ix, iy, iz = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
            x -= ix
            y -= iy
            z -= iz
            x, y, z = x * x * (3 - 2 * x), y * y * (3 - 2 * y), z * z * (3 - 2 * z)
            v = 0.0
            for a in range(2):
                for b in range(2):
                    for c in range(2):
                        w = (x if a else 1 - x) * (y if b else 1 - y) * (z if c else 1 - z)
                        v += w * _hash(ix + a, iy + b, iz + c, seed + o)
            total += v * amount
            weight += amount
            amount *= 0.5
            f *= 2.03
        out[i] = total / weight
    return out


@numba.njit(cache=True, fastmath=True)
def cells(points, frequency, seed):  # type: ignore[no-untyped-def]
    """[n] distance to the nearest of scattered points (Worley 1996), about 0..1."""
    out = np.empty(points.shape[0], np.float32)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0] * frequency, points[i, 1] * frequency, points[i, 2] * frequency
        ix, iy, iz = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
        best = 9.0
        for a in range(-1, 2):
            for b in range(-1, 2):
                for c in range(-1, 2):
                    jx, jy, jz = ix + a, iy + b, iz + c
                    dx = jx + _hash(jx, jy, jz, seed) - x
                    dy = jy + _hash(jx, jy, jz, seed + 1) - y
                    dz = jz + _hash(jx, jy, jz, seed + 2) - z
                    d = dx * dx + dy * dy + dz * dz
                    best = min(best, d)
        out[i] = np.sqrt(best)
    return out


def texel_places(context: moderngl.Context, part: Part, size: int) -> tuple[F32, F32]:
    """Rest position of each texel [size, size, 3] and whether a texel belongs to the part."""
    program = context.program(
        vertex_shader="#version 330\nin vec2 uv; in vec3 p; out vec3 q;"
        "void main(){ q = p; gl_Position = vec4(uv*2.0-1.0, 0.0, 1.0);}",
        fragment_shader="#version 330\nin vec3 q; out vec4 c; void main(){ c = vec4(q, 1.0);}",
    )
    target = context.framebuffer([context.texture((size, size), 4, dtype="f4")])
    array = context.vertex_array(
        program,
        [
            (context.buffer(part.uv.tobytes()), "2f", "uv"),
            (context.buffer(part.rest.tobytes()), "3f", "p"),
        ],
        context.buffer(part.tris.tobytes()),
    )
    target.use()
    target.clear()
    context.disable(moderngl.CULL_FACE | moderngl.DEPTH_TEST)
    array.render()
    data = np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(size, size, 4)
    return data[..., :3].copy(), data[..., 3].copy()


def _mask(name: str, size: int, blur: float) -> F32:
    """One of the package's masks over the texture, row 0 at v = 0."""
    picture = Image.open(body.data_folder() / f"mpfb2/textures/mpfb_{name}.jpg").convert("L")
    table = np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC), np.float32)[::-1] / 255.0
    return gaussian_filter(table, blur)


def _blob(p: F32, centre: F64, radii: tuple[float, float, float]) -> F32:
    d = (p - centre.astype(np.float32)) / np.array(radii, np.float32)
    return np.exp(-(d * d).sum(axis=1)).astype(np.float32)


def _both(p: F32, centre: F64, radii: tuple[float, float, float]) -> F32:
    return _blob(p, centre, radii) + _blob(p, centre * np.array([-1, 1, 1]), radii)


def paint_skin(
    context: moderngl.Context, anatomy: Anatomy, part: Part, look: SkinLook, seed: int, size: int = 4096
) -> tuple[F32, F32]:
    """Albedo (rgb as square root, a: lips) and detail (height, roughness, highlight), [size, size, 4 and 3] uint8."""
    places, covered = texel_places(context, part, size)
    inside = covered > 0.5
    p = places[inside]
    mark = anatomy.landmarks
    eye, nose, mouth, chin = mark["eye_left"], mark["nose"], mark["mouth"], mark["chin"]
    lips = _mask("lips", size, size / 1400)[inside]
    lid = _mask("eyelids", size, size / 300)[inside]
    ear = _mask("ears", size, size / 500)[inside]
    cavity = _mask("inside-mouth", size, size / 900)[inside]
    nails = _mask("fingernails", size, size / 1400)[inside]
    tone = np.array(look.tone, np.float32)
    dark = float(np.clip(1 - tone.mean() / 0.45, 0, 1))
    broad, middle, fine = noise(p, 4.0, 3, seed), noise(p, 18.0, 3, seed + 9), noise(p, 90.0, 2, seed + 20)
    red = 0.55 * _both(p, np.array([0.40, nose[1] + 0.02, nose[2] - 0.35]), (0.26, 0.22, 0.5))
    red += 0.50 * _blob(p, nose, (0.17, 0.17, 0.22)) + 0.30 * _both(
        p, np.array([0.13, nose[1] - 0.06, nose[2] - 0.12]), (0.09, 0.08, 0.2)
    )
    red += 0.18 * _blob(p, chin, (0.22, 0.16, 0.3)) + 0.55 * ear + 0.35 * lid
    red += 0.30 * (broad - 0.5) + 0.30 * (middle - 0.5)
    red *= look.blush
    yellow = 0.5 * _blob(p, np.array([0.0, eye[1] + 0.55, nose[2] - 0.2]), (0.6, 0.3, 0.6))
    yellow += 0.3 * _both(p, np.array([0.22, mouth[1], mouth[2]]), (0.12, 0.2, 0.4))
    under = _both(p, np.array([eye[0] - 0.02, eye[1] - 0.155, eye[2] + 0.16]), (0.16, 0.055, 0.25))
    socket = _both(p, np.array([eye[0], eye[1] + 0.05, eye[2] + 0.16]), (0.24, 0.15, 0.25))
    colour = tone[None] * np.ones((len(p), 1), np.float32)
    strength = 1.0 - 0.45 * dark
    colour *= 1 + strength * red[:, None] * np.array([0.10, -0.20, -0.22], np.float32)
    colour *= 1 + yellow[:, None] * np.array([0.04, 0.02, -0.10], np.float32)
    colour *= 1 - (0.14 + 0.10 * look.age) * under[:, None] * np.array([0.75, 1.05, 0.9], np.float32)
    colour *= 1 - look.eyeshadow * socket[:, None] * np.array([0.55, 0.9, 0.9], np.float32)
    colour *= (1 + 0.10 * (broad - 0.5) + (0.10 + 0.10 * look.age) * (middle - 0.5) + 0.09 * (fine - 0.5))[
        :, None
    ]
    spots = cells(p, 7.0, seed + 31)
    spot_here = noise(p, 3.0, 2, seed + 40) > 0.55
    mole = np.exp(-((spots / 0.055) ** 2)) * spot_here * (0.25 + 0.4 * look.age)
    colour *= 1 - mole[:, None] * np.array([0.35, 0.45, 0.45], np.float32)
    if look.freckles > 0:
        band = np.exp(-(((p[:, 1] - (nose[1] + 0.10)) / 0.26) ** 2)) * (p[:, 2] > nose[2] - 0.75)
        dots = cells(p, 26.0, seed + 50)
        keep = noise(p, 30.0, 1, seed + 51)
        freckle = np.exp(-((dots / (0.16 + 0.10 * keep)) ** 2)) * (keep > 0.42) * band * look.freckles
        colour *= 1 - freckle[:, None] * np.array([0.22, 0.36, 0.42], np.float32)
    if look.beard > 0:
        low = np.exp(-(np.clip(p[:, 1] - (mouth[1] + 0.06), 0, None) ** 2) / 0.16**2) * (
            p[:, 2] > nose[2] - 1.1
        )
        area = (
            low
            * np.clip((p[:, 1] - (chin[1] - 0.45)) / 0.35, 0, 1)
            * np.clip(1 - _both(p, np.array([0.5, nose[1], nose[2] - 0.35]), (0.2, 0.24, 0.5)) * 1.4, 0, 1)
        )
        grain = np.clip((0.55 - cells(p, 75.0, seed + 60)) * 2.2, 0, 1) * 0.45 + 0.55
        colour *= 1 - (look.beard * 0.42 * area * grain)[:, None] * np.array([0.95, 0.85, 0.72], np.float32)
    lip_noise = noise(p * np.array([3.2, 0.6, 0.6], np.float32), 60.0, 2, seed + 70)
    lip_colour = np.array(look.lips, np.float32) * (0.86 + 0.28 * lip_noise)[:, None]
    soft_lips = np.clip(lips * 1.15, 0, 1)[:, None]
    colour = colour * (1 - soft_lips * 0.92) + lip_colour * soft_lips * 0.92
    gum = np.array([0.36, 0.12, 0.11], np.float32)
    colour = colour * (1 - cavity[:, None]) + gum * cavity[:, None]
    colour = colour * (1 - 0.5 * nails[:, None]) + 0.5 * nails[:, None] * (tone * 0.6 + [0.32, 0.2, 0.18])
    height, roughness, highlight = _relief(p, lips, lid, look, mark, seed)
    albedo = np.zeros((size, size, 4), np.uint8)
    detail = np.full((size, size, 3), 128, np.uint8)
    albedo[inside, :3] = np.round(np.sqrt(np.clip(colour, 0, 1)) * 255)
    albedo[inside, 3] = np.round(np.clip(soft_lips[:, 0], 0, 1) * 255)
    for channel, values in enumerate((height, roughness, highlight)):
        detail[inside, channel] = np.round(np.clip(values, 0, 1) * 255)
    nearest = distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return albedo[tuple(nearest)], detail[tuple(nearest)]


def _relief(
    p: F32, lips: F32, lid: F32, look: SkinLook, mark: dict[str, F64], seed: int
) -> tuple[F32, F32, F32]:
    """Pores and creases, roughness, strength of the highlight."""
    pores = np.clip(1 - cells(p, 52.0, seed + 80) * 1.9, 0, 1) ** 2
    skin_lines = noise(p, 70.0, 2, seed + 81)
    lip_lines = noise(p * np.array([3.5, 0.5, 0.5], np.float32), 30.0, 2, seed + 82)
    nose, eye = mark["nose"], mark["eye_left"]
    porous = 0.35 + 0.75 * np.clip(
        _blob(p, nose, (0.35, 0.3, 0.4))
        + 0.7 * _both(p, np.array([0.35, nose[1], nose[2] - 0.3]), (0.25, 0.3, 0.5)),
        0,
        1,
    )
    height = 0.5 + 0.32 * (skin_lines - 0.5) - 0.30 * pores * porous
    height = height * (1 - lips) + lips * (0.5 + 0.5 * (lip_lines - 0.5))
    if look.age > 0.4:
        brow = np.exp(-(((p[:, 1] - eye[1] - 0.52) / 0.30) ** 2)) * (p[:, 2] > nose[2] - 0.7)
        waves = np.sin((p[:, 1] + 0.03 * np.sin(p[:, 0] * 4)) * 2 * np.pi / 0.17) ** 3
        height = height - (look.age - 0.4) * 0.55 * brow * np.clip(waves, 0, 1)
        feet = _both(p, np.array([eye[0] + 0.30, eye[1] - 0.02, eye[2] - 0.02]), (0.10, 0.14, 0.3))
        rays = np.sin(np.arctan2(p[:, 1] - eye[1], np.abs(p[:, 0]) - eye[0]) * 16) ** 2
        height = height - (look.age - 0.35) * 0.7 * feet * rays
    oily = np.clip(
        _blob(p, nose, (0.2, 0.35, 0.4))
        + 0.8 * _blob(p, np.array([0, eye[1] + 0.5, nose[2] - 0.1]), (0.5, 0.25, 0.5)),
        0,
        1,
    )
    roughness = 0.55 - 0.14 * oily + 0.22 * (noise(p, 40.0, 2, seed + 83) - 0.5) + 0.1 * lid
    highlight = 0.44 + 0.12 * oily - 0.16 * pores * porous + 0.22 * lips
    return height, roughness.astype(np.float32), highlight.astype(np.float32)


def paint_iris(colour: tuple[float, float, float], seed: int) -> F32:
    """[256, 1024, 3] uint8 polar iris, square root of linear; rows from pupil to rim."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 1024, endpoint=False)
    radius = np.linspace(0, 1, 256)
    table = np.zeros((256, 1024))
    for frequency, weight in ((60, 0.35), (120, 0.3), (240, 0.25), (23, 0.2)):
        phase = rng.uniform(0, 2 * np.pi, 3)
        swirl = 0.25 * np.sin(radius * 5 + phase[0])[:, None]
        wave = np.sin(
            frequency * (angle[None] + swirl * 0.1)
            + 2.5 * np.sin(angle[None] * 7 + phase[1])
            + radius[:, None] * 3
        )
        table += weight * wave * rng.uniform(0.7, 1.3, 1024).repeat(1)[None]
    table = gaussian_filter(table + 0.5 * rng.standard_normal((256, 1024)), (9, 1.0), mode="wrap")
    table = (table - table.mean()) / table.std()
    collarette = np.exp(-(((radius - 0.42 - 0.02 * np.sin(angle[:, None] * 9).T[0].mean()) / 0.10) ** 2))[
        :, None
    ]
    base = np.array(colour)
    inner = base * np.array([1.5, 1.05, 0.62])
    blend = np.clip((0.52 - radius) / 0.2, 0, 1)[:, None, None]
    out = base * (1 - blend) + inner * blend
    out = out * (1.0 + 0.30 * table[..., None] + 0.35 * collarette[..., None])
    return np.round(np.sqrt(np.clip(out, 0.002, 1)) * 255).astype(np.uint8)


def weave(kind: str, seed: int, size: int = 256) -> F32:
    """[size, size] uint8 height of a cloth that tiles."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size * 2 * np.pi
    if kind == "knit":
        n = 10
        u = (x * n / (2 * np.pi)) % 1 - 0.5
        v = (y * n * 1.3 / (2 * np.pi) + np.abs(u) * 1.2) % 1
        table = np.cos(u * np.pi) * (0.4 + 0.6 * np.sin(v * np.pi))
    elif kind == "twill":
        table = 0.5 + 0.5 * np.sin(24 * x + 24 * y) * (0.7 + 0.3 * np.sin(48 * y))
    elif kind == "pique":
        table = 0.5 + 0.5 * np.sin(28 * x) * np.sin(28 * y)
    else:
        table = 0.5 + 0.25 * (
            np.sin(40 * x) * np.sign(np.sin(20 * y)) + np.sin(40 * y) * np.sign(np.sin(20 * x))
        )
    grain = gaussian_filter(rng.standard_normal((size, size)), 1.0, mode="wrap")
    table = table + 0.12 * grain / grain.std()
    table = (table - table.min()) / (table.max() - table.min())
    return np.round(table * 255).astype(np.uint8)
