"""Table 4-7 of the service overview: which marks go, which leave a space, which stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.subtitles.text import Break, script_text, shown_text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Hello, world.", "Hello world"),
        ("Stop! Now; go?", "Stop Now go"),
        ("好的，我们开始。", "好的 我们开始"),
        ("苹果、梨；桃子：都有！", "苹果 梨 桃子 都有"),
        ("First paragraph.\n\nSecond one.\n", "First paragraph Second one"),
        ("¿Qué tal? ¡Hola!", "Qué tal Hola"),
        ("Wait—what… Well -- yes", "Wait what Well yes"),
    ],
)
def test_marks_go_and_leave_a_space_inside(written: str, shown: str) -> None:
    assert shown_text(written).text == shown


@pytest.mark.parametrize(
    "kept",
    [
        'the "Lumen" (our lamp)',
        "“晨光”公司（总部在上海）",
        "列奥纳多·达·芬奇",
        "about 5~6 days",
        "3.5% of $12,400 at 10:30",
        "don't, isn’t".replace(",", " and"),
        "a well-known 5-to-4 result at -5 °C",
        "2010–2015",
        "the U.S. economy, e.g. cars".replace(",", ""),
        "it costs .5",
        "see www.lamps.example/new?a=1",
        "mail anna.b@lamps.example",
        "C++ & Q&A at 50 km/h",
    ],
)
def test_what_is_part_of_words_and_numbers_stays(kept: str) -> None:
    assert shown_text(kept).text == kept


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('He said "Go!" and left.', 'He said "Go" and left'),
        ("他说：“走吧。”然后走了。", "他说 “走吧” 然后走了"),
        ('Say "yes", "no".', 'Say "yes" "no"'),
        ("See https://lamps.example/new?a=1, now!", "See https://lamps.example/new?a=1 now"),
        ("It weighs 3.5 kg.", "It weighs 3.5 kg"),
        ("The end of the U.S.", "The end of the U.S."),
        ("中文,英文.混排", "中文 英文 混排"),
    ],
)
def test_a_mark_before_a_closing_one_leaves_its_space_behind_it(written: str, shown: str) -> None:
    assert shown_text(written).text == shown


def test_the_gaps_tell_what_stood_there() -> None:
    shown = shown_text("Dr. Vega came, and left. Then she called: good.")
    kinds = {shown.text[:place].split()[-1]: kind for place, kind in shown.gaps.items()}
    assert kinds == {
        "Dr": Break.CLINGING, "came": Break.COMMA, "left": Break.SENTENCE, "called": Break.CLAUSE,
    }  # fmt: skip


def test_tags_are_not_shown() -> None:
    assert script_text('<speak>Hello <break time="1s"/>there.</speak>') == "Hello there."
    assert script_text("a < b and c > d") == "a < b and c > d"


@given(st.text(alphabet="abé中文字 .,;:!?，。！？…-–—\"'()“”（）·~0123456789\n%$", max_size=200))
def test_no_letter_is_lost_and_every_character_knows_its_place(text: str) -> None:
    shown = shown_text(text)
    assert [c for c in shown.text if c.isalnum()] == [c for c in text if c.isalnum()]
    for character, source in zip(shown.text, shown.sources, strict=True):
        assert source == -1 if character == " " else text[source] == character
    assert shown.text == " ".join(shown.text.split())
    assert all(shown.text[place] == " " for place in shown.gaps)
