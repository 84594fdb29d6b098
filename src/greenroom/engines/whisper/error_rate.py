"""How far a transcript is from its text: word error rate; characters where a language has no spaces."""

from __future__ import annotations

import re
import unicodedata

from greenroom.engines.g2p.hindi_figures import spoken_number

_NO_SPACES = ("zh", "ja")
_FIGURE = re.compile(r"\d+(?:[.,]\d{3})*(?!\d)")
_MOST_DIGITS = 15


def error_rate(text: str, transcript: str, language: str) -> float:
    """Edits that turn the text into the transcript, per word (per character in Chinese and Japanese).

    Case, accents' composition and punctuation do not count. Whole numbers are compared as they are said: a
    recogniser writes 200 where "two hundred" was.
    """
    wanted, heard = _units(text, language), _units(transcript, language)
    return _edits(wanted, heard) / max(1, len(wanted))


def unit_count(text: str, language: str) -> int:
    """The words or characters that `error_rate` counts."""
    return len(_units(text, language))


def in_words(figure: str, language: str) -> str:
    """`1200` or `3.5` as it is said; as it is, where nobody knows how.

    Args:
        figure: digits, with a point before decimals.
        language: BCP 47 or its first part.
    """
    if len(figure.partition(".")[0]) > _MOST_DIGITS or figure.count(".") > 1:
        return figure
    if language.startswith("zh"):
        from cn2an import an2cn

        return str(an2cn(figure, "low"))
    if language.startswith("hi"):
        return spoken_number(int(figure)) if figure.isdecimal() else figure
    from num2words import num2words

    try:
        return str(num2words(float(figure) if "." in figure else int(figure), lang=language[:2]))
    except NotImplementedError:
        return figure


def _units(text: str, language: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    written = _FIGURE.sub(lambda f: f" {in_words(re.sub(r'[.,]', '', f.group()), language)} ", plain)
    spaced = "".join(
        c if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M" else " " for c in written
    )
    if language.startswith("zh"):
        spaced = spaced.replace("两", "二")  # 200 may have been either
    if language.startswith(_NO_SPACES):
        return list(re.sub(r"\s", "", spaced))
    return spaced.split()


def _edits(wanted: list[str], heard: list[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(heard) + 1))
    for i, unit in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (unit != other))
    return row[-1]
