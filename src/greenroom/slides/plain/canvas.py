"""The picture that is drawn on, in EMU, and what lies where."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from greenroom.slides.builds import A
from greenroom.slides.plain.geometry import Point
from greenroom.slides.plain.palette import Colour, Gradient

_SMOOTH = 1024
"""Pixels a side that a gradient is computed in, before it is stretched."""


class Place(NamedTuple):
    """A box in EMU, turned about its middle."""

    x: float
    y: float
    width: float
    height: float
    turn: float = 0.0
    """Degrees clockwise."""
    flip_h: bool = False
    flip_v: bool = False


class Frame(NamedTuple):
    """How the coordinates of a group lie on the slide."""

    x: float = 0.0
    y: float = 0.0
    sx: float = 1.0
    sy: float = 1.0

    def place(self, transform: Any) -> Place | None:
        """Of an `a:xfrm` or `p:xfrm`; None where it has no size."""
        offset, extent = transform.find(f"{A}off"), transform.find(f"{A}ext")
        if offset is None or extent is None:
            return None
        x, y, width, height = (
            float(node.get(name) or 0)
            for node, name in ((offset, "x"), (offset, "y"), (extent, "cx"), (extent, "cy"))
        )
        return Place(
            self.x + x * self.sx,
            self.y + y * self.sy,
            width * self.sx,
            height * self.sy,
            float(transform.get("rot") or 0) / 60_000,
            transform.get("flipH") in ("1", "true"),
            transform.get("flipV") in ("1", "true"),
        )

    def inside(self, transform: Any) -> Frame:
        """The frame of a group's children."""
        place = self.place(transform)
        offset, extent = transform.find(f"{A}chOff"), transform.find(f"{A}chExt")
        if place is None or offset is None or extent is None:
            return self
        across, down = float(extent.get("cx") or 0), float(extent.get("cy") or 0)
        sx = place.width / across if across else self.sx
        sy = place.height / down if down else self.sy
        return Frame(
            place.x - float(offset.get("x") or 0) * sx, place.y - float(offset.get("y") or 0) * sy, sx, sy
        )


class Canvas:
    def __init__(self, size: tuple[int, int], scale: float) -> None:
        """`scale`: pixels to an EMU."""
        self.picture = Image.new("RGBA", size, "white")
        self.scale = scale

    def pixels(self, place: Place) -> tuple[float, float, float, float]:
        """x, y, width and height."""
        return (
            place.x * self.scale,
            place.y * self.scale,
            place.width * self.scale,
            place.height * self.scale,
        )

    def layer(self) -> Image.Image:
        return Image.new("RGBA", self.picture.size, (0, 0, 0, 0))

    def layer_for(self, place: Place, *colours: Colour) -> Image.Image:
        """Where these colours can be drawn: the picture itself, unless they shine through or are turned."""
        is_plain = not place.turn and all(colour.alpha in (0, 255) for colour in colours)
        return self.picture if is_plain else self.layer()

    def put(self, layer: Image.Image, place: Place) -> None:
        """Lay a layer over the picture, turned with the place."""
        if layer is self.picture:
            return
        if place.turn:
            x, y, width, height = self.pixels(place)
            layer = layer.rotate(
                -place.turn, Image.Resampling.BICUBIC, center=(x + width / 2, y + height / 2)
            )
        self.picture.alpha_composite(layer)

    def polygons(self, layer: Image.Image, paths: Sequence[Sequence[Point]], colour: Colour) -> None:
        draw = ImageDraw.Draw(layer)
        for path in paths:
            if len(path) > 2:
                draw.polygon([(x, y) for x, y in path], fill=colour.rgba)

    def mask(self, paths: Sequence[Sequence[Point]]) -> Image.Image:
        mask = Image.new("L", self.picture.size, 0)
        draw = ImageDraw.Draw(mask)
        for path in paths:
            if len(path) > 2:
                draw.polygon([(x, y) for x, y in path], fill=255)
        return mask

    def line(self, layer: Image.Image, path: Sequence[Point], colour: Colour, width: float) -> None:
        if len(path) > 1:
            draw = ImageDraw.Draw(layer)
            draw.line([(x, y) for x, y in path], fill=colour.rgba, width=max(1, round(width)), joint="curve")


def gradient_picture(gradient: Gradient, size: tuple[int, int]) -> Image.Image:
    """A picture of this size in pixels, filled along the gradient's angle."""
    width, height = (min(_SMOOTH, max(1, side)) for side in size)
    angle = math.radians(gradient.angle)
    across, down = math.cos(angle), math.sin(angle)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height))
    reach = (abs(across) + abs(down)) or 1.0
    share = np.clip((x * across + y * down) / reach + 0.5, 0, 1)
    places = [stop for stop, _ in gradient.stops]
    channels = [
        np.interp(share, places, [colour.rgba[channel] for _, colour in gradient.stops])
        for channel in range(4)
    ]
    picture = Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8))
    return picture.resize(size, Image.Resampling.BILINEAR) if picture.size != size else picture
