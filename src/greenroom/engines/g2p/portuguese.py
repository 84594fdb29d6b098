"""Brazilian Portuguese: gruut's dictionary and letter model, stress by the rules of the spelling."""

from __future__ import annotations

import re
import unicodedata

from greenroom.engines.g2p.latin import LatinFront
from greenroom.engines.g2p.lexicon import lexicon
from greenroom.engines.g2p.stress import accented_from_end, stress_syllable
from greenroom.engines.g2p.tables import tables

_WEAK = frozenset(tables("portuguese")["weak"])
_FINAL_STRESS = re.compile(r"(?:[iu]s?|[iuo]m|uns|ins|[lrzxn]|[aeo][iu]s?|ã[os]?|ões|ães)$")


class PortugueseFront(LatinFront):
    language = "portuguese"

    def say(self, word: str) -> str:
        return " ".join(self._sounds(part) for part in word.replace("'", "").split("-") if part)

    def _sounds(self, word: str) -> str:
        phonemes = lexicon("pt").find(word) or lexicon("pt").guess(word)
        said = unicodedata.normalize("NFD", "".join(phonemes)).replace("g", "ɡ")
        said = re.sub("ɹ$", "ɾ", said.replace("tʃ", "ʧ").replace("dʒ", "ʤ"))
        if word not in _WEAK:
            said = stress_syllable(said, _stressed_from_end(word))
        said = re.sub("(?<=ˈ)ɐ(?!\u0303)|ɐ(?!\u0303|$)", "a", said)
        return said.replace("w\u0303", "ʊ\u0303").replace("j\u0303", "ɪ\u0303")


def _stressed_from_end(word: str) -> int:
    """How many vowels follow the stressed one: written accents first, then a tilde, then the ending."""
    for accents in ("\u0301\u0302", "\u0303"):
        marked = accented_from_end(word, accents)
        if marked is not None:
            return marked
    return 0 if _FINAL_STRESS.search(word) else 1
