"""Japanese: Open JTalk (pyopenjtalk-plus) gives words and their reading, a table turns kana into phonemes.

The phonemes are those that Kokoro v1.0 learnt: every mora in IPA, `ː` for a long vowel, `ʔ` for a doubled
consonant, and an n that takes the place of the next consonant. Open JTalk writes out numbers and dates.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from greenroom.engines.g2p.front import STOPS, Word, check_text, plain_text
from greenroom.engines.g2p.fronts import english_words
from greenroom.engines.g2p.japanese_figures import spoken_figures

_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "LATIN", "IDEOGRAPHIC", "HALFWIDTH KATAKANA", "FULLWIDTH LATIN")
_STOPS = str.maketrans(
    {"、": ",", "，": ",", "。": ".", "．": ".", "！": "!", "？": "?", "：": ":", "；": ";", "・": " "}
)

# Rows of the kana table: the kana for a, i, u, e, o and how the row's consonant sounds before each vowel.
_ROWS = [
    ("アイウエオ", ("", "", "", "", "")),
    ("カキクケコ", ("k", "kʲ", "k", "k", "k")),
    ("ガギグゲゴ", ("ɡ", "ɡʲ", "ɡ", "ɡ", "ɡ")),
    ("サシスセソ", ("s", "ɕ", "s", "s", "s")),
    ("ザジズゼゾ", ("ʣ", "ʥ", "z", "ʣ", "ʣ")),
    ("タチツテト", ("t", "ʨ", "ʦ", "t", "t")),
    ("ダヂヅデド", ("d", "ʥ", "z", "d", "d")),
    ("ナニヌネノ", ("n", "ɲ", "n", "n", "n")),
    ("ハヒフヘホ", ("h", "ç", "ɸ", "h", "h")),
    ("バビブベボ", ("b", "bʲ", "b", "b", "b")),
    ("パピプペポ", ("p", "pʲ", "p", "p", "p")),
    ("マミムメモ", ("m", "mʲ", "m", "m", "m")),
    ("ラリルレロ", ("ɾ", "ɾʲ", "ɾ", "ɾ", "ɾ")),
]
_VOWELS = "aiɯeo"
_SMALL = dict(zip("ァィゥェォャュョ", "aiɯeoaɯo", strict=True))
_EXTRA = {
    "ヤ": "ja",
    "ユ": "jɯ",
    "ヨ": "jo",
    "ワ": "βa",
    "ヰ": "i",
    "ヱ": "e",
    "ヲ": "o",
    "ヴ": "vɯ",
    "ヶ": "ke",
    "ヵ": "ka",
}
_ENGLISH = r"[A-Za-z][a-z]+(?:[A-Z]?[a-z]+)*|[A-Z]{5,}"
"""Longer Latin words are read as English; initials are spelled by Open JTalk."""
_LABIAL, _VELAR, _PALATAL, _DENTAL = "mpb", "kɡ", "ɲʨʥ", "ntdɾzʣʦ"


def _kana_table() -> dict[str, str]:
    table = dict(_EXTRA)
    for kana, onsets in _ROWS:
        for letter, onset, vowel in zip(kana, onsets, _VOWELS, strict=True):
            table[letter] = onset + ("ɨ" if onset in {"s", "z", "ʦ"} and vowel == "ɯ" else vowel)
    return table


_KANA = _kana_table()


class JapaneseFront:
    code = "ja"

    def check(self, text: str) -> None:
        check_text(text, _SCRIPTS, "Japanese")

    def read(self, text: str) -> list[Word]:
        normal = unicodedata.normalize("NFKC", plain_text(text))
        normal = spoken_figures(normal)
        normal = re.sub(r"[「」『』()【】《》“”\"']", " ", normal)
        words: list[Word] = []
        for part in re.split(f"({_ENGLISH})", normal):
            if re.fullmatch(_ENGLISH, part):
                words += english_words(part)
            elif part.strip():
                _read_japanese(part, words)
        return words


def _read_japanese(text: str, words: list[Word]) -> None:
    """Add the words of a text without English in it."""
    import pyopenjtalk

    for node in pyopenjtalk.run_frontend(text):
        mark = node["string"].translate(_STOPS).strip()
        if mark and mark[0] in STOPS:
            if words:
                words[-1] = words[-1].before(mark[0])
            continue
        said = phonemes_of(_reading(node))
        if not said:
            continue
        if words and words[-1].after == " " and _leans_back(node):
            last = words.pop()
            words.append(Word(last.text + node["string"], last.phonemes + said, " "))
        else:
            words.append(Word(node["string"], said))


def _reading(node: dict[str, Any]) -> str:
    if node["pos"] == "記号" and node["pron"] in {"、", "。", "？", "！"}:
        return ""
    return re.sub("[’']", "", node["pron"])


def _leans_back(node: dict[str, Any]) -> bool:
    """Endings of verbs belong to the verb: まし + た."""
    if node["pos"] == "助動詞":
        return node["string"] not in {"です", "でしょ", "だ"}
    return node["pos_group1"] == "接続助詞" and node["string"] in {"て", "で", "ば"}


def phonemes_of(katakana: str) -> str:
    """Kokoro's symbols of a reading in katakana; what is no kana is left out."""
    out = ""
    for index, kana in enumerate(katakana):
        following = katakana[index + 1] if index + 1 < len(katakana) else ""
        if kana in _SMALL:
            out = _with_small(out, katakana[index - 1] if index else "", kana)
        elif kana == "ー":
            out += "ː" if out else ""
        elif kana == "ッ":
            out += "ʔ"
        elif kana == "ン":
            out += _nasal(_KANA.get(following, ""))
        else:
            out += _KANA.get(kana, "")
    return out


def _with_small(out: str, before: str, small: str) -> str:
    """キャ is one mora: the consonant of キ with the small kana's vowel."""
    base = _KANA.get(before)
    vowel = _SMALL[small]
    if not base or not out.endswith(base):
        return out + vowel
    onset = base[:-1]
    if small in "ャュョ" and onset and onset[-1] not in "ʲɕʥʨɲç":
        onset += "ʲ"
    if before == "ウ":
        onset = "β"
    if before == "イ" and small == "ェ":
        onset = "j"
    if before in "クグ" and small in "ァィェォ":
        onset += "ᵝ"
    if small == "ィ" and before in "テデフツ":
        onset += "ʲ"
    if vowel == "ɯ" and small == "ュ":
        vowel = "ɨ"
    return out[: -len(base)] + onset + vowel


def _nasal(following: str) -> str:
    head = following[:1]
    for places, sound in ((_LABIAL, "m"), (_VELAR, "ŋ"), (_PALATAL, "ɲ"), (_DENTAL, "n")):
        if head and head in places:
            return sound
    return "ɴ"
