"""Subtitles of a recording, by speech recognition."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from greenroom.engines.whisper.error_rate import error_rate
from greenroom.media.wav import write_wav
from greenroom.stage.speech import speak
from greenroom.subtitles.files import read_subtitles
from greenroom.subtitles.speaking import can_hear, generate, timed_words
from greenroom.subtitles.style import style_of

pytestmark = pytest.mark.media

TEXT = "My uncle keeps bees by the river. He sells the honey at the market, and everybody likes it."


def test_a_recording_gets_the_words_that_are_heard_when_they_are_said(tmp_path: Path) -> None:
    if not can_hear():
        pytest.skip("speech recognition is not installed: pip install 'greenroom[dev]'")
    said = speak(TEXT, "kokoro-af_heart")
    write_wav(tmp_path / "bees.wav", said.pcm, said.sample_rate)
    payload = {
        "text": None, "audio": str(tmp_path / "bees.wav"), "voice_id": None, "style": None,
        "look": asdict(style_of(None, (1280, 720))), "out": str(tmp_path / "bees.srt"),
    }  # fmt: skip
    answer = generate(payload, lambda stage, done: None)
    assert abs(answer["duration_ms"] - said.duration_s * 1000) <= 1
    cues = read_subtitles((tmp_path / "bees.srt").read_bytes())
    shown = " ".join(line for cue in cues for line in cue.lines)
    assert error_rate(TEXT, shown, "en") <= 0.15 and "." not in shown
    words = timed_words(said.words or (), said.sample_rate)
    (second,) = [cue for cue in cues if cue.lines[0].startswith("He sells")]
    (he,) = [word for word in words if word.text == "He"]
    assert abs(second.start_ms - he.start_ms) <= 250
    assert abs(cues[0].start_ms - words[0].start_ms) <= 250
