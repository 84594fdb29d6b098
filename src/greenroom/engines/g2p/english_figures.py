"""English figures as misaki reads them: dates, times, telephone numbers, fractions, units, money."""

from __future__ import annotations

import re

from greenroom.engines.g2p.tables import tables

_MONTHS: list[str] = tables("english")["months"]
_UNITS: dict[str, str] = tables("english")["units"]
_MONTH = "|".join(f"{month}|{month[:3]}(?=\\.|\\s)" for month in _MONTHS) + "|Sept(?=\\.|\\s)"
_LONG_MONTH = {month[:3]: month for month in _MONTHS}
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_UNIT = re.compile(
    r"(?<![\d.,])(\d[\d,]*(?:\.\d+)?)\s?("
    + "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
    + r")(?![\w²³])"
)
_ISO_DATE = re.compile(r"\b(\d{4})[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12]\d|3[01])\b")
_DATE = re.compile(r"(?<![\d/])(\d{1,2})([/.])(\d{1,2})\2(\d{4})\b")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s{_DAY}(?![\d:%]|(?:st|nd|rd|th)\b)")
_DAY_MONTH = re.compile(rf"(?<![\d.,$€£¥-]){_DAY}\s({_MONTH})\b\.?")
_TIME = re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:])")
_DOTTED_TIME = re.compile(r"(?<![\d:.,])(1[0-2]|0?[1-9])\.([0-5]\d)(?=\s?[ap]\.?m\b)", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.,$€£¥])(?:\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)[\s.-]?)?\d{1,4}(?:[\s.-]?\d{2,4}){1,4}"
    r"|\(\d{3}\)\s?\d{3}[\s.-]\d{4}|(?:1-)?\d{3}-\d{3}-\d{4}|\d{3}-\d{4}|0\d{2,4}[\s-]\d{3,4}(?:[\s-]?\d{3,4})?)"
    r"(?![\w-]|[.,]\d)"
)
_FRACTION = re.compile(r"(?<![\d/.,$€£])(?:(\d+)\s)?([1-9])/([2-9]|10)(?![\d/])")
_PARTS = {
    2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth",
    10: "tenth",
}  # fmt: skip
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_CURRENCY = {
    "USD": "dollars", "EUR": "euros", "GBP": "pounds", "CNY": "yuan", "RMB": "yuan", "JPY": "yen",
    "CHF": "Swiss francs", "INR": "rupees", "¥": "yen", "￥": "yuan", "₹": "rupees",
}  # fmt: skip
_AMOUNT = r"(\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion))?)"


def with_figures_written(text: str, british: bool) -> str:
    """What misaki does not read of figures, as it reads it."""
    text = _ISO_DATE.sub(lambda f: _date(int(f[1]), int(f[2]), int(f[3]), f[0]), text)
    text = _DATE.sub(lambda f: _figured_date(f, british), text)
    text = _MONTH_DAY.sub(lambda f: f"{_month(f[1])} {ordinal(int(f[2]))}", text)
    text = _DAY_MONTH.sub(lambda f: f"{ordinal(int(f[1]))} of {_month(f[2])}", text)
    text = _DOTTED_TIME.sub(r"\1:\2", text)
    text = _PHONE.sub(lambda f: _telephone(f.group()), text)
    text = _TIME.sub(_clock, text)
    text = re.sub(r"(?<=\d)(?=[ap]\.?m\b)", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"([€£])\s?(\d[\d,.]*\d|\d)", r"\1\2", text)
    for sign, name in _CURRENCY.items():
        text = re.sub(rf"(?<!\w){re.escape(sign)}\s?{_AMOUNT}", rf"\1 {name}", text)
        text = re.sub(rf"{_AMOUNT}\s?{re.escape(sign)}(?!\w)", rf"\1 {name}", text)
    text = re.sub(r"([$€£])[-−](?=\d)", r"-\1", text)
    text = re.sub(r"(?<![\w.,)-])[-−](?=[\d$€£])", "minus ", text)
    text = _FRACTION.sub(_fraction, text)
    return _UNIT.sub(_measure, text)


def ordinal(number: int) -> str:
    suffix = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _month(name: str) -> str:
    return _LONG_MONTH[name[:3]]


def _date(year: int, month: int, day: int, given: str) -> str:
    return f"{_MONTHS[month - 1]} {ordinal(day)}, {year}" if 1 <= month <= 12 and 1 <= day <= 31 else given


def _figured_date(found: re.Match[str], british: bool) -> str:
    """The month comes first in America, unless it cannot be one."""
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    day_first = first > 12 or (second <= 12 and (british or found[2] == "."))
    day, month = (first, second) if day_first else (second, first)
    return _date(year, month, day, found[0])


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    seconds = f" and {int(found[3])} seconds" if found[3] else ""
    if minute == 0:
        return (f"{hour} o'clock" if 0 < hour < 13 else f"{hour} hundred") + seconds
    return (f"{hour} oh {minute}" if minute < 10 else f"{hour} {minute}") + seconds


def _telephone(given: str) -> str:
    """Figure by figure, with a short pause between groups."""
    groups = (" ".join(_DIGITS[int(digit)] for digit in group) for group in re.findall(r"\d+", given))
    return ("plus " if given.startswith("+") else "") + ", ".join(groups)


def _fraction(found: re.Match[str]) -> str:
    whole, above, below = found[1], int(found[2]), int(found[3])
    if above >= below:
        return found[0]
    part = _PARTS[below] if above == 1 else f"{_PARTS[below]}s".replace("halfs", "halves")
    said = f"{_DIGITS[above]} {part}"
    if whole:
        return f"{whole} and {'a half' if (above, below) == (1, 2) else said}"
    return said


def _measure(found: re.Match[str]) -> str:
    amount, unit = found[1], _UNITS[found[2]]
    return f"{amount} {_singular(unit) if amount == '1' else unit}"


def _singular(unit: str) -> str:
    """Of `kilometers per hour`, `kilometer per hour`."""
    first, *rest = unit.split(" ")
    if first in {"square", "cubic", "kilowatt"}:
        return f"{first} {_singular(' '.join(rest))}"
    return " ".join([_SINGULARS.get(first, first.removesuffix("s")), *rest])


_SINGULARS = {"feet": "foot", "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz"}
