"""Which way a line of text runs: Arabic and Hebrew from the right, numbers and Latin in them from the left.

Unicode Standard Annex #9 (bidirectional algorithm) without explicit embeddings: rules P2-P3, W1-W7, N0-N2,
I1-I2 and L1-L2. Shaping within a piece is the font engine's work.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_RIGHT = {"R", "AL"}
_NUMBERS = {"EN", "AN"}
_BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "「": "」", "《": "》", "【": "】"}


@dataclass(slots=True, frozen=True)
class DirectedText:
    text: str
    """In the order in which it is read."""
    from_right: bool


def is_from_right(text: str) -> bool:
    """Whether the first letter with a direction has that of Arabic or Hebrew."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L" or kind in _RIGHT:
            return kind in _RIGHT
    return False


def directed(line: str, from_right: bool) -> list[DirectedText]:
    """The pieces of a line of one direction each, in the order in which they stand from left to right.

    `from_right` is the direction of the whole paragraph.
    """
    levels = _levels(line, 1 if from_right else 0)
    pieces: list[tuple[int, str]] = []
    start = 0
    for level, group in groupby(levels):
        length = len(list(group))
        pieces.append((level, line[start : start + length]))
        start += length
    for turned in range(max(levels, default=0), 0, -1):
        pieces = _reversed_from(pieces, turned)
    return [DirectedText(text, level % 2 == 1) for level, text in pieces]


def _reversed_from(pieces: Sequence[tuple[int, str]], level: int) -> list[tuple[int, str]]:
    """Every run of pieces of at least this level, turned round."""
    result: list[tuple[int, str]] = []
    for is_deep, group in groupby(pieces, key=lambda piece: piece[0] >= level):
        run = list(group)
        result += run[::-1] if is_deep else run
    return result


def _levels(line: str, base: int) -> list[int]:
    kinds = _resolved(line, "R" if base else "L")
    odd = {"L": base + base % 2, "R": base + 1 - base % 2, "EN": 2, "AN": 2}
    levels = [odd[kind] for kind in kinds]
    for place in range(len(line) - 1, -1, -1):  # L1: spaces at the end stand at the end
        if not line[place].isspace():
            break
        levels[place] = base
    return levels


def _resolved(line: str, base: str) -> list[str]:
    """L, R, EN or AN for each character."""
    kinds: list[str] = []
    strong = base
    for character in line:
        kind = unicodedata.bidirectional(character) or "L"
        if kind == "NSM":
            kind = kinds[-1] if kinds else base
        elif kind in _RIGHT or kind == "L":
            strong = kind
        if kind == "EN" and strong == "AL":
            kind = "AN"
        elif kind == "EN" and strong == "L":
            kind = "L"
        kinds.append("R" if kind in _RIGHT else kind)
    _join_numbers(kinds)
    _pair_brackets(line, kinds, base)
    known = {"L", "R"} | _NUMBERS
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] not in known:
            end += 1
        if end > place:
            before = _side(kinds[place - 1]) if place else base
            after = _side(kinds[end]) if end < len(kinds) else base
            kinds[place:end] = [before if before == after else base] * (end - place)
        place = end + 1
    return kinds


def _join_numbers(kinds: list[str]) -> None:
    """A separator between two numbers and a sign beside one belong to them."""
    for place in range(1, len(kinds) - 1):
        beside = kinds[place - 1], kinds[place + 1]
        if beside[0] == beside[1] and (
            (kinds[place] in ("ES", "CS") and beside[0] == "EN")
            or (kinds[place] == "CS" and beside[0] == "AN")
        ):
            kinds[place] = beside[0]
    for places in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        step = -1 if places.step > 0 else 1
        for place in places:
            if kinds[place] == "ET" and kinds[place + step] == "EN":
                kinds[place] = "EN"


def _pair_brackets(line: str, kinds: list[str], base: str) -> None:
    """N0: two brackets have the direction of the paragraph if something within them has, else that of what
    stands both within them and before them."""
    opened: list[tuple[str, int]] = []
    for place, character in enumerate(line):
        if character in _BRACKETS:
            opened.append((_BRACKETS[character], place))
        elif any(closing == character for closing, _ in opened):
            while opened[-1][0] != character:
                opened.pop()
            first = opened.pop()[1]
            sides = {_side(kind) for kind in kinds[first + 1 : place]} & {"L", "R"}
            if not sides:
                continue
            before = next((_side(kind) for kind in kinds[first - 1 :: -1] if _side(kind) in "LR"), base)
            keeps_base = base in sides or before == base or first == 0
            kinds[first] = kinds[place] = base if keeps_base else before


def _side(kind: str) -> str:
    return "R" if kind in _NUMBERS else kind
