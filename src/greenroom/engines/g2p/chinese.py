"""Mandarin: jieba cuts words, pypinyin reads them, misaki turns pinyin into Kokoro's symbols.

Latin words inside the text are read as English.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

from greenroom.engines.g2p.front import STOPS, Word, check_text, plain_text
from greenroom.engines.g2p.fronts import english_words

_SCRIPTS = ("CJK", "LATIN", "IDEOGRAPHIC")
_STOPS = str.maketrans(
    {
        "，": ",",
        "、": ",",
        "。": ".",
        "．": ".",
        "！": "!",
        "？": "?",
        "：": ":",
        "；": ";",
        "（": ",",
        "）": ",",
        "·": " ",
        "〇": "零",
    }
)
_QUOTES = re.compile(r"[“”‘’\"«»《》〈〉「」『』【】〔〕()\[\]{}]")
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[A-Za-z][A-Za-z'.+-]*[A-Za-z+]|[A-Za-z]|[.,;:!?…—]+")
_NUMERAL = re.compile("([零一二两三四五六七八九十百千万亿点]{3,})")
_WEB = re.compile(r"(?:https?://|www\.)[\w./-]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SIGNS = {"%": "百分号", "&": "和", "+": "加", "=": "等于", "@": "艾特"}


class ChineseFront:
    code = "zh"

    def check(self, text: str) -> None:
        check_text(text, _SCRIPTS, "Chinese")

    def read(self, text: str) -> list[Word]:
        words: list[Word] = []
        for token in _TOKEN.findall(_normalise(plain_text(text))):
            if token[0] in STOPS:
                if words:
                    words[-1] = words[-1].before(token[0])
            elif token[0].isascii():
                words += english_words(token)
            else:
                words += [Word(word, _pinyin(word)) for part in _NUMERAL.split(token) for word in _cut(part)]
        return words


def _cut(text: str) -> list[str]:
    """The words of a run of Chinese characters; a long numeral is one word."""
    return [text] if _NUMERAL.fullmatch(text) else [word for word in _cutter().lcut(text) if word]


def _normalise(text: str) -> str:
    text = _WEB.sub(
        lambda found: found.group().replace(".", " 点 ").replace("/", " 斜杠 ").replace("@", " 艾特 "), text
    )
    text = _numbers(text)
    text = _QUOTES.sub(" ", text.translate(_STOPS))
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    return text


def _numbers(text: str) -> str:
    """Figures, dates, times, money and units as they are said."""
    text = re.sub(r"([￥¥$€])\s?(\d[\d,.]*)", lambda f: f[2].rstrip(".,") + _MONEY[f[1]], text)
    text = re.sub(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", lambda f: f"{f[1]}年{int(f[2])}月{int(f[3])}日", text)
    text = re.sub(r"(\d{4})(?=年)", lambda f: "".join(_DIGITS[int(digit)] for digit in f[1]), text)
    text = re.sub(r"(\d{1,2})[:：](\d{2})(?!\d)", _clock, text)
    for unit, words in _UNITS.items():
        text = re.sub(rf"(?<=\d)\s?{re.escape(unit)}(?![A-Za-z])", words, text)
    text = re.sub(r"(\d[\d,]*(?:\.\d+)?)\s?%", lambda f: "百分之" + f[1], text)
    text = re.sub(r"(?<=\d)\s*[-~–]\s*(?=\d)", "到", text)
    text = re.sub(
        r"(?<!\d)1\d{10}(?!\d)|(?<!\d)0\d{6,}(?!\d)", lambda f: "".join(_DIGITS[int(d)] for d in f[0]), text
    )
    return re.sub(r"[-−]?\d[\d,]*(?:\.\d+)?", lambda found: _number(found.group()), text)


_DIGITS = "零一二三四五六七八九"
_MONEY = {"￥": "元", "¥": "元", "$": "美元", "€": "欧元"}
_UNITS = {
    "km/h": "公里每小时", "km": "公里", "kg": "公斤", "cm": "厘米", "mm": "毫米", "m": "米", "℃": "摄氏度",
    "°C": "摄氏度", "GB": "吉字节", "MB": "兆字节",
}  # fmt: skip


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if not minute:
        return f"{hour}点"
    return f"{hour}点{'零' if minute < 10 else ''}{minute}分"


def _number(digits: str) -> str:
    import cn2an

    plain = digits.replace(",", "").replace("−", "-")
    whole, mark, decimals = plain.partition(".")
    if len(whole.lstrip("-")) > 16:
        return "".join(_DIGITS[int(digit)] for digit in whole if digit.isdigit())
    said = str(cn2an.an2cn(str(int(whole)), "low"))
    said = ("负" if whole == "-0" else "") + re.sub("^一十", "十", said)
    return said + ("点" + "".join(_DIGITS[int(digit)] for digit in decimals) if mark else "")


def pinyin_symbols(syllable: str) -> str | None:
    """The symbols of one syllable with its tone, as `xing2` or `lv4`; None where it is no syllable."""
    try:
        return _without_marks(str(_reader().py2ipa(syllable)))
    except (AssertionError, IndexError, KeyError, TypeError, ValueError):
        # misaki looks its parts up in tables and says no more of what it does not find.
        return None


def _pinyin(word: str) -> str:
    return _without_marks(str(_reader().word2ipa(word)))


def _without_marks(symbols: str) -> str:
    return symbols.replace("\u032f", "").replace("0", "")


@cache
def _reader() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from misaki.zh import ZHG2P
    return ZHG2P


@cache
def _cutter() -> Any:
    """A jieba tokenizer, without jieba's cache: a file in the shared temp folder that anyone may write."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba

        cutter = jieba.Tokenizer()
        cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
        cutter.initialized = True
    return cutter
