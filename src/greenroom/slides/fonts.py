"""Which fonts this machine has for those that a deck names, by fontconfig (its `fc-match`)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from greenroom.slides.deck import FontUse
from greenroom.stage.subtitle_fonts import FontFace

_FORMAT = "%{file}\t%{index}\t%{family}\t%{weight}\t%{charset}\n"


@dataclass(slots=True, frozen=True)
class Match:
    """What fontconfig gives for a name."""

    face: FontFace
    is_exact: bool
    """The font itself, not one in its place."""


def look_up(name: str, is_bold: bool = False, is_italic: bool = False) -> Match | None:
    """The face for a font's name, or None where the machine has no fonts or no fontconfig."""
    return _look_up(_plain(name), is_bold, is_italic)


@cache
def _look_up(name: str, is_bold: bool, is_italic: bool) -> Match | None:
    style = (":bold" if is_bold else "") + (":italic" if is_italic else "")
    face = _ask(f"{_escaped(name)}{style}:scalable=true:color=false")
    if face is None:
        return None
    return Match(face, _key(name) in {_key(family) for family in face.families})


@cache
def face_with(character: str, is_bold: bool = False) -> FontFace | None:
    """A face that has the character, or None."""
    style = ":bold" if is_bold else ""
    face = _ask(f":charset={ord(character):x}:scalable=true:color=false{style}")
    return face if face is not None and face.has(character) else None


def font_uses(names: Iterable[str], drawn: set[str] | None = None) -> tuple[FontUse, ...]:
    """Each name with what stands in for it. `drawn`: the families in what was drawn, where that is known."""
    wanted = sorted({_plain(name) for name in names if _plain(name)})
    uses = []
    for name in wanted:
        match = look_up(name)
        if match is not None and match.is_exact:
            uses.append(FontUse(name, is_installed=True))
            continue
        stand_in = match.face.families[0] if match is not None else None
        uses.append(FontUse(name, False, _seen(stand_in, wanted, drawn)))
    return tuple(uses)


def _seen(stand_in: str | None, wanted: list[str], drawn: set[str] | None) -> str | None:
    """The stand-in as it was seen in the drawing: another program may choose otherwise than fontconfig."""
    if not drawn:
        return stand_in
    others = {family for family in drawn if _key(family) not in {_key(name) for name in wanted}}
    if stand_in is not None and any(_key(stand_in) == _key(family) for family in others):
        return stand_in
    return others.pop() if len(others) == 1 else stand_in


def _ask(pattern: str) -> FontFace | None:
    try:
        answer = subprocess.run(
            ["fc-match", "-f", _FORMAT, pattern], capture_output=True, text=True, check=True, timeout=60
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    values = answer.rstrip("\n").split("\t")
    if len(values) != 5 or not values[0].lower().endswith((".ttf", ".otf", ".ttc", ".otc")):
        return None
    families = tuple(dict.fromkeys(name.strip() for name in values[2].split(",") if name.strip()))
    return (
        FontFace(values[0], int(values[1]), families, float(values[3] or 80), values[4]) if families else None
    )


def _plain(name: str) -> str:
    """Without the hints that some programs append, and nothing that is not a name."""
    return "".join(letter for letter in name.partition(";")[0] if letter.isprintable()).strip()[:128]


def _escaped(name: str) -> str:
    """As a family in a fontconfig pattern, where `-`, `:`, `,` and backslashes have a meaning."""
    return "".join(f"\\{letter}" if letter in "\\-:," else letter for letter in name)


def _key(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
