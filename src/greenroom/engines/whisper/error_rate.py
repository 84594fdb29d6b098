"""How far a transcript is from its text: word error rate; characters where a language has no spaces."""

from __future__ import annotations

import re
import unicodedata

_NO_SPACES = ("zh", "ja")


def error_rate(text: str, transcript: str, language: str) -> float:
    """Edits that turn the text into the transcript, per word (per character in Chinese and Japanese).

    Case, accents' composition and punctuation do not count; figures should be written out in the text.
    """
    wanted, heard = _units(text, language), _units(transcript, language)
    return _edits(wanted, heard) / max(1, len(wanted))


def unit_count(text: str, language: str) -> int:
    """The words or characters that `error_rate` counts."""
    return len(_units(text, language))


def _units(text: str, language: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    spaced = "".join(
        c if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M" else " " for c in plain
    )
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
