"""Reading a text clause by clause, lazily: the first clause is there before the second sentence is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from greenroom.engines.g2p.front import ClauseLimits, TextFront, Word, clauses, sentences
from greenroom.engines.protocols import SpeechTextError, Vocabulary
from greenroom.engines.ssml.manner import Manner
from greenroom.engines.ssml.sentences import prepare, read
from greenroom.engines.ssml.spoken import is_ssml
from greenroom.engines.ssml.vocabulary import occurs


@dataclass(slots=True, frozen=True)
class Clause:
    words: tuple[Word, ...]
    is_last: bool
    silence_before_ms: int = 0
    """Asked for before the first clause."""
    silence_after_ms: int | None = None
    """Exactly this silence follows; None: the pause that its stop calls for."""

    @property
    def stop(self) -> str:
        return self.words[-1].stop

    @property
    def manner(self) -> Manner | None:
        """The manner in which all its words are said; None where it changes among them."""
        manners = {word.manner for word in self.words}
        return manners.pop() if len(manners) == 1 else None


def read_clauses(
    text: str, front: TextFront, limits: ClauseLimits, vocabulary: Vocabulary = ()
) -> Iterator[Clause]:
    """The clauses of a text or of SSML, of which there is at least one.

    Raises:
        SpeechTextError: at once, for a text that the front cannot read; nothing is raised later.
    """
    groups = _groups(_read(text, front, vocabulary), limits)
    first = next(groups, None)
    if first is None:
        raise SpeechTextError("The text holds nothing to say. Give at least one word or number.")
    return _clauses(chain([first], groups))


def check_readable(text: str, front: TextFront, vocabulary: Vocabulary = ()) -> None:
    """Raises SpeechTextError as `read_clauses` does, without reading the text."""
    if is_ssml(text) or occurs(text, vocabulary):
        prepare(text, front, vocabulary)
    else:
        front.check(text)


def _read(text: str, front: TextFront, vocabulary: Vocabulary) -> Iterator[list[Word] | int]:
    """The sentences as words; of SSML also the silences between them, in milliseconds."""
    if not is_ssml(text) and not occurs(text, vocabulary):
        front.check(text)
        return _plain(text, front)
    return read(prepare(text, front, vocabulary), front)


def _plain(text: str, front: TextFront) -> Iterator[list[Word] | int]:
    for sentence in sentences(text):
        if not any(character.isalnum() for character in sentence):
            continue
        words = [word for word in front.read(sentence) if word.phonemes.strip("ˈˌ ")]
        if words and not words[-1].stop:
            words[-1] = replace(words[-1], after=". ")
        yield words


def _groups(read: Iterable[list[Word] | int], limits: ClauseLimits) -> Iterator[list[Word] | int]:
    """Words that are said in one go; no group reaches over a silence."""
    is_first = True
    waiting: list[Word] = []
    for item in read:
        if isinstance(item, int):
            if waiting:
                is_first = False
                yield waiting
                waiting = []
            yield item
            continue
        for group in clauses(item, limits, is_first):
            waiting += group
            if sum(len(word.phonemes) for word in waiting) >= limits.least:
                is_first = False
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _clauses(groups: Iterator[list[Word] | int]) -> Iterator[Clause]:
    """The groups with the silences around them; one is held back until it is known whether it is the last."""
    words: list[Word] | None = None
    before_ms, after_ms = 0, None
    for item in groups:
        if isinstance(item, int):
            if words is None:
                before_ms += item
            else:
                after_ms = (after_ms or 0) + item
            continue
        if words is not None:
            yield Clause(tuple(words), False, before_ms, after_ms)
            before_ms = 0
        words, after_ms = item, None
    if words is not None:
        yield Clause(tuple(words), True, before_ms, after_ms)
