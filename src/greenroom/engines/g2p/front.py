"""The one interface of the text fronts, and what they share: script checks, sentences and clauses.

A front turns text into words with phonemes in Kokoro's symbols (one character a token: IPA, with capitals for
English diphthongs, arrows for tones, `ˈˌ` for stress). Engines with other symbols map from these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from greenroom.engines.protocols import SpeechTextError
from greenroom.engines.ssml.manner import PLAIN, Manner, Mark

MAX_TEXT_CHARACTERS = 10_000
"""About ten minutes of speech: the longest text that one call speaks."""

STRONG_STOPS = ".!?…"
WEAK_STOPS = ",;:—"
STOPS = STRONG_STOPS + WEAK_STOPS


@dataclass(slots=True, frozen=True)
class Word:
    """One word as written and as said."""

    text: str
    phonemes: str
    """Kokoro's symbols, stress and tone marks included."""
    after: str = " "
    """What stands between it and the next word, in Kokoro's symbols: a space, or stops and a space."""
    manner: Manner = PLAIN
    marks: tuple[Mark, ...] = ()
    """What falls on the word's beginning."""

    def before(self, mark: str) -> Word:
        """The same word with one more stop after it."""
        return replace(self, after=f"{self.after.strip()}{mark} ")

    @property
    def stop(self) -> str:
        """The strongest stop after the word, or an empty string."""
        found = [mark for mark in self.after if mark in STOPS]
        strong = [mark for mark in found if mark in STRONG_STOPS]
        return (strong or found or [""])[0]


def written(words: Sequence[Word]) -> str:
    """The words as running text; Chinese and Japanese have no spaces."""
    text = ""
    for word, following in zip(words, [*words[1:], None], strict=True):
        stops = word.after.strip()
        wide = not word.text[-1:].isascii() and _is_wide(word.text[-1:])
        glued = wide and (following is None or _is_wide(following.text[:1]))
        text += word.text + (stops.translate(_WIDE_STOPS) if wide else stops) + ("" if glued else " ")
    return text.strip()


_WIDE_STOPS = str.maketrans({",": "，", ".": "。", "!": "！", "?": "？", ":": "：", ";": "；"})


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"} if character else False


class TextFront(Protocol):
    """Reads the text of one language."""

    @property
    def code(self) -> str:
        """The language as num2words names it: `en`, `zh`, `pt_BR`."""

    def __hash__(self) -> int:
        """By identity: some readings are kept."""

    def check(self, text: str) -> None:
        """
        Raises:
            SpeechTextError: the text is empty, too long, or in a script that this language does not use.
        """

    def read(self, text: str) -> list[Word]:
        """The words of a sentence that passed `check`; none where there is nothing to say."""


@dataclass(slots=True, frozen=True)
class ClauseLimits:
    """How long a clause may grow, in phoneme symbols; Kokoro says about 14 of them a second."""

    least: int = 10
    """A shorter clause joins the next one: the models say single short words badly."""
    first: int = 45
    """The first clause ends at the first stop past a third of this: it decides when sound starts."""
    usual: int = 150
    hard: int = 320
    """Kokoro takes 510 symbols and rushes through long ones."""


def check_text(text: str, scripts: Sequence[str], language: str) -> str:
    """The text in composed form without control characters and emoji.

    Args:
        scripts: the first words of the Unicode names of the letters that the front reads, as `LATIN`.

    Raises:
        SpeechTextError: too long, nothing to say, or letters of another script.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise SpeechTextError(
            f"The text has {len(text)} characters and the limit is {MAX_TEXT_CHARACTERS}. "
            "Split it into parts."
        )
    clean = plain_text(text)
    if not any(character.isalnum() for character in clean):
        raise SpeechTextError("The text holds nothing to say. Give at least one word or number.")
    foreign = [
        c for c in clean if unicodedata.category(c) in {"Ll", "Lu", "Lo", "Lt"} and not _is_of(c, scripts)
    ]
    if foreign:
        shown = "".join(dict.fromkeys(foreign))[:12]
        raise SpeechTextError(
            f"The {language} voice cannot read '{shown}'. "
            "Remove these characters, or choose a voice of the language they belong to."
        )
    return clean


def check_letters(text: str, front: TextFront) -> None:
    """As `front.check`, but for its limit of length: for what a vocabulary has made longer."""
    for start in range(0, len(text), MAX_TEXT_CHARACTERS):
        piece = text[start : start + MAX_TEXT_CHARACTERS]
        if any(character.isalnum() for character in piece) or len(text) <= MAX_TEXT_CHARACTERS:
            front.check(piece)


def _is_of(character: str, scripts: Sequence[str]) -> bool:
    return unicodedata.name(character, "?").startswith(tuple(scripts))


_DROPPED = {"So", "Sk", "Cc", "Cs", "Co", "Cn"}
_KEPT = "°℃℉\n"


def plain_text(text: str) -> str:
    kept = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or character == "\u20e3":
            continue
        kept.append(" " if category in _DROPPED and character not in _KEPT else character)
    return re.sub(r"[ \t\r\f\v\u00a0\u2009\u202f\u3000]+", " ", "".join(kept)).strip()


_BREAK = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[^\sa-zà-ÿ])|(?<=[。！？；।])[”’」』）]*|\n+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|No|Nr|Inc|Ltd|Co|Corp|Sra?|Dra?|Ud|Uds|M|Mme|Mlle|"
    r"Sig|Dott|Av|e\.g|i\.e|a\.m|p\.m|approx|Fig|Vol|núm|pág|cf|ex|env|art)\.$"
)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, so that the first can be spoken before the rest is read."""
    pending = ""
    start = 0
    for found in _BREAK.finditer(text):
        pending += text[start : found.end()]
        start = found.end()
        if "\n" not in found.group() and _ABBREVIATION.search(pending.rstrip()):
            continue
        if pending.strip():
            yield pending.strip()
        pending = ""
    pending += text[start:]
    if pending.strip():
        yield pending.strip()


def clauses(words: Sequence[Word], limits: ClauseLimits, is_first: bool) -> Iterator[list[Word]]:
    """Group words into what is synthesised in one go.

    A clause ends at a sentence's end, or at a weaker stop once it is long enough; only past the hard limit
    does it end at any word.
    """
    clause: list[Word] = []
    length = 0
    target = limits.first if is_first else limits.usual
    for word in words:
        size = len(word.phonemes) + len(word.after)
        if clause and length + size > limits.hard:
            yield clause
            clause, length, target = [], 0, limits.usual
        clause.append(word)
        length += size
        weak_enough = length >= (target // 3 if target == limits.first else target // 2)
        if word.stop and (word.stop in STRONG_STOPS or weak_enough):
            yield clause
            clause, length, target = [], 0, limits.usual
    if clause:
        yield clause
