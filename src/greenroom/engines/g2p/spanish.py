"""Spanish: spelling rules of piper-plus-g2p (MIT), mapped to Kokoro's symbols."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from greenroom.engines.g2p.latin import LatinFront

_TO_KOKORO = {"rr": "r", "tʃ": "ʧ", "g": "ɡ"}
_FOREIGN = str.maketrans(
    {"ç": "s", "à": "a", "è": "e", "ò": "o", "ä": "e", "ö": "o", "â": "a", "ê": "e", "ô": "o"}
)


class SpanishFront(LatinFront):
    language = "spanish"

    def say(self, word: str) -> str:
        return " ".join(
            _say_part(part) for part in word.replace("'", "").translate(_FOREIGN).split("-") if part
        )


def _say_part(word: str) -> str:
    said = "".join(_TO_KOKORO.get(phoneme, phoneme) for phoneme in _rules().phonemize(word))
    return said if re.search("[íú]", word) else _glides(said)


def _glides(said: str) -> str:
    """A weak i or u before another vowel is no syllable: `ˈue` is said `wˈe`."""
    for vowel, glide in (("i", "j"), ("u", "w")):
        said = re.sub(f"(ˈ?){vowel}(ˈ?)(?=[aeo])", rf"{glide}\1\2", said)
    return said


@cache
def _rules() -> Any:
    from piper_plus_g2p.spanish import SpanishPhonemizer

    return SpanishPhonemizer()
