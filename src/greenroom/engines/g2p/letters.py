"""English words that no dictionary has: names, brands, inventions. Spelled, put together, or guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from greenroom.engines.g2p.lexicon import lexicon
from greenroom.engines.g2p.tables import tables

Known = Callable[[str], str | None]
"""A dictionary: the phonemes of a lower-case word in Kokoro's symbols, or None."""

_TO_KOKORO = {
    "oʊ": "O", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y", "t͡ʃ": "ʧ", "d͡ʒ": "ʤ", "ɚ": "əɹ", "ɝ": "ɜɹ",
    "g": "ɡ", "r": "ɹ", "ɡ": "ɡ",
}  # fmt: skip
_VOWELS = "aeiouæɑɐɒɔəɛɜɪʊʌAIOQWY"
_FULL_VOWEL = re.compile(f"[{_VOWELS.replace('ə', '')}]")
_ANY_VOWEL = re.compile(f"[{_VOWELS}]")
_SHORTEST_PART = 4
_UNDECOMPOSED = str.maketrans("øłđ", "old")

LETTER_NAMES: dict[str, str] = tables("english")["letter_names"]


def spell(word: str) -> str:
    """The names of a word's letters; what is no letter is left out."""
    return "".join(LETTER_NAMES.get(letter, "") for letter in bare_letters(word))


def pronounce(word: str, known: Known) -> str:
    """An unknown English word in Kokoro's symbols.

    Initials are spelled; a word that is a known one but for its accents, or two known ones written together,
    is said as those; anything else is guessed letter by letter.
    """
    bare = bare_letters(word)
    if not bare:
        return ""
    if (word.isupper() and len(bare) <= 4) or not any(letter in "aeiouy" for letter in bare):
        return spell(word)
    return known(bare) or _compound(bare, known) or _guess(bare)


def bare_letters(word: str) -> str:
    """The letters a to z of a word, accents taken off."""
    plain = word.lower().replace("ß", "ss").replace("æ", "ae").translate(_UNDECOMPOSED)
    return "".join(letter for letter in unicodedata.normalize("NFD", plain) if "a" <= letter <= "z")


def _compound(bare: str, known: Known) -> str | None:
    """`greenroom` as green + room: the cut nearest to the middle of which both halves are known."""
    cuts = range(_SHORTEST_PART, len(bare) - _SHORTEST_PART + 1)
    for cut in sorted(cuts, key=lambda position: abs(2 * position - len(bare))):
        first, second = known(bare[:cut]), known(bare[cut:])
        if first and second:
            return first + second.replace("ˈ", "ˌ")
    return None


def _guess(bare: str) -> str:
    said = "".join(_symbol(phoneme) for phoneme in lexicon("en").guess(bare))
    if "ˈ" in said:
        first = said.index("ˈ") + 1
        return said[:first] + said[first:].replace("ˈ", "ˌ")
    stressed = _FULL_VOWEL.search(said) or _ANY_VOWEL.search(said)
    return said[: stressed.start()] + "ˈ" + said[stressed.start() :] if stressed else said


def _symbol(phoneme: str) -> str:
    base = phoneme.lstrip("ˈˌ")
    return phoneme[: len(phoneme) - len(base)] + _TO_KOKORO.get(base, base)
