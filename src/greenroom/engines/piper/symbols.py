"""From the English front's symbols to the eSpeak phonemes that Piper voices learnt.

The pairs are those of misaki's own eSpeak table (Apache-2.0), read backwards: `A` is eɪ, `əɹ` is ɚ. eSpeak
writes long vowels with `ː`; misaki leaves it out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ESPEAK = {
    "ɜɹ": "ɜː", "əɹ": "ɚ", "ɑɹ": "ɑːɹ", "ɔɹ": "ɔːɹ", "ᵊl": "əl", "ᵊ": "ə", "A": "eɪ", "I": "aɪ", "O": "oʊ", 
    "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "dʒ", "ʧ": "tʃ", "T": "ɾ", "ɑ": "ɑː", "ɔ": "ɔː", "—": ",", "…": ".",
}  # fmt: skip
_LONG_WHEN_STRESSED = {"i": "iː", "u": "uː"}
_UNIT = re.compile("|".join(sorted(_ESPEAK, key=len, reverse=True)) + "|.")


@dataclass(slots=True, frozen=True)
class Unit:
    """What is timed as one: a phoneme, a mark, a space or a stop."""

    symbol: str
    """For the phoneme spans: Kokoro's symbol, or IPA where two symbols are one phoneme."""
    piper: str
    word: int
    """Index of its word; -1 between words."""


def units_of(tokens: list[tuple[str, int]]) -> list[Unit]:
    """The units of a clause from its (symbol, word) tokens."""
    units: list[Unit] = []
    text = "".join(symbol for symbol, _ in tokens)
    is_stressed = False
    for found in _UNIT.finditer(text):
        symbol, word = found.group(), tokens[found.start()][1]
        piper = _ESPEAK.get(symbol, symbol)
        if symbol in _LONG_WHEN_STRESSED and is_stressed:
            piper = _LONG_WHEN_STRESSED[symbol]
        if symbol == "ː" and units and units[-1].piper.endswith("ː"):
            # The front leaves length out and this table puts it in; a pronunciation in SSML may hold it.
            piper = ""
        is_stressed = symbol in "ˈˌ" or (is_stressed and symbol not in "æɑɐɒɔəɛɜɪʊʌiuAIOWY")
        shown = {"ɜɹ": "ɝ", "əɹ": "ɚ", "ɑɹ": "ɑɹ", "ɔɹ": "ɔɹ", "ᵊl": "əl"}.get(symbol, symbol)
        units.append(Unit(shown, piper, word))
    return units
