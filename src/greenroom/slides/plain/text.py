"""Text in a box: runs, lines, bullets, and the size at which it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from greenroom.slides.builds import A
from greenroom.slides.fonts import face_with, look_up
from greenroom.slides.plain.palette import Colour, Gradient, Palette, mean_of
from greenroom.slides.plain.styles import TextStyle, first_attribute, first_child
from greenroom.slides.presentation import clean
from greenroom.stage.subtitle_fonts import FontFace

EMU_PER_POINT = 12_700
_TOKENS = re.compile(
    r"\s+|[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\-\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]*-+"
    r"|[^\s\-\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+"
)
_LARGEST = 400.0
"""Points; PowerPoint offers ten times as much, which no slide shows."""
_SMALLEST = 0.5
_SHRINK = 0.93
_SYMBOLS = {"§": "▪", "ü": "✓", "Ø": "➢", "q": "❑", "v": "❖", "à": "→", "n": "■", "l": "●", "o": "○"}
"""Bullets of Wingdings by the characters that stand for them."""


@dataclass(slots=True, frozen=True)
class Look:
    family: str
    is_bold: bool
    is_italic: bool
    is_underlined: bool
    points: float
    colour: Colour


@dataclass(slots=True)
class Line:
    pieces: list[tuple[Look, str, float]] = field(default_factory=list)
    """Each with its width in pixels."""
    width: float = 0.0
    bullet: tuple[Look, str] | None = None
    bullet_indent: float = 0.0
    indent: float = 0.0
    room: float = 0.0
    align: str = "l"
    spacing: float = 1.0
    before: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0

    @property
    def height(self) -> float:
        return (self.ascent + self.descent) * self.spacing


class TextBox:
    """The text of one shape, set into a width."""

    def __init__(self, style: TextStyle, palette: Palette, scale: float, page: int) -> None:
        """`scale`: pixels to an EMU; `page`: what a field of the page's number shows."""
        self._style, self._palette, self._page = style, palette, page
        self._dot = scale * EMU_PER_POINT
        self._emu = scale
        self.default_colour: Colour | None = None
        self.force_bold = False
        self.missing: set[str] = set()

    def fitted(self, body: Any, width: float, height: float) -> list[Line]:
        """The lines, smaller where the shape asks for text that fits and it does not."""
        fit = self._style.fit()
        shrink = 1.0
        if fit is not None and fit.tag.endswith("normAutofit"):
            shrink = float(fit.get("fontScale", "100000").rstrip("%")) / 100_000
        lines = self.lines(body, width, shrink)
        if fit is None or not fit.tag.endswith("normAutofit"):
            return lines
        while _height(lines) > height and shrink > _SMALLEST:
            shrink *= _SHRINK
            lines = self.lines(body, width, shrink)
        return lines

    def lines(self, body: Any, width: float, shrink: float) -> list[Line]:
        lines: list[Line] = []
        counters: dict[int, int] = {}
        for paragraph in body.findall(f"{A}p"):
            lines += self._paragraph(paragraph, width, shrink, counters)
        if lines:
            lines[0].before = 0.0
        return lines

    def _paragraph(self, paragraph: Any, width: float, shrink: float, counters: dict[int, int]) -> list[Line]:
        chain = self._style.levels(paragraph)
        left = float(first_attribute(chain, "marL", "0")) * self._emu * shrink
        indent = float(first_attribute(chain, "indent", "0")) * self._emu * shrink
        align = first_attribute(chain, "algn", "l")
        runs = list(self._runs(paragraph, chain, shrink))
        base = runs[0][0] if runs else self._look(paragraph.find(f"{A}endParaRPr"), chain, shrink)
        bullet = self._bullet(chain, base, counters) if any(text.strip() for _, text in runs) else None
        room = max(self._dot, width - left)
        lines = list(self._broken(runs, room, room - (indent if bullet is None else 0)))
        lines = lines or [Line()]
        for number, line in enumerate(lines):
            line.align, line.room = align, room
            line.indent = left + (indent if number == 0 and bullet is None else 0.0)
            looks = [look for look, _, _ in line.pieces] or [base]
            line.ascent, line.descent = self._extent(looks)
            line.spacing = self._spacing(chain, line)
        lines[0].bullet, lines[0].bullet_indent = bullet, max(0.0, left + indent)
        lines[0].before = self._gap(chain, "spcBef", base) * shrink
        return lines

    def _runs(self, paragraph: Any, chain: list[Any], shrink: float) -> Iterator[tuple[Look, str]]:
        for node in paragraph:
            tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
            if tag == "br":
                yield self._look(node.find(f"{A}rPr"), chain, shrink), "\n"
            if tag not in ("r", "fld"):
                continue
            written = node.find(f"{A}t")
            text = written.text or "" if written is not None else ""
            if tag == "fld" and node.get("type") == "slidenum":
                text = str(self._page)
            properties = node.find(f"{A}rPr")
            if first_attribute([properties, *_defaults(chain)], "cap", "none") == "all":
                text = text.upper()
            text = clean(f"|{text}|")[1:-1]
            if text:
                yield self._look(properties, chain, shrink), text

    def _look(self, properties: Any, chain: list[Any], shrink: float) -> Look:
        own = [properties, *_defaults(chain)]
        latin = first_child(own, "latin")
        name = str(latin.get("typeface", "")) if latin is not None else "+mn-lt"
        is_link = properties is not None and properties.find(f"{A}hlinkClick") is not None
        return Look(
            family=self._palette.fonts.get(name, "Arial") if name.startswith("+") or not name else name,
            is_bold=self.force_bold or first_attribute(own, "b", "0") in ("1", "true"),
            is_italic=first_attribute(own, "i", "0") in ("1", "true"),
            is_underlined=is_link or first_attribute(own, "u", "none") != "none",
            points=min(_LARGEST, max(1.0, float(first_attribute(own, "sz", "1800")) / 100 * shrink)),
            colour=self._palette.named("hlink") if is_link else self._colour(properties, chain),
        )

    def _colour(self, properties: Any, chain: list[Any]) -> Colour:
        """The run's own colour, else the shape's style's, else that of the level."""
        own = self._palette.fill(properties)
        if own is None and self.default_colour is not None:
            return self.default_colour
        for node in _defaults(chain):
            own = self._palette.fill(node) if own is None else own
        if isinstance(own, Gradient):
            return mean_of(own)
        return own if isinstance(own, Colour) else self._palette.named("tx1")

    def _bullet(self, chain: list[Any], base: Look, counters: dict[int, int]) -> tuple[Look, str] | None:
        level = int(first_attribute(chain[:1], "lvl", "0"))
        for deeper in [key for key in counters if key > level]:
            del counters[deeper]
        found = first_child(chain, "buNone", "buChar", "buAutoNum", "buBlip")
        if found is None or found.tag.endswith("buNone"):
            counters.pop(level, None)
            return None
        look = self._bullet_look(chain, base)
        if found.tag.endswith("buAutoNum"):
            counters[level] = counters.get(level, int(found.get("startAt", "1")) - 1) + 1
            return look, _numbered(counters[level], found.get("type", "arabicPeriod"))
        sign = found.get("char", "•") if found.tag.endswith("buChar") else "•"
        font = first_child(chain, "buFont")
        if font is not None and "wingdings" in font.get("typeface", "").lower():
            sign = _SYMBOLS.get(sign, "•")
        return look, sign

    def _bullet_look(self, chain: list[Any], base: Look) -> Look:
        colour = self._palette.colour(first_child(chain, "buClr")) or base.colour
        size = first_child(chain, "buSzPct")
        share = float(size.get("val", "100000").rstrip("%")) / 100_000 if size is not None else 1.0
        return Look(base.family, base.is_bold, False, False, base.points * share, colour)

    def _broken(self, runs: list[tuple[Look, str]], room: float, first_room: float) -> Iterator[Line]:
        """Lines no wider than the room, cut at spaces and between East Asian characters."""
        line, trailing = Line(), 0.0
        limit = first_room
        for look, text in runs:
            for token in ["\n"] if text == "\n" else _TOKENS.findall(text):
                if "\n" in token:
                    yield line
                    line, trailing, limit = Line(), 0.0, room
                    continue
                width = self._width(look, token)
                if token.isspace():
                    if line.pieces:
                        trailing += width
                        line.pieces.append((look, token, width))
                    continue
                if line.pieces and line.width + trailing + width > limit:
                    yield _trimmed(line)
                    line, trailing, limit = Line(), 0.0, room
                for part in self._parts(look, token, limit):
                    if (
                        line.pieces
                        and line.width + trailing + part[2] > limit
                        and len(token) > 1
                        and width > limit
                    ):
                        yield _trimmed(line)
                        line, trailing, limit = Line(), 0.0, room
                    line.pieces.append(part)
                    line.width += trailing + part[2]
                    trailing = 0.0
        if line.pieces:
            yield _trimmed(line)

    def _parts(self, look: Look, token: str, limit: float) -> Iterator[tuple[Look, str, float]]:
        """A word, in pieces where it is wider than a line."""
        width = self._width(look, token)
        if width <= limit:
            yield look, token, width
            return
        for letter in token:
            yield look, letter, self._width(look, letter)

    def _width(self, look: Look, text: str) -> float:
        return sum(float(self.font(face, look).getlength(part)) for face, part in self.faces(look, text))

    def faces(self, look: Look, text: str) -> list[tuple[FontFace, str]]:
        """The text in pieces of one face each; what no font has is left out and noted."""
        match = look_up(look.family, look.is_bold, look.is_italic)
        pieces: list[tuple[FontFace, str]] = []
        for letter in text:
            face = match.face if match is not None and (letter.isspace() or match.face.has(letter)) else None
            face = face or face_with(letter, look.is_bold)
            if face is None:
                self.missing.add(letter)
            elif pieces and pieces[-1][0] == face:
                pieces[-1] = face, pieces[-1][1] + letter
            else:
                pieces.append((face, letter))
        return pieces

    def font(self, face: FontFace, look: Look) -> Any:
        return face.at(max(1, round(look.points * self._dot)))

    def _extent(self, looks: list[Look]) -> tuple[float, float]:
        ascent = descent = 0.0
        for look in looks:
            for face, _ in self.faces(look, "x") or []:
                up, down = self.font(face, look).getmetrics()
                ascent, descent = max(ascent, up), max(descent, down)
        size = max((look.points for look in looks), default=12.0) * self._dot
        return (ascent, descent) if ascent else (size * 0.95, size * 0.25)

    def _spacing(self, chain: list[Any], line: Line) -> float:
        found = first_child(chain, "lnSpc")
        fit = self._style.fit()
        less = float(fit.get("lnSpcReduction", "0").rstrip("%")) / 100_000 if fit is not None else 0.0
        if found is None or not len(found):
            return 1.0 - less
        value = float(found[0].get("val", "100000").rstrip("%"))
        if found[0].tag.endswith("spcPts"):
            natural = line.ascent + line.descent
            return value / 100 * self._dot / natural if natural else 1.0
        return max(0.5, value / 100_000 - less)

    def _gap(self, chain: list[Any], name: str, base: Look) -> float:
        found = first_child(chain, name)
        if found is None or not len(found):
            return 0.0
        value = float(found[0].get("val", "0").rstrip("%"))
        if found[0].tag.endswith("spcPts"):
            return value / 100 * self._dot
        return value / 100_000 * base.points * self._dot


def _defaults(chain: list[Any]) -> list[Any]:
    return [found for node in chain if (found := node.find(f"{A}defRPr")) is not None]


def _trimmed(line: Line) -> Line:
    while line.pieces and line.pieces[-1][1].isspace():
        line.pieces.pop()
    return line


def _height(lines: list[Line]) -> float:
    return sum(line.before + line.height for line in lines)


def _numbered(number: int, kind: str) -> str:
    if kind.startswith("alpha"):
        letter = chr(ord("A") + (number - 1) % 26)
        text = letter if "Uc" in kind else letter.lower()
    elif kind.startswith("roman"):
        text = _roman(number) if "Uc" in kind else _roman(number).lower()
    else:
        text = str(number)
    if kind.endswith("ParenBoth"):
        return f"({text})"
    return f"{text})" if kind.endswith("ParenR") else text if kind.endswith("Plain") else f"{text}."


def _roman(number: int) -> str:
    text = ""
    for value, sign in (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        while number >= value:
            text, number = text + sign, number - value
    return text
