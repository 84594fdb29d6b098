"""Where the presenter and the page stand on the canvas."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Box(NamedTuple):
    """In pixels of the canvas."""

    x: int
    y: int
    width: int
    height: int


class Layout(StrEnum):
    CORNER = "corner"
    """The page everywhere, the presenter small in its lower right corner."""
    CORNER_LEFT = "corner-left"
    SIDE = "side"
    """The page on the left three quarters, the presenter beside it, so that nothing is covered."""


_CORNER_WIDTH, _CORNER_HEIGHT = 0.30, 0.42
_PAGE_SHARE = 0.74
_SIDE_WIDTH, _SIDE_HEIGHT = 0.34, 0.62
"""A little wider than what the page leaves: the sides of an avatar's picture are mostly empty."""


class Places(NamedTuple):
    person: Box
    page: Box | None
    """None: all of the canvas."""


def places(layout: Layout, canvas: tuple[int, int]) -> Places:
    """For a canvas of width and height. In an upright one, `side` puts the presenter below the page."""
    width, height = canvas
    if layout is Layout.SIDE:
        if height > width:
            line = round(height * 0.55)
            return Places(Box(0, line, width, height - line), Box(0, 0, width, line))
        edge = round(width * _PAGE_SHARE)
        box = (round(width * _SIDE_WIDTH), round(height * _SIDE_HEIGHT))
        middle = edge + (width - edge) // 2
        return Places(Box(middle - box[0] // 2, height - box[1], *box), Box(0, 0, edge, height))
    size = round(min(width, height * 16 / 9) * _CORNER_WIDTH), round(height * _CORNER_HEIGHT)
    left = 0 if layout is Layout.CORNER_LEFT else width - size[0]
    return Places(Box(left, height - size[1], *size), None)
