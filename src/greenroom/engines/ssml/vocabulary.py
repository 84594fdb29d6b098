"""A tenant's vocabulary: where its entries stand in a text, and what each makes of the words there.

Where words are written with spaces, an entry holds for whole words; in Chinese and Japanese for the
characters wherever they stand. Of several that begin at one place the longest holds. A key in small letters
holds for the word in any letters, one with a capital for exactly that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from greenroom.engines.g2p.front import Word
from greenroom.engines.g2p.fronts import english_words
from greenroom.engines.protocols import Pronunciation, ReadingKind, Vocabulary
from greenroom.engines.ssml.errors import Place
from greenroom.engines.ssml.manner import Manner
from greenroom.engines.ssml.pieces import Phoneme, SayAs, Spoken, Sub, Unit

SAY_AS_KINDS = {
    "date": "date",
    "number": "digits",
    "figure": "cardinal",
    "telephone": "telephone",
    "spell": "characters",
    "english": "english",
}
"""The values of a SAY_AS entry, and the kind of `say-as` that each is: a number is read figure by figure, a
figure as the amount that it is."""

_SPACED = re.compile("[^\\W\u2e80-\U0003ffff]|[\u0300-\u036f\u0900-\u0dff]")
"""A letter or figure of a script that parts its words."""
_NOWHERE = Place(1, 1)
_AROUND_PHONETICS = " /[]"

_Index = dict[str, tuple[tuple[str, bool, Pronunciation], ...]]
"""By the first letter, small: key, whether any letters do, and the entry; the longest first."""


def found_in(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Pronunciation | None]]:
    """The text cut into what the vocabulary speaks of, each with its entry, and the rest."""
    index = _index(vocabulary)
    start = at = 0
    while at < len(text):
        entry = _entry_at(text, at, index)
        if entry is None:
            at += 1
            continue
        if at > start:
            yield text[start:at], None
        end = at + len(entry.key)
        yield text[at:end], entry
        start = at = end
    if start < len(text):
        yield text[start:], None


def occurs(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the vocabulary speaks of anything in the text, tags included."""
    return bool(vocabulary) and any(entry is not None for _, entry in found_in(text, vocabulary))


def piece_of(entry: Pronunciation, text: str, manner: Manner) -> Spoken | None:
    """What the entry makes of `text`, which it was found for; None: read it as `english_reading` does."""
    if entry.kind is ReadingKind.ALIAS:
        return Sub(text, manner, _NOWHERE, entry.value)
    if entry.kind is ReadingKind.CONTINUUM:
        return Unit(text, manner, _NOWHERE)
    if entry.kind is ReadingKind.SAY_AS:
        kind = SAY_AS_KINDS[entry.value]
        return None if kind == "english" else SayAs(text, manner, _NOWHERE, kind, "")
    if entry.kind is ReadingKind.CHINESE_G2P:
        return Phoneme(text, manner, _NOWHERE, "pinyin", numbered_pinyin(entry.value))
    return Phoneme(text, manner, _NOWHERE, "ipa", entry.value.strip(_AROUND_PHONETICS))


def english_reading(text: str) -> tuple[Word, ...]:
    """Letters read as an English word, not spelled."""
    return tuple(english_words(text.lower()))


def numbered_pinyin(pinyin: str) -> str:
    """Syllables with their tones as figures: `xing2` of `xíng`; what has one already is left as it is."""
    from pypinyin.contrib.tone_convert import to_tone3

    syllables = pinyin.lower().split()
    return " ".join(
        syllable if syllable[-1].isdigit() else str(to_tone3(syllable, neutral_tone_with_five=True))
        for syllable in syllables
    )


@lru_cache(maxsize=64)
def _index(vocabulary: Vocabulary) -> _Index:
    index: dict[str, list[tuple[str, bool, Pronunciation]]] = {}
    for entry in sorted(vocabulary, key=lambda entry: (-len(entry.key), entry.key.islower())):
        index.setdefault(entry.key[0].lower(), []).append((entry.key, entry.key.islower(), entry))
    return {first: tuple(entries) for first, entries in index.items()}


def _entry_at(text: str, at: int, index: _Index) -> Pronunciation | None:
    for key, is_any_case, entry in index.get(text[at].lower(), ()):
        end = at + len(key)
        here = text[at:end]
        same = here == key or (is_any_case and here.lower() == key)
        if same and not _is_inside_word(text, at) and not _is_inside_word(text, end):
            return entry
    return None


def _is_inside_word(text: str, at: int) -> bool:
    """Whether the place lies between two letters of a word that is written with spaces around it."""
    if not 0 < at < len(text):
        return False
    return _SPACED.match(text[at - 1]) is not None and _SPACED.match(text[at]) is not None
