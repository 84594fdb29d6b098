"""In which language a text is, of those that the built-in voices speak."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

LATIN = ("en", "es", "fr", "it", "pt")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_LETTERS = re.compile(r"[^\W\d_]")
_TAG = re.compile(r"<[^>]*>")
_SURE = 0.85
"""How likely another language than the voice's own must be."""


def language_of(text: str, own: str) -> str:
    """`en`, `zh`, `ja`, `hi`, `es`, `fr`, `it` or `pt`.

    The script tells most of it. Languages in Latin letters are told by their letters' frequencies (Lui,
    Baldwin 2012, "langid.py"); where that is unsure, it is `own`, or English if that is none of them.

    Args:
        text: plain or SSML.
        own: the voice's own language.
    """
    plain = _TAG.sub(" ", text)
    if _KANA.search(plain):
        return "ja"
    letters = len(_LETTERS.findall(plain))
    if len(_HAN.findall(plain)) * 4 > letters:
        return "zh" if own != "ja" else own
    if len(_DEVANAGARI.findall(plain)) * 4 > letters:
        return "hi"
    home = own if own in LATIN else "en"
    if not letters:
        return own
    found, likely = max(_identifier().rank(plain.lower()), key=lambda one: float(one[1]))
    return str(found) if float(likely) >= _SURE else home


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LATIN))
    return identifier
