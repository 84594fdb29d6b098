"""Text layers: lines broken to a width and drawn with outline, shadow and emoji, in any script."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from greenroom.stage.errors import SceneError
from greenroom.stage.layer_plan import Align, Shadow, TextLook
from greenroom.stage.scene import parse_colour
from greenroom.stage.subtitle_fonts import FontChain, font_chain
from greenroom.stage.subtitle_plan import LINE_SPACING
from greenroom.stage.text_direction import is_from_right
from greenroom.stage.text_pieces import Piece, pieces_of, width_of

U8 = npt.NDArray[np.uint8]

LARGEST_TEXT_SIDE = 3840
_BASELINE = 0.88
"""From the top of the letters' square, in font sizes, as subtitles have it."""
_OVERHANG = 0.4
"""Slanted and stacked letters may reach so far out of their square, in font sizes."""
_UNITS = re.compile(
    r"\s+|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef][、。，．！？；：」』）】》〉…・ー々]*"
    r"|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+"
)
"""What stays together: a word, or one Chinese character with the marks that may not begin a line."""


@dataclass(slots=True, frozen=True)
class DrawnText:
    picture: U8
    """RGBA [height, width, 4], with `margin` pixels around the text's own box."""
    margin: int
    width: int
    """Of the box."""
    height: int


@dataclass(slots=True, frozen=True)
class _Line:
    pieces: list[Piece]
    width: float
    from_right: bool


def draw_text(look: TextLook, box_width: int | None) -> DrawnText:
    """The text at its size; lines are broken where they would pass `box_width`.

    Raises:
        SubtitleFontError: the font or a character is not on this machine.
        SceneError: it is larger than can be drawn.
    """
    lines, width, height = _laid_out(look, box_width)
    line_height = look.font_size * LINE_SPACING
    margin = _margin(look)
    canvas = (width + 2 * margin, height + 2 * margin)
    pen = _Pen(canvas, look)
    for number, line in enumerate(lines):
        x = margin + _offset(look.align, line, width)
        top = margin + number * line_height + (line_height - look.font_size) / 2
        pen.write(line.pieces, x, round(top + _BASELINE * look.font_size))
    return DrawnText(pen.picture(), margin, width, height)


def measure_text(look: TextLook, box_width: int | None) -> tuple[int, int]:
    """Width and height of the text's box.

    Raises:
        SubtitleFontError: the font or a character is not on this machine.
        SceneError: it is larger than can be drawn.
    """
    return _laid_out(look, box_width)[1:]


def _laid_out(look: TextLook, box_width: int | None) -> tuple[list[_Line], int, int]:
    """Lines, width and height."""
    fonts = _chain_for(look)
    lines = [
        line
        for paragraph in look.text.replace("\t", "    ").splitlines()
        for line in _broken(paragraph, look.font_size, fonts, box_width)
    ]
    width = box_width or max(1, math.ceil(max((line.width for line in lines), default=1)))
    height = max(1, math.ceil(look.font_size * LINE_SPACING * len(lines)))
    if max(width, height) > LARGEST_TEXT_SIDE:
        raise SceneError(
            f"the text takes {width}x{height} pixels, and {LARGEST_TEXT_SIDE} a side can be drawn: give it a "
            "width to break its lines, a smaller font or fewer lines"
        )
    return lines, width, height


def _chain_for(look: TextLook) -> FontChain:
    """The fonts for the letters of a text; those of its emoji are found piece by piece."""
    plain = "".join(one for one in look.text if one.isalpha() and ord(one) < 0x1F000)
    return font_chain(look.font_name, plain)


def _margin(look: TextLook) -> int:
    shadow, outline = look.shadow, look.outline.width if look.outline else 0.0
    reach = max(abs(shadow.dx), abs(shadow.dy)) + 3 * shadow.blur if shadow else 0.0
    return math.ceil(_OVERHANG * look.font_size + outline + reach)


def _offset(align: Align, line: _Line, width: float) -> float:
    free = width - line.width
    start = free if line.from_right else 0.0
    return {Align.START: start, Align.LEFT: 0.0, Align.CENTER: free / 2, Align.RIGHT: free}[align]


