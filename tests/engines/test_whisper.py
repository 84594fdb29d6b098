"""The recogniser writes down what a person says, and the error rate counts as it should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from greenroom.bench.speech import READ_BY_A_HUMAN
from greenroom.engines.whisper.error_rate import error_rate, in_words, unit_count
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.stage.speech import speech_from_audio


@pytest.mark.media
class TestTranscribe:
    def test_a_human_voice(self, recogniser: WhisperRecogniser, shared_data: Path) -> None:
        speech = speech_from_audio(shared_data / "voice" / "LJ001-0009.wav")
        heard = recogniser.transcribe(speech.pcm, speech.sample_rate, "en")
        assert error_rate(READ_BY_A_HUMAN["LJ001-0009"], heard, "en") <= 0.15, heard

    def test_silence_is_no_speech(self, recogniser: WhisperRecogniser) -> None:
        heard = recogniser.transcribe(np.zeros(32_000, np.float32), 16_000, "en")
        assert len(heard.split()) <= 2, heard


class TestErrorRate:
    @pytest.mark.parametrize(
        ("text", "transcript", "language", "expected"),
        [
            ("One two three four.", "one, two three four", "en", 0),
            ("One two three four.", "one two tree four", "en", 0.25),
            ("One two three four.", "one two four", "en", 0.25),
            ("One two.", "one and two", "en", 0.5),
            ("你好，世界。", "你好 世界", "zh", 0),
            ("你好世界", "你好时界", "zh", 0.25),
            ("one", "", "en", 1),
            ("Two hundred came.", "200 came", "en", 0),
            ("Twelve thousand people.", "12,000 people.", "en", 0),
            ("Room 12.", "room 13", "en", 0.5),
            ("两百多个问题", "200多个问题", "zh", 0),
            ("doscientos trece", "213", "es", 0),
            ("九時に", "9時に", "ja", 0),
            ("दो सौ लोग", "200 लोग", "hi", 0),
            ("twee honderd", "2" * 30, "nl", 1),
            ("200 qaa", "200 qaa", "xx", 0),
        ],
    )
    def test_counts(self, text: str, transcript: str, language: str, expected: float) -> None:
        assert error_rate(text, transcript, language) == pytest.approx(expected)

    @pytest.mark.parametrize("language", ["en-US", "zh-CN", "hi-IN"])
    def test_a_version_is_no_number(self, language: str) -> None:
        assert in_words("1.2.3", language) == "1.2.3"

    def test_units(self) -> None:
        assert unit_count("It's fine, really.", "en") == 3
        assert unit_count("你好，世界。", "zh") == 4
