"""`greenroom voice` as somebody types it who has a folder of recordings."""

from __future__ import annotations

import json
import os
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import greenroom_here
from tests.conftest import greenroom_command
from tests.voices import sounds

from greenroom.cli.voice_training import _gain_line
from greenroom.subtitles.speaking import can_hear
from greenroom.voices.sentences import sentences

pytestmark = [
    pytest.mark.media,
    pytest.mark.slow,
    pytest.mark.skipif(not can_hear(), reason="speech recognition is not installed"),
]


SETTINGS = {"GREENROOM_VOICE_DURATIONS": '{"basic_min": 5}'}


def voice(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return greenroom_here("voice", *arguments, **SETTINGS, **environment)


def train(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own, for it runs jobs."""
    command = greenroom_command("voice", *map(str, arguments))
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **SETTINGS}
    )


def test_sentences() -> None:
    done = voice("sentences", "--language", "zh", "--count", "3")
    assert done.stdout.splitlines() == list(sentences("CN", 3))


def test_check_says_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    pcm, rate = sounds.said()
    (tmp_path / "good.wav").write_bytes(sounds.wav_bytes(pcm, rate))
    done = voice("check", tmp_path / "good.wav", "--text", sounds.SENTENCE)
    assert (done.returncode, "good.wav is good enough" in done.stdout) == (0, True), done.stderr
    (tmp_path / "noisy.wav").write_bytes(sounds.wav_bytes(sounds.noisy(pcm, 10), rate))
    done = voice("check", tmp_path / "noisy.wav", "--json")
    assert done.returncode == 2
    assert "NOISE" in [fault["code"] for fault in json.loads(done.stdout)["faults"]]
    done = voice("check", tmp_path / "nothing.wav")
    assert (done.returncode, "no recording at" in done.stderr) == (2, True)


def test_train_list_and_refuse(tmp_path: Path) -> None:
    taken, data = tmp_path / "taken", tmp_path / "data"
    taken.mkdir()
    for number, text in enumerate(sounds.readings(2)):
        (taken / f"{number}.wav").write_bytes(sounds.wav_bytes(*sounds.said(text)))
        (taken / f"{number}.txt").write_text(text)
    order = ("train", taken, "--name", "Ana", "--data", data, "--json")
    done = voice(*order)
    assert (done.returncode, "--consent" in done.stderr) == (2, True)
    done = voice(*order, "--synthetic", GREENROOM_VOICE_MODELER="none")
    assert done.returncode == 2 and "GREENROOM_VOICE_MODELER" in done.stderr
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.4 signed")
    done = train(*order, "--consent", letter)
    assert done.returncode == 0, done.stderr
    asset_id = json.loads(done.stdout)["asset_id"]
    (row,) = json.loads(voice("trained", "--data", data, "--json").stdout)
    assert (row["voice"], row["state"], row["name"]) == (asset_id, "SUCCEED", "Ana")
    assert row["quality"]["recordings"] == 2

    (taken / "0.wav").write_bytes(sounds.wav_bytes(np.zeros(64_000, np.float32), 16_000))
    (taken / "1.wav").unlink()
    done = train(*order, "--consent", letter)
    assert done.returncode == 2 and "0 of 1 recordings are good" in done.stderr
    assert len(json.loads(voice("trained", "--data", data, "--json").stdout)) == 1, "no failed job is left"


class TestSay:
    def test_quickly_into_a_file(self, tmp_path: Path) -> None:
        out = tmp_path / "said.wav"
        said = voice("say", "Good morning.", "--voice", "kokoro-af_heart", "--quick", "--out", out, "--json")
        answer = json.loads(said.stdout)
        assert answer["path"] == str(out)
        with wave.open(str(out)) as file:
            assert abs(file.getnframes() / file.getframerate() - answer["seconds"]) < 0.02
        assert 0.5 < answer["seconds"] < 3

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (("Hello.", "--voice", "nobody"), "greenroom voice list"),
            (("", "--voice", "piper-en_US-joe"), "nothing to say"),
            (("Hello.", "--voice", "piper-en_US-joe", "--out", "/nowhere/said.wav"), "--out"),
        ],
    )
    def test_what_cannot_be_said_is_refused_in_words(
        self, arguments: tuple[str, ...], complaint: str, tmp_path: Path
    ) -> None:
        where = () if "--out" in arguments else ("--out", tmp_path / "said.wav")
        refused = voice("say", *arguments, *where)
        assert refused.returncode != 0 and complaint in refused.stderr
        assert list(tmp_path.iterdir()) == []


class TestConvert:
    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (("talk.wav", "--voice", "kokoro-af_heart"), "greenroom voice trained"),
            (("talk.wav", "--voice", "nobody"), "greenroom voice list"),
            (("talk.wav", "--voice", "nobody", "--out", "said.mp3"), "does not end in .wav"),
            (("-", "--voice", "nobody"), "--speaker"),
            (("-", "--voice", "nobody", "--rate", "800"), "8000 to 96000"),
            (("-", "--voice", "nobody", "--speaker", "no.wav"), "There is no file 'no.wav'"),
        ],
    )
    def test_what_cannot_be_converted_is_refused_in_words(
        self, arguments: tuple[str, ...], complaint: str, tmp_path: Path
    ) -> None:
        where = () if "--out" in arguments else ("--out", tmp_path / "said.wav")
        refused = voice("convert", *arguments, *where)
        assert refused.returncode == 2 and complaint in refused.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("basic", "expected"),
    [(0.55, "20.0 % nearer to"), (0.40, "10.0 % farther from"), (None, "")],
)
def test_what_more_material_gave_is_told_where_it_was_measured(basic: float | None, expected: str) -> None:
    quality = {"seconds": 407.2, "basic_seconds": 94.2, "held_out_mel_distance": 0.44}
    line = _gain_line(quality | {"held_out_mel_distance_of_basic": basic})
    assert bool(line) is (basic is not None)
    assert expected in line
