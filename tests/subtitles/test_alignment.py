"""The times of written characters, from words that are said differently."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from greenroom.subtitles.alignment import TimedWord, align


def words(text: str) -> list[TimedWord]:
    return [TimedWord(word, 100 * n, 100 * n + 100) for n, word in enumerate(text.split())]


def times(script: str, part: str, spoken: str) -> tuple[int, int]:
    spans = align(script, words(spoken))
    first = script.index(part)
    return spans[first].start_ms, spans[first + len(part) - 1].end_ms


def test_what_is_said_as_written() -> None:
    assert times("The quick, brown fox.", "brown", "the quick brown fox") == (200, 300)


def test_what_is_said_otherwise_lies_between_its_neighbours() -> None:
    spoken = "sales of twenty twenty four rose three point five percent again"
    assert times("Sales of 2024 rose 3.5% again", "2024", spoken) == (200, 500)
    assert times("Sales of 2024 rose 3.5% again", "3.5%", spoken) == (600, 1000)
    assert times("Sales of 2024 rose 3.5% again", "again", spoken) == (1000, 1100)


def test_a_part_that_is_said_within_a_word() -> None:
    assert times("On the 2nd day", "2nd", "on the second day") == (200, 300)


def test_at_the_beginning_and_at_the_end() -> None:
    assert times("2024 was good", "2024", "twenty twenty four was good") == (0, 300)
    assert times("It was in 2024", "2024", "it was in twenty twenty four") == (300, 600)


def test_chinese_numbers() -> None:
    script, spoken = "2024年收入增长了3.5%，很好", "二零二四 年 收入 增长 了 百分之三点五 很好"
    assert times(script, "2024", spoken) == (0, 100)
    assert times(script, "3.5%", spoken) == (500, 600)
    assert times(script, "很好", spoken) == (600, 700)


def test_what_is_not_said_does_not_move_the_rest() -> None:
    script = "It ends (see page two) here"
    spans = align(script, words("it ends here"))
    assert spans[script.index("here")].start_ms == 200
    assert all(0 <= span.start_ms <= span.end_ms <= 300 for span in spans)


def test_a_long_text_with_many_figures() -> None:
    script = " ".join(f"point {n} of 1234567890 is fine" for n in range(300))
    digits = "one two three four five six seven eight nine zero"
    spoken = words(" ".join(f"point number of {digits} is fine" for _ in range(300)))
    spans = align(script, spoken)
    places = [place for place in range(len(script)) if script.startswith("fine", place)]
    assert [spans[place].start_ms for place in places] == [1500 * n + 1400 for n in range(300)]


@given(st.text("ab1 中文%,", max_size=60), st.lists(st.text("ab1中文", min_size=1, max_size=5), min_size=1))
def test_times_never_go_back(script: str, spoken: list[str]) -> None:
    spans = align(script, [TimedWord(word, 10 * n, 10 * n + 10) for n, word in enumerate(spoken)])
    assert len(spans) == len(script)
    said = [span for span in spans if span.is_said]
    assert all(a.start_ms <= b.start_ms and a.end_ms <= b.end_ms for a, b in pairwise(said))
    assert all(0 <= span.start_ms <= span.end_ms <= 10 * len(spoken) for span in spans)


def test_words_that_a_voice_runs_into_one_share_its_time() -> None:
    assert times("our lamp (new) isn't", "lamp", "our lampnewisn't") == (100, 136)
    assert times("our lamp (new) isn't", "isn't", "our lampnewisn't") == (164, 200)
