"""The fonts of the system for subtitles, by fontconfig: one family for the text, others for what it lacks.

Only outline fonts are taken. A character is never drawn as an empty box: where no font has it, the text is
refused and the character is named.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from greenroom.stage.errors import SceneError

PREFERRED = (
    "Noto Sans", "Source Sans 3", "Open Sans", "Roboto", "Inter", "Liberation Sans", "Arial", "DejaVu Sans",
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "Droid Sans Fallback", "Noto Sans Devanagari", "Lohit Devanagari",
)  # fmt: skip
"""Plain faces that are read well at a distance, the Latin ones first; the rest of the system follows."""
SCRIPTS: Mapping[str, str] = {
    "Latin": "The quick brown fox é ñ ü",
    "Chinese": "好的我们开始吧",
    "Japanese": "はじめましょうカタ",
    "Hindi": "नमस्ते",
}
"""A few characters of each script that the built-in voices read."""
_FORMAT = "%{file}\t%{index}\t%{family}\t%{weight}\t%{width}\t%{slant}\t%{spacing}\t%{charset}\n"
_OUTLINES = ":scalable=true:color=false:variable=false"
_BREAKS = "\n\r\t\v\f\x85\u2028\u2029"
"""What ends a line or is a tab: no font has it."""
_EMOJI = "😀"
"""What has this one has the others."""
_REGULAR, _UPRIGHT, _NORMAL_WIDTH = 80.0, 0.0, 100.0
_SHOWN_NAMES = 30


class SubtitleFontError(SceneError):
    """No font of the system has the name or the characters asked for; the text says which and the cure."""


@dataclass(frozen=True)
class FontFace:
    path: str
    index: int
    """Within a collection."""
    families: tuple[str, ...]
    weight: float
    ranges: str
    """The characters that it has, as fontconfig writes them: hexadecimal ranges."""

    @cached_property
    def _characters(self) -> frozenset[int]:
        characters: set[int] = set()
        for part in self.ranges.split():
            first, _, last = part.partition("-")
            characters.update(range(int(first, 16), int(last or first, 16) + 1))
        return frozenset(characters)

    def has(self, character: str) -> bool:
        return ord(character) in self._characters

    def at(self, size: int) -> Any:
        """The Pillow font of this size in pixels."""
        return _opened(self.path, self.index, size)

    def __hash__(self) -> int:
        return hash((self.path, self.index))


@cache
def _opened(path: str, index: int, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(path, size, index=index)


@dataclass(slots=True, frozen=True)
class FontChain:
    """The faces that a text is drawn with, the one that was asked for first."""

    faces: tuple[FontFace, ...]

    @property
    def family(self) -> str:
        return self.faces[0].families[0]

    def face_for(self, character: str) -> FontFace:
        """Raises SubtitleFontError: no font has it."""
        for face in self.faces:
            if face.has(character):
                return face
        raise SubtitleFontError(
            f"no font of this machine has the character {character!r} (U+{ord(character):04X}): take it out "
            "of the text, or install a font that has it (greenroom doctor lists the scripts)"
        )

    def runs(self, text: str) -> list[tuple[FontFace, str]]:
        """The text in pieces of one face each; a space belongs to the piece before it, and so does the end of
        a line, which is drawn as one."""
        runs: list[tuple[FontFace, str]] = []
        for written in text:
            character = " " if written in _BREAKS else written
            is_free = bool(runs) and (character == " " or _is_mark(character))
            face = runs[-1][0] if is_free else self.face_for(character)
            if runs and runs[-1][0] == face:
                runs[-1] = face, runs[-1][1] + character
            else:
                runs.append((face, character))
        return runs

    def widths(self, text: str, size: int) -> dict[str, float]:
        """Pixels of each character of the text, and of the space."""
        drawn = {one: " " if one in _BREAKS else one for one in sorted(set(text) | {" "})}
        return {one: float(self.face_for(as_).at(size).getlength(as_)) for one, as_ in drawn.items()}


def font_chain(name: str | None, text: str = "") -> FontChain:
    """The faces for a text, from the family `name` or, without one, from what suits the text best.

    Raises:
        SubtitleFontError: there is no such family, no font at all, or none with a character of the text.
    """
    faces = _faces()
    if name is not None:
        wanted = [face for face in faces if _key(name) in {_key(family) for family in face.families}]
        if not wanted:
            raise SubtitleFontError(f"there is no font {name!r} on this machine; there are {_names(faces)}")
        first = wanted[0]
        chain = FontChain((first, *(face for face in faces if face != first)))
    else:
        chain = FontChain(tuple(faces))
    for character in sorted(set(text)):
        if character != " " and character not in _BREAKS:
            chain.face_for(character)
    return chain


def scripts_without_font() -> list[str]:
    """Those of `SCRIPTS` that the system has no font for. Raises SubtitleFontError: it has none at all."""
    faces = _faces()
    return [
        script
        for script, sample in SCRIPTS.items()
        if not any(all(face.has(one) for one in sample) for face in faces)
    ]


@cache
def emoji_face() -> FontFace | None:
    """The system's font of coloured emoji, if it has one; its pictures come in one size each."""
    entries = (_parsed(line) for line in _listed(":color=true"))
    faces = [face for _, face in sorted((one for one in entries if one), key=lambda one: one[0])]
    return next((face for face in faces if face.has(_EMOJI)), None)


