"""What is checked: a recording, what should be said in it, and who can hear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from greenroom.engines.protocols import Pcm, WordSpan
from greenroom.voices.recordings import limits

Hear = Callable[[Pcm, int, str], tuple[str, tuple[WordSpan, ...]]]
"""Sound, its rate and the language (BCP 47), to what is said and when: `WhisperRecogniser.words`."""


@dataclass(slots=True, frozen=True)
class Recording:
    name: str
    """As the user knows it."""
    pcm: Pcm
    sample_rate: int
    text: str | None
    """What should be said; None: whatever is said is right."""
    language: str
    """BCP 47"""
    longest_s: float = limits.LONGEST_SENTENCE_S
