"""What an SSML text is made of, in order, once its tags are resolved. Produced by `parser.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from greenroom.engines.ssml.errors import Place
from greenroom.engines.ssml.manner import Manner, Mark


@dataclass(slots=True, frozen=True)
class Text:
    """Plain words; runs of white space are one space."""

    text: str
    manner: Manner


@dataclass(slots=True, frozen=True)
class Phoneme:
    """Words whose sounds are given."""

    text: str
    manner: Manner
    place: Place
    alphabet: str
    """`pinyin`, `ipa` or `x-sampa`"""
    ph: str


@dataclass(slots=True, frozen=True)
class SayAs:
    """Figures or letters and what they are."""

    text: str
    manner: Manner
    place: Place
    kind: str
    format: str
    """Order of the parts of a date, as `ymd`; empty where none is given."""


@dataclass(slots=True, frozen=True)
class Sub:
    """Words that are written in one way and said in another."""

    text: str
    manner: Manner
    place: Place
    alias: str


@dataclass(slots=True, frozen=True)
class Unit:
    """One word, whatever a dictionary makes of it."""

    text: str
    manner: Manner
    place: Place


@dataclass(slots=True, frozen=True)
class Break:
    """A silence of exactly this length; 0 takes away the pause that a stop would make."""

    ms: int


@dataclass(slots=True, frozen=True)
class SentenceEnd:
    """An edge of `p` or `s`."""


Spoken: TypeAlias = Text | Phoneme | SayAs | Sub | Unit
Piece: TypeAlias = Spoken | Break | Mark | SentenceEnd
