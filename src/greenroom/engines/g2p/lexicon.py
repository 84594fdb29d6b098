"""Pronouncing dictionaries of gruut (MIT): a SQLite lexicon, and a CRF that guesses the words it lacks.

The CRF tags each letter with the phonemes that it stands for, so a guess never loses or invents a letter's
sound. Features and encoding are those of `gruut/g2p.py`, with which the models were trained.
"""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from base64 import b64decode, b64encode
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_WINDOW = 3
_NO_SOUND = "_"


class Lexicon:
    """Use `lexicon("fr")`, which keeps one for each language."""

    def __init__(self, language: str) -> None:
        folder = Path(str(files(f"gruut_lang_{language}")))
        self._lock = threading.Lock()
        self._words = sqlite3.connect(
            f"file:{folder / 'lexicon.db'}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self._tagger_path = folder / "g2p" / "model.crf"
        self._tagger: Any = None

    def find(self, word: str) -> tuple[str, ...] | None:
        """The phonemes of a lower-case word, in IPA with stress marks, or None."""
        with self._lock:
            row = self._words.execute(
                "SELECT phonemes FROM word_phonemes WHERE word = ? ORDER BY pron_order LIMIT 1", (word,)
            ).fetchone()
        return tuple(row[0].split()) if row else None

    def guess(self, word: str) -> tuple[str, ...]:
        """Phonemes for a word that is not in the dictionary."""
        letters = unicodedata.normalize("NFC", word.lower())
        if not letters:
            return ()
        with self._lock:
            tags = self._open_tagger().tag([_features(letters, index) for index in range(len(letters))])
        said = (part for tag in tags for part in b64decode(tag).decode().split("|"))
        return tuple(part for part in said if part != _NO_SOUND)

    def _open_tagger(self) -> Any:
        if self._tagger is None:
            import pycrfsuite

            self._tagger = pycrfsuite.Tagger()
            self._tagger.open(str(self._tagger_path))
        return self._tagger


@cache
def lexicon(language: str) -> Lexicon:
    return Lexicon(language)


@lru_cache(maxsize=1024)
def _encoded(letter: str) -> str:
    return b64encode(letter.encode()).decode("ascii")


def _features(letters: str, index: int) -> dict[str, str | float | bool]:
    features: dict[str, str | float | bool] = {"bias": 1.0, "grapheme": _encoded(letters[index])}
    if index == 0:
        features["begin"] = True
    for distance in range(1, _WINDOW + 1):
        if index >= distance:
            features[f"grapheme-{distance}"] = _encoded(letters[index - distance])
        if index + distance < len(letters):
            features[f"grapheme+{distance}"] = _encoded(letters[index + distance])
    if index == len(letters) - 1:
        features["end"] = True
    return features
