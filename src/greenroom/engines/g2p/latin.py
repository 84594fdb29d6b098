"""What the fronts of Spanish, French, Italian and Portuguese share: words, stops, initials."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import ClassVar

from greenroom.engines.g2p.front import STOPS, Word, check_text, plain_text
from greenroom.engines.g2p.numbers import write_out
from greenroom.engines.g2p.tables import number_words, tables

_TOKEN = re.compile(r"[^\W\d_]+(?:['’·-][^\W\d_]+)*['’]?|[.,;:!?…—]+")
_VOWEL = re.compile("[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüœ]")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "—", "(": ",", ")": ",", "\n": " "})


class LatinFront(ABC):
    """Subclasses say the words; this class finds them."""

    language: ClassVar[str]
    """the name of its tables, as `spanish`"""

    @property
    def code(self) -> str:
        return number_words(self.language).code

    @abstractmethod
    def say(self, word: str) -> str:
        """The phonemes of one lower-case word."""

    def link(self, words: list[Word]) -> list[Word]:
        """Changes that a word makes to its neighbour; none by default."""
        return words

    def check(self, text: str) -> None:
        check_text(text, ("LATIN", "FEMININE ORDINAL", "MASCULINE ORDINAL"), self.language.capitalize())

    def read(self, text: str) -> list[Word]:
        text = plain_text(text).translate(_QUOTES)
        for short, full in tables(self.language)["short_forms"].items():
            text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", full, text)
        words: list[Word] = []
        for token in _TOKEN.findall(write_out(text, number_words(self.language))):
            if token[0] in STOPS:
                if words:
                    words[-1] = words[-1].before(token[0])
                continue
            words.append(Word(token, self._say_token(token)))
        return self.link(words)

    def _say_token(self, token: str) -> str:
        letters = token.lower().strip("'")
        is_short = token.isupper() and 1 < len(letters) <= 5 and letters.isalpha()
        has_vowel = _VOWEL.search(letters) is not None
        if (is_short and (len(letters) <= 3 or not _has_syllables(letters))) or (
            not has_vowel and len(letters) > 1 and "'" not in letters
        ):
            names: dict[str, str] = tables(self.language)["letter_names"]
            return "".join(names.get(letter, "") for letter in letters)
        return self.say(letters)


def _has_syllables(letters: str) -> bool:
    return re.search(r"[aeiou].?[^aeiou]*[aeiou]|^[^aeiou]?[aeiou]", letters) is not None
