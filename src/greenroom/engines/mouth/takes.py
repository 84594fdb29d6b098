"""Looks whether marked takes are what they claim to be, before hours go into a training on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.engines.face.clip import estimate_frames, read_frames, signature
from greenroom.engines.mouth.marks import FootageMarks, Run
from greenroom.engines.protocols import VIDEO_FPS, FootageError

F32 = npt.NDArray[np.float32]

_REST_SHARE = 0.5
"""An end of an action may be this share of the action's own widest departure away from rest."""
_REST_LEVELS = 3.0
"""And is at rest anyway within this mean difference, in levels of 255: breathing and a sway of the head."""
_LONGEST_GAP = VIDEO_FPS // 2
"""Frames of an idle loop or action in which the face may be hidden."""


def check_takes(footage: Path, marks: FootageMarks, step: Callable[[float], None]) -> None:
    """Look through the footage once.

    Raises:
        FootageError: a range lies beyond the footage's end, or an action does not begin and end at rest.
    """
    looks: list[F32] = []
    expected = estimate_frames(footage)
    for number, frame in enumerate(read_frames(footage)):
        looks.append(signature(frame))
        if number % 50 == 0:
            step(number / expected)
    marks.check_length(len(looks))
    stacked = np.stack(looks)
    rest_runs = [*marks.speaking, *([marks.idle] if marks.idle is not None else [])]
    rest = np.concatenate([stacked[first : last + 1] for first, last in rest_runs])
    for name, run in marks.actions.items():
        _check_rest(name, run, stacked, rest)


def _check_rest(name: str, run: Run, looks: F32, rest: F32) -> None:
    away = np.array([np.abs(rest - look).mean(axis=(1, 2)).min() for look in looks[run[0] : run[1] + 1]])
    allowed = max(_REST_LEVELS, _REST_SHARE * float(away.max()))
    for end, distance, frame in (("begin", away[0], run[0]), ("end", away[-1], run[1])):
        if distance > allowed:
            raise FootageError(
                f"The marks of the footage: actions.{name} does not {end} at rest: frame {frame} looks "
                "unlike any moment of rest; let the arms come back to where they usually are, and mark the "
                "whole way."
            )


def check_faces(marks: FootageMarks, usable: npt.NDArray[np.bool_]) -> None:
    """Raises FootageError where the face is hidden too long in what is shown whole.

    Args:
        usable: [frames]: a face was there.
    """
    marks.check_length(len(usable))
    for name, (first, last) in marks.named():
        if name.startswith("speaking"):
            continue
        hidden = 0
        for frame in range(first, last + 1):
            hidden = 0 if usable[frame] else hidden + 1
            if hidden > _LONGEST_GAP:
                raise FootageError(
                    f"The marks of the footage: {name} shows no face at frame {frame}, for more than half a "
                    "second; keep the hands away from the face, or mark another take."
                )
