"""When each character of a script is said, from the words as the voice said them.

What is said is not what is written: `2024年` becomes `二零二四年`, `3.5%` becomes `three point five percent`,
brackets are passed over. So the two are aligned by their letters, in order; where they differ, the written
stretch gets the time of the spoken one between the same neighbours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise

_SAID_SIGNS = set("%％$¥￥€£&+=@°℃℉#×÷/")
"""Signs that are read aloud."""
_WINDOW = 1500
"""Characters compared at a time: the comparison takes time with the square of it."""
_SURE_SHARE = 2 / 3
"""Of a window: what lies behind may match better with what comes after the window."""


@dataclass(slots=True, frozen=True)
class TimedWord:
    """One word as it was said."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(slots=True, frozen=True)
class Span:
    """When one character is said."""

    start_ms: int
    end_ms: int
    word: int
    is_said: bool
    """False for punctuation, spaces and brackets."""


def align(script: str, words: Sequence[TimedWord]) -> list[Span]:
    """One span for each character of the script, in order and never going back.

    `words` holds at least one.
    """
    places = [place for place, character in enumerate(script) if _is_said(character)]
    written = [_folded(script[place]) for place in places]
    spoken, owners = _letters(words)
    joined = [following == place + 1 for place, following in pairwise([*places, -1])]
    taken = _taken(_matches(written, spoken), owners, joined, len(words))
    shares = _shares(taken, joined)
    spans: list[Span] = []
    following = iter(zip(places, taken, shares, strict=True))
    upcoming = next(following, None)
    last = Span(words[0].start_ms, words[0].start_ms, 0, False)
    for place in range(len(script)):
        if upcoming is not None and upcoming[0] == place:
            first, final = upcoming[1]
            begin, length = words[first].start_ms, words[final].end_ms - words[first].start_ms
            start = max(begin + round(length * upcoming[2][0]), last.start_ms)
            end = max(begin + round(length * upcoming[2][1]), last.end_ms, start)
            last = Span(start, end, first, True)
            spans.append(last)
            upcoming = next(following, None)
        else:
            spans.append(Span(last.end_ms, last.end_ms, last.word, False))
    return spans


def _is_said(character: str) -> bool:
    return character.isalnum() or character in _SAID_SIGNS or unicodedata.category(character)[0] == "M"


def _folded(character: str) -> str:
    """For the comparison: `É` and `é` are `e`, `Ａ` is `a`."""
    plain = unicodedata.normalize("NFKD", character)
    return plain[:1].casefold()[:1] or character


def _letters(words: Sequence[TimedWord]) -> tuple[list[str], list[int]]:
    """The letters of all words, and the number of the word that each belongs to."""
    letters: list[str] = []
    owners: list[int] = []
    for number, word in enumerate(words):
        kept = [_folded(one) for one in unicodedata.normalize("NFC", word.text) if _is_said(one)]
        letters += kept
        owners += [number] * len(kept)
    return letters, owners


def _matches(written: Sequence[str], spoken: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal letters, both rising."""
    pairs: list[tuple[int, int]] = []
    left = right = 0
    window = _WINDOW
    while left < len(written) and right < len(spoken):
        is_end = left + window >= len(written) and right + window >= len(spoken)
        found = _window_matches(written[left : left + window], spoken[right : right + window])
        sure = found if is_end else [pair for pair in found if max(pair) < window * _SURE_SHARE]
        pairs += [(left + a, right + b) for a, b in sure]
        if is_end:
            break
        if not sure:
            window *= 2
            continue
        left, right, window = left + sure[-1][0] + 1, right + sure[-1][1] + 1, _WINDOW
    return pairs


def _window_matches(written: Sequence[str], spoken: Sequence[str]) -> list[tuple[int, int]]:
    blocks = SequenceMatcher(None, written, spoken, autojunk=False).get_matching_blocks()
    return [(block.a + step, block.b + step) for block in blocks for step in range(block.size)]


def _taken(
    pairs: Sequence[tuple[int, int]], owners: Sequence[int], joined: Sequence[bool], word_count: int
) -> list[tuple[int, int]]:
    """For each written letter the first and the last word during which it is said.

    A stretch without a match shares out the words that were said between the words of its neighbours; words
    that nothing written stands for lengthen the letter before them. `joined`: the next letter follows at
    once, as the `n` in `2nd`.
    """
    count = len(joined)
    taken: list[tuple[int, int]] = [(-1, -1)] * count
    for written, spoken in pairs:
        taken[written] = (owners[spoken], owners[spoken])
    place = 0
    while place < count:
        if taken[place][0] >= 0:
            place += 1
            continue
        end = place
        while end < count and taken[end][0] < 0:
            end += 1
        before = taken[place - 1][1] if place else -1
        after = taken[end][0] if end < count else word_count
        if before + 1 < after:
            _share_out(taken, place, end, (before + 1, after))
        else:
            is_part = end < count and joined[end - 1]
            neighbour = after if (is_part or before < 0) and after < word_count else max(before, 0)
            taken[place:end] = [(neighbour, neighbour)] * (end - place)
        place = end
    return _without_gaps(taken, word_count)


def _shares(taken: Sequence[tuple[int, int]], joined: Sequence[bool]) -> list[tuple[float, float]]:
    """For each written letter the part of its words' time that it has: all of it, but where a voice ran
    several written words into one.
    """
    shares: list[tuple[float, float]] = []
    for _, group in groupby(range(len(taken)), key=lambda place: taken[place]):
        places = list(group)
        first = 0
        for step, place in enumerate(places, 1):
            if joined[place] and step < len(places):
                continue
            shares += [(first / len(places), step / len(places))] * (step - first)
            first = step
    return shares


def _share_out(taken: list[tuple[int, int]], start: int, end: int, free: tuple[int, int]) -> None:
    """Give the letters start..end-1 the words free[0]..free[1]-1, of which there is at least one."""
    first, stop = free
    count, words = end - start, stop - first
    for step in range(count):
        begin = first + step * words // count
        final = max(begin, first + (step + 1) * words // count - 1)
        taken[start + step] = (begin, final)


def _without_gaps(taken: list[tuple[int, int]], word_count: int) -> list[tuple[int, int]]:
    for place, (first, final) in enumerate(taken):
        following = taken[place + 1][0] if place + 1 < len(taken) else word_count
        if following > final + 1:
            taken[place] = (first, following - 1)
    return taken
