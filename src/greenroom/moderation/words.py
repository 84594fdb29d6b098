"""The word lists: the built-in ones of English and Chinese, and the operator's own words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from greenroom.engines.protocols import Decision, Finding, Image
from greenroom.moderation.normalise import han_of, tokens_of

ALLOW = "ALLOW"
"""An operator's decision: the word passes although a built-in list has it."""
_ENDINGS = ("", "s", "es", "ed", "ing", "in", "er", "ers")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
MAX_WORD_CHARACTERS = 128
LONGEST_PHRASE = 8


@dataclass(slots=True, frozen=True)
class Word:
    text: str
    category: str
    decision: str
    """REFUSE, DOUBT or ALLOW."""


def normalise(text: str) -> str:
    """The form that is compared: Chinese characters alone if there are any, else words with one space."""
    if _HAN.search(text):
        return han_of(text)
    return " ".join(tokens_of(text))


@cache
def built_in_words() -> tuple[Word, ...]:
    """Of both lists."""
    found = []
    for name in ("words_en.txt", "words_zh.txt"):
        for line in files("greenroom.moderation").joinpath(name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                category, decision, text = line.split(" ", 2)
                found.append(Word(text, category, decision))
    return tuple(found)


class WordModerator:
    """Finds listed words in texts. Time grows with the text, not with the lists."""

    name = "words"
    reads_text = True
    sees_pictures = False

    def __init__(self, own: Iterable[Word] = (), built_in: Iterable[Word] | None = None) -> None:
        """`own` goes before the built-in words of the same normal form."""
        words = {normalise(word.text): word for word in (built_in_words() if built_in is None else built_in)}
        words |= {normalise(word.text): word for word in own}
        listed = {form: word for form, word in words.items() if form and word.decision != ALLOW}
        self._han: dict[str, list[tuple[str, Word]]] = {}
        self._phrases: dict[str, Word] = {}
        for form, word in listed.items():
            if _HAN.match(form):
                self._han.setdefault(form[0], []).append((form, word))
            else:
                self._phrases[form] = word
        self._longest = max((form.count(" ") + 1 for form in self._phrases), default=0)

    def review_text(self, text: str) -> Sequence[Finding]:
        hits = {word.text: word for word in self._hits(text)}
        return tuple(
            Finding(self.name, word.category, Decision(word.decision), 1.0, word.text)
            for word in hits.values()
        )

    def review_picture(self, picture: Image) -> Sequence[Finding]:
        return ()

    def _hits(self, text: str) -> Iterable[Word]:
        han = han_of(text)
        for place, letter in enumerate(han):
            for form, word in self._han.get(letter, ()):
                if han.startswith(form, place):
                    yield word
        tokens = tokens_of(text)
        yield from self._latin_hits(tokens)
        if (other := tokens_of(text, one="l")) != tokens:
            yield from self._latin_hits(other)

    def _latin_hits(self, tokens: list[str]) -> Iterable[Word]:
        for place in range(len(tokens)):
            for length in range(1, min(self._longest, LONGEST_PHRASE, len(tokens) - place) + 1):
                found = self._phrase(tokens[place : place + length])
                if found is not None:
                    yield found
        yield from self._split_words(tokens)

    def _phrase(self, tokens: list[str]) -> Word | None:
        text = " ".join(tokens)
        for stem in _stems(text):
            if stem in self._phrases:
                return self._phrases[stem]
        return None

    def _split_words(self, tokens: list[str]) -> Iterable[Word]:
        """A word cut in two (`fu ck`): rarely an accident, so a person looks at it."""
        for first, second in pairwise(tokens):
            word = self._phrases.get(first + second)
            if word is not None and len(first + second) > 3:
                yield Word(word.text, word.category, Decision.DOUBT.value)


def _stems(text: str) -> Iterable[str]:
    """The text, and what it would be an inflected form of."""
    for ending in _ENDINGS:
        if ending and text.endswith(ending) and len(text) > len(ending) + 2:
            stem = text[: -len(ending)]
            yield stem
            yield stem + "e"
            if len(stem) > 2 and stem[-1] == stem[-2]:
                yield stem[:-1]
        elif not ending:
            yield text
