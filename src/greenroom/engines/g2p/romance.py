"""What Spanish, French, Italian and Portuguese do with numbers beyond counting: order, gender, centuries."""

from __future__ import annotations

import re

_FEMININE_NOUNS = frozenset(
    {"libra", "libras", "hora", "ora", "heure", "livre", "sterlina", "tonelada", "tonne", "minute", "onza"}
)
_ORDINALS = {
    "es": (re.compile(r"(?<!\d)(\d{1,3})\.?(er|º|°(?!\s?[CF\d])|ª|o(?!\w)|a(?!\w))(?!\w)"), "ª", "a"),
    "pt_BR": (re.compile(r"(?<!\d)(\d{1,3})\.?(º|°(?!\s?[CF\d])|ª)(?!\w)"), "ª", "a"),
    "it": (re.compile(r"(?<!\d)(\d{1,3})\.?(º|°(?!\s?[CF\d])|ª)(?!\w)"), "ª", "a"),
    "fr": (re.compile(r"(?<!\d)(\d{1,3})(ers?|res?|èmes?|emes?|nde?s?|es?)(?!\w)"), "re", ""),
}
"""How an ordinal is written, and which of its endings is feminine."""
_ROMAN = {"I": 1, "V": 5, "X": 10}
_ROMAN_NUMERAL = r"([IVX]{1,6})(?:er|e|ème|º|°)?"
_LAST_ORDINAL = 10
"""Of a century: in Spanish and Portuguese later ones are counted."""
_SHORT_BEFORE_NOUN = {"primero": "primer", "tercero": "tercer"}


def ordinals(text: str, code: str) -> str:
    pattern, feminine, ending = _ORDINALS[code]
    return pattern.sub(lambda found: _ordinal(int(found[1]), found[2], (feminine, ending), code), text)


def _ordinal(number: int, sign: str, feminine: tuple[str, str], code: str) -> str:
    if number == 0:
        return f"{number}{sign}"
    said = _counted(number, code, "ordinal")
    if code == "fr":
        plural = "s" if sign.endswith("s") else ""
        return {1: "première" if sign.startswith("re") else "premier"}.get(number, said) + plural
    if sign in {feminine[0], feminine[1]}:
        return re.sub(r"o\b", "a", said)
    return _SHORT_BEFORE_NOUN.get(said, said) if sign == "er" else said


def centuries(text: str, century: str, code: str) -> str:
    """Roman numerals beside the word for century."""
    behind = re.compile(rf"\b({century}s?)\s{_ROMAN_NUMERAL}\b", re.IGNORECASE)
    before = re.compile(rf"\b{_ROMAN_NUMERAL}\s({century}s?)\b", re.IGNORECASE)
    text = behind.sub(lambda found: f"{found[1]} {_century(found[2], code)}", text)
    return before.sub(lambda found: f"{_century(found[1], code)} {found[2]}", text)


def _century(roman: str, code: str) -> str:
    values = [_ROMAN[sign] for sign in roman.upper()]
    number = sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )
    in_order = code in {"fr", "it"} or number <= _LAST_ORDINAL
    if code == "fr" and number == 1:
        return "premier"
    return _counted(number, code, "ordinal" if in_order else "cardinal")


def one_of(noun: str, code: str) -> str:
    """`un kilómetro` of `kilómetros`: one of what is counted."""
    first, *rest = noun.split(" ")
    single = _singular(first, code)
    rest = [_singular(word, code) if word.endswith(("os", "és", "as", "i")) else word for word in rest]
    article = {"es": "una", "fr": "une", "it": "una", "pt_BR": "uma"} if _is_feminine(single) else {
        "es": "un", "fr": "un", "it": "un", "pt_BR": "um"
    }  # fmt: skip
    return " ".join([article[code], single, *rest])


def _singular(word: str, code: str) -> str:
    if code == "it":
        return {"ore": "ora", "gradi": "grado", "euro": "euro"}.get(word, re.sub("i$", "o", word))
    if word in {"tiers", "dólares"}:
        return {"dólares": "dólar"}.get(word, word)
    return word.removesuffix("s")


def _is_feminine(noun: str) -> bool:
    return noun in _FEMININE_NOUNS


def telephone(given: str, code: str) -> str:
    """Figure by figure, in French by twos; a short pause between groups."""
    groups = [_group(group, code) for group in re.findall(r"\d+", given)]
    plus = {"es": "más", "fr": "plus", "it": "più", "pt_BR": "mais"}[code]
    return (f"{plus} " if given.startswith("+") else "") + ", ".join(groups)


def _group(figures: str, code: str) -> str:
    if code == "fr" and len(figures) == 2 and figures[0] != "0":
        return _counted(int(figures), code)
    return " ".join(_counted(int(figure), code) for figure in figures)


def _counted(number: int, code: str, to: str = "cardinal") -> str:
    from num2words import num2words

    return str(num2words(number, lang=code, to=to))
