"""Where asked and spread actions begin."""

from __future__ import annotations

from itertools import pairwise

import pytest

from greenroom.stage.actions import ActionMark, ActionSpreader, check_actions, place_actions
from greenroom.stage.errors import SceneError

RUNS = {"welcome": (100, 189), "nod": (190, 219), "explain": (220, 299)}


def _placed(asks: list[tuple[str, int]], frames: int = 500) -> list[tuple[str, int]]:
    marks = [ActionMark(name, at_ms) for name, at_ms in asks]
    return [(action.name, action.start) for action in place_actions(marks, RUNS, frames)]


def test_an_ask_keeps_its_moment() -> None:
    assert _placed([("nod", 10_000), ("welcome", 500)]) == [("welcome", 12), ("nod", 250)]


def test_a_later_one_waits_for_the_end_of_the_earlier() -> None:
    assert _placed([("welcome", 0), ("nod", 1000)]) == [("welcome", 0), ("nod", 90)]


def test_one_that_would_pass_the_end_begins_earlier() -> None:
    assert _placed([("welcome", 19_000)]) == [("welcome", 410)]


def test_where_no_room_is_left_it_is_dropped() -> None:
    assert _placed([("explain", 16_000), ("welcome", 19_000)]) == [("explain", 400)]
    assert _placed([("welcome", 0)], frames=89) == []
    assert _placed([("nod", 20_000)]) == []


def test_an_unknown_action_is_named_with_those_there_are() -> None:
    asks = [ActionMark("nod", 0), ActionMark("dance", 10)]
    with pytest.raises(SceneError, match=r"asks\[1\]: the avatar has no action 'dance'; it has welcome, nod"):
        check_actions("asks", asks, RUNS)
    with pytest.raises(SceneError, match=r"the avatar has no actions, so it cannot do 'nod'"):
        check_actions("asks", asks, {})


class TestSpread:
    def test_every_interval_has_its_action_and_none_follows_itself(self) -> None:
        marks = ActionSpreader(5000, RUNS, "0").fill([], 3000)
        assert [mark.at_ms for mark in marks] == list(range(5000, 115_001, 5000))
        assert all(a.name != b.name for a, b in pairwise(marks))
        assert {mark.name for mark in marks} == set(RUNS)
        assert len(place_actions(marks, RUNS, 3000)) == len(marks)

    def test_the_seed_alone_decides(self) -> None:
        assert ActionSpreader(5000, RUNS, "0").fill([], 3000) == ActionSpreader(5000, RUNS, "0").fill(
            [], 3000
        )
        assert ActionSpreader(5000, RUNS, "0").fill([], 3000) != ActionSpreader(5000, RUNS, "1").fill(
            [], 3000
        )

    def test_asks_come_first(self) -> None:
        asks = [ActionMark("welcome", 4500), ActionMark("nod", 11_000)]
        marks = ActionSpreader(5000, RUNS, "0").fill(asks, 500)
        assert set(asks) <= set(marks)
        placed = place_actions(marks, RUNS, 500)
        assert [action.start for action in placed] == [mark.at_frame for mark in marks]

    def test_a_short_interval_waits_for_room(self) -> None:
        marks = ActionSpreader(1000, RUNS, "0").fill([], 1000)
        placed = place_actions(marks, RUNS, 1000)
        assert [action.start for action in placed] == [mark.at_frame for mark in marks]
        assert all(a.end <= b.start for a, b in pairwise(placed))
