"""Given sounds to the symbols of the text fronts: IPA, X-SAMPA and pinyin.

The fronts speak Kokoro's symbols, which are IPA but for the diphthongs and affricates that they write as one
character, and for the place of the stress, which stands before the vowel. X-SAMPA is read by the table of its
author, J. C. Wells (1995), as far as the symbols have a place in IPA that the voices know.
"""

from __future__ import annotations

import re

from greenroom.engines.g2p.chinese import pinyin_symbols
from greenroom.engines.ssml.errors import SsmlError
from greenroom.engines.ssml.pieces import Phoneme

_AFFRICATES = {"tʃ": "ʧ", "dʒ": "ʤ", "ts": "ʦ", "dz": "ʣ", "tɕ": "ʨ", "dʑ": "ʥ"}
_ENGLISH = {
    "eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "Q", "aʊ": "W", "ɔɪ": "Y", "tʃ": "ʧ", "dʒ": "ʤ", "ɝ": "ɜɹ",
    "ɚ": "əɹ", "r": "ɹ", "ɫ": "l", "l\u0329": "ᵊl", "n\u0329": "ᵊn", "m\u0329": "ᵊm",
}  # fmt: skip
_SAME = str.maketrans(
    {"g": "ɡ", "'": "ˈ", "’": "ˈ", ",": "ˌ", ":": "ː", "͡": "", "͜": "", ".": "", "‿": "", "-": ""}
)
"""Other ways to write the same, ties, and the edges of syllables."""
_VOWELS = "aeiouyøœæɑɐɒɔəɛɜɪɨɯɤʊʌAIOQWY"
_KNOWN = frozenset(
    "abcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔʣʥʦʨᵊᵻꭧˈˌːʰʲ↓→↗↘\u0303 AIOQWY"
)
"""The symbols of Kokoro's vocabulary that are sounds."""
IPA_SIGNS = "".join(sorted(sign for sign in _KNOWN if sign.islower() and sign != "ᵊ"))
"""What a user may write, but for stress, length and ties."""

_X_SAMPA = {
    "A": "ɑ", "{": "æ", "6": "ɐ", "Q": "ɒ", "E": "ɛ", "@": "ə", "3": "ɜ", "I": "ɪ", "O": "ɔ", "2": "ø",
    "9": "œ", "U": "ʊ", "V": "ʌ", "1": "ɨ", "M": "ɯ", "7": "ɤ", "B": "β", "C": "ç", "D": "ð", "G": "ɣ",
    "H": "ɥ", "J": "ɲ", "L": "ʎ", "N": "ŋ", "R": "ʁ", "S": "ʃ", "T": "θ", "X": "χ", "Z": "ʒ", "4": "ɾ",
    "?": "ʔ", "g": "ɡ", "%": "ˌ", '"': "ˈ", ":": "ː", "~": "\u0303", ".": "", "r\\": "ɹ", "p\\": "ɸ",
    "j\\": "ʝ", "N\\": "ɴ", "s\\": "ɕ", "@`": "ɚ", "3`": "ɝ", "t`": "ʈ", "d`": "ɖ", "n`": "ɳ", "s`": "ʂ",
    "r`": "ɽ", "r\\`": "ɻ", "_h": "ʰ", "_j": "ʲ", "'": "ʲ", "_~": "\u0303", "v\\": "ʋ", "M\\": "ɰ",
}  # fmt: skip
_X_SAMPA_SIGN = re.compile("|".join(sorted(map(re.escape, _X_SAMPA), key=len, reverse=True)) + "|.")
_SYLLABLE = re.compile(r"(?:[a-z]|ü|u:)+[0-5]")
_IPA_CURE = "write it in IPA with the stress as ˈ before its syllable, as həˈloʊ"


def symbols_of(piece: Phoneme, language: str) -> str:
    """The sounds in the symbols of the front of a language (`en`, `zh`, ...).

    Raises:
        SsmlError: a sign that the alphabet or the voices do not have, or an alphabet of another language.
    """
    if piece.alphabet == "pinyin":
        return _from_pinyin(piece, language)
    ph = piece.ph
    if piece.alphabet == "x-sampa":
        ph = "".join(_X_SAMPA.get(sign, sign) for sign in _X_SAMPA_SIGN.findall(ph))
    said = _from_ipa(ph, language)
    strange = unknown_signs(ph, language)
    if strange:
        fault = f"ph={piece.ph[:40]!r} holds {strange[:20]!r}, which no voice says; {_IPA_CURE}"
        raise SsmlError(piece.place, fault)
    if not any(sign.isalpha() and sign not in "ˈˌːʰʲ" for sign in said):
        raise SsmlError(piece.place, f"ph={piece.ph[:40]!r} holds no sound; {_IPA_CURE}")
    return said


def unknown_signs(ph: str, language: str) -> str:
    """The signs of a pronunciation in IPA that no voice says."""
    return "".join(dict.fromkeys(sign for sign in _from_ipa(ph, language) if sign not in _KNOWN))


def _from_ipa(ph: str, language: str) -> str:
    """English diphthongs are one symbol; the English inside Chinese and Japanese is read as English, too."""
    said = ph.strip().translate(_SAME)
    table = _ENGLISH if language in {"en", "zh", "ja"} else _AFFRICATES
    for written, symbol in table.items():
        said = said.replace(written, symbol)
    return re.sub(f"([ˈˌ])([^ {_VOWELS}]*)(?=[{_VOWELS}])", r"\2\1", said)


def _from_pinyin(piece: Phoneme, language: str) -> str:
    if language != "zh":
        raise SsmlError(
            piece.place,
            'pinyin is for Chinese voices; name another alphabet, as <phoneme alphabet="ipa" ph="həˈloʊ">',
        )
    said = []
    for syllable in piece.ph.lower().split():
        plain = syllable.replace("u:", "v").replace("ü", "v")
        symbols = pinyin_symbols(plain) if _SYLLABLE.fullmatch(syllable) else None
        if symbols is None:
            fault = f"{syllable[:20]!r} is no syllable of pinyin; write each with its tone 1 to 5, as 'xing2'"
            raise SsmlError(piece.place, fault)
        said.append(symbols)
    return "".join(said)
