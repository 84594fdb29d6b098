"""Dates and times as a language says them, as texts that its front reads."""

from __future__ import annotations

import re

from greenroom.engines.g2p.tables import number_words, tables

_ROMANCE = {"es": "spanish", "fr": "french", "it": "italian", "pt_BR": "portuguese"}
_PARTS = re.compile(r"\d+")
_SHAPE = re.compile(r"\d+(?:\s*[-/.年月]\s*\d+)*\s*日?")
_TIME = re.compile(
    r"([01]?\d|2[0-3])(?:[:.]([0-5]\d))?(?:[:.]([0-5]\d))?\s*(?:([ap])\.?\s?m\.?)?", re.IGNORECASE
)


def spoken_date(text: str, order: str, code: str) -> str | None:
    """A date of figures as words and figures that the front reads; None where it is none.

    Args:
        order: `ymd`, `dmy`, `my` and the like. Empty: year first where it has four figures, else as the
            language has it. A text with other letters is left to the front.
        code: the language, as `en`.
    """
    text = text.strip()
    if not _SHAPE.fullmatch(text):
        return text if not order and any(character.isdigit() for character in text) else None
    figures = _PARTS.findall(text)
    if len(figures) == 1 and len(figures[0]) == 8:
        figures = [figures[0][:4], figures[0][4:6], figures[0][6:]]
    order = order or _usual_order(figures, code)
    if len(order) != len(figures):
        return None
    parts = {part: int(figure) for part, figure in zip(order, figures, strict=True)}
    if not (1 <= parts.get("m", 1) <= 12 and 1 <= parts.get("d", 1) <= 31 and parts.get("y", 1) <= 9999):
        return None
    return _said(parts, code)


def _usual_order(figures: list[str], code: str) -> str:
    if len(figures[0]) == 4:
        return "ymd"[: len(figures)]
    if code in {"zh", "ja"}:
        return "md"
    if len(figures) == 3:
        return "mdy" if code == "en" else "dmy"
    if len(figures[-1]) == 4:
        return "my"
    return "md" if code == "en" else "dm"


def _said(parts: dict[str, int], code: str) -> str:
    year, month, day = parts.get("y"), parts.get("m"), parts.get("d")
    if code == "hi":
        name = tables("hindi")["months"][month - 1] if month else None
        return " ".join(str(part) for part in (day, name, year) if part is not None)
    if code in {"zh", "ja"}:
        named = ((year, "年"), (month, "月"), (day, "日"))
        return "".join(f"{part}{name}" for part, name in named if part is not None)
    if code == "en":
        named_day = "" if day is None else f" {_ordinal(day)}"
        named_month = tables("english")["months"][month - 1] if month else ""
        comma = "," if day is not None else ""
        return f"{named_month}{named_day}" + (f"{comma} {year}" if year is not None else "")
    words = number_words(_ROMANCE[code])
    spoken_day = None if day is None else (words.first_of_month if day == 1 else None) or str(day)
    spoken = [spoken_day, words.months[month - 1] if month else None, None if year is None else str(year)]
    return f" {words.date_joiner} ".join(part for part in spoken if part).replace("  ", " ")


def spoken_time(text: str, code: str) -> str | None:
    """A time of the day as a text that the front reads; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None or (found[2] is None and found[4] is None):
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if code == "en":
        clock = f"{hour}:{minute:02}" if minute or not half else f"{hour}"
        return clock + (f" and {second} seconds" if second else "") + (f" {half.upper()} M" if half else "")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if code in {"zh", "ja"}:
        names = zip((minute, second), "分秒", strict=True)
        hours = f"{hour}{'点' if code == 'zh' else '時'}"
        return hours + "".join(f"{figure}{name}" for figure, name in names if figure)
    return None if second else f"{hour}:{minute:02}"


def _ordinal(number: int) -> str:
    suffix = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
