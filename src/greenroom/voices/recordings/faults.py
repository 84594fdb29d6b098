"""What can be wrong with a recording, in words that say what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Range = tuple[float, float]
"""Seconds from the beginning of the recording."""


AGAIN = "read the sentence again"
"""The cure of much."""


class FaultCode(StrEnum):
    UNREADABLE = "UNREADABLE"
    SILENT = "SILENT"
    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    QUIET = "QUIET"
    CLIPPED = "CLIPPED"
    NOISE = "NOISE"
    ROOM = "ROOM"
    BANDWIDTH = "BANDWIDTH"
    MUSIC = "MUSIC"
    SPEAKERS = "SPEAKERS"
    WORDS = "WORDS"
    OTHER_TEXT = "OTHER_TEXT"
    NO_TEXT = "NO_TEXT"
    WORDS_UNCHECKED = "WORDS_UNCHECKED"
    OTHER_SPEAKER = "OTHER_SPEAKER"


class Severity(StrEnum):
    ERROR = "error"
    """The recording is not learnt from."""
    WARNING = "warning"
    """It is used, and could be better."""


@dataclass(slots=True, frozen=True)
class Fault:
    code: FaultCode
    message: str
    """What is wrong, measured."""
    cure: str
    ranges: tuple[Range, ...] = ()
    """Where; none: all over."""
    severity: Severity = Severity.ERROR

    @property
    def line(self) -> str:
        """For people: what, when, and what to do."""
        when = f" When: {render_ranges(self.ranges)}." if self.ranges else ""
        return f"{self.message}{when} Cure: {self.cure}"


@dataclass(slots=True, frozen=True)
class RecordingReport:
    """What was found out about one recording."""

    name: str
    seconds: float
    """Of speech, without the pauses at both ends."""
    faults: tuple[Fault, ...]
    measures: dict[str, float] = field(default_factory=dict)
    """`snr_db`, `level_db`, `decay_s`, `bandwidth_hz`, `pitch_hz`, `words_per_minute`, `error_rate`: those
    that could be taken.
    """
    heard: str | None = None
    """What the recogniser heard, where it was asked."""
    text: str | None = None
    """What is said: as it was given, or else as it was heard."""
    unmatched: tuple[int, ...] = ()
    """The places of the given text's characters that were not heard."""

    @property
    def is_fit(self) -> bool:
        return not any(fault.severity is Severity.ERROR for fault in self.faults)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "is_fit": self.is_fit}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RecordingReport:
        """From what `to_json` gave."""
        given = {name: value for name, value in data.items() if name != "is_fit"}
        faults = tuple(
            Fault(
                FaultCode(fault["code"]),
                fault["message"],
                fault["cure"],
                tuple((start, end) for start, end in fault["ranges"]),
                Severity(fault["severity"]),
            )
            for fault in given.pop("faults")
        )
        return cls(faults=faults, unmatched=tuple(given.pop("unmatched")), **given)


def render_ranges(ranges: Sequence[Range], most: int = 5) -> str:
    """`0:02.1 to 0:03.4, 0:07.0 to 0:07.5`"""
    shown = ", ".join(f"{_time(start)} to {_time(end)}" for start, end in ranges[:most])
    rest = len(ranges) - most
    return f"{shown} and {rest} more" if rest > 0 else shown


def _time(seconds: float) -> str:
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{rest:04.1f}"
