"""Which front reads which language, loaded on first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from greenroom.engines.g2p.front import TextFront, Word
from greenroom.engines.protocols import SpeechTextError


def _english() -> TextFront:
    from greenroom.engines.g2p.english import EnglishFront

    return EnglishFront()


def _british() -> TextFront:
    from greenroom.engines.g2p.english import EnglishFront

    return EnglishFront(british=True)


def _spanish() -> TextFront:
    from greenroom.engines.g2p.spanish import SpanishFront

    return SpanishFront()


def _french() -> TextFront:
    from greenroom.engines.g2p.french import FrenchFront

    return FrenchFront()


def _italian() -> TextFront:
    from greenroom.engines.g2p.italian import ItalianFront

    return ItalianFront()


def _portuguese() -> TextFront:
    from greenroom.engines.g2p.portuguese import PortugueseFront

    return PortugueseFront()


def _chinese() -> TextFront:
    from greenroom.engines.g2p.chinese import ChineseFront

    return ChineseFront()


def _japanese() -> TextFront:
    from greenroom.engines.g2p.japanese import JapaneseFront

    return JapaneseFront()


def _hindi() -> TextFront:
    from greenroom.engines.g2p.hindi import HindiFront

    return HindiFront()


_FRONTS: dict[str, Callable[[], TextFront]] = {
    "en-US": _english,
    "en-GB": _british,
    "es-ES": _spanish,
    "fr-FR": _french,
    "it-IT": _italian,
    "pt-BR": _portuguese,
    "zh-CN": _chinese,
    "ja-JP": _japanese,
    "hi-IN": _hindi,
}


def can_read(language: str) -> bool:
    """True if texts of this language can be read."""
    return language in _FRONTS


@cache
def front_for(language: str) -> TextFront:
    """The front of a BCP 47 language.

    Raises:
        SpeechTextError: there is none.
    """
    if language not in _FRONTS:
        raise SpeechTextError(f"No text front reads '{language}'. There are: {', '.join(_FRONTS)}.")
    return _FRONTS[language]()


def english_words(text: str) -> list[Word]:
    """English inside a text of another language."""
    return [Word(word.text, word.phonemes) for word in front_for("en-US").read(text)]
