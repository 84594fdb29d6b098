"""Whether an entry can be followed, found out when it is written and not when somebody waits for a video."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from greenroom.engines.protocols import Pronunciation, ReadingKind
from greenroom.engines.ssml.dates import spoken_date
from greenroom.engines.ssml.errors import SsmlError
from greenroom.engines.ssml.manner import PLAIN
from greenroom.engines.ssml.phonemes import IPA_SIGNS, symbols_of, unknown_signs
from greenroom.engines.ssml.pieces import Phoneme
from greenroom.engines.ssml.vocabulary import SAY_AS_KINDS, piece_of
from greenroom.voices.vocabulary.errors import VocabularyError

LONGEST_PHONETICS = 120
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CONTROL = ("Cc", "Cf", "Cs", "Co", "Cn")


def checked_entry(kind: ReadingKind, key: str | None, value: str | None) -> Pronunciation:
    """The entry with the space around its texts taken off.

    Raises:
        VocabularyError: names the member, what is wrong with it, and what to write.
    """
    key = unicodedata.normalize("NFC", key or "").strip()
    value = unicodedata.normalize("NFC", value or "").strip()
    if not any(character.isalnum() for character in key):
        raise VocabularyError("key is missing: give the word as it is written, with at least one letter")
    for name, text in (("key", key), ("value", value)):
        if any(unicodedata.category(character) in _CONTROL for character in text):
            raise VocabularyError(f"{name} holds a line break or a control character: take it out")
    entry = Pronunciation(kind, key, value)
    _CHECKS[kind](entry)
    return entry


def _check_pinyin(entry: Pronunciation) -> None:
    characters = _HAN.findall(entry.key)
    if not characters or len(characters) != len(entry.key):
        raise VocabularyError(
            f"key {entry.key!r}: CHINESE_G2P is for Chinese characters alone; for other words take ALIAS or "
            "PHONETIC_SYMBOL"
        )
    if not entry.value:
        raise VocabularyError("value is missing: give the pinyin with its tones, as chong2 qing4")
    piece = piece_of(entry, entry.key, PLAIN)
    assert isinstance(piece, Phoneme)
    try:
        symbols_of(piece, "zh")
    except SsmlError as error:
        raise VocabularyError(f"value: {error.fault}") from None
    syllables = len(piece.ph.split())
    if syllables != len(characters):
        raise VocabularyError(
            f"value has {syllables} syllables and key {len(characters)} characters: give one for each, with "
            "spaces between, as chong2 qing4"
        )


def _check_phonetics(entry: Pronunciation) -> None:
    piece = piece_of(entry, entry.key, PLAIN)
    assert isinstance(piece, Phoneme)
    if not piece.ph:
        raise VocabularyError("value is missing: give phonetic symbols, as həˈloʊ")
    if len(piece.ph) > LONGEST_PHONETICS:
        raise VocabularyError(
            f"value has {len(piece.ph)} symbols: at most {LONGEST_PHONETICS}; make an entry for each word"
        )
    strange = unknown_signs(piece.ph, "en")
    if strange:
        raise VocabularyError(
            f"value holds {strange[:20]!r}, which no voice says; the phonetic symbols are {IPA_SIGNS} with "
            "the stress marks ˈ and ˌ before their syllable; show_tts_phonetic_symbol gives those of a word"
        )
    try:
        symbols_of(piece, "en")
    except SsmlError:
        raise VocabularyError("value holds no sound: give phonetic symbols, as həˈloʊ") from None


def _check_alias(entry: Pronunciation) -> None:
    if not any(character.isalnum() for character in entry.value):
        raise VocabularyError("value is missing: give the words that are said instead")
    if "<" in entry.value:
        raise VocabularyError("value holds '<': an alias is plain words, without tags")


def _check_continuum(entry: Pronunciation) -> None:
    if len(entry.key) < 2:
        raise VocabularyError("key has one character: CONTINUUM keeps two or more together")


def _check_say_as(entry: Pronunciation) -> None:
    if entry.value not in SAY_AS_KINDS:
        raise VocabularyError(f"value is {entry.value[:40]!r}: SAY_AS takes {', '.join(SAY_AS_KINDS)}")
    fits, example = _SAY_AS[entry.value]
    if not fits(entry.key):
        raise VocabularyError(f"key {entry.key[:40]!r} cannot be read as {entry.value}: give {example}")


def _is_date(text: str) -> bool:
    return any(character.isdigit() for character in text) and any(
        spoken_date(text, "", code) is not None for code in ("en", "zh")
    )


_SAY_AS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "date": (_is_date, "a date, as 2026-11-22"),
    "number": (re.compile(r"\+?[\d\s().-]*\d[\d\s().-]*").fullmatch, "figures, as 10086"),
    "telephone": (re.compile(r"\+?[\d\s().-]*\d[\d\s().-]*").fullmatch, "a telephone number, as 555-0142"),
    "figure": (re.compile(r"[-+−]?\d{1,15}(?:[.,]\d{1,15})*").fullmatch, "an amount, as 1250"),
    "spell": (re.compile(r"[A-Za-z0-9][A-Za-z0-9 .@_/+-]*").fullmatch, "letters a to z and figures, as XKQ"),
    "english": (re.compile(r"[A-Za-z][A-Za-z' .-]*").fullmatch, "an English word, as NASA"),
}
_CHECKS: Mapping[ReadingKind, Callable[[Pronunciation], None]] = {
    ReadingKind.CHINESE_G2P: _check_pinyin,
    ReadingKind.PHONETIC_SYMBOL: _check_phonetics,
    ReadingKind.CONTINUUM: _check_continuum,
    ReadingKind.ALIAS: _check_alias,
    ReadingKind.SAY_AS: _check_say_as,
}
