"""Draws a photo anew: each style is a function from a portrait to a picture of the same size.

Nothing moves by more than a pixel or two, so the photo's landmarks hold for the drawing. The same photo gives
the same drawing. Lengths are in face heights: a large photo and a small one look alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from greenroom.engines.photo.portrait import Portrait
from greenroom.engines.protocols import Image
from greenroom.portraits.drawing.cartoon import cartoon
from greenroom.portraits.drawing.oil import oil
from greenroom.portraits.drawing.pencil import pencil
from greenroom.portraits.drawing.watercolour import watercolour

DRAWINGS: Mapping[str, Callable[[Portrait], Image]] = {
    "cartoon": cartoon,
    "oil": oil,
    "pencil": pencil,
    "watercolour": watercolour,
}
