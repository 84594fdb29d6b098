"""How English words are said, in the International Phonetic Alphabet, for people to read and to change."""

from __future__ import annotations

import re

from greenroom.engines.clause_sound import IPA
from greenroom.engines.g2p.english import readings_of
from greenroom.engines.g2p.fronts import front_for

_VOWELS = "aeiouæɑɐɒɔəɛɜɪʊʌ"
_STRESSED = re.compile(f"([^{_VOWELS}ˈˌ ]*)([ˈˌ])(?=[{_VOWELS}])")
_LEGAL = (
    "p b t d k ɡ f v θ ð s z ʃ ʒ h m n l ɹ w j tʃ dʒ pl bl kl ɡl fl sl pɹ bɹ tɹ dɹ kɹ ɡɹ fɹ θɹ ʃɹ tw dw kw "
    "ɡw θw sw sp st sk sm sn sf spl spɹ stɹ skɹ skw spj stj skj pj bj tj dj kj fj vj mj nj hj lj"
)
_ONSETS = frozenset(_LEGAL.split())
"""What an English syllable begins with (Giegerich, English Phonology, 1992, chapter 6)."""


def english_phonetics(word: str) -> list[str]:
    """The word as Americans say it, as the British do, and its other readings where a word has several."""
    found = []
    for language in ("en-US", "en-GB"):
        words = front_for(language).read(word)
        found.append(" ".join(_ipa(part.phonemes) for part in words))
    for british in (False, True):
        found += [_ipa(reading) for reading in readings_of(word, british)]
    return list(dict.fromkeys(filter(None, found)))


def _ipa(phonemes: str) -> str:
    said = "".join(IPA.get(symbol, symbol) for symbol in phonemes)
    return _STRESSED.sub(_before_syllable, said)


def _before_syllable(found: re.Match[str]) -> str:
    """The mark of stress before its syllable instead of its vowel: the longest onset that there is."""
    consonants, mark = found[1], found[2]
    for start in range(len(consonants)):
        if consonants[start:] in _ONSETS:
            return consonants[:start] + mark + consonants[start:]
    return consonants + mark
