"""Mandarin: jieba cuts words, pypinyin reads them, misaki turns pinyin into Kokoro's symbols.

Latin words inside the text are read as English.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from typing import Any

from greenroom.engines.g2p.chinese_figures import spoken_figures
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
        for token in _TOKEN.findall(normalise(plain_text(text))):
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


def normalise(text: str) -> str:
    """The text with its figures, signs and stops as they are said."""
    text = _WEB.sub(
        lambda found: found.group().replace(".", " 点 ").replace("/", " 斜杠 ").replace("@", " 艾特 "), text
    )
    text = spoken_figures(text)
    text = _QUOTES.sub(" ", text.translate(_STOPS))
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    return text


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
