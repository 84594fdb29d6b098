"""The parts of a speech task, joined: one sound, and times that still fit it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from greenroom.media.wav import read_wav
from greenroom.voices.tasks.order import TaskOrder
from greenroom.voices.tasks.speaking import join_parts, speak_part

pytestmark = pytest.mark.media


def quiet(stage: str, done: float) -> None:
    pass


def test_words_lie_where_they_are_said_over_all_parts(tmp_path: Path) -> None:
    parts = []
    for number, text in enumerate(("The orchard is open.", "Ask for honey.")):
        wav, times = tmp_path / f"{number}.wav", tmp_path / f"{number}.json"
        speak_part(
            {
                "text": text, "voice_id": "piper-en_US-joe", "style": {}, "vocabulary": [],
                "wav": str(wav), "times": str(times),
            },
            quiet,
        )  # fmt: skip
        parts.append([str(wav), str(times)])
    order = TaskOrder("WAV", 1, True, True, 0, 1, None, 5)
    payload = {
        "parts": parts, "order": order.to_json(), "text": "The orchard is open. Ask for honey.",
        "folder": str(tmp_path / "made"), "audio": "speech.wav",
    }  # fmt: skip
    answer = join_parts(payload, quiet)
    sound, rate = read_wav(tmp_path / "made" / "speech.wav")
    alone = [read_wav(Path(wav))[0] for wav, _ in parts]
    assert answer["duration_ms"] == pytest.approx(len(sound) * 1000 / rate, abs=2)
    times = json.loads((tmp_path / "made" / "times.json").read_text())
    assert [word["text"] for word in times["words"]] == [
        "The",
        "orchard",
        "is",
        "open",
        "Ask",
        "for",
        "honey",
    ]
    start = times["words"][4]["start_ms"] * rate // 1000
    end = times["words"][6]["end_ms"] * rate // 1000
    assert np.abs(sound[start:end]).max() > 0.05
    # The second part is in the whole; 16 bits are rounded once more.
    assert np.allclose(sound[-len(alone[1]) :], alone[1], atol=1e-4)
    srt = (tmp_path / "made" / "subtitles.srt").read_text()
    assert "Ask for honey" in srt
