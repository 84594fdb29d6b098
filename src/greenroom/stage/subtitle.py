"""Drawing subtitles into the picture: each cue is made once, and a frame costs one blend of its rectangle."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.media.colour import bgr_colour_to_yuv709
from greenroom.stage.scene import parse_colour
from greenroom.stage.subtitle_fonts import FontChain, font_chain
from greenroom.stage.subtitle_plan import Cue, SubtitleStyle, cue_at

U8 = npt.NDArray[np.uint8]

_KEPT_CUES = 4
_BASELINE = 0.88
"""From the top of the letters' square, in font sizes: Chinese stands on it, descenders hang below."""


@dataclass(slots=True, frozen=True)
class _Plane:
    """What one plane of the picture gets."""

    area: tuple[slice, slice]
    front: U8
    """Colour times opacity."""
    rest: U8
    """How much of the picture stays, 0..255."""


class SubtitleLayer:
    """The subtitles of one scene. Serves one thread at a time."""

    def __init__(self, cues: Sequence[Cue], style: SubtitleStyle, canvas: tuple[int, int]) -> None:
        """`canvas`: width and height, both even.

        Raises:
            SubtitleFontError: the font or a character is not on this machine.
        """
        self._cues = cues
        self._style = style
        self._canvas = canvas
        self._fonts = font_chain(style.font_name, "".join(line for cue in cues for line in cue.lines))
        self._made: OrderedDict[Cue, list[_Plane]] = OrderedDict()

    def draw(self, planes: Sequence[U8], at_ms: float) -> None:
        """Lay what is shown at a moment of the scene over writable I420 `planes`."""
        cue = cue_at(self._cues, at_ms)
        if cue is None:
            return
        for target, plane in zip(planes, self._planes(cue), strict=True):
            view = target[plane.area]
            kept = cv2.multiply(view, plane.rest, scale=1 / 255)
            cv2.add(kept, plane.front, dst=kept)
            view[:] = np.asarray(kept, np.uint8)

    def _planes(self, cue: Cue) -> list[_Plane]:
        planes = self._made.get(cue)
        if planes is None:
            planes = self._made[cue] = _rasterised(cue, self._style, self._canvas, self._fonts)
            if len(self._made) > _KEPT_CUES:
                self._made.popitem(last=False)
        return planes


def _rasterised(cue: Cue, style: SubtitleStyle, canvas: tuple[int, int], fonts: FontChain) -> list[_Plane]:
    """The planes Y, U and V of a cue, cut to the letters."""
    letters, outline = _masks(cue, style, canvas, fonts)
    shape = np.maximum(letters, outline)
    rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    if not len(rows):
        return [_Plane((slice(0, 0), slice(0, 0)), shape[:0, :0], shape[:0, :0]) for _ in range(3)]
    top, left = rows[0] // 2 * 2, columns[0] // 2 * 2
    bottom, right = -(-(rows[-1] + 1) // 2) * 2, -(-(columns[-1] + 1) // 2) * 2
    seen = (slice(top, bottom), slice(left, right))
    fill = letters[seen].astype(np.float32) / 255
    cover = shape[seen].astype(np.float32) / 255
    ink, edge = (bgr_colour_to_yuv709(parse_colour(colour)) for colour in (style.colour, style.stroke_colour))
    planes = []
    for channel in range(3):
        front = (ink[channel] * fill + edge[channel] * (cover - fill)) * style.opacity
        rest = 1 - cover * style.opacity
        step = 1 if channel == 0 else 2
        if step == 2:
            half = (front.shape[1] // 2, front.shape[0] // 2)
            front = np.asarray(cv2.resize(front, half, interpolation=cv2.INTER_AREA))
            rest = np.asarray(cv2.resize(rest, half, interpolation=cv2.INTER_AREA))
        area = (slice(top // step, bottom // step), slice(left // step, right // step))
        planes.append(_Plane(area, _bytes(front), _bytes(rest * 255)))
    return planes


def _bytes(values: npt.NDArray[Any]) -> U8:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def _masks(cue: Cue, style: SubtitleStyle, canvas: tuple[int, int], fonts: FontChain) -> tuple[U8, U8]:
    """The letters, and the letters with their outline, each [height, width] of the canvas, 0..255."""
    from PIL import Image, ImageDraw

    fill, outline = Image.new("L", canvas), Image.new("L", canvas)
    pens = ImageDraw.Draw(fill), ImageDraw.Draw(outline)
    box = style.box
    bottom = box.y + box.height
    for number, line in enumerate(cue.lines):
        runs = fonts.runs(line)
        lengths = [float(face.at(style.font_size).getlength(text)) for face, text in runs]
        x = box.x + (box.width - sum(lengths)) / 2
        top = bottom - style.line_height * (len(cue.lines) - number)
        baseline = round(top + (style.line_height - style.font_size) / 2 + _BASELINE * style.font_size)
        for (face, text), length in zip(runs, lengths, strict=True):
            font = face.at(style.font_size)
            pens[0].text((x, baseline), text, fill=255, font=font, anchor="ls")
            pens[1].text(
                (x, baseline), text, fill=255, font=font, anchor="ls", stroke_width=style.stroke,
                stroke_fill=255,
            )  # fmt: skip
            x += length
    return np.asarray(fill, np.uint8), np.asarray(outline, np.uint8)
