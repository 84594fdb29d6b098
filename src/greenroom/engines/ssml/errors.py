"""What is wrong with an SSML text, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.engines.protocols import SpeechTextError


@dataclass(slots=True, frozen=True)
class Place:
    """Where a tag stands; both count from 1."""

    line: int
    column: int


class SsmlError(SpeechTextError):
    """A tag, an attribute or a value that cannot be followed."""

    def __init__(self, place: Place, fault: str) -> None:
        self.fault = fault
        """Without the place."""
        super().__init__(f"SSML, line {place.line}, column {place.column}: {fault}")
