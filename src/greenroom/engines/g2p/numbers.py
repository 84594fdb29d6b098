"""Numbers, money, dates, times and units of the Romance languages, written out before they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from greenroom.engines.g2p.romance import centuries, one_of, ordinals, telephone


@dataclass(slots=True, frozen=True)
class NumberWords:
    """What a language calls things; `code` is num2words' name for it."""

    code: str
    point: str
    percent: str
    minus: str
    joiner: str
    """between an amount and its cents, and between hours and minutes"""
    currencies: dict[str, tuple[str, str]]
    """sign to singular and plural"""
    hour: tuple[str, str]
    months: tuple[str, ...]
    date_joiner: str
    """between day, month and year: `de` in Spanish"""
    units: dict[str, str]
    signs: dict[str, str]
    range_word: str
    web: dict[str, str]
    over: str
    """between the figures of a fraction that has no name"""
    century: str
    feminine: dict[int, str]
    """numbers that change before the hour, which is feminine"""
    fractions: dict[int, tuple[str, str]]
    """one part and several, by what it is divided by"""
    first_of_month: str | None = None


def write_out(text: str, words: NumberWords) -> str:
    """The text with every figure as words. Decimal comma, thousands with a dot or a thin space."""
    text = _WEB.sub(lambda found: _address(found.group(), words), text)
    text = _PHONE.sub(lambda found: telephone(found.group(), words.code), text)
    text = _ISO.sub(lambda f: _date(int(f[3]), int(f[2]), int(f[1]), words), text)
    text = _FIGURED.sub(lambda f: _date(int(f[1]), int(f[3]), int(f[4]), words), text)
    if words.first_of_month:
        first = rf"(?<!\d)1(?:er|º|°)?(?= (?:de )?(?:{'|'.join(words.months)})\b)"
        text = re.sub(first, words.first_of_month, text)
    text = centuries(text, words.century, words.code)
    text = ordinals(text, words.code)
    text = _TIME.sub(lambda f: _time(int(f[1]), int(f[2] or 0), words), text)
    text = _money(text, words)
    text = re.sub(r"(?<=\d)\s?%", f" {words.percent}", text)
    text = _FRACTION.sub(lambda f: _fraction(int(f[1]), int(f[2]), words), text)
    for unit in sorted(words.units, key=len, reverse=True):
        name = words.units[unit]
        text = re.sub(rf"(?<![\d.,])1\s?{re.escape(unit)}(?![\w²³])", one_of(name, words.code), text)
        text = re.sub(rf"(?<=\d)\s?{re.escape(unit)}(?![\w²³])", f" {name}", text)
    text = re.sub(r"(?<=\d)\s*[-–]\s*(?=\d)", f" {words.range_word} ", text)
    text = re.sub(r"(?<![\w])[-−](?=\d)", f"{words.minus} ", text)
    text = _NUMBER.sub(lambda found: f" {_number(found.group(), words)} ", text)
    for sign, spoken in words.signs.items():
        text = text.replace(sign, f" {spoken} ")
    return re.sub(r"\s+([,.;:!?…])", r"\1", re.sub(r"\s+", " ", text)).strip()


_WEB = re.compile(r"\b(?:https?://|www\.)[^\s<>\"”»)]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_FIGURED = re.compile(r"(?<![\d.,])([0-3]?\d)([/.-])([01]?\d)\2(\d{4})\b")
_TIME = re.compile(
    r"(?<![\d.,:])([01]?\d|2[0-3])\s?(?::(?=\d)|h(?![\w²])|h(?=\d))\s?([0-5]\d)?(?![\d:])(?!\s?min)(?:\s?h\b)?"
)
_PHONE = re.compile(
    r"(?<![\w.,])(?<!\d[ \u202f])(?:\+\d{1,3}[\s-]?(?:\(\d{1,3}\)[\s-]?)?\d{1,5}(?:[\s-]?\d{2,5}){1,5}"
    r"|\(\d{2,3}\)\s?\d{4,5}[\s-]\d{4}|0\d{1,4}(?:[\s-]\d{2,4}){1,4}(?<=\d{2})|0\d{1,3}[\s-]?\d{5,8}|\d{4,5}-\d{4})"
    r"(?![\w-]|[.,]\d)"
)
_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,2})/(\d{1,3})(?![\d/])")
_NUMBER = re.compile(r"\d{1,3}(?:[.\u202f ]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?")


