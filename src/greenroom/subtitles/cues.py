"""Cutting a timed text into cues: lines that end at sense, two at most, each long enough to be read.

The cut with the least cost over the whole text is chosen (dynamic programming over the places where a line
may end); the costs below are in arbitrary units and are weighed against one another by eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from greenroom.stage.subtitle_plan import MOST_LINES, Cue
from greenroom.subtitles.alignment import Span, TimedWord, align
from greenroom.subtitles.lines import LineWidth, breaks_of
from greenroom.subtitles.text import Break, ShownText, is_wide, shown_text

SHORTEST_MS = 800
LONGEST_MS = 7000
CLOSED_GAP_MS = 80
"""Two cues that are nearer than this follow each other without a gap."""
_COMFORTABLE_MS = 1300
_PAUSE_MS = 700

_END_COST = {
    Break.CHARACTER: 60.0,
    Break.CLINGING: 16.0,
    Break.WORD: 9.0,
    Break.PHRASE: 5.0,
    Break.COMMA: 1.5,
    Break.CLAUSE: 0.5,
    Break.SENTENCE: 0.0,
}
"""Of a cue; a line inside a cue costs half."""
_CUE_COST = 4.0
_SECOND_LINE_COST = 1.0
_SENTENCE_INSIDE_COST = 6.0
_SENTENCE_IN_LINE_COST = 14.0
"""Without its stop a sentence's end cannot be seen inside a line."""
_PAUSE_COST = 20.0
"""For each second that a pause inside a cue is longer than `_PAUSE_MS`."""
_UNEVEN_COST = 4.0
_TOO_SHORT_COST = 400.0
_UNCOMFORTABLE_COST = 8.0
_TOO_LONG_COST = 10_000.0
_ROUNDING = 1e-9


@dataclass(slots=True, frozen=True)
class TimedText:
    """A text as it is shown, with the time of each character."""

    text: str
    breaks: Sequence[Break]
    starts_ms: Sequence[int]
    ends_ms: Sequence[int]


def cues_of(
    script: str,
    words: Sequence[TimedWord],
    width: LineWidth,
    scene_ms: int,
    most_lines: int = MOST_LINES,
) -> list[Cue]:
    """The cues of a scene; none where nothing can be shown.

    Args:
        script: what is said, as it is written.
        words: what is said, as the voice said it.
        scene_ms: no cue lasts longer than its scene.
    """
    shown = shown_text(script)
    if not words or not any(character.isalnum() for character in shown.text):
        return []
    starts, ends, numbers = _times(shown, align(script, words))
    breaks = breaks_of(shown.text, width, shown.gaps, numbers)
    timed = TimedText(shown.text, breaks, starts, ends)
    return _settled(cut(timed, width, most_lines), scene_ms)


def _times(shown: ShownText, spans: Sequence[Span]) -> tuple[list[int], list[int], list[int]]:
    """When each shown character begins and ends, and its word.

    A mark that is not said begins with what follows it and ends with what is before it.
    """
    said = [spans[source] if source >= 0 and spans[source].is_said else None for source in shown.sources]
    known = [span for span in said if span is not None]
    last, following = known[0], known[-1].end_ms
    ends, numbers, starts = [], [], []
    for span in said:
        last = span or last
        ends.append(last.end_ms)
        numbers.append(last.word)
    for span in reversed(said):
        following = span.start_ms if span is not None else following
        starts.append(following)
    return starts[::-1], ends, numbers


