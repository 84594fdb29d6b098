"""Which way text runs, and of which pieces it is drawn."""

from __future__ import annotations

import pytest

from greenroom.stage.subtitle_fonts import SubtitleFontError, font_chain
from greenroom.stage.text_direction import directed, is_from_right
from greenroom.stage.text_pieces import pieces_of

SHALOM, OLAM = "שלום", "עולם"
MARHABA = "مرحبا"


def _has_font(text: str) -> bool:
    try:
        font_chain(None, text)
    except SubtitleFontError:
        return False
    return True


def shown(line: str) -> list[str]:
    """The pieces from left to right; those that run from the right are marked with `<`."""
    pieces = directed(line, is_from_right(line))
    return [("<" if piece.from_right else "") + piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("Good morning (2026).", ["Good morning (2026)."]),
        (f"{SHALOM} {OLAM}!", [f"<{SHALOM} {OLAM}!"]),
        (f"Say {SHALOM} {OLAM} now", ["Say ", f"<{SHALOM} {OLAM}", " now"]),
        (f"{SHALOM} abc {OLAM}", [f"< {OLAM}", "abc", f"<{SHALOM} "]),
        (f"{SHALOM} 12,400.", ["<.", "12,400", f"<{SHALOM} "]),
        (f"{MARHABA} 25% abc", ["abc", "<% ", "25", f"<{MARHABA} "]),
        (f"{SHALOM} 25% abc", ["abc", "< ", "25%", f"<{SHALOM} "]),
        (f"{SHALOM} Anna (2026)", ["Anna (2026)", f"<{SHALOM} "]),
        (f"{SHALOM} ({OLAM})", [f"<{SHALOM} ({OLAM})"]),
        (f"one ({SHALOM}) two", ["one (", f"<{SHALOM}", ") two"]),
        ("", []),
        ("   ", ["   "]),
    ],
)
def test_pieces_from_left_to_right(line: str, pieces: list[str]) -> None:
    assert shown(line) == pieces


def test_the_first_letter_gives_the_direction() -> None:
    assert is_from_right(f"12. {SHALOM} abc") and not is_from_right(f"12. abc {SHALOM}")
    assert not is_from_right("2026 …")


@pytest.mark.parametrize("emoji", ["😀", "❤️", "👍🏽", "🇩🇪", "✅"])
def test_an_emoji_stands_apart_from_the_letters(emoji: str) -> None:
    try:
        pieces = pieces_of(f"ab {emoji} cd", font_chain(None, "ab cd"), from_right=False)
    except SubtitleFontError:
        pytest.skip(f"no font here has {emoji}: install fonts-noto-color-emoji")
    texts = [piece.text for piece in pieces]
    assert texts[0] == "ab " and texts[-1].strip() == "cd"
    middle = "".join(piece.text for piece in pieces[1:-1]) + texts[-1][: texts[-1].index("cd")]
    assert middle.strip().startswith(emoji[0])


def test_signs_with_a_plain_form_stay_letters() -> None:
    pieces = pieces_of("5 © 3 #1 *", font_chain(None), from_right=False)
    assert not any(piece.is_emoji for piece in pieces)


@pytest.mark.skipif(not _has_font(MARHABA), reason="no font here has Arabic: install fonts-dejavu")
def test_arabic_letters_are_joined() -> None:
    """Shaped, a word is narrower than its letters one by one."""
    fonts = font_chain(None, MARHABA)
    (word,) = pieces_of(MARHABA, fonts, from_right=True)
    alone = sum(pieces_of(letter, fonts, from_right=True)[0].width(60) for letter in MARHABA)
    assert word.from_right and 0 < word.width(60) < 0.95 * alone
