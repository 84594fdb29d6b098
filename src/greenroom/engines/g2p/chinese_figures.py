"""Mandarin figures as they are said: dates, times, money, telephone numbers, per cent, ranges, units."""

from __future__ import annotations

import re

DIGITS = "零一二三四五六七八九"
_SPOKEN_DIGITS = DIGITS.replace("一", "幺")
"""On the telephone, so that 一 is not taken for 七."""
_WIDE = str.maketrans("０１２３４５６７８９．％／：－＋", "0123456789.%/:-+")
_MONEY = {
    "￥": "元", "¥": "元", "US$": "美元", "HK$": "港元", "$": "美元", "€": "欧元", "£": "英镑",
    "RMB": "元", "CNY": "元", "USD": "美元", "EUR": "欧元",
}  # fmt: skip
_UNITS = {
    "km/h": "公里每小时", "m/s": "米每秒", "km²": "平方公里", "m²": "平方米", "㎡": "平方米", "m³": "立方米",
    "cm²": "平方厘米", "km": "公里", "kg": "公斤", "cm": "厘米", "mm": "毫米", "mg": "毫克", "ml": "毫升",
    "mL": "毫升", "kWh": "千瓦时", "min": "分钟", "℃": "摄氏度", "°C": "摄氏度", "℉": "华氏度",
    "°F": "华氏度",
    "GB": "吉字节", "MB": "兆字节", "TB": "太字节", "m": "米", "g": "克", "L": "升", "h": "小时",
}  # fmt: skip
_RANGE = r"\s*[-~–—～]\s*"
_COUNTED = "个只条本位次天种件台辆倍岁名张块元斤米套家项周组层楼门口句篇杯瓶双匹座场份段"
"""After these 2 is 两; 2年 is treated apart."""
_PHONE = re.compile(
    r"(?<![\d.,\-])(?:\+86[\s-]?)?(?:1[3-9]\d{9}|1[3-9]\d[\s-]\d{4}[\s-]\d{4}|0\d{2,3}[\s-]\d{7,8}"
    r"|[48]00[\s-]\d{3}[\s-]\d{4}|0\d{6,})(?![\d.,\-])"
)


def spoken_figures(text: str) -> str:
    """The text without Arabic figures."""
    text = text.translate(_WIDE)
    text = _PHONE.sub(lambda f: _telephone(f[0]), text)
    text = _dates(text)
    text = re.sub(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])", _clock, text)
    text = re.sub(r"(?<![\d:])(\d{1,3}):(\d{1,3})(?![\d:])", r"\1比\2", text)
    for sign in sorted(_MONEY, key=len, reverse=True):
        amount = r"(\d[\d,]*(?:\.\d+)?)\s?([万亿]?)"
        text = re.sub(rf"{re.escape(sign)}\s?{amount}", rf"\1\2{_MONEY[sign]}", text)
    text = re.sub(rf"(?<=[\d年月日点分秒%℃]){_RANGE}(?=[\d$￥¥])", "到", text)
    for unit, words in _UNITS.items():
        text = re.sub(rf"(?<=\d)\s?{re.escape(unit)}(?![A-Za-z²³])", words, text)
    text = re.sub(r"(?<![\d/])(\d{1,4})/(\d{1,4})(?![\d/])", r"\2分之\1", text)
    text = re.sub(r"([-−]?\d[\d,]*(?:\.\d+)?)\s?(%|‰)", _share, text)
    text = text.replace("±", "正负")
    text = re.sub(rf"(?<![\d.,第])2(?=年(?![级代])|[{_COUNTED}])", "两", text)
    text = re.sub(r"(?<![A-Za-z\d\u4e00-\u9fff])[-−](?=\d)", "负", text)
    text = re.sub(r"(?<=[A-Za-z])[-−](?=\d)", " ", text)
    text = text.replace("−", "-")
    return re.sub(r"\d[\d,]*(?:\.\d+)?", lambda found: _number(found.group()), text)


def _dates(text: str) -> str:
    text = re.sub(
        r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)",
        lambda f: f"{f[1]}年{int(f[3])}月{int(f[4])}日",
        text,
    )
    text = re.sub(
        rf"(?<!\d)(\d{{4}})年?{_RANGE}(\d{{4}})(?=年)", lambda f: f"{_each(f[1])}年到{_each(f[2])}", text
    )
    return re.sub(r"(?<!\d)(\d{4}|\d{2}(?=年代))(?=年(?!级))", lambda f: _each(f[1]), text)


def _each(figures: str, digits: str = DIGITS) -> str:
    return "".join(digits[int(figure)] for figure in figures)


def _telephone(given: str) -> str:
    groups = "，".join(_each(group, _SPOKEN_DIGITS) for group in re.findall(r"\d+", given))
    return ("加" if given.startswith("+") else "") + groups


def _clock(found: re.Match[str]) -> str:
    hour, minute, second = int(found[1]), int(found[2]), found[3]
    if hour > 24 or minute > 59:
        return f"{hour}比{minute}"
    said = f"{'两' if hour == 2 else hour}点"
    if minute or second:
        said += f"{'零' if minute < 10 else ''}{minute or ''}分"
    return said + (f"{int(second)}秒" if second else "")


def _share(found: re.Match[str]) -> str:
    amount = found[1].replace("-", "负").replace("−", "负")
    return ("百分之" if found[2] == "%" else "千分之") + amount


def _number(digits: str) -> str:
    import cn2an

    whole, mark, decimals = digits.replace(",", "").partition(".")
    if len(whole) > 16 or (len(whole) > 1 and whole.startswith("0")):
        return _each(whole) + (f"点{_each(decimals)}" if mark else "")
    said = re.sub("^一十", "十", str(cn2an.an2cn(str(int(whole)), "low")))
    return said + (f"点{_each(decimals)}" if mark else "")
