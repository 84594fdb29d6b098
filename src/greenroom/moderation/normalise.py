"""Undo the tricks by which a word slips past a list: width, case, accents, look-alike letters, digits for
letters, repeated letters, and spaces or signs between the letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_LOOK_ALIKES = str.maketrans(
    "սавекмнорстухіјѕԁɡոαβεικνορτυχ@$€£ıłøđ",
    "uabekmhopctyxijsdgnabeikvoptuxaselilod",
)
"""Cyrillic, Greek and other letters, and signs, that look like Latin ones (Unicode TR 39, a part)."""
_DIGITS = str.maketrans("034578", "oeastb")
_BAR = re.compile(r"(?<=[^\W\d_])[!|](?=[^\W\d_])")
"""A sign within a word that stands for an i or an l, as the digit 1 does."""
_SIMPLE = str.maketrans(
    "賭場線網視頻賣約兒製買殺槍藥發證幣銀單種襲體穩賺賠額媽療無碼聖戰戰爭進槓樂臺灣術鐘錢貸開賤張應壓禍處軍區",
    "赌场线网视频卖约儿制买杀枪药发证币银单种袭体稳赚赔额妈疗无码圣战战争进杠乐台湾术钟钱贷开贱张应压祸处军区",
)
"""Traditional characters that the built-in words use, as simplified ones."""
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_NOT_HAN = re.compile(rf"[^{_HAN}]+")
_TOKEN = re.compile(r"[^\W_]+")
_REPEATED = re.compile(r"(.)\1{2,}")
_MOST_PARTS = 24


def fold(text: str) -> str:
    """One width, one case, no accents, no invisible characters, Latin letters for their look-alikes."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(
        letter
        for letter in plain
        if unicodedata.category(letter) not in ("Mn", "Me", "Cf", "Cc", "Cn") or letter in "\n\t "
    )
    return kept.translate(_LOOK_ALIKES)


def han_of(text: str) -> str:
    """The Chinese characters of a text alone, simplified."""
    return _NOT_HAN.sub("", fold(text)).translate(_SIMPLE)


def tokens_of(text: str, one: str = "i") -> list[str]:
    """The words of a text in Latin letters; letters that stand alone in a row become one word.

    Args:
        one: what the digit 1 within a word stands for: i or l.
    """
    found: list[str] = []
    run: list[str] = []
    for token in _plain_tokens(text, one):
        if len(token) == 1 and len(run) < _MOST_PARTS:
            run.append(token)
            continue
        found += _joined(run)
        run = [token] if len(token) == 1 else []
        if len(token) > 1:
            found.append(token)
    return found + _joined(run)


def _plain_tokens(text: str, one: str) -> Iterator[str]:
    for match in _TOKEN.finditer(_BAR.sub("1", fold(text))):
        token = match[0]
        has_letter = any("a" <= letter <= "z" for letter in token)
        yield squeeze(token.translate(_DIGITS).replace("1", one)) if has_letter else token


def _joined(run: list[str]) -> list[str]:
    return ["".join(run)] if len(run) >= 3 else run


def squeeze(word: str) -> str:
    """Three or more equal letters in a row become one."""
    return _REPEATED.sub(r"\1", word)
