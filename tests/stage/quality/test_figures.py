"""The figures of parts, alone and together."""

from __future__ import annotations

import json

from greenroom.stage.quality.figures import Mean, PartFigures, together
from greenroom.stage.quality.lips import LAGS_MS


def peak(at_ms: int) -> tuple[float, ...]:
    return tuple(round(0.9 - abs(lag - at_ms) / 1000, 4) for lag in LAGS_MS)


def test_what_many_pictures_say_counts_for_more() -> None:
    long = PartFigures(250, 63, 63, peak(0), 50, Mean(1.0, 30), Mean(1.0, 7), Mean(0.2, 7), Mean(0.5, 7))
    short = PartFigures(50, 25, 25, peak(200), 10, Mean(0.0, 10), None, None, None)
    whole = together([long, short])
    assert (whole.frame_count, whole.looked_at, whole.spoken) == (300, 88, 60)
    lips = whole.lips()
    assert lips is not None and lips.offset_ms == 0
    assert whole.closed == Mean(0.75, 40)
    assert whole.border == Mean(1.0, 7)


def test_a_part_where_nobody_is_seen_adds_nothing() -> None:
    empty = PartFigures(100)
    assert together([empty]).lips() is None and together([empty]).closed is None
    seen = PartFigures(50, 25, 25, peak(40), 20, Mean(1.0, 5))
    whole = together([empty, seen])
    lips = whole.lips()
    assert lips is not None and lips.offset_ms == 40 and whole.closed == Mean(1.0, 5)


def test_stored_figures_are_the_same() -> None:
    figures = PartFigures(50, 25, 25, peak(40), 20, Mean(1.0, 5), None, Mean(0.2, 2))
    assert PartFigures.from_json(json.loads(json.dumps(figures.to_json()))) == figures


def test_where_lips_and_sound_agree_by_chance_there_is_no_offset() -> None:
    low = tuple(value - 0.6 for value in peak(200))
    assert PartFigures(50, 25, 25, low, 20).lips() is None
