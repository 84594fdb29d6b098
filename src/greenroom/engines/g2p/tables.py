"""The word lists of a language, kept as data in `<language>.toml` beside this file."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from greenroom.engines.g2p.numbers import NumberWords


@cache
def tables(language: str) -> dict[str, Any]:
    """The tables of a language, as `spanish`."""
    return tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8"))


@cache
def number_words(language: str) -> NumberWords:
    raw = tables(language)["numbers"]
    currencies = {sign: (names[0], names[1]) for sign, names in raw["currencies"].items()}
    fractions = {int(below): (names[0], names[1]) for below, names in raw["fractions"].items()}
    feminine = {int(number): word for number, word in raw["feminine"].items()}
    lists = {
        "hour": tuple(raw["hour"]),
        "months": tuple(raw["months"]),
        "currencies": currencies,
        "fractions": fractions,
        "feminine": feminine,
    }
    return NumberWords(**(raw | lists))
