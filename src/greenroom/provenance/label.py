"""The visible label: a small sign in a corner of the picture that says that a model made the video.

Templates follow what the law of a place asks for. China's GB 45438-2025: the word for "made by AI", letters
of at least 5 % of the shorter side, from the first picture on. The EU's AI Act (article 50) asks for a clear
and distinguishable statement at the latest at the first sight; how long is left to us: all the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from greenroom.stage.errors import SceneError
from greenroom.stage.layer_plan import Fit, Layer, LayerKind
from greenroom.stage.subtitle_fonts import SubtitleFontError, font_chain

U8 = npt.NDArray[np.uint8]

_MARGIN = 0.03
"""Of the shorter side, from the picture's edges."""
_GROUND, _GROUND_OPACITY = (24, 24, 24), 150
_SMOOTH = 4
"""The sign is drawn so much larger and made smaller: its round corners are smooth then."""


class Place(StrEnum):
    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(slots=True, frozen=True)
class Label:
    text: str
    letters: float
    """Size of the font, in shorter sides of the picture; the letters are about 0.9 of it."""
    place: Place = Place.TOP_LEFT

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self | None:
        if data is None:
            return None
        return cls(data["text"], data["letters"], Place(data["place"]))


TEMPLATES: Mapping[str, Label] = {
    "default": Label("AI-generated", 0.032),
    "eu": Label("Generated with AI", 0.032),
    "cn": Label("AI生成", 0.062),
}


def label_of(template: str, text: str | None, place: str | None) -> Label | None:
    """The label of the settings; None for `off`."""
    if template == "off":
        return None
    usual = TEMPLATES[template]
    return Label(text or usual.text, usual.letters, Place(place) if place else usual.place)


def label_layer(label: Label, size: tuple[int, int], offset: tuple[int, int], folder: Path) -> Layer:
    """The label as the uppermost layer of a scene; its picture is written into `folder`.

    Args:
        size: width and height of the video.
        offset: where the video begins on the canvas of the scene; other than (0, 0) where it is a part of it.

    Raises:
        SceneError: no font of this machine has the letters.
    """
    shorter = min(size)
    sign = draw_sign(label.text, max(8, round(label.letters * shorter)))
    height, width = sign.shape[:2]
    if width > size[0] * 0.9:
        scale = size[0] * 0.9 / width
        sign = cv2.resize(sign, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        height, width = sign.shape[:2]
    path = folder / "ai-label.png"
    cv2.imwrite(str(path), sign)
    margin = round(_MARGIN * shorter)
    is_left = label.place in (Place.TOP_LEFT, Place.BOTTOM_LEFT)
    is_top = label.place in (Place.TOP_LEFT, Place.TOP_RIGHT)
    x = margin if is_left else size[0] - margin - width
    y = margin if is_top else size[1] - margin - height
    return Layer(LayerKind.IMAGE, offset[0] + x, offset[1] + y, width, height, fit=Fit.FILL, source=str(path))


def draw_sign(text: str, letters: int) -> U8:
    """BGRA: the text in white letters of so many pixels' height, on a dark sign with round corners.

    Raises:
        SceneError: no font of this machine has the letters.
    """
    size = letters * _SMOOTH
    mask = _letters(text, size)
    pad_x, pad_y = round(size * 0.55), round(size * 0.38)
    height, width = mask.shape[0] + 2 * pad_y, mask.shape[1] + 2 * pad_x
    ground = Image.new("L", (width, height), 0)
    ImageDraw.Draw(ground).rounded_rectangle(
        (0, 0, width - 1, height - 1), height * 0.3, fill=_GROUND_OPACITY
    )
    over = np.zeros((height, width), np.float32)
    over[pad_y : pad_y + mask.shape[0], pad_x : pad_x + mask.shape[1]] = mask / np.float32(255)
    below = np.asarray(ground, np.float32) / 255
    alpha = over + below * (1 - over)
    white = over / np.maximum(alpha, 1e-6)
    colour = np.array(_GROUND, np.float32) * (1 - white[..., None]) + 250 * white[..., None]
    sign = np.concatenate([colour, 255 * alpha[..., None]], axis=2).astype(np.uint8)
    smaller = (max(1, width // _SMOOTH), max(1, height // _SMOOTH))
    return np.asarray(cv2.resize(sign, smaller, interpolation=cv2.INTER_AREA), np.uint8)


def _letters(text: str, size: int) -> U8:
    """The text as a mask, cut to what is drawn."""
    try:
        runs = [(face.at(size), piece) for face, piece in font_chain(None, text).runs(text)]
        width = sum(font.getlength(piece) for font, piece in runs)
        picture = Image.new("L", (round(width) + 2 * size, 3 * size), 0)
        drawing, x = ImageDraw.Draw(picture), float(size)
        for font, piece in runs:
            drawing.text((x, 2 * size), piece, fill=255, font=font, anchor="ls")
            x += font.getlength(piece)
        return np.asarray(picture.crop(picture.getbbox()), np.uint8)
    except SubtitleFontError as error:
        if not text.isascii():
            raise SceneError(f"the label for AI {text!r} cannot be drawn: {error}") from None
    # OpenCV brings Latin letters of its own, for a machine without fonts.
    scale = size / 30
    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 2)
    mask = np.zeros((height + below, width), np.uint8)
    cv2.putText(
        mask, text, (0, height), cv2.FONT_HERSHEY_DUPLEX, scale, 255, max(2, round(scale * 2)), cv2.LINE_AA
    )
    return mask
