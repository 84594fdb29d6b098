"""Were the words of the text said? The recogniser's transcript beside the text, both brought to one form.

English is compared by words, Chinese by syllables without their tones: a recogniser hears 他 where 她 is
written, and that is no fault of the reader. Figures are compared as they are said.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from greenroom.engines.whisper.error_rate import in_words

_TOKEN = re.compile(r"[\u3400-\u9fff]|\d+(?:[.,]\d+)*%?|[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SAME = {
    "ok": "okay", "mr": "mister", "mrs": "missus", "dr": "doctor", "st": "saint", "grey": "gray",
    "colour": "color", "favourite": "favorite", "neighbour": "neighbor", "harbour": "harbor",
    "theatre": "theater", "centre": "center", "metre": "meter", "travelled": "traveled", "towards": "toward",
}  # fmt: skip
"""Two ways to write what sounds alike."""


@dataclass(slots=True, frozen=True)
class Unit:
    """A word or syllable, and the characters of the text that it comes from."""

    form: str
    start: int
    end: int


@dataclass(slots=True, frozen=True)
class Comparison:
    error_rate: float
    """Units that are missing, extra or others, per unit of the text."""
    unmatched: tuple[int, ...]
    """The places of the text's characters that were not heard."""
    missing: tuple[str, ...]
    """The words of the text that were not heard, as they are written."""
    heard_units: frozenset[int]
    """Of the transcript's words: those that stand in the text at their place."""
    count: int
    """Units of the text."""


def compare(text: str, heard: str, language: str) -> Comparison:
    """The text beside what was heard. `language`: BCP 47, `zh-CN` or `en-US`."""
    wanted, said = units(text, language), units(heard, language)
    matcher = SequenceMatcher(None, [u.form for u in wanted], [u.form for u in said], autojunk=False)
    matched: set[int] = set()
    heard_units: set[int] = set()
    faults = 0
    for kind, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        if kind == "equal":
            matched.update(range(a_start, a_end))
            heard_units.update(range(b_start, b_end))
        elif "".join(u.form for u in wanted[a_start:a_end]) == "".join(u.form for u in said[b_start:b_end]):
            # The same letters, parted in another way: shoemaker, shoe maker.
            matched.update(range(a_start, a_end))
            heard_units.update(range(b_start, b_end))
        else:
            faults += max(a_end - a_start, b_end - b_start)
    left = [unit for number, unit in enumerate(wanted) if number not in matched]
    places = sorted({place for unit in left for place in range(unit.start, unit.end)})
    return Comparison(
        error_rate=faults / max(1, len(wanted)),
        unmatched=tuple(places),
        missing=tuple(dict.fromkeys(text[unit.start : unit.end] for unit in left)),
        heard_units=frozenset(heard_units),
        count=len(wanted),
    )


def units(text: str, language: str) -> list[Unit]:
    """What is compared, in order."""
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) != len(text):
        plain = text
    found: list[Unit] = []
    for match in _TOKEN.finditer(plain):
        for form in _forms(match.group(), language):
            found.append(Unit(form, match.start(), match.end()))
    return found


def unit_count(text: str, language: str) -> int:
    return len(units(text, language))


def _forms(token: str, language: str) -> list[str]:
    if token[0].isdigit():
        return _spoken_figure(token, language)
    if _CHINESE.match(token):
        return [_syllable(token)]
    word = token.lower().replace("’", "'")
    return [_SAME.get(word, word).replace("'", "")]


def _spoken_figure(token: str, language: str) -> list[str]:
    figure = token.rstrip("%").replace(",", "")
    percent = token.endswith("%")
    said = in_words(figure, language)
    if language.startswith("zh"):
        return [_syllable(c) for c in ("百分之" if percent else "") + said]
    return [word for word in re.split(r"[\s,-]+", said) if word != "and"] + (["percent"] if percent else [])


@cache
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])
