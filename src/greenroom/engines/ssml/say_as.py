"""What `say-as` makes of figures and letters: words for the text front of the voice's language.

The kinds follow the W3C note on say-as values (2005); what a kind sounds like is the language's affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from greenroom.engines.g2p.front import TextFront, Word
from greenroom.engines.g2p.hindi_figures import spoken_number, spoken_ordinal
from greenroom.engines.g2p.letters import spell
from greenroom.engines.g2p.tables import number_words, tables
from greenroom.engines.ssml.dates import spoken_date, spoken_time
from greenroom.engines.ssml.errors import SsmlError
from greenroom.engines.ssml.pieces import SayAs

Said: TypeAlias = str | tuple[Word, ...]
"""A text for the front, or words that are read already."""

_ROMANCE = {"es": "spanish", "fr": "french", "it": "italian", "pt_BR": "portuguese"}
_COUNTED = frozenset({"en", *_ROMANCE})
"""num2words counts in these; the fronts of the others count by themselves."""
_DIGITS = {
    "zh": "零一二三四五六七八九",
    "ja": ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ"),
}
_SIGNS = {
    "en": {".": "dot", "@": "at", "-": "dash", "_": "underscore", "/": "slash", "+": "plus", "#": "hash"},
    "zh": {".": "点", "@": "艾特", "-": "杠", "_": "下划线", "/": "斜杠", "+": "加", "#": "井号"},
    "ja": {".": "ドット", "@": "アット", "-": "ハイフン", "/": "スラッシュ", "+": "プラス"},
    "hi": {".": "डॉट", "@": "ऐट", "-": "डैश", "_": "अंडरस्कोर", "/": "स्लैश", "+": "प्लस", "#": "हैश"},
}
_PLUS = {"es": "más", "fr": "plus", "it": "più", "pt_BR": "mais"}
_GROUPED = re.compile(r"\d{1,3}(?:[.,\u202f ]\d{3})+|\d+")
_LARGEST_NUMBER = 15
"""figures"""


def say_as(piece: SayAs, front: TextFront) -> Said:
    """
    Raises:
        SsmlError: the text is not of the kind, or the language has no words for the kind.
    """
    return _KINDS[piece.kind](piece, front)


def _cardinal(piece: SayAs, front: TextFront) -> Said:
    text, minus = _without_sign(piece.text)
    if not _GROUPED.fullmatch(text):
        if re.fullmatch(r"[\d.,]+", text):
            return piece.text
        raise _fault(piece, "a number, as 1250")
    number = _integer(piece, text) * (-1 if minus else 1)
    return _counted(number, front.code, "cardinal") if front.code in _COUNTED else f"{number:,}"


def _ordinal(piece: SayAs, front: TextFront) -> Said:
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|e|[ºª°.])$", "", piece.text.strip())
    if not _GROUPED.fullmatch(text):
        raise _fault(piece, "a whole number, as 3")
    number = _integer(piece, text)
    if front.code in _COUNTED:
        return _counted(number, front.code, "ordinal")
    if front.code == "hi":
        return spoken_ordinal(number)
    return f"第{number:,}" if front.code == "zh" else f"{number}番目"


def _digits(piece: SayAs, front: TextFront) -> Said:
    """Figure by figure; a space or a hyphen is a short pause."""
    return _figures(piece, front, _digit_words(front.code))


def _telephone(piece: SayAs, front: TextFront) -> Said:
    words = list(_digit_words(front.code))
    if front.code == "zh":
        # So that 一 is not taken for 七 on the telephone.
        words[1] = "幺"
    return _figures(piece, front, words)


def _figures(piece: SayAs, front: TextFront, words: list[str]) -> str:
    if not re.fullmatch(r"\+?[\d\s().-]*\d[\d\s().-]*", piece.text):
        raise _fault(piece, "digits with spaces or hyphens, as 555-0142")
    wide = front.code in {"zh", "ja"}
    groups = [
        ("" if wide else " ").join(words[int(digit)] for digit in group)
        for group in re.findall(r"\d+", piece.text)
    ]
    plus = f"{_signs(front.code).get('+', '')} " if piece.text.startswith("+") else ""
    return plus + ("，" if wide else ", ").join(groups)


def _characters(piece: SayAs, front: TextFront) -> Said:
    words: list[Word] = []
    for character in piece.text:
        if character.isspace():
            continue
        found = _letter(character, front)
        if not found:
            raise _fault(piece, f"letters and figures; {character!r} has no name in this language")
        words += found
    return tuple(words)


def _letter(character: str, front: TextFront) -> list[Word]:
    """The name of a letter, a figure or a sign; nothing where it has none."""
    if character.isdigit() and character.isascii():
        return _named(front, _digit_words(front.code)[int(character)])
    sign = _signs(front.code).get(character)
    if sign:
        return _named(front, sign)
    if front.code in _ROMANCE:
        name = tables(_ROMANCE[front.code])["letter_names"].get(character.lower())
        return [Word(character, name)] if name else []
    name = spell(character)
    if name:
        return [Word(character, name)]
    return _named(front, character) if character.isalpha() else []


@lru_cache(maxsize=1024)
def _named(front: TextFront, name: str) -> list[Word]:
    """Names are few and reading is slow."""
    return front.read(name)


def _currency(piece: SayAs, front: TextFront) -> Said:
    found = _MONEY.fullmatch(piece.text.strip())
    code = _CODES.get((found["before"] or found["after"] or "").upper()) if found else None
    if found is None or code is None:
        raise _fault(piece, "an amount with its currency, as 42.50 EUR or $3")
    amount = found["amount"]
    if front.code in _ROMANCE:
        if re.search(r"\.\d\d$", amount):
            amount = amount.replace(",", "").replace(".", ",")
        return f"{amount} {_SIGN.get(code, code)}"
    if front.code == "en":
        sign = _SIGN.get(code)
        return f"{sign}{amount}" if sign else f"{amount} {_ENGLISH_MONEY[code]}"
    space = " " if front.code == "hi" else ""
    return f"{amount.replace(',', '')}{space}{_MONEY_NAMES[front.code][code]}"


_MONEY = re.compile(
    r"(?P<before>[$€£¥￥]|[A-Za-z]{3})?\s?(?P<amount>\d[\d.,]{0,20})\s?(?P<after>[$€£¥￥]|[A-Za-z]{3})?"
)
_CODES = {
    "$": "USD", "USD": "USD", "€": "EUR", "EUR": "EUR", "£": "GBP", "GBP": "GBP", "¥": "CNY", "￥": "CNY",
    "CNY": "CNY", "RMB": "CNY", "JPY": "JPY",
}  # fmt: skip
_SIGN = {"USD": "$", "EUR": "€", "GBP": "£"}
_ENGLISH_MONEY = {"CNY": "yuan", "JPY": "yen"}
_MONEY_NAMES = {
    "zh": {"USD": "美元", "EUR": "欧元", "GBP": "英镑", "CNY": "元", "JPY": "日元"},
    "ja": {"USD": "ドル", "EUR": "ユーロ", "GBP": "ポンド", "CNY": "元", "JPY": "円"},
    "hi": {"USD": "डॉलर", "EUR": "यूरो", "GBP": "पाउंड", "CNY": "युआन", "JPY": "येन"},
}


def _unit(piece: SayAs, front: TextFront) -> Said:
    """The fronts know the units; without a figure there is nothing to measure."""
    if not re.search(r"\d", piece.text):
        raise _fault(piece, "a measure, as 5 km")
    return piece.text


def _date(piece: SayAs, front: TextFront) -> Said:
    spoken = spoken_date(piece.text, piece.format, front.code)
    if spoken is None:
        order = f" in the order {piece.format}" if piece.format else ""
        raise _fault(piece, f"a date{order}, as 2026-11-22")
    return spoken


def _time(piece: SayAs, front: TextFront) -> Said:
    spoken = spoken_time(piece.text, front.code)
    if spoken is None:
        raise _fault(piece, "a time, as 14:05")
    return spoken


_KINDS: dict[str, Callable[[SayAs, TextFront], Said]] = {
    "cardinal": _cardinal, "ordinal": _ordinal, "digits": _digits, "telephone": _telephone,
    "characters": _characters, "currency": _currency, "unit": _unit, "date": _date, "time": _time,
}  # fmt: skip


def _fault(piece: SayAs, what: str) -> SsmlError:
    return SsmlError(piece.place, f"<say-as> of {piece.kind} holds {piece.text[:40]!r}: give {what}")


def _without_sign(text: str) -> tuple[str, bool]:
    text = text.strip()
    return text.lstrip("+-−").strip(), text[:1] in "-−"


def _integer(piece: SayAs, text: str) -> int:
    figures = re.sub(r"\D", "", text)
    if len(figures) > _LARGEST_NUMBER:
        raise _fault(piece, f"at most {_LARGEST_NUMBER} figures, or interpret-as='digits'")
    return int(figures)


def _counted(number: int, code: str, to: str) -> str:
    from num2words import num2words

    return str(num2words(number, lang=code, to=to))


def _digit_words(code: str) -> list[str]:
    if code == "hi":
        return [spoken_number(digit) for digit in range(10)]
    known = _DIGITS.get(code)
    return list(known) if known else [_counted(digit, code, "cardinal") for digit in range(10)]


def _signs(code: str) -> dict[str, str]:
    if code in _ROMANCE:
        return {**number_words(_ROMANCE[code]).web, "+": _PLUS[code]}
    return _SIGNS[code]
