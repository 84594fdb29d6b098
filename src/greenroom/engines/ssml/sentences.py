"""Pieces of a text to sentences of words: the fronts read whole sentences, whatever tags lie in them.

A word that is said in two ways is read by the sentence it stands in, so a sentence is first read as if it had
no tags. Then each part of it is read alone; where both readings agree on the words, the first one stands, and
the second tells which words belong to which part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from greenroom.engines.g2p.front import (
    MAX_TEXT_CHARACTERS,
    STOPS,
    TextFront,
    Word,
    check_letters,
    sentences,
)
from greenroom.engines.protocols import Pronunciation, SpeechTextError, Vocabulary
from greenroom.engines.ssml.manner import PLAIN, Manner, Mark
from greenroom.engines.ssml.parser import parse
from greenroom.engines.ssml.phonemes import symbols_of
from greenroom.engines.ssml.pieces import Break, Phoneme, Piece, SayAs, SentenceEnd, Spoken, Sub, Text
from greenroom.engines.ssml.say_as import say_as
from greenroom.engines.ssml.spoken import is_ssml
from greenroom.engines.ssml.vocabulary import english_reading, found_in, piece_of

_STAND_IN = "x"
"""Read in place of words that the front cannot read, so that the sentence keeps its shape."""
_LONGEST_WORD = 100
"""phoneme symbols: what is longer stays several words, so that a clause can end inside"""
_STOP_SIGNS = {
    "，": ",", "、": ",", "。": ".", "．": ".", "！": "!", "？": "?", "：": ":", "；": ";", "।": ".",
    "–": "—",
}  # fmt: skip
_SENTENCE_SIGNS = re.compile(r"[.!?…。！？；।\n]")
_LAST_STOPS = re.compile(r"[\s.,;:!?…—，、。！？；：।]+$")
_GLUE = frozenset({"", "'", "’"})
"""Between two parts of one word, as in `MLF's`."""
_EAST_ASIAN = "\u2e80"
"""Letters from here on are written without spaces."""


@dataclass(slots=True, frozen=True)
class Part:
    """Some words of a text, all said in one manner."""

    text: str
    """What the front reads."""
    manner: Manner
    fixed: tuple[Word, ...] = ()
    """Said in place of what the front makes of the text."""
    written: str = ""
    """Set: it is one word, written like this."""

    @property
    def is_atom(self) -> bool:
        return bool(self.fixed or self.written)


Item: TypeAlias = Part | Break | Mark | SentenceEnd


def prepare(text: str, front: TextFront, vocabulary: Vocabulary = ()) -> list[Item]:
    """A text or SSML made ready for `read`, after which nothing can be wrong any more.

    Raises:
        SsmlError: see `parser.parse`; or sounds and figures that the language does not have.
        SpeechTextError: nothing to say, too long, or a script that the front cannot read.
    """
    pieces: list[Piece] = parse(text) if is_ssml(text) else [Text(text, PLAIN), SentenceEnd()]
    items: list[Item] = []
    for piece in pieces:
        if isinstance(piece, Text):
            items += _entered(piece, front, vocabulary)
        elif isinstance(piece, Spoken):
            items.append(_prepared(piece, front))
        else:
            items.append(piece)
    parts = [item for item in items if isinstance(item, Part)]
    said = " ".join(_checked(part) for part in parts)
    if vocabulary and sum(len(part.written or part.text) for part in parts) <= MAX_TEXT_CHARACTERS:
        check_letters(said, front)
    else:
        front.check(said)
    return items


def read(items: Sequence[Item], front: TextFront) -> Iterator[list[Word] | int]:
    """The sentences as words, and between them the silences asked for, in milliseconds.

    Every mark lies on a word: on the one that follows it, or on the last of all.
    """
    held: list[Word] | None = None
    silences: list[int] = []
    marks: list[Mark] = []
    for stretch, silence_ms in _stretches(items):
        found = list(_sentences(stretch))
        for number, sentence in enumerate(found):
            is_cut = silence_ms is not None and number + 1 == len(found)
            words, marks = _marked(_read(sentence, front), marks)
            words = _ended(words, "," if is_cut else ".")
            if words:
                if held is not None:
                    yield held
                yield from silences
                held, silences = words, []
        if silence_ms is not None:
            silences.append(silence_ms)
    if held is not None:
        last = replace(held[-1], marks=held[-1].marks + tuple(replace(mark, at_end=True) for mark in marks))
        yield [*held[:-1], last]
        yield from silences


def _prepared(piece: Spoken, front: TextFront) -> Part:
    if isinstance(piece, Text):
        return Part(piece.text, piece.manner)
    if isinstance(piece, Phoneme):
        fixed = (Word(piece.text, symbols_of(piece, front.code)),)
        return Part(_readable(piece.text, front), piece.manner, fixed)
    if isinstance(piece, SayAs):
        said = say_as(piece, front)
        if isinstance(said, str):
            return Part(said, piece.manner, written=piece.text)
        return Part(_readable(piece.text, front), piece.manner, said, piece.text)
    spoken = piece.alias if isinstance(piece, Sub) else piece.text
    return Part(spoken, piece.manner, written=piece.text)


def _entered(piece: Text, front: TextFront, vocabulary: Vocabulary) -> list[Part]:
    """Plain words, with what the vocabulary says of some of them.

    An entry that this language cannot follow, such as pinyin in English, is passed over.
    """
    parts: list[Part] = []
    plain = ""
    for text, entry in found_in(piece.text, vocabulary):
        part = _said_by(entry, text, piece.manner, front) if entry is not None else None
        if part is None:
            plain += text
            continue
        if plain:
            parts.append(Part(plain, piece.manner))
        parts.append(part)
        plain = ""
    return [*parts, Part(plain, piece.manner)] if plain else parts


def _said_by(entry: Pronunciation, text: str, manner: Manner, front: TextFront) -> Part | None:
    """None: the voice cannot say it so."""
    try:
        piece = piece_of(entry, text, manner)
        if piece is None:
            return Part(_readable(text, front), manner, english_reading(text), text)
        part = _prepared(piece, front)
        front.check(_checked(part))
    except SpeechTextError:
        return None
    return part


def _readable(text: str, front: TextFront) -> str:
    """The text of an element whose sounds are given, if the front can read it, for the sentence's sake."""
    try:
        front.check(text)
    except SpeechTextError:
        return _STAND_IN
    return text


