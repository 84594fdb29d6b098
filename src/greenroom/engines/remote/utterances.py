"""A text in the sentences that a remote engine is asked for, one after another.

A remote engine takes plain words. What SSML and the vocabulary say is told in words where words can tell it:
aliases, `say-as`, silences, manners. Sounds that are given in symbols are left to the engine, which then
reads the written word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from greenroom.engines.g2p.front import MAX_TEXT_CHARACTERS, TextFront, check_letters, sentences
from greenroom.engines.g2p.fronts import can_read, front_for
from greenroom.engines.protocols import SpeechTextError, Vocabulary
from greenroom.engines.ssml.manner import PLAIN, Manner, Mark
from greenroom.engines.ssml.parser import parse
from greenroom.engines.ssml.pieces import Break, Piece, SayAs, SentenceEnd, Spoken, Sub, Text
from greenroom.engines.ssml.say_as import say_as
from greenroom.engines.ssml.spoken import is_ssml, plain_text
from greenroom.engines.ssml.vocabulary import found_in, piece_of

LONGEST = 1000
"""Characters of one utterance; servers take some thousands."""
_WORD = re.compile("[\u2e80-\U0003ffff]|[^\\W\u2e80-\U0003ffff]+(?:['’.,-][^\\W\u2e80-\U0003ffff]+)*")
_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "\n")
_WIDE_WEIGHT = 3
"""Letters that a character of Chinese or Japanese takes as long as."""


@dataclass(slots=True)
class Utterance:
    """What is said in one go."""

    manner: Manner
    text: str = ""
    words: list[tuple[str, int]] = field(default_factory=list)
    """As they are written, each with its weight: about the letters that are said for it."""
    marks: list[tuple[Mark, int]] = field(default_factory=list)
    """Each before the word of this number."""
    silence_before_ms: int = 0
    silence_after_ms: int | None = None
    """Exactly so much; None: what its last stop calls for."""
    is_last: bool = False


def check_sayable(text: str, vocabulary: Vocabulary = ()) -> None:
    """Raises SpeechTextError: nothing to say, too long, or broken SSML; for languages without a front."""
    utterances_of(text, "", vocabulary)


def utterances_of(text: str, language: str, vocabulary: Vocabulary = ()) -> list[Utterance]:
    """At least one.

    Args:
        language: BCP 47; where there is a text front of it, `say-as` is followed and scripts are checked.

    Raises:
        SpeechTextError: nothing to say, too long, broken SSML, or a script that the language does not use.
    """
    front = front_for(language) if can_read(language) else None
    pieces: list[Piece] = parse(text) if is_ssml(text) else [Text(text, PLAIN), SentenceEnd()]
    builder = _Builder(front)
    for piece in pieces:
        if isinstance(piece, Text):
            for part in _entered(piece, front, vocabulary):
                builder.add(part)
        else:
            builder.add(piece)
    found = builder.finish()
    spoken = " ".join(one.text for one in found)
    if not found:
        raise SpeechTextError("The text holds nothing to say. Give at least one word or number.")
    written = len(plain_text(text))
    if written > MAX_TEXT_CHARACTERS:
        raise SpeechTextError(
            f"The text has {written} characters and the limit is {MAX_TEXT_CHARACTERS}. Split it into parts."
        )
    if front is not None:
        check_letters(spoken, front)
    return found


def _entered(piece: Text, front: TextFront | None, vocabulary: Vocabulary) -> Iterator[Spoken]:
    """Plain words, and what the vocabulary says of some; what it says in vain is passed over."""
    for text, entry in found_in(piece.text, vocabulary):
        made = piece_of(entry, text, piece.manner) if entry is not None else None
        try:
            if made is not None:
                _words_for(made, front)
        except SpeechTextError:
            made = None
        yield made or Text(text, piece.manner)


class _Builder:
    def __init__(self, front: TextFront | None) -> None:
        self._front = front
        self._done: list[Utterance] = []
        self._now = Utterance(PLAIN)
        self._before_ms = 0

    def add(self, piece: Piece) -> None:
        if isinstance(piece, Break):
            self._silence(piece.ms)
        elif isinstance(piece, Mark):
            self._now.marks.append((piece, len(self._now.words)))
        elif isinstance(piece, SentenceEnd):
            self._end()
        elif isinstance(piece, Text):
            self._text(piece)
        else:
            said = _words_for(piece, self._front)
            self._append(said, piece.manner, [(piece.text, _weight(said))])

    def finish(self) -> list[Utterance]:
        self._end()
        if self._done:
            last = self._done[-1]
            last.is_last = True
            last.marks += [(mark, len(last.words)) for mark, _ in self._now.marks]
        return self._done

    def _text(self, piece: Text) -> None:
        found = list(sentences(piece.text))
        for number, sentence in enumerate(found):
            spaced = number > 0 or piece.text[:1].isspace()
            for part in _cut(sentence):
                words = [(word, _weight(word)) for word in _WORD.findall(part)]
                self._append((" " if spaced else "") + part, piece.manner, words)
                spaced = True
                if len(self._now.text) >= LONGEST // 2:
                    self._end()
            if number + 1 < len(found) or sentence.endswith(_ENDS):
                self._end()
        if piece.text[-1:].isspace() and self._now.text:
            self._now.text += " "

    def _append(self, said: str, manner: Manner, words: list[tuple[str, int]]) -> None:
        if manner != self._now.manner:
            self._end()
            self._now.manner = manner
        self._now.text += said
        self._now.words += words

    def _silence(self, ms: int) -> None:
        self._end()
        if self._done:
            self._done[-1].silence_after_ms = (self._done[-1].silence_after_ms or 0) + ms
        else:
            self._before_ms += ms

    def _end(self) -> None:
        now = self._now
        text = re.sub(r"\s+", " ", now.text).strip()
        if any(character.isalnum() for character in text):
            now.text = text
            now.silence_before_ms, self._before_ms = self._before_ms, 0
            self._done.append(now)
            self._now = Utterance(now.manner)
        else:
            self._now = Utterance(now.manner, marks=now.marks)


def _words_for(piece: Spoken, front: TextFront | None) -> str:
    if isinstance(piece, Sub):
        return piece.alias
    if isinstance(piece, SayAs):
        if piece.kind == "characters":
            return " ".join(piece.text.replace(" ", ""))
        said = say_as(piece, front) if front is not None else piece.text
        return said if isinstance(said, str) else piece.text
    return piece.text


def _weight(text: str) -> int:
    return max(1, sum(_WIDE_WEIGHT if character >= "\u2e80" else 1 for character in text))


def _cut(sentence: str) -> Iterator[str]:
    """A sentence that is too long for one request, at a comma or a space."""
    while len(sentence) > LONGEST:
        window = sentence[:LONGEST]
        end = max(window.rfind(sign) for sign in (", ", "; ", "，", "、", "；")) + 1
        end = end or window.rfind(" ") + 1 or LONGEST
        yield sentence[:end].strip()
        sentence = sentence[end:].strip()
    yield sentence
