"""Piper's noise is given: a text sounds the same whatever was said before, in this process or another."""

from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.piper.engine import PiperEngine
from greenroom.engines.protocols import Pcm, SpeechStyle

pytestmark = pytest.mark.media


def _say(engine: PiperEngine, text: str) -> Pcm:
    chunks = engine.synthesize(text, "piper-en_US-joe", SpeechStyle())
    return np.concatenate([chunk.pcm for chunk in chunks])


def test_the_same_to_the_sample() -> None:
    engine = PiperEngine(threads=1)
    first = _say(engine, "One lamp.")
    _say(engine, "Two.")
    assert np.array_equal(_say(engine, "One lamp."), first)
    assert np.array_equal(_say(PiperEngine(threads=1), "One lamp."), first)
