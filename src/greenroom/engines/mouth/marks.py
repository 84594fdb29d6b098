"""The marks of a footage: where the person speaks, where they listen, and where each action is.

A marks file is JSON, with frame numbers at VIDEO_FPS from 0, both ends inclusive:

    {"speaking": [[0, 1599]], "idle": [1600, 1899], "actions": {"welcome": [1900, 1989]},
     "about": {"synthetic": true, "licence": "CC0-1.0", "version": "1", "role": "teacher"}}

`idle`, `actions` and `about` may be missing. Each range is one take without a cut, and ranges do not overlap.
The base clip takes its speech from the ranges in their order until it is full. What lies
outside of all ranges is still learned from, but never shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import VIDEO_FPS, FootageError

Run = tuple[int, int]
"""First and last frame."""

LEAST_SPEAKING = 2 * VIDEO_FPS
LEAST_IDLE = 2 * VIDEO_FPS
LEAST_ACTION = VIDEO_FPS
_ACTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ABOUT: Mapping[str, type] = {"synthetic": bool, "licence": str, "version": str, "role": str, "voice": str}


@dataclass(slots=True, frozen=True)
class FootageMarks:
    speaking: tuple[Run, ...]
    """What may be shown first comes first."""
    idle: Run | None = None
    """A loop: the frame after the last looks like the first."""
    actions: Mapping[str, Run] = field(default_factory=dict)
    """By name, in the file's order. Each begins and ends at rest."""
    about: Mapping[str, str | bool] = field(default_factory=dict)
    """What the manifest says of the person: synthetic, licence, version, role, voice."""

    def named(self) -> Iterator[tuple[str, Run]]:
        """Every range with its name in the file."""
        for number, run in enumerate(self.speaking):
            yield f"speaking[{number}]", run
        if self.idle is not None:
            yield "idle", self.idle
        for name, run in self.actions.items():
            yield f"actions.{name}", run

    @property
    def still_takes(self) -> tuple[Run, ...]:
        """The ranges that are shown whole: the idle loop and the actions."""
        return (*([self.idle] if self.idle is not None else []), *self.actions.values())

    def cuts(self, found: tuple[int, ...], frames: int) -> tuple[int, ...]:
        """Frames at which a new shot starts: borders of the ranges, and what was `found` outside of takes.

        A gesture that starts from rest changes the picture as suddenly as a cut does, so what is found inside
        the idle loop or an action is none.
        """
        borders = {border for _, (first, last) in self.named() for border in (first, last + 1)}
        kept = {cut for cut in found if not any(first < cut <= last for first, last in self.still_takes)}
        return tuple(sorted(cut for cut in borders | kept if 0 < cut < frames))

    def is_speaking(self, frames: int) -> npt.NDArray[np.bool_]:
        """[frames]: whether each frame lies in a speaking range."""
        mask = np.zeros(frames, bool)
        for first, last in self.speaking:
            mask[first : last + 1] = True
        return mask

    def check_length(self, frames: int) -> None:
        """Raises FootageError where a range reaches beyond a footage of `frames` frames."""
        for name, (_, last) in self.named():
            if last >= frames:
                raise _fault(
                    name,
                    f"ends at frame {last}, but the footage has {frames} frames, 0 to {frames - 1}",
                    f"count frames at {VIDEO_FPS} a second and mark only what the footage shows",
                )


def read_marks(path: Path) -> FootageMarks:
    """Read and check a marks file.

    Raises:
        FootageError: it cannot be read, or a mark is wrong; the text names the field, the fault and the cure.
    """
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise FootageError(f"The marks file {path.name} cannot be read as JSON: {error}.") from None
    return parse_marks(data)


def parse_marks(data: Any) -> FootageMarks:
    """The content of a marks file. Raises FootageError."""
    if not isinstance(data, dict):
        raise _fault("the file", "is not an object", 'write {"speaking": [[first, last]], ...}')
    for name in data.keys() - {"speaking", "idle", "actions", "about"}:
        raise _fault(name, "is not known", "give speaking, idle, actions and about")
    speaking = data.get("speaking")
    if not isinstance(speaking, list) or not speaking:
        raise _fault("speaking", "is missing or empty", "give at least one range, [[first, last]]")
    actions = data.get("actions", {})
    if not isinstance(actions, dict):
        raise _fault("actions", "is not an object", 'give {"welcome": [first, last], ...}')
    for name in actions:
        if not _ACTION_NAME.fullmatch(name):
            raise _fault(
                f"actions.{name}", "has a name that is not allowed", "use a-z, 0-9 and _, a letter first"
            )
    marks = FootageMarks(
        speaking=tuple(
            _range(f"speaking[{number}]", given, LEAST_SPEAKING) for number, given in enumerate(speaking)
        ),
        idle=_range("idle", data["idle"], LEAST_IDLE) if data.get("idle") is not None else None,
        actions={name: _range(f"actions.{name}", given, LEAST_ACTION) for name, given in actions.items()},
        about=_about(data.get("about", {})),
    )
    _check_overlap(marks)
    return marks


def _range(name: str, given: Any, least: int) -> Run:
    whole = isinstance(given, list) and len(given) == 2 and all(type(value) is int for value in given)
    if not whole or not 0 <= given[0] <= given[1]:
        raise _fault(name, f"is {json.dumps(given)}, which is no range", "give [first, last] frame numbers")
    first, last = given
    if last - first + 1 < least:
        raise _fault(
            name,
            f"lasts {(last - first + 1) / VIDEO_FPS:.2f} s, less than {least / VIDEO_FPS:g} s",
            "mark a longer take",
        )
    return first, last


def _about(given: Any) -> dict[str, str | bool]:
    if not isinstance(given, dict):
        raise _fault("about", "is not an object", f"give any of {', '.join(_ABOUT)}")
    for name, value in given.items():
        if name not in _ABOUT:
            raise _fault(f"about.{name}", "is not known", f"give any of {', '.join(_ABOUT)}")
        if not isinstance(value, _ABOUT[name]):
            kind = "true or false" if _ABOUT[name] is bool else "a text"
            raise _fault(f"about.{name}", f"is {json.dumps(value)}", f"give {kind}")
    return dict(given)


def _check_overlap(marks: FootageMarks) -> None:
    ordered = sorted(marks.named(), key=lambda item: item[1])
    for (before, (_, end)), (name, (first, _)) in pairwise(ordered):
        if first <= end:
            raise _fault(
                name,
                f"begins at frame {first}, inside {before}, which ends at {end}",
                "let every frame belong to one range",
            )


def _fault(name: str, fault: str, cure: str) -> FootageError:
    return FootageError(f"The marks of the footage: {name} {fault}; {cure}.")