def emoji_outlines() -> FontFace | None:
    """The font that draws emoji in the colour of the letters, if there is one. Raises as `font_chain`."""
    return next((face for face in _faces() if face.has(_EMOJI)), None)


@cache
def _faces() -> Sequence[FontFace]:
    """One upright face of each family, in the order of preference."""
    best: dict[str, tuple[tuple[float, str, int], FontFace]] = {}
    for line in _listed(_OUTLINES):
        entry = _parsed(line)
        if entry is None:
            continue
        rank, face = entry
        family = face.families[0]
        if family not in best or rank < best[family][0]:
            best[family] = rank, face
    if not best:
        raise SubtitleFontError(
            "this machine has no fonts: install some, such as the packages fonts-noto and fonts-noto-cjk"
        )
    places = {family: place for place, family in enumerate(PREFERRED)}
    return sorted(
        (face for _, face in best.values()),
        key=lambda face: (_place(face.families, places), face.families[0], face.path),
    )


def _listed(pattern: str) -> list[str]:
    """A line of `_FORMAT` for each face that fontconfig has. Raises SubtitleFontError: it is not there."""
    command = ["fc-list", "-f", _FORMAT, pattern]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        raise SubtitleFontError(
            "fontconfig is not installed, which finds the fonts: install the packages fontconfig, "
            "fonts-noto and fonts-noto-cjk"
        ) from None
    return answer.splitlines()


def _parsed(line: str) -> tuple[tuple[float, str, int], FontFace] | None:
    """How far a face is from the regular one, and the face; None for what draws no running text."""
    values = line.split("\t")
    if len(values) != 8 or not values[0].lower().endswith((".ttf", ".otf", ".ttc", ".otc")):
        return None
    path, index, families, weight, width, slant, _, ranges = values
    try:
        numbers = [float(weight), float(width), float(slant)]
    except ValueError:
        return None
    distance = abs(numbers[0] - _REGULAR) + abs(numbers[1] - _NORMAL_WIDTH) + abs(numbers[2] - _UPRIGHT)
    names = tuple(dict.fromkeys(name.strip() for name in families.split(",") if name.strip()))
    if not names or not ranges:
        return None
    return (distance, path, int(index)), FontFace(path, int(index), names, numbers[0], ranges)


def _place(families: Sequence[str], places: Mapping[str, int]) -> int:
    return min((places[name] for name in families if name in places), default=len(places))


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _names(faces: Iterable[FontFace]) -> str:
    names = sorted(face.families[0] for face in faces)
    shown = ", ".join(names[:_SHOWN_NAMES])
    return shown if len(names) <= _SHOWN_NAMES else f"{shown} and {len(names) - _SHOWN_NAMES} more"


def _is_mark(character: str) -> bool:
    """A combining mark is drawn by the face of its letter."""
    import unicodedata

    return unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}
