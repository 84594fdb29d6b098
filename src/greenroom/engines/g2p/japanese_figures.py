"""Japanese figures in the form that Open JTalk reads: dates, times, money, decimals, ranges, units."""

from __future__ import annotations

import re

_DIGITS = ("ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュー")
_MONEY = {"¥": "円", "US$": "ドル", "$": "ドル", "€": "ユーロ", "£": "ポンド"}
_UNITS = {
    "km2": "平方キロメートル", "m2": "平方メートル", "m3": "立方メートル", "cm": "センチメートル",
    "mm": "ミリメートル", "km": "キロメートル", "kg": "キログラム", "mg": "ミリグラム", "ml": "ミリリットル",
    "mL": "ミリリットル", "GB": "ギガバイト", "MB": "メガバイト", "°C": "度", "℃": "度", "m": "メートル",
    "g": "グラム", "L": "リットル", "%": "パーセント",
}  # fmt: skip


def spoken_figures(text: str) -> str:
    """Args: text: in the composed form NFKC."""
    text = re.sub(
        r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)",
        lambda f: f"{f[1]}年{int(f[3])}月{int(f[4])}日",
        text,
    )
    text = re.sub(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])", _clock, text)
    for sign, name in _MONEY.items():
        text = re.sub(rf"{re.escape(sign)}\s?(\d[\d,]*(?:\.\d+)?[万億]?)", rf"\1{name}", text)
    text = re.sub(r"(?<=\d)\s*[~〜–]\s*(?=\d)", "から", text)
    text = re.sub(r"(?<![\d-])(\d{1,4})\s*-\s*(\d{1,4})(?![\d-])(?=\s?[^\W\d])", r"\1から\2", text)
    text = re.sub(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])", r"\2分の\1", text)
    text = re.sub(r"(\d[\d,]*(?:\.\d+)?)\s?km/h(?![A-Za-z])", r"時速\1キロメートル", text)
    for unit, name in _UNITS.items():
        text = re.sub(rf"(?<=\d)\s?{re.escape(unit)}(?![A-Za-z\d])", name, text)
    text = re.sub(r"(?<![\w.,-])[-−](?=\d)", "マイナス", text)
    return re.sub(r"(\d[\d,]*)\.(\d+)", lambda f: f[1] + "テン" + _each(f[2]), text)


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if hour > 24 or minute > 59:
        return found[0]
    return f"{hour}時{minute}分" if minute else f"{hour}時"


def _each(figures: str) -> str:
    return "".join(_DIGITS[int(figure)] for figure in figures)