def _spoken(number: int, words: NumberWords, to: str = "cardinal") -> str:
    from num2words import num2words

    return str(num2words(number, lang=words.code, to=to))


def _number(digits: str, words: NumberWords) -> str:
    if re.fullmatch(r"\d{1,3}(?:[.\u202f ]\d{3})+(?:,\d+)?", digits):
        digits = re.sub(r"[.\u202f ]", "", digits)
    whole, mark, decimals = re.sub(r"\.", ",", digits).partition(",")
    if len(whole) > 15:
        return " ".join(_spoken(int(digit), words) for digit in whole)
    spoken = _spoken(int(whole), words)
    if not mark:
        return spoken
    zeros = len(decimals) - len(decimals.lstrip("0"))
    said = [_spoken(0, words)] * zeros + ([_spoken(int(decimals), words)] if decimals.strip("0") else [])
    return f"{spoken} {words.point} {' '.join(said)}"


def _money(text: str, words: NumberWords) -> str:
    amount = r"(\d[\d.\u202f]*)(?:,(\d{2}))?(?!\d)"
    signs = "|".join(re.escape(sign) for sign in sorted(words.currencies, key=len, reverse=True))
    # As it is written in America; in thousands there are three figures after the dot.
    text = re.sub(rf"((?:{signs})\s?\d{{1,3}}(?:,\d{{3}})*)\.(\d\d)(?!\d)", _comma, text)
    for sign, (singular, plural) in words.currencies.items():

        def say(found: re.Match[str], singular: str = singular, plural: str = plural) -> str:
            if found[1] == "1" and not found[2]:
                return one_of(singular, words.code)
            cents = f" {words.joiner} {found[2]}" if found[2] and int(found[2]) else ""
            return f"{found[1].rstrip('.')} {plural}{cents}" + ("." if found[1].endswith(".") else "")

        mark = re.escape(sign)
        text = re.sub(rf"{mark}\s?{amount}", say, text)
        text = re.sub(rf"{amount}\s?{mark}", say, text)
    return text


def _comma(found: re.Match[str]) -> str:
    return found[1].replace(",", ".") + "," + found[2]


def _date(day: int, month: int, year: int, words: NumberWords) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return f"{day} {month} {year}"
    spoken_day = words.first_of_month if day == 1 and words.first_of_month else str(day)
    return f" {words.date_joiner} ".join([spoken_day, words.months[month - 1], str(year)]).replace("  ", " ")


def _time(hour: int, minute: int, words: NumberWords) -> str:
    name = words.hour[0] if hour == 1 else words.hour[1]
    said = words.feminine.get(hour, str(hour))
    return f"{said} {name} {words.joiner if name else ''} {minute}" if minute else f"{said} {name}"


def _fraction(above: int, below: int, words: NumberWords) -> str:
    names = words.fractions.get(below)
    if names is None or above >= below:
        return f"{above} {words.over} {below}"
    if above > 1:
        return f"{above} {names[1]}"
    return names[0] if below == 2 and words.code != "fr" else one_of(names[0], words.code)


def _address(address: str, words: NumberWords) -> str:
    stem = re.sub(r"^https?://(www\.)?|^www\.", "", address.rstrip(".,;:!?/"))
    trail = address[len(address.rstrip(".,;:!?")) :]
    return "".join(f" {words.web[c]} " if c in words.web else c for c in stem) + trail
