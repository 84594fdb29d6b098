"""Which elements there are, what they may carry and hold, and what each makes of its attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from greenroom.engines.ssml import values
from greenroom.engines.ssml.errors import Place, SsmlError
from greenroom.engines.ssml.manner import PLAIN, Manner, Mark
from greenroom.engines.ssml.pieces import Break, Phoneme, SayAs, Spoken, Sub, Unit

ALPHABETS = ("pinyin", "ipa", "x-sampa")
KINDS = {
    "cardinal": "cardinal", "number": "cardinal", "ordinal": "ordinal", "digits": "digits", "id": "digits",
    "telephone": "telephone", "characters": "characters", "spell-out": "characters",
    "verbatim": "characters", "spell": "characters", "figure": "cardinal",
    "date": "date", "time": "time", "currency": "currency", "money": "currency",
    "unit": "unit", "measure": "unit",
}  # fmt: skip
"""The values of `interpret-as`, and which of them mean the same."""
DATE_FORMATS = ("ymd", "ydm", "mdy", "dmy", "ym", "my", "md", "dm")
LONGEST_SAY_AS, LONGEST_PH = 200, 120
"""characters; the sounds of one `phoneme` are one word, which no clause can cut"""
_EMPHASIS = {
    "strong": Manner(rate=0.85, volume=1.4),
    "moderate": Manner(rate=0.92, volume=1.2),
    "none": PLAIN,
    "reduced": Manner(rate=1.08, volume=0.75),
}
"""Stress is a little louder and slower; the melody stays the voice's own."""


@dataclass(slots=True, frozen=True)
class Tag:
    """An opening tag as it stands in the text."""

    name: str
    attributes: Mapping[str, str]
    place: Place

    def error(self, fault: str) -> SsmlError:
        return SsmlError(self.place, fault)

    def need(self, attribute: str, example: str) -> str:
        """The value, stripped. Raises SsmlError where it is missing or empty."""
        value = self.attributes.get(attribute, "").strip()
        if not value:
            raise self.error(f"<{self.name}> needs {attribute}, as <{self.name} {example}>")
        return value

    def bad(self, attribute: str, cure: str) -> SsmlError:
        shown = self.attributes.get(attribute, "")[:40]
        return self.error(f"{attribute}={shown!r} of <{self.name}> cannot be followed: {cure}")

    def one_of(self, attribute: str, known: Mapping[str, object], default: str) -> str:
        """The value, which must be one of those known."""
        value = self.attributes.get(attribute, default).strip()
        if value not in known:
            raise self.bad(attribute, f"give one of {', '.join(known)}")
        return value


ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "speak": ("version",),
    "p": (),
    "s": (),
    "prosody": ("rate", "pitch", "volume"),
    "emphasis": ("level",),
    "emotion": ("type",),
    "phoneme": ("alphabet", "ph"),
    "say-as": ("interpret-as", "format"),
    "sub": ("alias",),
    "word": (),
    "break": ("time", "strength"),
    "mark": ("name",),
    "insert-action": ("name", "tag"),
}
"""The elements, each with its attributes."""
EMPTY = frozenset({"break", "mark", "insert-action"})
"""They hold nothing."""
ATOMS = frozenset({"phoneme", "say-as", "sub", "word"})
"""They hold text only."""


def check_tag(tag: Tag) -> None:
    """Raises SsmlError: no such element, or an attribute that it does not have."""
    known = ATTRIBUTES.get(tag.name)
    if known is None:
        raise tag.error(f"there is no element <{tag.name[:40]}>; there are {', '.join(ATTRIBUTES)}")
    for name in tag.attributes:
        if name not in known and not name.startswith(("xml:", "xmlns")):
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise tag.error(f"<{tag.name}> has no attribute {name[:40]!r}; {takes}")


def manner_of(tag: Tag) -> Manner:
    """What `prosody` and `emphasis` change; other elements change nothing."""
    if tag.name == "emphasis":
        return _EMPHASIS[tag.one_of("level", _EMPHASIS, "moderate")]
    if tag.name != "prosody":
        return PLAIN
    if not tag.attributes:
        raise tag.error("<prosody> changes nothing: give rate, pitch or volume")
    return Manner(
        rate=_factor(tag, "rate", values.rate, values.RATE_CURE),
        pitch=_factor(tag, "pitch", values.pitch, values.PITCH_CURE),
        volume=_factor(tag, "volume", values.volume, values.VOLUME_CURE),
    )


def break_of(tag: Tag) -> Break:
    """The silence of a `break`: its time, else its strength, else that of `medium`."""
    ms = values.STRENGTHS_MS[tag.one_of("strength", values.STRENGTHS_MS, "medium")]
    if "time" in tag.attributes:
        asked = values.milliseconds(tag.attributes["time"])
        if asked is None:
            raise tag.bad("time", values.TIME_CURE)
        ms = asked
    return Break(ms)


def mark_of(tag: Tag) -> Mark:
    if tag.name == "mark":
        return Mark(tag.need("name", 'name="here"'))
    name = tag.attributes.get("tag", "").strip() or tag.need("name", 'tag="welcome"')
    return Mark(name, is_action=True)


def atom_of(tag: Tag, text: str, manner: Manner) -> Spoken:
    """The piece of an element that holds text only."""
    if not text:
        raise tag.error(f"<{tag.name}> is empty: put the words that are written between its tags")
    if tag.name == "sub":
        return Sub(text, manner, tag.place, tag.need("alias", 'alias="how it is said"'))
    if tag.name == "word":
        return Unit(text, manner, tag.place)
    if tag.name == "say-as":
        tag.need("interpret-as", 'interpret-as="digits"')
        if len(text) > LONGEST_SAY_AS:
            raise tag.error(f"<say-as> holds {len(text)} characters; it takes {LONGEST_SAY_AS}, so divide it")
        kind = KINDS[tag.one_of("interpret-as", KINDS, "")]
        order = tag.attributes.get("format", "").strip()
        if kind == "date" and order and order not in DATE_FORMATS:
            raise tag.bad("format", f"give one of {', '.join(DATE_FORMATS)}")
        return SayAs(text, manner, tag.place, kind, order)
    # The cloud's examples give pinyin without naming it.
    alphabet = tag.one_of("alphabet", dict.fromkeys(ALPHABETS), "pinyin")
    ph = tag.need("ph", 'ph="xing2"')
    if len(ph) > LONGEST_PH:
        raise tag.error(f"ph of <phoneme> has {len(ph)} characters; it takes {LONGEST_PH}: mark word by word")
    return Phoneme(text, manner, tag.place, alphabet, ph)


def _factor(tag: Tag, name: str, read: Callable[[str], float | None], cure: str) -> float:
    if name not in tag.attributes:
        return 1.0
    factor = read(tag.attributes[name])
    if factor is None:
        raise tag.bad(name, cure)
    return factor
