"""The pieces of a line of text as they are drawn: each of one font and one direction, or an emoji."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from greenroom.stage.subtitle_fonts import FontChain, FontFace, emoji_face
from greenroom.stage.text_direction import directed

_EMOJI_PRESENTATION = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕〽㊗㊙"
)
"""Below U+1F000: Emoji_Presentation of emoji-data.txt (UTS #51)."""
_JOINER, _AS_EMOJI, _AS_TEXT, _KEYCAP = "\u200d", "\ufe0f", "\ufe0e", "\u20e3"
_EMOJI_SIZE = 109
"""The one size of the bitmaps in Noto Color Emoji."""


@dataclass(slots=True, frozen=True)
class Piece:
    text: str
    face: FontFace
    from_right: bool
    is_emoji: bool

    def width(self, size: int) -> float:
        if self.is_emoji:
            return float(self.font(size).getlength(self.text)) * self.scale(size)
        return float(self.font(size).getlength(self.text, direction=self.direction))

    def font(self, size: int) -> Any:
        return self.face.at(_EMOJI_SIZE if self.is_emoji else size)

    def scale(self, size: int) -> float:
        """From the font's own size to the text's."""
        return size / _EMOJI_SIZE if self.is_emoji else 1.0

    @property
    def direction(self) -> str | None:
        """For the shaping engine; without one (Pillow lacks libraqm) no direction may be given."""
        from PIL import features

        return ("rtl" if self.from_right else "ltr") if features.check("raqm") else None


def pieces_of(line: str, fonts: FontChain, from_right: bool) -> list[Piece]:
    """From left to right as they stand.

    Raises:
        SubtitleFontError: no font of the machine has a character.
    """
    pieces: list[Piece] = []
    for part in directed(line, from_right):
        found = [
            piece
            for text, is_emoji in _emoji_apart(part.text)
            for piece in _faced(text, is_emoji, fonts, part.from_right)
        ]
        pieces += found[::-1] if part.from_right else found
    return pieces


def _faced(text: str, is_emoji: bool, fonts: FontChain, from_right: bool) -> list[Piece]:
    if is_emoji:
        face = emoji_face()
        if face is not None and face.has(text[0]):
            return [Piece(text, face, False, True)]
        # A font without colours draws the sign alone; it would show the marks that join them as boxes.
        text = "".join(one for one in text if one not in (_JOINER, _AS_EMOJI, _AS_TEXT, _KEYCAP))
    return [Piece(run, face, from_right, False) for face, run in fonts.runs(text)]


def _emoji_apart(text: str) -> list[tuple[str, bool]]:
    """The text cut into emoji, one by one, and what stands between them."""
    result: list[tuple[str, bool]] = []
    place = 0
    while place < len(text):
        length = _emoji_length(text, place)
        is_emoji, step = length > 0, max(1, length)
        if result and not is_emoji and not result[-1][1]:
            result[-1] = result[-1][0] + text[place : place + step], False
        else:
            result.append((text[place : place + step], is_emoji))
        place += step
    return result


def _emoji_length(text: str, place: int) -> int:
    """How many characters the emoji at a place has, with all that joins it; 0 where there is none."""
    first, following = text[place], text[place + 1 : place + 2]
    is_keycap = first in "0123456789#*" and _KEYCAP in text[place + 1 : place + 3]
    shown = ord(first) >= 0x1F000 or first in _EMOJI_PRESENTATION or following == _AS_EMOJI
    if following == _AS_TEXT or not (shown or is_keycap) or (first.isalnum() and not is_keycap):
        return 0
    end = place + 1
    while end < len(text):
        if text[end] == _JOINER and end + 1 < len(text):
            end += 2
        elif _continues(text[end]) or _is_flag_pair(text, place, end):
            end += 1
        else:
            break
    return end - place


def _continues(character: str) -> bool:
    code = ord(character)
    is_skin_tone, is_tag = 0x1F3FB <= code <= 0x1F3FF, 0xE0020 <= code <= 0xE007F
    return is_skin_tone or is_tag or character in (_AS_EMOJI, _KEYCAP)


def _is_flag_pair(text: str, start: int, end: int) -> bool:
    return end == start + 1 and all(0x1F1E6 <= ord(one) <= 0x1F1FF for one in text[start : end + 1])


def width_of(pieces: Sequence[Piece], size: int) -> float:
    return sum(piece.width(size) for piece in pieces)
