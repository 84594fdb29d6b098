"""Which recordings are learnt, and which are kept aside."""

from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.conversion.material import (
    BASIC_S,
    first_of,
    held_out_distance,
    kept_apart,
    seconds_of,
)
from greenroom.engines.conversion.spectrum import BANDS, RATE, Floats
from greenroom.engines.conversion.speech import Speech, speaker_of
from greenroom.engines.conversion.tone import Tone
from greenroom.voices.modeling.editions import EDITIONS, JobType


def _speech(seconds: float, level: float = 0.0) -> Speech:
    frames = int(seconds * 100)
    tone = Tone(np.full(frames, 120.0, np.float32), np.ones(frames, bool))
    content = np.zeros((frames // 2, 8), np.float32)
    mel = np.full((frames, BANDS), level, np.float32)
    return Speech(np.zeros(int(seconds * RATE), np.float32), mel, tone, content)


def test_every_eighth_is_kept_aside_and_none_is_both() -> None:
    speeches = [_speech(1.0) for _ in range(20)]
    learnt, kept = kept_apart(speeches)
    assert [at for at, one in enumerate(speeches) if any(one is other for other in kept)] == [7, 15]
    assert len(learnt) == 18 and not {id(one) for one in learnt} & {id(one) for one in kept}


@pytest.mark.parametrize(("wanted", "expected"), [(0.5, 1.0), (5.0, 5.0), (5.5, 6.0), (90.0, 12.0)])
def test_as_many_as_last_so_long(wanted: float, expected: float) -> None:
    assert seconds_of(first_of([_speech(1.0) for _ in range(12)], wanted)) == expected


def test_how_far_a_spectrum_is_from_the_recordings() -> None:
    kept = [_speech(1.0, level=2.0), _speech(2.0, level=4.0)]

    def ones(content: Floats, manner: Floats) -> Floats:
        return np.ones((len(manner), BANDS), np.float32)

    assert held_out_distance(kept, ones, speaker_of(kept)) == 2.0


def test_the_report_compares_with_what_the_basic_edition_advises() -> None:
    assert EDITIONS[JobType.BASIC].advised_s == BASIC_S
