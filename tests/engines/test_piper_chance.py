"""Piper's noise: a text sounds the same whenever the engine starts over, whatever it said before."""

from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.piper.engine import PiperEngine
from greenroom.engines.protocols import ChanceSpeechEngine, Pcm, SpeechStyle

pytestmark = pytest.mark.media


def test_the_same_to_the_sample() -> None:
    engine = PiperEngine(threads=1)
    assert isinstance(engine, ChanceSpeechEngine)

    def say(text: str) -> Pcm:
        chunks = engine.synthesize(text, "piper-en_US-joe", SpeechStyle())
        return np.concatenate([chunk.pcm for chunk in chunks])

    first = say("One lamp.")
    say("Two.")
    engine.start_over()
    assert np.array_equal(say("One lamp."), first)
