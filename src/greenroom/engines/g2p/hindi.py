"""Hindi: Devanagari says nearly all; which inherent vowels are silent follows from their neighbours.

An inherent vowel is silent at a word's end, and inside between a vowel with one consonant before it and one
consonant with a vowel after it, from right to left (M. Ohala, Aspects of Hindi Phonology, 1983, chapter 5).
Stress falls on the heaviest syllable, of several on the last but the word's last, whose end does not count
(B. Hayes, Metrical Stress Theory, 1995, section 6.1.8). Latin words inside the text are read as English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from greenroom.engines.g2p.front import STOPS, Word, check_text, plain_text
from greenroom.engines.g2p.fronts import english_words
from greenroom.engines.g2p.hindi_figures import spoken_figures
from greenroom.engines.g2p.tables import tables

_TOKEN = re.compile(r"[\u0900-\u0963\u0970-\u097f]+|[A-Za-z][A-Za-z'.+-]*[A-Za-z+]|[A-Za-z]|[.,;:!?…—।॥]+")
_QUOTES = re.compile(r"[\"“”‘’()\[\]{}«»]")
_NUKTA, _VIRAMA, _NASAL_DOT, _NASAL_MOON, _VISARGA = "़", "्", "ं", "ँ", "ः"
_TILDE = "\u0303"
_CONSONANTS = {
    "क": "k", "ख": "kʰ", "ग": "ɡ", "घ": "ɡʰ", "ङ": "ŋ", "च": "c", "छ": "cʰ", "ज": "ɟ", "झ": "ɟʰ", "ञ": "ɲ",
    "ट": "ʈ", "ठ": "ʈʰ", "ड": "ɖ", "ढ": "ɖʰ", "ण": "ɳ", "त": "t", "थ": "tʰ", "द": "d", "ध": "dʰ", "न": "n",
    "प": "p", "फ": "pʰ", "ब": "b", "भ": "bʰ", "म": "m", "य": "j", "र": "ɾ", "ल": "l", "ळ": "ɭ", "व": "ʋ",
    "श": "ʃ", "ष": "ʂ", "स": "s", "ह": "h",
}  # fmt: skip
_WITH_NUKTA = {
    "क": "k", "ख": "x", "ग": "ɣ", "ज": "z", "झ": "ʒ", "ड": "ɖ", "ढ": "ɖʰ", "फ": "f", "न": "n", "य": "j",
    "र": "ɾ",
}  # fmt: skip
"""Kokoro says no flap; of the sounds that it says, listeners take `ɖ` between vowels for one."""
_VOWELS = {
    "अ": "ə", "आ": "aː", "इ": "ɪ", "ई": "iː", "उ": "ʊ", "ऊ": "uː", "ऋ": "ɾɪ", "ए": "eː", "ऐ": "ɛː", "ओ": "oː",
    "औ": "ɔː", "ऑ": "ɔ", "ऍ": "ɛ", "ऎ": "e", "ऒ": "o", "ॲ": "ɛ",
}  # fmt: skip
_SIGNS = {
    "ा": "आ", "ि": "इ", "ी": "ई", "ु": "उ", "ू": "ऊ", "ृ": "ऋ", "े": "ए", "ै": "ऐ", "ो": "ओ", "ौ": "औ", "ॉ": "ऑ",
    "ॅ": "ऍ", "ॆ": "ऎ", "ॊ": "ऒ",
}  # fmt: skip
_NASAL_BEFORE = {
    "k": "ŋ", "ɡ": "ŋ", "c": "ɲ", "ɟ": "ɲ", "ʈ": "ɳ", "ɖ": "ɳ", "t": "n", "d": "n", "p": "m", "b": "m",
    "m": "m", "n": "n", "s": "n", "l": "n", "z": "n", "ʃ": "ɲ", "j": "ɲ",
}  # fmt: skip
_SCRIPTS = ("DEVANAGARI", "LATIN")
_WEAK = frozenset(tables("hindi")["weak"])


@dataclass(slots=True)
class _Sound:
    symbols: str
    is_vowel: bool
    is_inherent: bool = False
    """The vowel that is not written."""

    @property
    def is_long(self) -> bool:
        return self.symbols.lstrip("ˈˌ")[0] not in "əɪʊʌ"


class HindiFront:
    code = "hi"

    def check(self, text: str) -> None:
        check_text(text, _SCRIPTS, "Hindi")

    def read(self, text: str) -> list[Word]:
        words: list[Word] = []
        for token in _TOKEN.findall(spoken_figures(_QUOTES.sub(" ", plain_text(text)))):
            mark = "." if token[0] in "।॥" else token[0]
            if mark in STOPS:
                if words:
                    words[-1] = words[-1].before(mark)
            elif token[0].isascii():
                words += english_words(token)
            else:
                words.append(Word(token, say(token)))
        return words


def say(word: str) -> str:
    """One word of Devanagari letters in Kokoro's symbols."""
    sounds = _silenced(_spelled(word))
    _join_nasals(sounds)
    if word in _WEAK:
        return _joined(sounds)
    stressed = _stressed(sounds)
    if stressed is not None:
        vowel = sounds[stressed].symbols
        sounds[stressed].symbols = "ˈ" + ("ʌ" + vowel[1:] if vowel[0] == "ə" else vowel)
        _stress_second(sounds, stressed)
    return _joined(sounds)


