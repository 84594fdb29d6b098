"""Models that several test modules share; each is loaded once in a test run."""

from __future__ import annotations

import pytest

from greenroom.engines import registry
from greenroom.engines.protocols import SpeechEngine
from greenroom.engines.whisper.recogniser import WhisperRecogniser


@pytest.fixture(scope="session")
def kokoro() -> SpeechEngine:
    """With its own decoder."""
    return next(engine for engine in registry.speech_engines() if engine.name == "kokoro")


@pytest.fixture(scope="session")
def piper() -> SpeechEngine:
    return registry.speech_engine_for("piper-en_US-joe")


@pytest.fixture(scope="session")
def recogniser() -> WhisperRecogniser:
    return WhisperRecogniser(threads=2)
