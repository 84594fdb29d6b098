"""Subtitle files: what is written can be read, what people edit can be read, what is wrong is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.stage.subtitle_plan import Box, Cue, SubtitleStyle
from greenroom.subtitles.errors import SubtitleFileError
from greenroom.subtitles.files import MOST_BYTES, read_subtitles
from greenroom.subtitles.writing import write_ass, write_srt, write_vtt

STYLE = SubtitleStyle(Box(64, 583, 1152, 94), 36, "Liberation Sans", "#FFD200", "#102030", 3.0, 0.8)
CUES = [
    Cue(320, 2500, ("The lamp (new) costs $12,400", "& it's 3.5% brighter")),
    Cue(2500, 4000, ("“晨光”公司·上海",)),
    Cue(3_605_040, 3_607_000, ("a < b {c} C:\\New",)),
]


def ass(cues: list[Cue]) -> str:
    return write_ass(cues, STYLE, (1280, 720))


@pytest.mark.parametrize("write", [write_srt, write_vtt, ass])
def test_what_is_written_is_read(write: object) -> None:
    assert read_subtitles(write(CUES).encode()) == CUES  # type: ignore[operator]


CUE_TEXTS = st.lists(
    st.lists(
        st.from_regex(r"[a-z中0-9&%.'\"-]{1,12}( [a-z中]{1,9})?", fullmatch=True), min_size=1, max_size=2
    ),
    min_size=1,
    max_size=6,
)


@given(CUE_TEXTS, st.lists(st.integers(80, 500), min_size=13, max_size=13))
def test_round_trips(texts: list[list[str]], lengths: list[int]) -> None:
    moments = [10 * sum(lengths[:number]) for number in range(len(lengths))]
    cues = [Cue(moments[2 * n], moments[2 * n + 1], tuple(lines)) for n, lines in enumerate(texts)]
    for write in (write_srt, write_vtt, ass):
        assert read_subtitles(write(cues).encode()) == cues


class TestWriting:
    def test_srt(self) -> None:
        assert write_srt(CUES[:1]) == (
            "1\n00:00:00,320 --> 00:00:02,500\nThe lamp (new) costs $12,400\n& it's 3.5% brighter\n"
        )

    def test_vtt_escapes(self) -> None:
        text = write_vtt(CUES)
        assert text.startswith("WEBVTT\n\n00:00:00.320 --> 00:00:02.500\n")
        assert "&amp; it's" in text and "a &lt; b" in text and "01:00:05.040" in text

    def test_ass_has_the_look_and_the_place(self) -> None:
        text = ass(CUES)
        assert "PlayResX: 1280" in text and "PlayResY: 720" in text
        (style,) = re.findall(r"^Style: (.*)$", text, re.M)
        values = style.split(",")
        assert values[1:4] == ["Liberation Sans", "36", "&H3300D2FF"]
        assert values[5] == "&H33302010" and values[18] == "2" and values[19:22] == ["64", "64", "43"]
        assert (
            r"Dialogue: 0,0:00:00.32,0:00:02.50,Default,,0,0,0,,The lamp (new) costs $12,400\N& it's" in text
        )


class TestReading:
    def test_srt_as_editors_leave_it(self) -> None:
        text = (
            "\ufeff7\r\n0:0:1.5 --> 00:00:02,25  X1:10\r\n<i>Hello</i> {\\an8}there\r\n  friend \r\n\r\n\r\n"
            "00:00:03,000 --> 00:00:04,000\r\nno number\r\n9\r\n00:00:04,000 --> 00:00:05,000\r\nno gap\r\n"
        )
        assert read_subtitles(text.encode()) == [
            Cue(1500, 2250, ("Hello there", "friend")),
            Cue(3000, 4000, ("no number",)),
            Cue(4000, 5000, ("no gap",)),
        ]

    def test_utf_16(self) -> None:
        assert read_subtitles(write_srt(CUES).encode("utf-16")) == CUES

    def test_vtt_with_everything(self) -> None:
        text = (
            "WEBVTT - made by hand\n\nSTYLE\n::cue { color: red }\n\nNOTE a remark\nover two lines\n\n"
            "intro\n00:01.000 --> 00:02.000 line:90% align:center\n"
            "<v Ana>Hi &amp; <00:01.500><c.loud>welcome</c>\n"
        )
        assert read_subtitles(text.encode()) == [Cue(1000, 2000, ("Hi & welcome",))]

    def test_ass_in_any_order_with_own_columns(self) -> None:
        text = (
            "[Script Info]\nTitle: x\n[Events]\nFormat: Start, End, Text\n"
            "Comment: 0:00:09.00,0:00:10.00,not this\n"
            "Dialogue: 0:00:03.00,0:00:04.00,{\\b1}two\\Nlines{\\b0}, with a comma\n"
            "Dialogue: 0:00:01.00,0:00:02.00,first\n"
        )
        assert read_subtitles(text.encode()) == [
            Cue(1000, 2000, ("first",)),
            Cue(3000, 4000, ("two", "lines, with a comma")),
        ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"  \n\n", "it is empty"),
        (b"Dear customers, this is a letter.", "neither SRT nor WebVTT nor ASS"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 1 is not UTF-8"),
        ("1\n00:00:01,000 --> 00:00:02,000\nnaïve\n".encode("latin-1"), "line 3 is not UTF-8"),
        (b"1\n00:00:01,000 --> 00:00:61,000\nHi\n", "line 2: '00:00:61,000' is no time"),
        (b"1\nsoon --> 00:00:02,000\nHi\n", "line 2: 'soon' is no time"),
        (b"1\n00:00:02,000 --> 00:00:02,000\nHi\n", "line 2: the subtitle ends before it begins"),
        (
            b"1\n00:00:01,000 --> 00:00:03,000\nHi\n\n2\n00:00:02,000 --> 00:00:04,000\nyou\n",
            "line 6: the subtitle begins at 2.000 s, before the one above it ends (3.000 s)",
        ),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "holds no subtitle"),
        (b"WEBVTT\n\nNOTE nothing\n", "holds no subtitle"),
        (b"[Events]\nDialogue: 0,0:00:01.00\n", "line 2 has too few values"),
        (b"x" * (MOST_BYTES + 1), f"at most {MOST_BYTES}"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, words: str) -> None:
    with pytest.raises(SubtitleFileError) as caught:
        read_subtitles(data)
    assert words in caught.value.message
