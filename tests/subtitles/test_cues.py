"""Cues: no text lost, two lines at most, long enough to be read, ends at sense."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.stage.subtitle_plan import Cue, cue_at
from greenroom.subtitles.alignment import TimedWord
from greenroom.subtitles.cues import LONGEST_MS, SHORTEST_MS, cues_of, fitted
from greenroom.subtitles.lines import LineWidth

WIDTH = LineWidth()


def said(text: str, pause_ms: int = 0) -> list[TimedWord]:
    """Words with times, at some 14 letters a second; `|` stands for a pause."""
    words, at = [], 100
    for word in text.split():
        if word == "|":
            at += pause_ms
            continue
        length = max(120, 70 * len(word) * (3 if word[0] > "\u3000" else 1))
        words.append(TimedWord(word, at, at + length))
        at += length
    return words


def cut(script: str, spoken: str, pause_ms: int = 0) -> list[Cue]:
    words = said(spoken, pause_ms)
    return cues_of(script, words, WIDTH, words[-1].end_ms + 1000)


def lines(cues: list[Cue]) -> list[str]:
    return ["|".join(cue.lines) for cue in cues]


class TestEnglish:
    def test_lines_break_at_sense(self) -> None:
        rest = "said that the new lamp uses half of the power of the old one"
        script = f"Dr. Brandt, who leads the 2nd team, {rest}."
        spoken = f"doctor brandt who leads the second team {rest}"
        assert lines(cut(script, spoken)) == [
            "Dr Brandt who leads the 2nd team",
            "said that the new lamp uses half|of the power of the old one",
        ]

    def test_short_sentences_share_a_cue_but_no_line(self) -> None:
        assert lines(cut("Yes. It does.", "yes it does")) == ["Yes|It does"]

    def test_numbers_take_the_time_of_what_is_said_for_them(self) -> None:
        spoken = said("sales rose three point five percent | then they fell", 900)
        (first, second) = cues_of("Sales rose 3.5%. Then they fell.", spoken, WIDTH, 9000)
        assert first.lines == ("Sales rose 3.5%",) and second.lines == ("Then they fell",)
        assert (first.start_ms, first.end_ms) == (spoken[0].start_ms, spoken[5].end_ms)
        assert (second.start_ms, second.end_ms) == (spoken[6].start_ms, spoken[8].end_ms)

    def test_a_pause_ends_a_cue(self) -> None:
        cues = cut("We looked at it and we liked it", "we looked at it | and we liked it", 4000)
        assert lines(cues) == ["We looked at it", "and we liked it"]
        assert cues[1].start_ms - cues[0].end_ms == 4000

    def test_a_word_longer_than_a_line_is_divided(self) -> None:
        cues = cut("a" * 150, "a" * 150)
        assert "".join("".join(cue.lines) for cue in cues) == "a" * 150
        assert all(WIDTH.of(line) <= 1.0001 for cue in cues for line in cue.lines)


class TestChinese:
    SCRIPT = "“晨光”公司（总部在上海）的收入增长了3.5%，达到1200万元。会议10:30开始，GPU也来了！"
    SPOKEN = (
        "晨光 公司 总部 在 上海 的 收入 增长 了 百分之三点五 达到 一千二百 万元 "
        "会议 十点 三十分 开始 GPU 也 来 了"
    )

    def test_lines_break_between_words(self) -> None:
        assert lines(cut(self.SCRIPT, self.SPOKEN)) == [
            "“晨光”公司（总部在上海）|的收入增长了3.5% 达到1200万元",
            "会议10:30开始 GPU也来了",
        ]

    def test_closing_marks_do_not_begin_a_line(self) -> None:
        text = "我们在这里（也就是在这个很大很大的城市的中心里面的一个地方）见面然后一起去吃饭"
        for cue in cut(text, " ".join(text.replace("（", "").replace("）", ""))):
            for line in cue.lines:
                assert line[0] not in "）”》。，" and line[-1] not in "（“《"
                assert len(line) <= 18

    def test_mixed_text_keeps_english_words_whole(self) -> None:
        text = "今天我们用Greenroom做了一个关于renewable energy的视频并且发布在网站上面了"
        spoken = "今天 我们 用 Greenroom 做 了 一个 关于 renewable energy 的 视频 并且 发布 在 网站 上面 了"
        shown = lines(cut(text, spoken))
        assert "".join(shown).replace("|", "").replace(" ", "") == text.replace(" ", "")
        assert all(any(word in line for line in shown) for word in ("Greenroom", "renewable", "energy"))


WORDS = st.lists(
    st.sampled_from(
        ["the", "lamp", "and", "extraordinarily", "3.5", "glows", "在", "我们", "的", "视频", "GPU"]
    ),
    min_size=1,
    max_size=80,
)
MARKS = st.sampled_from(["", "", "", ",", ".", "!", "，", "。", ";", "\n"])


@settings(max_examples=60, deadline=None)
@given(WORDS, st.data())
def test_limits_are_kept(words: list[str], data: st.DataObject) -> None:
    marks = [data.draw(MARKS) for _ in words]
    script = "".join(f"{word}{mark} " for word, mark in zip(words, marks, strict=True))
    at, spoken = 0, []
    for word in words:
        at += data.draw(st.sampled_from([0, 0, 0, 300, 1500]))
        length = data.draw(st.integers(180, 600))
        spoken.append(TimedWord(word, at, at + length))
        at += length
    cues = cues_of(script, spoken, WIDTH, at + 1000)
    shown = "".join(line for cue in cues for line in cue.lines)
    assert [c for c in shown if c.isalnum()] == [c for word in words for c in word if c.isalnum()]
    starts, ends = {word.start_ms for word in spoken}, {word.end_ms for word in spoken}
    for number, cue in enumerate(cues):
        assert 1 <= len(cue.lines) <= 2 and all(WIDTH.of(line) <= 1.0001 for line in cue.lines)
        assert cue.start_ms in starts
        assert SHORTEST_MS <= cue.end_ms - cue.start_ms <= LONGEST_MS or _has_no_room(cues, number)
        assert cue.end_ms in ends | starts or cue.end_ms - cue.start_ms in (SHORTEST_MS, LONGEST_MS)
    for cue, following in pairwise(cues):
        assert cue.end_ms <= following.start_ms
        assert following.start_ms == cue.end_ms or following.start_ms - cue.end_ms >= 80


def _has_no_room(cues: list[Cue], number: int) -> bool:
    """A word said alone between its neighbours: nothing can be longer than what is said."""
    return number + 1 < len(cues) and cues[number].end_ms == cues[number + 1].start_ms


class TestFitted:
    def test_what_fits_stays_as_it_was_written(self) -> None:
        cue = Cue(0, 3000, ("Hello, world!", "It stays."))
        assert fitted(cue, WIDTH) == [cue]

    def test_what_does_not_is_divided_at_sense_and_keeps_its_time(self) -> None:
        text = (
            "This line was written by somebody who did not think of the width of a telephone, and it goes on "
            "for quite a while before it comes to its end."
        )
        cues = fitted(Cue(1000, 10_000, (text,)), WIDTH)
        assert " ".join(line for cue in cues for line in cue.lines) == text
        assert cues[0].start_ms == 1000 and cues[-1].end_ms == 10_000
        assert all(a.end_ms == b.start_ms for a, b in pairwise(cues))
        assert len(cues) == 2 and cues[0].lines[-1].endswith("telephone,")

    def test_one_line_boxes(self) -> None:
        cues = fitted(Cue(0, 4000, ("one line", "and another")), WIDTH, most_lines=1)
        assert [cue.lines for cue in cues] in ([("one line and another",)], [("one line",), ("and another",)])


def test_a_cue_lingers_over_a_short_pause_only() -> None:
    first, second, third = (Cue(a, b, (str(a),)) for a, b in ((0, 1000), (1250, 2000), (2400, 3000)))
    cues = [first, second, third]
    assert [cue_at(cues, at) for at in (0, 999, 1249, 1250, 2100, 2399, 2400, 3000)] == [
        first, first, first, second, None, None, third, None,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "  \n", "—", "(…)"])
def test_nothing_to_show(text: str) -> None:
    assert cues_of(text, said("hm"), WIDTH, 1000) == []
