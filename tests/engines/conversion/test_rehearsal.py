"""Other languages are heard while a voice is learnt, from the speakers that the base weights know."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from greenroom.engines.conversion import rehearsal as module
from greenroom.engines.conversion.base import CONVERTER, network_arrays, speaker_number
from greenroom.engines.conversion.export import begin_with
from greenroom.engines.conversion.networks import Converter, ConverterShape
from greenroom.engines.protocols import Sex
from greenroom.engines.registry import voice


@pytest.mark.media
def test_two_voices_of_each_other_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.5)
    steps: list[float] = []
    heard = module.rehearsal("en", Sex.MALE, steps.append)
    languages = [voice(one.voice_id).language.split("-")[0] for one in heard]
    assert sorted(set(languages)) == ["es", "fr", "it", "ja", "pt", "zh"]
    assert max(languages.count(one) for one in set(languages)) == 2
    assert steps == sorted(steps) and steps[-1] == 1
    chinese = [one for one in heard if voice(one.voice_id).language == "zh-CN"]
    assert all(voice(one.voice_id).sex is Sex.MALE for one in chinese)
    for one in heard:
        median = float(np.median(one.speech.tone.hz[one.speech.tone.voiced]))
        assert 0.7 < median / float(np.exp(one.speaker.pitch[0])) < 1.4, one.voice_id


def test_a_new_speaker_begins_as_the_mean_and_the_others_as_they_are() -> None:
    arrays = network_arrays(CONVERTER)
    known = arrays["speaker.weight"]
    number = speaker_number("kokoro-zm_yunxi")
    converter = Converter(ConverterShape(512, 2))
    begin_with(converter, arrays, [number])
    rows = converter.speaker.weight.detach().numpy()
    assert np.allclose(rows[0], known.mean(axis=0), atol=1e-6)
    assert np.array_equal(rows[1], known[number])
    assert len({speaker_number(name) for name in ("kokoro-af_heart", "kokoro-zm_yunyang")}) == 2
