"""The plain text of a dialogue: who says what, one after the other.

    # A line that begins with # is passed over.
    Guest = leyla, piper-en_US-joe

    Anna: Good morning! May I show you the lamps?
    Guest (head): Please do.
    Anna: This one shines for a year,
        and never gets hot.

`NAME = AVATAR` or `NAME = AVATAR, VOICE` says who somebody is; presenters of the cast need no such line. A
line `NAME: TEXT` begins a scene, `(half)` or `(head)` behind the name frames it, and every other line goes on
with the text. An indented line always does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from greenroom.cli.errors import UserError

_NAME = r"[^\W_][\w .\-']{0,39}?"
_PERSON = re.compile(rf"({_NAME})\s*=\s*([^,]+?)\s*(?:,\s*(\S+)\s*)?")
_LINE = re.compile(rf"({_NAME})\s*(?:\((\w+)\))?\s*:(?:\s+(.*))?")
_FRAMINGS = ("half", "head")


@dataclass(slots=True, frozen=True)
class Person:
    """Who somebody in the dialogue is."""

    avatar: str
    """A presenter's name, or an avatar's id."""
    voice: str | None = None
    """None: the presenter's own."""


@dataclass(slots=True)
class Line:
    """What somebody says before the next one speaks."""

    name: str
    text: str
    framing: str | None = None


@dataclass(slots=True, frozen=True)
class Dialogue:
    people: dict[str, Person]
    """By name, everybody who says something."""
    lines: list[Line]

    def said_by(self, name: str) -> str:
        return " ".join(line.text for line in self.lines if line.name == name)


def read_dialogue(text: str, is_presenter: Callable[[str], bool]) -> Dialogue:
    """`is_presenter`: whether somebody of the cast has this name.

    Raises:
        UserError: nobody says anything, or somebody is not known; the text names the line.
    """
    people: dict[str, Person] = {}
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        content = raw.strip()
        if not content or content.startswith("#"):
            continue
        if not lines and (person := _PERSON.fullmatch(content)):
            people[person[1]] = Person(person[2], person[3])
            continue
        spoken = None if raw[0].isspace() and lines else _LINE.fullmatch(content)
        if spoken is not None:
            name = _known(spoken[1], people, is_presenter, number)
            lines.append(Line(name, spoken[3] or "", _framing(spoken[2], number)))
        elif lines:
            lines[-1].text = f"{lines[-1].text} {content}".strip()
        else:
            raise UserError(f"line {number}: nobody says this: begin it with a name and a colon")
    return _checked(Dialogue(people, lines))


def _known(name: str, people: dict[str, Person], is_presenter: Callable[[str], bool], number: int) -> str:
    """The name as it was first written."""
    for known in people:
        if known.casefold() == name.casefold():
            return known
    if not is_presenter(name):
        raise UserError(
            f"line {number}: there is nobody called {name}: say who it is with a line {name} = AVATAR, VOICE "
            "at the top, or indent the line if it belongs to the text before it"
        )
    people[name] = Person(name)
    return name


def _framing(text: str | None, number: int) -> str | None:
    if text is not None and text not in _FRAMINGS:
        raise UserError(f"line {number}: there is no framing {text!r}: write (half) or (head)")
    return text


def _checked(dialogue: Dialogue) -> Dialogue:
    if not dialogue.lines:
        raise UserError("nobody says anything: write lines such as Anna: Good morning.")
    for place, line in enumerate(dialogue.lines, start=1):
        if not line.text:
            raise UserError(f"scene {place}: {line.name} says nothing: write the text behind the colon")
    silent = [name for name in dialogue.people if not dialogue.said_by(name)]
    for name in silent:
        del dialogue.people[name]
    return dialogue