def _broken(paragraph: str, size: int, fonts: FontChain, room: int | None) -> Iterator[_Line]:
    from_right = is_from_right(paragraph)

    def laid(text: str) -> _Line:
        pieces = pieces_of(text, fonts, from_right)
        return _Line(pieces, width_of(pieces, size), from_right)

    if room is None or not paragraph.strip():
        yield laid(paragraph)
        return
    line = ""
    for unit in _UNITS.findall(paragraph):
        if not line or laid((line + unit).rstrip()).width <= room:
            line += unit
        else:
            yield laid(line.rstrip())
            line = unit.lstrip()
        while len(line) > 1 and laid(line.rstrip()).width > room:  # one word that is too long
            count = next((n for n in range(len(line) - 1, 0, -1) if laid(line[:n]).width <= room), 1)
            yield laid(line[:count])
            line = line[count:]
    if line:
        yield laid(line.rstrip())


class _Pen:
    """Draws letters, outlines and emoji each on a sheet of its own, and lays the sheets over each other."""

    def __init__(self, canvas: tuple[int, int], look: TextLook) -> None:
        from PIL import Image, ImageDraw

        self._look = look
        self._canvas = canvas
        self._letters, self._outline = Image.new("L", canvas), Image.new("L", canvas)
        self._emoji = Image.new("RGBA", canvas)
        self._pens = ImageDraw.Draw(self._letters), ImageDraw.Draw(self._outline)

    def write(self, pieces: Sequence[Piece], x: float, baseline: int) -> None:
        size, outline = self._look.font_size, self._look.outline
        for piece in pieces:
            if piece.is_emoji:
                self._paste_emoji(piece, x, baseline)
            else:
                common = dict(font=piece.font(size), anchor="ls", direction=piece.direction)
                self._pens[0].text((x, baseline), piece.text, fill=255, **common)
                if outline is not None:
                    self._pens[1].text(
                        (x, baseline), piece.text, fill=255, stroke_width=outline.width, stroke_fill=255,
                        **common,
                    )  # fmt: skip
            x += piece.width(size)

    def picture(self) -> U8:
        """RGBA, the opacity of the whole included."""
        from PIL import Image

        look = self._look
        whole = Image.new("RGBA", self._canvas)
        if look.shadow is not None:
            whole.alpha_composite(self._shadow(look.shadow))
        if look.outline is not None:
            whole.alpha_composite(_inked(self._outline, look.outline.colour))
        whole.alpha_composite(_inked(self._letters, look.colour))
        whole.alpha_composite(self._emoji)
        made = np.array(whole, np.uint8)
        if look.opacity < 1.0:
            made[..., 3] = np.rint(made[..., 3] * look.opacity).astype(np.uint8)
        return made

    def _paste_emoji(self, piece: Piece, x: float, baseline: int) -> None:
        from PIL import Image, ImageDraw

        size = self._look.font_size
        font, scale = piece.font(size), piece.scale(size)
        left, top, right, bottom = font.getbbox(piece.text, anchor="ls")
        sheet = Image.new("RGBA", (max(1, right - left), max(1, bottom - top)))
        ImageDraw.Draw(sheet).text((-left, -top), piece.text, font=font, anchor="ls", embedded_color=True)
        width, height = max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale))
        small = sheet.resize((width, height), Image.Resampling.LANCZOS)
        place = round(x + left * scale), round(baseline + top * scale)
        self._emoji.alpha_composite(small, (max(0, place[0]), max(0, place[1])))

    def _shadow(self, shadow: Shadow) -> Any:
        from PIL import Image, ImageChops, ImageFilter

        shape = ImageChops.lighter(self._letters, self._emoji.getchannel("A"))
        if self._look.outline is not None:
            shape = ImageChops.lighter(shape, self._outline)
        moved = Image.new("L", self._canvas)
        moved.paste(shape, (shadow.dx, shadow.dy))
        soft = moved.filter(ImageFilter.GaussianBlur(shadow.blur)) if shadow.blur else moved
        return _inked(soft.point(lambda value: round(value * shadow.opacity)), shadow.colour)


def _inked(mask: Any, colour: str) -> Any:
    """A sheet of one colour, as opaque as the mask."""
    from PIL import Image

    blue, green, red = parse_colour(colour)
    sheet = Image.new("RGBA", mask.size, (red, green, blue, 0))
    sheet.putalpha(mask)
    return sheet