def _checked(item: Part) -> str:
    return _STAND_IN if item.fixed else item.text


Stretch: TypeAlias = list[Part | Mark]


def _stretches(items: Sequence[Item]) -> Iterator[tuple[Stretch, int | None]]:
    """What lies between silences and edges of sentences, with the silence that follows; None: no silence."""
    stretch: Stretch = []
    for item in items:
        if isinstance(item, Part | Mark):
            stretch.append(item)
            continue
        if isinstance(item, Break) and item.ms == 0:
            _go_on(stretch)
            continue
        yield stretch, item.ms if isinstance(item, Break) else None
        stretch = []


def _go_on(stretch: Stretch) -> None:
    """Take away the stop at the end, so that no pause is made there."""
    if stretch and isinstance(stretch[-1], Part) and not stretch[-1].is_atom:
        stretch[-1] = replace(stretch[-1], text=_LAST_STOPS.sub("", stretch[-1].text) + " ")


def _sentences(stretch: Stretch) -> Iterator[Stretch]:
    """The sentences of a stretch; an element that holds text only is never cut."""
    whole = "".join(
        _SENTENCE_SIGNS.sub("_", part.text) if part.is_atom else part.text
        for part in stretch
        if isinstance(part, Part)
    )
    ends, end = [], 0
    for sentence in sentences(whole):
        end = whole.index(sentence, end) + len(sentence)
        ends.append(end)
    if not ends:
        if stretch:
            yield stretch
        return
    ends[-1] = len(whole)
    yield from _cut(stretch, ends)