def fitted(cue: Cue, width: LineWidth, most_lines: int = MOST_LINES) -> list[Cue]:
    """A cue of a file as it is, or divided at sense where its lines do not fit their box."""
    if len(cue.lines) <= most_lines and all(width.of(line) <= 1.0 for line in cue.lines):
        return [cue]
    text = _joined(cue.lines)
    length = cue.end_ms - cue.start_ms
    moments = [cue.start_ms + length * place // len(text) for place in range(len(text) + 1)]
    timed = TimedText(text, breaks_of(text, width), moments[:-1], moments[1:])
    pieces = cut(timed, width, most_lines)
    starts = [piece.start_ms for piece in pieces]
    return [
        Cue(piece.start_ms, end_ms, piece.lines)
        for piece, end_ms in zip(pieces, [*starts[1:], cue.end_ms], strict=True)
    ]


def _joined(lines: Sequence[str]) -> str:
    text = ""
    for line in lines:
        glued = not text or (is_wide(text[-1]) and is_wide(line[:1]))
        text += line if glued else f" {line}"
    return text


def cut(timed: TimedText, width: LineWidth, most_lines: int) -> list[Cue]:
    """The cheapest cut of the whole text."""
    cutter = _Cutter(timed, width, most_lines)
    return cutter.cues() if timed.text else []


class _Cutter:
    def __init__(self, timed: TimedText, width: LineWidth, most_lines: int) -> None:
        self._timed = timed
        self._most_lines = most_lines
        self._running = width.running(timed.text)
        self._places = [
            0,
            *(place + 1 for place, kind in enumerate(timed.breaks) if kind is not Break.NEVER),
        ]
        """Where a line may begin."""
        ends = [kind is Break.SENTENCE for kind in timed.breaks]
        self._sentences = [0, *accumulate(ends[place - 1] for place in self._places[1:])]
        """How many sentences have ended by each place."""

    def cues(self) -> list[Cue]:
        count = len(self._places)
        best = [0.0] * count
        choice: list[tuple[int, int]] = [(count - 1, 0)] * count
        for first in range(count - 2, -1, -1):
            best[first] = float("inf")
            for last in range(first + 1, count):
                if last > first + 1 and self._width(first, last) > self._most_lines:
                    break
                line_cost, middle = self._layout(first, last)
                cost = line_cost + self._cue_cost(first, last) + best[last]
                if cost < best[first]:
                    best[first], choice[first] = cost, (last, middle)
        return list(self._walk(choice))

    def _walk(self, choice: Sequence[tuple[int, int]]) -> Sequence[Cue]:
        cues, first = [], 0
        while first < len(self._places) - 1:
            last, middle = choice[first]
            cuts = [first, middle, last] if middle else [first, last]
            pairs = pairwise(cuts)
            lines = tuple(self._timed.text[self._places[a] : self._places[b]].strip() for a, b in pairs)
            start, end = self._span(first, last)
            cues.append(Cue(start, end, lines))
            first = last
        return cues

    def _layout(self, first: int, last: int) -> tuple[float, int]:
        """What the lines cost, and the place of the second one (0: there is none)."""
        inside = self._inside(first, last)
        best, middle = float("inf"), 0
        if self._width(first, last) <= 1.0 + _ROUNDING:
            best = _SENTENCE_IN_LINE_COST * inside
        if self._most_lines < 2 or best == 0.0:
            return best, middle
        for place in range(last - 1, first, -1):
            above, below = self._width(first, place), self._width(place, last)
            if below > 1.0 + _ROUNDING:
                break
            if above > 1.0 + _ROUNDING:
                continue
            kind = self._kind(place)
            uneven = abs(above - below) + (0.3 if above > below else 0.0)
            cost = _SECOND_LINE_COST + _END_COST[kind] / 2 + _UNEVEN_COST * uneven
            cost += _SENTENCE_IN_LINE_COST * (inside - (kind is Break.SENTENCE))
            if cost < best:
                best, middle = cost, place
        return best, middle

    def _cue_cost(self, first: int, last: int) -> float:
        start, end = self._span(first, last)
        cost = _CUE_COST + _END_COST[self._kind(last)]
        following = self._timed.starts_ms[self._places[last]] if last < len(self._places) - 1 else None
        free_ms = SHORTEST_MS if following is None else max(end, following) - start
        if free_ms < SHORTEST_MS:
            cost += _TOO_SHORT_COST * (1 - free_ms / SHORTEST_MS)
        if end - start < _COMFORTABLE_MS:
            cost += _UNCOMFORTABLE_COST * (1 - (end - start) / _COMFORTABLE_MS)
        if end - start > LONGEST_MS and last > first + 1:
            cost += _TOO_LONG_COST
        cost += _SENTENCE_INSIDE_COST * self._inside(first, last)
        for place in range(first + 1, last):
            at = self._places[place]
            pause_ms = self._timed.starts_ms[at] - self._timed.ends_ms[at - 1] - _PAUSE_MS
            if pause_ms > 0:
                cost += _PAUSE_COST * pause_ms / 1000
        return cost

    def _inside(self, first: int, last: int) -> int:
        """How many sentences end between two places."""
        return self._sentences[last - 1] - self._sentences[first]

    def _kind(self, place: int) -> Break:
        """How good a line ends before this place."""
        return self._timed.breaks[self._places[place] - 1]

    def _width(self, first: int, last: int) -> float:
        """Of the text between two places, without the space at its end."""
        begin, end = self._places[first], self._places[last]
        if end - 1 > begin and self._timed.text[end - 1] == " ":
            end -= 1
        return self._running[end] - self._running[begin]

    def _span(self, first: int, last: int) -> tuple[int, int]:
        begin, end = self._places[first], self._places[last]
        return self._timed.starts_ms[begin], self._timed.ends_ms[end - 1]


def _settled(cues: Sequence[Cue], scene_ms: int) -> list[Cue]:
    """Long enough to be read, not too long, without overlaps and without gaps that only flicker."""
    settled = []
    for number, cue in enumerate(cues):
        limit = cues[number + 1].start_ms if number + 1 < len(cues) else max(scene_ms, cue.start_ms + 1)
        end_ms = max(cue.end_ms, cue.start_ms + SHORTEST_MS)
        if number + 1 < len(cues) and limit - end_ms < CLOSED_GAP_MS:
            end_ms = limit
        end_ms = max(min(end_ms, limit, cue.start_ms + LONGEST_MS), cue.start_ms + 1)
        settled.append(Cue(cue.start_ms, end_ms, cue.lines))
    return settled
