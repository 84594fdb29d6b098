"""Subtitles as plain data: what is shown when, in which box and how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LINE_SPACING = 1.3
"""Line to line, in font sizes; room for the descenders of Latin and for the full height of Chinese."""
MOST_LINES = 2
_LINGER_MS = 300
"""A shorter pause between two cues does not empty the picture: it would flicker."""


@dataclass(slots=True, frozen=True)
class Cue:
    """One subtitle. Times count from the beginning of its scene."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]

    def moved(self, by_ms: int) -> Cue:
        return Cue(self.start_ms + by_ms, self.end_ms + by_ms, self.lines)


@dataclass(slots=True, frozen=True)
class Box:
    """A rectangle of the canvas, in its pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True, frozen=True)
class SubtitleStyle:
    """How subtitles look. Lines stand centred at the lower edge of the box."""

    box: Box
    font_size: int
    """Pixels of the canvas."""
    font_name: str | None = None
    """A family of the system; None: one that suits the text."""
    colour: str = "#FFFFFF"
    """`#RRGGBB`"""
    stroke_colour: str = "#000000"
    stroke: float = 0.0
    """Pixels around each letter."""
    opacity: float = 1.0
    """0..1, of letters and stroke."""

    @property
    def line_height(self) -> float:
        return self.font_size * LINE_SPACING

    @property
    def most_lines(self) -> int:
        """How many lines the box holds, at most `MOST_LINES`. The last line needs no spacing below it."""
        spacing = (LINE_SPACING - 1.0) * self.font_size
        return max(1, min(MOST_LINES, int((self.box.height + spacing) / self.line_height + 1e-6)))

    @property
    def room(self) -> float:
        """Pixels that a line of text may take; the strokes of its first and last letter stay in the box."""
        return self.box.width - 2 * self.stroke

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SubtitleStyle:
        return cls(**{**data, "box": Box(**data["box"])})


def cue_at(cues: Sequence[Cue], at_ms: float) -> Cue | None:
    """The cue in the picture at a moment, if any; `cues` are in order and do not overlap.

    A cue lingers over a short pause until the next one.
    """
    for number, cue in enumerate(cues):
        if at_ms < cue.start_ms:
            return None
        following = cues[number + 1].start_ms if number + 1 < len(cues) else cue.end_ms
        end_ms = following if 0 < following - cue.end_ms < _LINGER_MS else cue.end_ms
        if at_ms < end_ms:
            return cue
    return None