def _spelled(word: str) -> list[_Sound]:
    """A sound for each letter; each consonant that no other vowel follows has the inherent one."""
    sounds: list[_Sound] = []
    word = word.replace("ज्ञ", "ग्य")
    for at, letter in enumerate(word):
        follows = word[at + 1 : at + 2]
        if letter in _CONSONANTS:
            if follows == _NUKTA:
                symbols, follows = _WITH_NUKTA.get(letter, _CONSONANTS[letter]), word[at + 2 : at + 3]
            else:
                symbols = _CONSONANTS[letter]
            sounds.append(_Sound(symbols, False))
            if follows != _VIRAMA and follows not in _SIGNS:
                sounds.append(_Sound("ə", True, True))
        elif letter in _SIGNS or letter in _VOWELS:
            symbols = _VOWELS[_SIGNS.get(letter, letter)]
            if symbols[0] == "ɾ":
                sounds.append(_Sound("ɾ", False))
                symbols = symbols[1:]
            sounds.append(_Sound(symbols, True))
        elif letter == _NASAL_DOT:
            _make_written(sounds)
            sounds.append(_Sound(_NASAL_DOT, False))
        elif letter == _NASAL_MOON and sounds and sounds[-1].is_vowel:
            _make_written(sounds)
            sounds[-1].symbols = _nasal(sounds[-1].symbols)
        elif letter == _VISARGA:
            _make_written(sounds)
            sounds.append(_Sound("h", False))
    return sounds


def _make_written(sounds: list[_Sound]) -> None:
    """A vowel that carries a mark is never silent."""
    if sounds:
        sounds[-1].is_inherent = False


def _silenced(sounds: list[_Sound]) -> list[_Sound]:
    """Without the inherent vowels that are not said."""
    kept = list(sounds)
    if len(kept) > 2 and kept[-1].is_inherent and any(sound.is_vowel for sound in kept[:-1]):
        is_glide_after_consonant = kept[-2].symbols == "j" and not kept[-3].is_vowel
        if not is_glide_after_consonant:  # सत्य keeps a short vowel
            del kept[-1]
    at = len(kept) - 1
    while at > 1:
        is_silent = (
            kept[at].is_inherent
            and at + 2 < len(kept)
            and not kept[at + 1].is_vowel
            and kept[at + 2].is_vowel
            and not kept[at - 1].is_vowel
            and kept[at - 2].is_vowel
        )
        if is_silent:
            del kept[at]
        at -= 1
    return kept


def _join_nasals(sounds: list[_Sound]) -> None:
    """The dot is the nasal of the consonant's place, or a nasal vowel where none follows that has one."""
    at = 0
    while at < len(sounds):
        if sounds[at].symbols == _NASAL_DOT:
            following = sounds[at + 1].symbols[0] if at + 1 < len(sounds) else ""
            before = sounds[at - 1] if at else None
            # A long vowel takes the dot as its own; so does any at a word's end and before h, r and v.
            is_own = following not in _NASAL_BEFORE or (
                before is not None and before.is_long and following in "sʃzj"
            )
            if is_own and before is not None and before.is_vowel:
                before.symbols = _nasal(before.symbols)
                del sounds[at]
                continue
            sounds[at].symbols = _NASAL_BEFORE.get(following, "n")
        at += 1


def _nasal(vowel: str) -> str:
    return vowel if _TILDE in vowel else vowel[0] + _TILDE + vowel[1:]


def _stressed(sounds: list[_Sound]) -> int | None:
    """The place of the stressed vowel."""
    vowels = [at for at, sound in enumerate(sounds) if sound.is_vowel]
    if not vowels:
        return None
    weights = []
    for number, at in enumerate(vowels):
        end = vowels[number + 1] if number + 1 < len(vowels) else len(sounds)
        # Of several consonants between two vowels one ends this syllable.
        closing = min(1, max(0, end - at - 2)) if number + 1 < len(vowels) else end - at - 1
        weights.append((2 if sounds[at].is_long else 1) + closing)
    weights[-1] -= 1
    heaviest = max(weights)
    if heaviest <= 1:
        return vowels[0]
    last = len(vowels) - 1
    found = [number for number, weight in enumerate(weights) if weight == heaviest]
    inner = [number for number in found if number != last]
    return vowels[(inner or found)[-1]]


def _stress_second(sounds: list[_Sound], stressed: int) -> None:
    """A long vowel after two consonants keeps some stress, or its consonants are swallowed: घोषणा."""
    for at, sound in enumerate(sounds):
        before = sounds[max(0, at - 2) : at]
        if at == stressed or not sound.is_vowel or not sound.is_long or len(before) < 2:
            continue
        first, second = before
        if not (
            first.is_vowel
            or second.is_vowel
            or first.symbols[0] in "nmŋɲɳ"
            or first.symbols[0] == second.symbols[0]
        ):
            sound.symbols = "ˌ" + sound.symbols


def _joined(sounds: list[_Sound]) -> str:
    """As one string; a doubled consonant is a long one, a long vowel at the end is a little shorter."""
    said = ""
    for at, sound in enumerate(sounds):
        before = sounds[at - 1] if at else None
        is_double = before is not None and not sound.is_vowel and before.symbols == sound.symbols
        said += "ː" if is_double else sound.symbols
    return re.sub("([iu])ː$", r"\1", said)
