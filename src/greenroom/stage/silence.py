"""Scenes in which nothing is said: an SSML text that holds breaks and nothing else."""

from __future__ import annotations

import numpy as np

from greenroom.engines.protocols import PhonemeSpan
from greenroom.engines.ssml.errors import SsmlError
from greenroom.engines.ssml.parser import parse
from greenroom.engines.ssml.pieces import Break, SentenceEnd, Text
from greenroom.engines.ssml.spoken import is_ssml
from greenroom.engines.ssml.values import LONGEST_BREAK_MS, SHORTEST_BREAK_MS
from greenroom.stage.speech import Speech

_RATE = 24_000
LONGEST_MS = 10 * 60 * 1000


def silent_text(ms: int) -> str:
    """SSML of breaks that last `ms` together, within what a break may last.

    Raises ValueError: shorter than a break, or longer than `LONGEST_MS`.
    """
    if not SHORTEST_BREAK_MS <= ms <= LONGEST_MS:
        raise ValueError(f"a silence of {ms} ms is not between {SHORTEST_BREAK_MS} and {LONGEST_MS}")
    count = -(-ms // LONGEST_BREAK_MS)
    parts = [ms // count + (number < ms % count) for number in range(count)]
    return "<speak>" + "".join(f'<break time="{part}ms"/>' for part in parts) + "</speak>"


def silence_of(text: str) -> int | None:
    """How many milliseconds a text is silent that says nothing at all; None where it says something."""
    if not is_ssml(text):
        return None
    try:
        pieces = list(parse(text))
    except SsmlError:
        return None
    breaks = [piece for piece in pieces if isinstance(piece, Break)]
    rest = [piece for piece in pieces if not isinstance(piece, Break | SentenceEnd)]
    if any(not (isinstance(piece, Text) and not piece.text.strip()) for piece in rest):
        return None
    return sum(piece.ms for piece in breaks) or None


def silent_speech(ms: int) -> Speech:
    """Speech of one pause."""
    samples = max(1, ms * _RATE // 1000)
    pcm = np.zeros(samples, np.float32)
    return Speech(pcm, _RATE, (PhonemeSpan("sil", 0, samples),), (), "")
