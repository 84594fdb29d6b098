"""Stress marks stand before a vowel in Kokoro's symbols, not before its syllable."""

from __future__ import annotations

import re
import unicodedata

_NUCLEUS = re.compile("[aeiouɐɔɛəɪʊ]\u0303?")


def before_vowel(phonemes: str) -> str:
    """Move each stress mark to the next vowel."""
    return re.sub("([ˈˌ])([^aeiouɐɔɛəɪʊ]*)", r"\2\1", phonemes)


def stress_syllable(phonemes: str, from_end: int) -> str:
    """Put the main stress on the vowel that is `from_end` vowels before the last one (0 = the last)."""
    vowels = list(_NUCLEUS.finditer(phonemes))
    if not vowels:
        return phonemes
    start = vowels[max(0, len(vowels) - 1 - from_end)].start()
    return phonemes[:start] + "ˈ" + phonemes[start:]


def accented_from_end(word: str, accents: str) -> int | None:
    """How many vowel groups follow the accented letter of a word, or None if it has no accent.

    Args:
        accents: combining marks that show stress, as acute and circumflex.
    """
    letters = unicodedata.normalize("NFD", word)
    at = next((index for index, letter in enumerate(letters) if letter in accents), None)
    if at is None:
        return None
    return len(re.findall("[aeiou]+", re.sub("[\u0300-\u036f]", "", letters[at + 1 :]).lstrip("aeiou")))
