"""The studio: draws one presenter's parts with multisampling, colour and coverage."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import moderngl
import numpy as np

from presets import shaders
from presets.light import LAMPS
from presets.mesh import F32, F64, I32

SPECULAR = ("key", "fill", "rim_left", "rim_right")


@dataclass(slots=True, frozen=True)
class Camera:
    """A camera before the presenter; decimetres."""

    target: tuple[float, float, float]
    height: float
    """Height of the picture at the target."""
    size: tuple[int, int]
    """Width and height in pixels."""
    distance: float = 24.0

    @property
    def eye(self) -> F64:
        return np.add(self.target, (0.0, 0.0, self.distance))

    def matrix(self) -> F32:
        """[4, 4] world to clip; the picture's first row is its bottom, as the library counts."""
        half = self.height / 2
        near, far = self.distance - 8.0, self.distance + 8.0
        width, height = self.size
        x, y = self.distance / (half * width / height), self.distance / half
        a, b = (far + near) / (far - near), -2 * far * near / (far - near)
        view = np.eye(4)
        view[:3, 3] = -self.eye
        projection = np.array([[x, 0, 0, 0], [0, -y, 0, 0], [0, 0, -a, b], [0, 0, -1, 0]], np.float64)
        return (projection @ view).astype(np.float32)


@dataclass(slots=True)
class Drawn:
    """A part on the graphics side."""

    program: moderngl.Program
    array: moderngl.VertexArray
    buffers: dict[str, moderngl.Buffer]
    uniforms: dict[str, Any] = field(default_factory=dict)
    textures: dict[str, moderngl.Texture] = field(default_factory=dict)
    blended: bool = False
    closed: bool = False
    """Whether its back is never seen."""


class Stage:
    """One frame buffer and the programs of all materials."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int], samples: int = 4) -> None:
        self.context = context
        self.size = size
        self._many = context.framebuffer(
            [context.renderbuffer(size, 4, samples=samples)],
            context.depth_renderbuffer(size, samples=samples),
        )
        self._one = context.framebuffer([context.renderbuffer(size, 4)])
        self._programs: dict[str, moderngl.Program] = {}

    def program(self, name: str) -> moderngl.Program:
        if name not in self._programs:
            vertex = {"HAIR": shaders.HAIR_VERTEX, "CARD": shaders.CARD_VERTEX}.get(name, shaders.VERTEX)
            self._programs[name] = self.context.program(
                vertex_shader=vertex, fragment_shader=getattr(shaders, name)
            )
        return self._programs[name]

    def texture(self, table: F32, mipmaps: bool = True) -> moderngl.Texture:
        table = np.ascontiguousarray(table, np.uint8)
        channels = 1 if table.ndim == 2 else table.shape[2]
        texture = self.context.texture(
            (table.shape[1], table.shape[0]), channels, table.tobytes(), alignment=1
        )
        if mipmaps:
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture

    def add(self, name: str, fixed: dict[str, F32], tris: I32, count: int, **uniforms: Any) -> Drawn:
        """Put a part on the stage.

        Args:
            name: the material, a name of `shaders`.
            fixed: per vertex values that never change.
            count: number of vertices.
            uniforms: values or textures of the material.
        """
        program = self.program(name)
        formats = {
            "position": "3f",
            "normal": "3f",
            "light": "3f",
            "uv": "2f",
            "rest": "3f",
            "vis": "4f",
            "keep": "1f",
            "tangent": "3f",
            "look": "4f",
            "side": "1f",
        }
        buffers, content = {}, []
        for key, layout in formats.items():
            if key not in program:
                continue
            width = int(layout[0])
            if key in fixed:
                buffer = self.context.buffer(np.ascontiguousarray(fixed[key], np.float32).tobytes())
            else:
                buffer = self.context.buffer(reserve=count * width * 4, dynamic=True)
            buffers[key] = buffer
            content.append((buffer, layout, key))
        array = self.context.vertex_array(
            program, content, self.context.buffer(np.ascontiguousarray(tris, np.int32).tobytes())
        )
        textures = {k: v for k, v in uniforms.items() if isinstance(v, moderngl.Texture)}
        values = {k: v for k, v in uniforms.items() if k not in textures}
        return Drawn(
            program, array, buffers, values, textures, name == "CARD", name in ("SKIN", "EYE", "WET")
        )

    def update(self, drawn: Drawn, **values: F32) -> None:
        for key, table in values.items():
            if key in drawn.buffers:
                drawn.buffers[key].write(np.ascontiguousarray(table, np.float32).tobytes())

    def draw(
        self, parts: list[Drawn], camera: Camera, window: tuple[int, int, int, int] | None = None
    ) -> Any:
        """[height, width, 4] uint8: colour times coverage, and coverage.

        Outside of `window` (left, top, width, height) the picture stays that of the call before.
        """
        self._many.scissor = window
        self._render(parts, camera, self._many)
        self.context.copy_framebuffer(self._one, self._many)
        data = np.frombuffer(self._one.read(components=4, alignment=1), np.uint8)
        return data.reshape(self.size[1], self.size[0], 4)

    def depth(self, parts: list[Drawn], camera: Camera) -> Any:
        """[height, width] float32 depth, 1 where nothing is."""
        picture = self.context.depth_texture(self.size)
        target = self.context.framebuffer([self.context.renderbuffer(self.size, 4)], picture)
        self._render(parts, camera, target)
        return np.frombuffer(picture.read(), np.float32).reshape(self.size[1], self.size[0]).copy()

    def _render(self, parts: list[Drawn], camera: Camera, target: moderngl.Framebuffer) -> None:
        context = self.context
        target.use()
        context.viewport = (0, 0, *self.size)
        target.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
        context.enable(moderngl.DEPTH_TEST)
        context.front_face = "cw"  # the picture's rows run downwards
        context.disable(moderngl.CULL_FACE | moderngl.BLEND)
        matrix = camera.matrix()
        axes = np.array(
            [np.array(LAMPS[g].towards) / np.linalg.norm(LAMPS[g].towards) for g in SPECULAR], np.float32
        )
        lamps = np.array([LAMPS[g].colour for g in SPECULAR], np.float32)
        for part in parts:
            shared = {
                "camera": matrix.T.copy(),
                "eye": camera.eye.astype(np.float32),
                "axis": axes,
                "lamp": lamps,
                "model": np.eye(4, dtype=np.float32),
                "pixel": np.float32(camera.height / camera.size[1] * 0.55),
            }
            for key, value in (shared | part.uniforms).items():
                if key in part.program:
                    if isinstance(value, (int, float)) and not isinstance(value, np.floating):
                        part.program[key].value = value
                    else:
                        member = part.program[key]
                        table = np.ascontiguousarray(value, np.float32)
                        if member.array_length > 1 or key in ("axis", "lamp"):
                            table = table[: member.array_length]
                        member.write(table.tobytes())
            for unit, (key, texture) in enumerate(part.textures.items()):
                if key in part.program:
                    texture.use(unit)
                    part.program[key].value = unit
            if part.blended:
                context.enable(moderngl.BLEND)
                context.blend_func = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)
            if part.closed:
                context.enable(moderngl.CULL_FACE)
            part.array.render()
            context.disable(moderngl.CULL_FACE)
            if part.blended:
                context.disable(moderngl.BLEND)
