"""Reading a text clause by clause, lazily: the first clause is there before the second sentence is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from greenroom.engines.g2p.front import ClauseLimits, TextFront, Word, clauses, sentences
from greenroom.engines.protocols import SpeechTextError


@dataclass(slots=True, frozen=True)
class Clause:
    words: tuple[Word, ...]
    is_last: bool

    @property
    def stop(self) -> str:
        return self.words[-1].stop


def read_clauses(text: str, front: TextFront, limits: ClauseLimits) -> Iterator[Clause]:
    """The clauses of a text, of which there is at least one.

    Raises:
        SpeechTextError: at once, for a text that the front cannot read; nothing is raised later.
    """
    front.check(text)
    groups = _groups(text, front, limits)
    first = next(groups, None)
    if first is None:
        raise SpeechTextError("The text holds nothing to say. Give at least one word or number.")
    return _mark_last(chain([first], groups))


def _groups(text: str, front: TextFront, limits: ClauseLimits) -> Iterator[list[Word]]:
    is_first = True
    waiting: list[Word] = []
    for sentence in sentences(text):
        if not any(character.isalnum() for character in sentence):
            continue
        words = [word for word in front.read(sentence) if word.phonemes.strip("ˈˌ ")]
        if words and not words[-1].stop:
            last = words[-1]
            words[-1] = Word(last.text, last.phonemes, ". ")
        for group in clauses(words, limits, is_first):
            waiting += group
            if sum(len(word.phonemes) for word in waiting) >= limits.least:
                is_first = False
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _mark_last(groups: Iterator[list[Word]]) -> Iterator[Clause]:
    waiting = next(groups)
    for group in groups:
        yield Clause(tuple(waiting), is_last=False)
        waiting = group
    yield Clause(tuple(waiting), is_last=True)