def _cut(stretch: Stretch, ends: Sequence[int]) -> Iterator[Stretch]:
    """The stretch in sentences that end at these places, none of which lies inside an atom."""
    sentence: Stretch = []
    at = number = 0
    for item in stretch:
        while isinstance(item, Part) and at + len(item.text) > ends[number] and number + 1 < len(ends):
            here = ends[number] - at
            if here:
                sentence.append(replace(item, text=item.text[:here]))
                item = replace(item, text=item.text[here:])
            yield sentence
            sentence, at, number = [], ends[number], number + 1
        sentence.append(item)
        at += len(item.text) if isinstance(item, Part) else 0
    yield sentence


def _read(sentence: Stretch, front: TextFront) -> list[Word | Mark]:
    """The words of a sentence in their manners, with the marks where they stand."""
    parts = [item for item in sentence if isinstance(item, Part)]
    own = [_said(front, part.text) for part in parts]
    for index, part in enumerate(parts):
        if part.fixed and not own[index]:
            parts[index] = replace(part, text=_STAND_IN)
            own[index] = _said(front, _STAND_IN)
    whole = _said(front, "".join(part.text for part in parts)) if len(parts) > 1 else []
    flat = [word for words in own for word in words]
    if [word.text for word in flat] == [word.text for word in whole]:
        left = iter(whole)
        own = [[next(left) for _ in words] for words in own]
    else:
        _join(parts, own)
    groups = (_as_asked(part, words) for part, words in zip(parts, own, strict=True))
    read: list[Word | Mark] = []
    for item in sentence:
        read += [item] if isinstance(item, Mark) else next(groups)
    return read


def _said(front: TextFront, text: str) -> list[Word]:
    if not any(character.isalnum() for character in text):
        return []
    return [word for word in front.read(text) if word.phonemes.strip("ˈˌ ")]


def _join(parts: Sequence[Part], own: list[list[Word]]) -> None:
    """Parts that were read alone: stops and spaces between them go where they belong."""
    between = ""
    last: int | None = None
    for index, part in enumerate(parts):
        lead = re.match(r"[\W_]*", part.text)
        between += lead.group() if own[index] and lead is not None else part.text
        if not own[index]:
            continue
        if last is not None:
            is_apart = between not in _GLUE or not parts[last].text[-1:].isalnum()
            own[last][-1] = _followed(own[last][-1], between, is_apart)
        last, between = index, ""
    if last is not None:
        own[last][-1] = _followed(own[last][-1], between, is_apart=True)


def _followed(word: Word, signs: str, is_apart: bool) -> Word:
    """The word with the stops among the signs after it, and a space unless it is written together."""
    for sign in signs:
        stop = _STOP_SIGNS.get(sign, sign)
        word = word.before(stop) if stop in STOPS else word
    if word.stop:
        return word
    return replace(word, after=" " if is_apart or word.text[-1:] >= _EAST_ASIAN else "")


def _as_asked(part: Part, words: list[Word]) -> list[Word]:
    """The words of a part as its element wants them."""
    if part.fixed:
        words = [*part.fixed[:-1], replace(part.fixed[-1], after=words[-1].after)]
    if part.written:
        words = _as_one(words, part)
    return [replace(word, manner=part.manner) for word in words]


def _as_one(words: list[Word], part: Part) -> list[Word]:
    """One word in place of several, so that it is shown as it is written; not over a pause."""
    if not words or any(word.stop for word in words[:-1]):
        return words
    is_unit = part.written == part.text and part.text >= _EAST_ASIAN
    gaps = ["" if is_unit else word.after for word in words[:-1]] + [""]
    phonemes = "".join(word.phonemes + gap for word, gap in zip(words, gaps, strict=True))
    return [Word(part.written, phonemes, words[-1].after)] if len(phonemes) <= _LONGEST_WORD else words


def _marked(read: Sequence[Word | Mark], waiting: list[Mark]) -> tuple[list[Word], list[Mark]]:
    """The words with the marks before them; and the marks after which no word came."""
    words: list[Word] = []
    for item in read:
        if isinstance(item, Mark):
            waiting = [*waiting, item]
        else:
            words.append(replace(item, marks=tuple(waiting)))
            waiting = []
    return words, waiting


def _ended(words: list[Word], stop: str) -> list[Word]:
    """The words with a stop at their end, which a voice needs to end well."""
    if words and not words[-1].stop:
        return [*words[:-1], replace(words[-1], after=f"{stop} ")]
    return words
