"""Italian: gruut's dictionary and letter model."""

from __future__ import annotations

import re

from greenroom.engines.g2p.latin import LatinFront
from greenroom.engines.g2p.lexicon import lexicon
from greenroom.engines.g2p.stress import before_vowel, stress_syllable
from greenroom.engines.g2p.tables import tables

_TO_KOKORO = {"d͡z": "ʣ", "d͡ʒ": "ʤ", "t͡s": "ʦ", "t͡ʃ": "ʧ", "ɱ": "m", "g": "ɡ"}
_WEAK = frozenset(tables("italian")["weak"])


class ItalianFront(LatinFront):
    language = "italian"

    def say(self, word: str) -> str:
        head, mark, rest = word.partition("'")
        if mark and rest:
            onset = {"c": "ʧ"}.get(head, head) if len(head) == 1 else self._sounds(head).replace("ˈ", "")
            return onset + self.say(rest)
        return " ".join(self._sounds(part) for part in word.replace("'", "").split("-") if part)

    def _sounds(self, word: str) -> str:
        phonemes = lexicon("it").find(word) or lexicon("it").guess(word)
        said = "".join(_symbol(phoneme) for phoneme in phonemes)
        if word in _WEAK:
            return re.sub("[ˈˌ]", "", said)
        if "ˈ" in said:
            return before_vowel(said)
        return stress_syllable(said, 0 if word[-1] in "àèéìòóù" else 1)


def _symbol(phoneme: str) -> str:
    base = phoneme.lstrip("ˈˌ")
    return phoneme[: len(phoneme) - len(base)] + _TO_KOKORO.get(base, base)
