"""From a script's text to what a subtitle shows: which punctuation marks go, and where the sense breaks.

The rules are table 4-7 of the service overview: marks such as `,;!?` go; inside a text a space takes their
place, at the end of a paragraph nothing does; quotation marks, brackets, `·` and `~` stay. A mark that is
part of a word or a number, as in 3.5, 10:30, don't or U.S., is no punctuation and stays too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from greenroom.engines.ssml.spoken import written_text

_SENTENCE_MARKS = set(".!?…。！？｡．।¿¡‼⁇⁈⁉")
_CLAUSE_MARKS = set(";:；：—–―⸺")
_COMMA_MARKS = set(",，、､،")
_CLOSING = set("\"'”’»›)]}）］｝】》〉」』〕〗")
"""What may stand between a mark and the gap that it leaves: `"Go!" he said`."""
OPENING = set("“‘«‹([{（［｛【《〈「『〔〖")
_KEPT_WHOLE = re.compile(
    r"(?:https?://|www\.)[^\s，。！？；：、）」』】》”]+[\w/]"
    r"|(?:www\.)?[\w-]+(?:\.[\w-]+)*@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.])(?:[A-Za-z]\.){2,}"
    r"|(?<!\w)\.(?=\d)",
    re.ASCII,
)
"""Links, addresses, abbreviations with a stop after each letter, and decimals without a nought."""

_ABBREVIATIONS = set(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "jr",
        "sr",
        "no",
        "vs",
        "fig",
        "vol",
        "approx",
        "gen",
        "col",
        "capt",
    ]
)


class Break(IntEnum):
    """How well a line or a cue ends at a place."""

    NEVER = 0
    CHARACTER = 1
    """Inside a word."""
    CLINGING = 2
    """Between words that belong together: after `the`, before 的."""
    WORD = 3
    PHRASE = 4
    """Before `and`, `which`, 但是."""
    COMMA = 5
    CLAUSE = 6
    SENTENCE = 7


@dataclass(slots=True, frozen=True)
class ShownText:
    """A text without the punctuation that goes."""

    text: str
    """Without spaces at either end or two in a row."""
    sources: tuple[int, ...]
    """For each character its place in the script's text; -1 for a space that took a mark's place."""
    gaps: dict[int, Break]
    """For the places of spaces, what stood there, where it was more than a space."""


def script_text(text: str) -> str:
    """What is read along of a scene's text: the words of SSML as they are written."""
    return written_text(text)


def shown_text(text: str) -> ShownText:
    """Apply the punctuation rules to a whole scene's text; its paragraphs end at line breaks."""
    characters: list[str] = []
    sources: list[int] = []
    gaps: dict[int, Break] = {}
    pending = Break.NEVER
    for index, kind in enumerate(_kinds(text)):
        character = text[index]
        if kind is None:
            if pending and character in _CLOSING and not _opens(text, index):
                characters.append(character)
                sources.append(index)
                continue
            if pending and characters:
                pending = _in_context(pending, "".join(characters[-12:]), character)
                if pending is not Break.WORD:
                    gaps[len(characters)] = pending
                characters.append(" ")
                sources.append(-1)
            pending = Break.NEVER
            characters.append(character)
            sources.append(index)
        else:
            pending = max(pending, kind)
    return ShownText("".join(characters), tuple(sources), gaps)


def _in_context(gap: Break, before: str, following: str) -> Break:
    """What stops seem to end a sentence and do not: `Dr. Smith`, `"Go!" he said`."""
    if gap is not Break.SENTENCE:
        return gap
    if before.rpartition(" ")[2].lstrip('("“').lower() in _ABBREVIATIONS:
        return Break.CLINGING
    return Break.COMMA if following.islower() else gap


def _kinds(text: str) -> list[Break | None]:
    """For each character None if it is shown, else what it leaves: NEVER for nothing at all."""
    whole = {place for found in _KEPT_WHOLE.finditer(text) for place in range(*found.span())}
    return [None if index in whole else _kind(text, index) for index in range(len(text))]


def _kind(text: str, index: int) -> Break | None:
    character = text[index]
    if character in "\n\r\v\f\u2028\u2029":
        return Break.SENTENCE
    if character.isspace():
        return Break.WORD
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"} or "\ufe00" <= character <= "\ufe0f":
        return Break.NEVER
    strength = _strength(character)
    if strength is None or _is_inside(text, index):
        return None
    return strength


def _strength(character: str) -> Break | None:
    if character in _SENTENCE_MARKS:
        return Break.SENTENCE
    if character in _CLAUSE_MARKS or character == "-":
        return Break.CLAUSE
    return Break.COMMA if character in _COMMA_MARKS else None


def _is_inside(text: str, index: int) -> bool:
    """Whether a mark is part of a word or a number: 3.5, 12,400, 10:30, 2010–2015, well-known, -5."""
    mark = text[index]
    before = text[index - 1] if index else " "
    after = text[index + 1] if index + 1 < len(text) else " "
    if mark in ",:：–．":
        return before.isdigit() and after.isdigit()
    if mark == ".":
        return _is_latin(before) and _is_latin(after)
    if mark == "-":
        joins = before.isalnum() and (after.isalnum() or after in "\"'“‘(")
        return joins or (after.isdigit() and (before.isspace() or before in OPENING))
    return False


def _is_latin(character: str) -> bool:
    return character.isalnum() and not is_wide(character)


def _opens(text: str, index: int) -> bool:
    """Whether a straight quotation mark begins something: a space before it, none after."""
    if text[index] not in "\"'":
        return False
    before = text[index - 1] if index else " "
    after = text[index + 1] if index + 1 < len(text) else " "
    return before.isspace() and not after.isspace()


def is_wide(character: str) -> bool:
    """Whether it takes a whole square, as Chinese does."""
    return unicodedata.east_asian_width(character) in {"W", "F"}
