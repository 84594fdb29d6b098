"""Numbers, money, dates, times and units of Hindi, written out before they are read."""

from __future__ import annotations

import re

from greenroom.engines.g2p.tables import tables

_ASCII = str.maketrans("०१२३४५६७८९", "0123456789")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DATE = re.compile(r"(?<![\d.,])([0-3]?\d)([/.-])([01]?\d)\2(\d{4})\b")
_TIME = re.compile(r"(?<![\d.,:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?:\s?बजे)?")
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+\d{1,3}[\s-]?\d[\d\s-]{6,14}\d|0\d[\d\s-]{6,12}\d|[6-9]\d{9})(?![\w-]|[.,]\d)"
)
_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,2})/(\d{1,3})(?![\d/])")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_ORDINAL = re.compile(r"(?<![\d.,])(\d{1,6})\s?-?(वां|वाँ|वीं|वें|ला|ली|रा|री|था|थी|ठा|ठी)(?!\w)")
_LONGEST = 12
"""Figures; longer ones are said one by one."""


def spoken_number(number: int) -> str:
    """A whole number from 0 in words, in hundreds, thousands, lakh and crore."""
    words = tables("hindi")
    said = []
    for power, name in sorted(((int(p), n) for p, n in words["powers"].items()), reverse=True):
        if number >= power:
            said += [spoken_number(number // power), name]
            number %= power
    if number >= 100:
        said += [words["below_hundred"][number // 100], words["hundred"]]
        number %= 100
    if number or not said:
        said.append(words["below_hundred"][number])
    return " ".join(said)


def spoken_ordinal(number: int) -> str:
    """`पहला`, `दूसरा`, ...; from the seventh on by the ending `वाँ`."""
    return str(tables("hindi")["ordinals"].get(str(number)) or f"{spoken_number(number)}वाँ")


def spoken_year(year: int) -> str:
    """From 1100 to 1999 by the hundred, as years are said."""
    if 1100 <= year < 2000:
        words = tables("hindi")
        rest = [spoken_number(year % 100)] if year % 100 else []
        return " ".join([words["below_hundred"][year // 100], words["hundred"], *rest])
    return spoken_number(year)


def spoken_digits(digits: str) -> str:
    return " ".join(tables("hindi")["below_hundred"][int(digit)] for digit in digits)


def spoken_figures(text: str) -> str:
    """The text with every figure and sign as words."""
    words = tables("hindi")
    text = text.translate(_ASCII)
    for short, full in words["short_forms"].items():
        text = re.sub(rf"(?<!\w){re.escape(short)}(?=\W|$)", f"{full} ", text)
    text = _ISO.sub(lambda f: _date(f, int(f[3]), int(f[2]), int(f[1])), text)
    text = _DATE.sub(lambda f: _date(f, int(f[1]), int(f[3]), int(f[4])), text)
    text = _PHONE.sub(lambda f: _telephone(f[0]), text)
    text = _TIME.sub(lambda f: _time(int(f[1]), int(f[2])), text)
    text = _ORDINAL.sub(lambda f: _ordinal(int(f[1]), f[2]), text)
    text = _money(text)
    text = re.sub(r"(?<=\d)\s?%", f" {words['percent']}", text)
    text = _FRACTION.sub(lambda f: _fraction(int(f[1]), int(f[2])), text)
    for unit in sorted(words["units"], key=len, reverse=True):
        text = re.sub(rf"(?<=\d)\s?{re.escape(unit)}(?![\w²³])", f" {words['units'][unit]}", text)
    text = re.sub(r"(?<=\d)\s*[-–]\s*(?=\d)", f" {words['range_word']} ", text)
    text = re.sub(r"(?<![\w])[-−](?=\d)", f"{words['minus']} ", text)
    text = _NUMBER.sub(lambda f: f" {_number(f[0])} ", text)
    for sign, spoken in words["signs"].items():
        text = text.replace(sign, f" {spoken} ")
    return re.sub(r"\s+([,.;:!?…।])", r"\1", re.sub(r"\s+", " ", text)).strip()


def _number(digits: str) -> str:
    whole, mark, decimals = digits.replace(",", "").partition(".")
    is_year = len(whole) == 4 and "," not in digits and not mark
    said = spoken_year(int(whole)) if is_year else _whole(whole)
    return f"{said} {tables('hindi')['point']} {spoken_digits(decimals)}" if mark else said


def _whole(digits: str) -> str:
    return spoken_digits(digits) if len(digits) > _LONGEST else spoken_number(int(digits))


def _date(found: re.Match[str], day: int, month: int, year: int) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0]
    return f"{spoken_number(day)} {tables('hindi')['months'][month - 1]} {spoken_year(year)}"


def _time(hour: int, minute: int) -> str:
    words = tables("hindi")
    if minute == 0:
        return f"{spoken_number(hour)} {words['oclock']}"
    return f"{spoken_number(hour)} {words['past']} {spoken_number(minute)} {words['minutes']}"


def _telephone(number: str) -> str:
    groups = [spoken_digits(group) for group in re.findall(r"\d+", number)]
    return ("धन " if number.startswith("+") else "") + ", ".join(groups)


def _ordinal(number: int, ending: str) -> str:
    """With the ending that is written, which follows the noun."""
    said = spoken_ordinal(number)
    if said.endswith("वाँ"):
        return said.removesuffix("वाँ") + (ending if ending.startswith("व") else "वाँ")
    return said[:-1] + ending[-1] if ending[-1] in "ाीे" else said


def _fraction(above: int, below: int) -> str:
    words = tables("hindi")
    if (above, below) == (1, 2):
        return str(words["half"])
    if below == 4 and above in (1, 3):
        return f"{spoken_number(above)} {words['quarter']}"
    return f"{spoken_number(above)} {words['over']} {spoken_number(below)}"


def _money(text: str) -> str:
    amount = r"(\d[\d,]*)(?:\.(\d{2}))?(?!\d)"
    for sign, (one, several, parts) in tables("hindi")["currencies"].items():

        def say(found: re.Match[str], one: str = one, several: str = several, parts: str = parts) -> str:
            whole = found[1].rstrip(",")
            trail = found[1][len(whole) :]
            said = f"{_whole(whole.replace(',', ''))} {one if whole == '1' else several}"
            if found[2] and int(found[2]):
                said += f" {spoken_number(int(found[2]))} {parts}"
            return said + trail

        mark = re.escape(sign)
        text = re.sub(rf"{mark}\s?{amount}", say, text)
        text = re.sub(rf"{amount}\s?{mark}", say, text)
    return text
