"""Piper: the same promises as Kokoro, and the styles, which are quick to try here."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from greenroom.engines.protocols import Pcm, SpeechChunk, SpeechEngine, SpeechStyle, VoiceNotFoundError
from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser

VOICE = "piper-en_US-joe"
TEXT = "Many people pick up a cup of tea in the morning, before the day begins."


def _say(piper: SpeechEngine, text: str = TEXT, style: SpeechStyle | None = None) -> list[SpeechChunk]:
    return list(piper.synthesize(text, VOICE, style or SpeechStyle()))


def _sound(chunks: list[SpeechChunk]) -> Pcm:
    return np.concatenate([chunk.pcm for chunk in chunks])


@pytest.mark.media
class TestSynthesize:
    def test_it_is_understood(self, piper: SpeechEngine, recogniser: WhisperRecogniser) -> None:
        heard = recogniser.transcribe(_sound(_say(piper)), 22_050, "en")
        assert error_rate(TEXT, heard, "en") <= 0.1, heard

    def test_phonemes_tile_the_sound(self, piper: SpeechEngine) -> None:
        for chunk in _say(piper):
            assert chunk.phonemes[0].start_sample == 0
            assert chunk.phonemes[-1].end_sample == len(chunk.pcm)
            for span, following in itertools.pairwise(chunk.phonemes):
                assert span.start_sample < span.end_sample == following.start_sample

    def test_a_name_nobody_knows_is_said(self, piper: SpeechEngine, recogniser: WhisperRecogniser) -> None:
        heard = recogniser.transcribe(_sound(_say(piper, "Welcome to Zyntrolix, my friends.")), 22_050, "en")
        assert re.match(r"welcome to [zsc]\w+li[xckts]+\W+my friends", heard.lower()), heard

    def test_unknown_voice(self, piper: SpeechEngine) -> None:
        with pytest.raises(VoiceNotFoundError):
            piper.synthesize("Hello", "piper-nobody", SpeechStyle())


@pytest.mark.media
class TestStyle:
    def test_speed(self, piper: SpeechEngine) -> None:
        usual = len(_sound(_say(piper)))
        assert len(_sound(_say(piper, style=SpeechStyle(speed_percent=200)))) / usual == pytest.approx(
            0.55, abs=0.1
        )
        assert len(_sound(_say(piper, style=SpeechStyle(speed_percent=50)))) / usual == pytest.approx(
            1.9, abs=0.3
        )

    def test_volume(self, piper: SpeechEngine) -> None:
        usual = np.sqrt(np.mean(_sound(_say(piper)) ** 2))
        half = np.sqrt(np.mean(_sound(_say(piper, style=SpeechStyle(volume_percent=50))) ** 2))
        twice = _sound(_say(piper, style=SpeechStyle(volume_percent=200)))
        assert half / usual == pytest.approx(0.5, abs=0.08)
        assert np.sqrt(np.mean(twice**2)) > 1.6 * usual and np.abs(twice).max() <= 1
        assert not np.any(_sound(_say(piper, style=SpeechStyle(volume_percent=0))))


@pytest.mark.media
class TestJoins:
    def test_no_click_between_clauses(self, piper: SpeechEngine) -> None:
        chunks = _say(piper, "First we stop, then we go. And after that, nothing!")
        assert len(chunks) >= 2
        joined = _sound(chunks)
        edge = 0
        for chunk in chunks[:-1]:
            edge += len(chunk.pcm)
            around = joined[edge - 200 : edge + 200]
            assert np.abs(np.diff(around)).max() < 0.01 * np.abs(joined).max()
