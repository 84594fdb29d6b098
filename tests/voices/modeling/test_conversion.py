"""A voice learnt by conversion, over HTTP: recorded in English, meant for Japanese, and it speaks both."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import greenroom_here
from tests.conftest import HURRIED_TESTS, RunningServer, greenroom_command, start_server
from tests.voices import sounds
from tests.voices.modeling.driving import VoiceTraining, audition
from tests.voices.modeling.test_voice_jobs import refused

from greenroom.engines.conversion.tone import tone_of
from greenroom.engines.protocols import SpeechStyle
from greenroom.engines.registry import speech_engine_for
from greenroom.media.wav import read_wav, write_wav
from greenroom.subtitles.speaking import can_hear

pytest.importorskip("torch")
pytestmark = [
    pytest.mark.contract,
    pytest.mark.media,
    pytest.mark.slow,
    pytest.mark.skipif(not can_hear(), reason="speech recognition is not installed"),
]

TEXTS = sounds.readings(8)
OTHER = "kokoro-af_heart"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = start_server(
        tmp_path_factory.mktemp("conversion") / "data",
        **HURRIED_TESTS,
        GREENROOM_VOICE_DURATIONS='{"basic_min": 20}',
        GREENROOM_VOICE_MODELER="conversion",
        GREENROOM_TRAINING_EFFORT="quick",
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def trained(own_server: RunningServer) -> Any:
    job = VoiceTraining(own_server.client(), voice_name="Ana", output_language="JPN")
    takes = {f"take-{number}.wav": sounds.wav_bytes(*sounds.said(text)) for number, text in enumerate(TEXTS)}
    texts = {f"take-{number}.txt": text.encode() for number, text in enumerate(TEXTS)}
    job.package(sounds.zip_bytes(takes | texts))
    job.letter()
    job.commit()
    shown = job.ended()
    assert shown.state == "SUCCEED", (shown, (own_server.data_dir / "server.log").read_text()[-3000:])
    return shown


def test_the_asset_names_its_languages(own_server: RunningServer, trained: Any) -> None:
    import huaweicloudsdkmetastudio.v1.model as m

    asset = own_server.client().show_asset(m.ShowAssetRequest(asset_id=trained.asset_id))
    meta = asset.asset_extra_meta.voice_model_meta
    assert meta.language == "JPN"
    assert {"CN", "EN", "JPN", "ESP", "fr"} <= set(meta.languages)


@pytest.mark.parametrize("text", ["Welcome to the orchard, everybody.", "こんにちは、ようこそ。"])
def test_it_speaks_at_the_persons_height(own_server: RunningServer, trained: Any, text: str) -> None:
    pcm, rate = audition(own_server.client(), trained.asset_id, text)
    assert height(pcm, rate) == pytest.approx(usual_height(), rel=0.15)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody else said, a woman."""
    chunks = speech_engine_for(OTHER).synthesize(" ".join(TEXTS[:2]), OTHER, SpeechStyle())
    path = tmp_path_factory.mktemp("other") / "talk.wav"
    write_wav(path, np.concatenate([one.pcm for one in chunks]), 24_000)
    return path


def test_a_recording_of_somebody_else_in_the_persons_voice(
    own_server: RunningServer, trained: Any, other: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made.wav"
    done = greenroom_here(
        "voice", "convert", other, "--voice", trained.asset_id, "--data", own_server.data_dir, "-o", out,
        GREENROOM_VOICE_MODELER="conversion",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made, plain = read_wav(out), read_wav(other)
    assert made[0].shape == plain[0].shape and made[1] == plain[1]
    assert height(*made) == pytest.approx(usual_height(), rel=0.15)
    assert height(*plain) > 1.3 * usual_height()


def test_what_somebody_else_is_saying(own_server: RunningServer, trained: Any, other: Path) -> None:
    """Raw samples in, raw samples out, as between a microphone and a loudspeaker."""
    pcm, rate = read_wav(other)
    command = greenroom_command(
        "voice", "convert", "-", "--voice", trained.asset_id, "--data", str(own_server.data_dir),
        "--speaker", str(other), "--rate", str(rate), "-o", "-",
    )  # fmt: skip
    done = subprocess.run(
        command,
        input=np.round(pcm * 32767).astype("<i2").tobytes(),
        capture_output=True,
        check=False,
        env={**os.environ, "GREENROOM_VOICE_MODELER": "conversion"},
    )
    assert done.returncode == 0, done.stderr
    made = np.frombuffer(done.stdout, "<i2").astype(np.float32) / 32767
    assert len(made) == len(pcm)
    assert height(made, rate) == pytest.approx(usual_height(), rel=0.15)


def usual_height() -> float:
    return float(np.median([height(*sounds.said(one)) for one in TEXTS]))


def height(pcm: sounds.Pcm, rate: int) -> float:
    """The median, in hertz. Of what the person reads it lies between 0.94 and 1.11 of the usual one."""
    tone = tone_of(pcm, rate)
    return float(np.median(tone.hz[tone.voiced]))


def test_a_language_that_no_voice_speaks_is_refused_with_the_field(own_server: RunningServer) -> None:
    error = refused(VoiceTraining, own_server.client(), language="EN", output_language="Finnish")
    assert "output_language" in error.error_msg
