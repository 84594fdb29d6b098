"""Where a text may be divided, and how much room it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

from greenroom.stage.subtitle_plan import SubtitleStyle
from greenroom.subtitles.text import OPENING, Break, is_wide

LATIN_CHARACTERS = 42
"""Of one line; more cannot be read at a glance."""
WIDE_CHARACTERS = 18
_LATIN_WIDTH = 0.55
"""Mean width of a Latin letter in font sizes, where the font is not looked at."""

_NOT_FIRST = set("\"'”’»›)]}）］｝】》〉」』〕〗,.;:!?…，。；：！？、·~～%％°℃‰々ー")
"""No line begins with these."""
_NOT_LAST = OPENING | set("$¥￥€£#@")
_CONNECTING = (
    "and but or nor so yet because since although though while when whenever where wherever which who whom "
    "whose that if unless until than as after before with without from for of in on at by to into onto over "
    "under about between through during against among y o pero que porque et ou mais e ma und oder aber"
)
_BEFORE = frozenset(_CONNECTING.split())
"""A line ends well before these: conjunctions, relative words and prepositions."""
_LEADING = (
    "a an the this that these those my your his her its our their of in on at by to for with from and or but "
    "very no not is are was were be been will would can could may might must shall should have has had i we "
    "you he she it they mr mrs ms dr el la los las un una le les une der die das ein eine il lo gli"
)
_CLINGS = frozenset(_LEADING.split())
"""A line does not end with these, where it can be helped."""
_WIDE_BEFORE = (
    "和", "与", "而", "但", "或", "因为", "所以", "如果", "并且", "并", "以及", "虽然", "然后", "还是",
)  # fmt: skip
_WIDE_NOT_FIRST = set("的了着过地得吗呢吧啊呀们之")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


class LineWidth:
    """How much of a line a text takes: 1.0 is all of it.

    A line is full when it reaches the edge of its box, or the number of characters that can be read at a
    glance.
    """

    def __init__(
        self,
        widths: Mapping[str, float] | None = None,
        room: float = 0.0,
        most_characters: int | None = None,
    ) -> None:
        """
        Args:
            widths: pixels of each character that will be asked for; None: only characters are counted.
            room: pixels of a line.
            most_characters: of a line, of whatever script; None: as many as can be read at a glance.
        """
        self._widths = widths
        self._room = room
        self._most = most_characters

    @classmethod
    def estimated(cls, style: SubtitleStyle, text: str) -> LineWidth:
        """Without looking at the font: for files that another program will draw."""
        size = style.font_size
        widths = {one: size * (1.0 if is_wide(one) else _LATIN_WIDTH) for one in set(text) | {" "}}
        return cls(widths, style.room)

    def of(self, text: str) -> float:
        return sum(self._share(character) for character in text)

    def running(self, text: str) -> list[float]:
        """The width of each beginning of the text, from none of it to all."""
        return [0.0, *accumulate(self._share(character) for character in text)]

    def _share(self, character: str) -> float:
        usual = WIDE_CHARACTERS if is_wide(character) else LATIN_CHARACTERS
        counted = 1 / (self._most or usual)
        if self._widths is None:
            return counted
        return max(counted, self._widths[character] / self._room)


def breaks_of(
    text: str,
    width: LineWidth,
    gaps: Mapping[int, Break] | None = None,
    words: Sequence[int] | None = None,
) -> list[Break]:
    """For each character, how well a line ends after it.

    Args:
        gaps: what is known of the places of spaces (`text.ShownText.gaps`).
        words: the number of the word to which each character belongs, where that is known; it tells where
            Chinese words end.
    """
    breaks = [_after(text, place, words) for place in range(len(text))]
    for place, gap in (gaps or {}).items():
        breaks[place] = gap
    if breaks:
        breaks[-1] = Break.SENTENCE
    _divide_what_is_too_wide(text, breaks, width)
    return breaks


def _after(text: str, place: int, words: Sequence[int] | None) -> Break:
    if place + 1 >= len(text):
        return Break.SENTENCE
    character, following = text[place], text[place + 1]
    if character == " ":
        return _at_space(text, place)
    if following == " " or following in _NOT_FIRST or character in _NOT_LAST:
        return Break.NEVER
    if not is_wide(character) and not is_wide(following):
        return Break.NEVER
    if following in OPENING or not character.isalnum():
        return Break.PHRASE
    if words is not None and words[place] == words[place + 1]:
        return Break.NEVER
    if following in _WIDE_NOT_FIRST:
        return Break.CLINGING
    if text.startswith(_WIDE_BEFORE, place + 1):
        return Break.PHRASE
    return Break.WORD


def _at_space(text: str, place: int) -> Break:
    before, after = text[:place].rpartition(" ")[2], text[place + 1 :].partition(" ")[0]
    mark = before.rstrip("\"'”’)]）」』")[-1:]
    if mark and mark in ".!?。！？…":
        return Break.SENTENCE
    if mark and mark in ";:；：":
        return Break.CLAUSE
    if mark and mark in ",，、":
        return Break.COMMA
    if _bare(before) in _CLINGS or (before.isdigit() and len(before) < 4):
        return Break.CLINGING
    return Break.PHRASE if _bare(after) in _BEFORE or after[:1] in OPENING else Break.WORD


def _bare(word: str) -> str:
    found = _WORD.search(word)
    return found.group().lower() if found else ""


def _divide_what_is_too_wide(text: str, breaks: list[Break], width: LineWidth) -> None:
    """A word that no line holds may be divided anywhere."""
    first = 0
    for place, kind in enumerate(breaks):
        if kind is Break.NEVER:
            continue
        if width.of(text[first : place + 1].strip()) > 1.0:
            for inside in range(first, place):
                breaks[inside] = Break.CHARACTER
        first = place + 1
