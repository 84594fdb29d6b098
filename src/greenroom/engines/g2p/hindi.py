"""Hindi: eSpeak NG (GPL-3.0, the optional extra `espeak`), mapped to Kokoro's symbols by misaki."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from greenroom.engines.g2p.front import STOPS, Word, check_text, plain_text

_TOKEN = re.compile(r"[^\s.,;:!?…—।]+|[.,;:!?…—।]+")


class HindiFront:
    code = "hi"

    def check(self, text: str) -> None:
        check_text(text, ("DEVANAGARI", "LATIN"), "Hindi")

    def read(self, text: str) -> list[Word]:
        words: list[Word] = []
        for token in _TOKEN.findall(re.sub(r"[\"“”‘’()\[\]]", " ", plain_text(text))):
            mark = "." if token[0] == "।" else token[0]
            if mark in STOPS:
                if words:
                    words[-1] = words[-1].before(mark)
                continue
            words.append(Word(token, _say(token)))
        return words


def _say(token: str) -> str:
    phonemes, _ = _espeak()(token)
    return str(phonemes).strip()


@cache
def _espeak() -> Any:
    from misaki.espeak import EspeakG2P

    return EspeakG2P(language="hi")
