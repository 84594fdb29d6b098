"""The sentences that are read when a voice is recorded online, phonetically varied from the first ones on.

They were written for Greenroom. The first twenty of each language hold every sound of it; a test counts them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FILES = {"CN": "zh.txt", "EN": "en.txt"}


@cache
def all_sentences(language: str) -> tuple[str, ...]:
    """In the order in which they are read. `language`: the wire's CN or EN."""
    text = Path(__file__).with_name(_FILES[language]).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line)


def sentences(language: str, count: int) -> tuple[str, ...]:
    """The first `count` of them."""
    return all_sentences(language)[:count]
