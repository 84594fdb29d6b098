"""What the footage check found: faults, each with its times and its cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

RANGES_SHOWN = 6


class Severity(StrEnum):
    ERROR = "error"
    """Training would fail or give a bad avatar: it does not start."""
    WARNING = "warning"
    """Training works; the avatar would be better without it."""


class FaultCode(StrEnum):
    NOT_A_VIDEO = "not_a_video"
    TRUNCATED = "truncated"
    LOW_FRAME_RATE = "low_frame_rate"
    TOO_SHORT = "too_short"
    SHORT = "short"
    LONG = "long"
    NO_FACE = "no_face"
    FACE_LEAVES = "face_leaves"
    TWO_FACES = "two_faces"
    FACE_TOO_SMALL = "face_too_small"
    FACE_SOFT = "face_soft"
    FACE_CUT_OFF = "face_cut_off"
    TURNED_AWAY = "turned_away"
    MOUTH_COVERED = "mouth_covered"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    LOW_CONTRAST = "low_contrast"
    BLURRED = "blurred"
    CUTS = "cuts"
    NO_SOUND = "no_sound"
    SILENT = "silent"
    CLIPPED = "clipped"
    NOISY = "noisy"
    MUSIC = "music"
    NO_CLOSED_MOUTH = "no_closed_mouth"
    OUT_OF_STEP = "out_of_step"


Ranges = tuple[tuple[float, float], ...]
"""Start and end in seconds from the first picture, in order, without overlap."""


@dataclass(slots=True, frozen=True)
class Fault:
    code: FaultCode
    severity: Severity
    message: str
    """What is wrong, one sentence."""
    cure: str
    """What to do about it, one sentence."""
    ranges: Ranges = ()
    """When; empty where it concerns the whole file or no time at all."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"ranges": [list(pair) for pair in self.ranges]}


@dataclass(slots=True, frozen=True)
class FootageReport:
    """The answer to: is this footage good enough to train on?"""

    file_name: str
    faults: tuple[Fault, ...]
    """Errors first."""
    facts: Mapping[str, str | float | int] = field(default_factory=dict)
    """What was measured: container, codecs, size, times, face height, pose, sound levels."""

    @property
    def fit(self) -> bool:
        """Whether training may start."""
        return not self.errors

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if fault.severity is Severity.WARNING)

    def to_json(self) -> dict[str, Any]:
        return {
            "file_name": self.file_name,
            "fit": self.fit,
            "faults": [fault.to_json() for fault in self.faults],
            "facts": dict(self.facts),
        }

    def render_text(self) -> str:
        """The report as lines for a terminal."""
        lines = [f"{self.file_name}: {self._verdict()}"]
        for fault in self.faults:
            lines += ["", f"{fault.severity.value.upper()}  {fault.message}"]
            if fault.ranges:
                lines.append(f"  when: {render_ranges(fault.ranges)}")
            lines.append(f"  cure: {fault.cure}")
        if self.facts:
            lines += ["", "Measured"]
            width = max(len(name) for name in self.facts)
            lines += [f"  {name.replace('_', ' '):<{width}}  {value}" for name, value in self.facts.items()]
        return "\n".join(lines)

    def _verdict(self) -> str:
        warned = len(self.warnings)
        remark = f", {warned} warning{'s' if warned > 1 else ''}" if warned else ""
        if self.fit:
            return f"fit for training{remark}"
        failed = len(self.errors)
        return f"not fit for training: {failed} error{'s' if failed > 1 else ''}{remark}"


def clock(seconds: float) -> str:
    """`m:ss.t`, rounded to a tenth."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def render_ranges(ranges: Ranges) -> str:
    shown = [
        clock(start) if end - start < 0.05 else f"{clock(start)}-{clock(end)}"
        for start, end in ranges[:RANGES_SHOWN]
    ]
    more = len(ranges) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
