"""The demo without footage: a presenter of the cast says a text."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.cast.making import make_cast, person
from tests.conftest import greenroom_command

from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.media.decode import frame_at, read_audio
from greenroom.media.probe import probe

pytestmark = [pytest.mark.media, pytest.mark.slow]

TEXT = "My uncle keeps bees by the river."


@pytest.fixture(scope="module")
def demo(
    avatar_zip: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The command, and the video that it was to make."""
    place = tmp_path_factory.mktemp("demo")
    folder = make_cast(place / "cast", person("mia"), archive=avatar_zip.read_bytes())
    out = place / "bees.mp4"
    command = greenroom_command(
        "demo", "--presenter", "mia", "--text", TEXT, "--size", "640x360", "-o", str(out),
        "--data", str(place / "data"),
    )  # fmt: skip
    environment = {**os.environ, "GREENROOM_CAST_FOLDER": str(folder)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    return done, out


def test_the_path_comes_last(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, out = demo
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(out)


def test_the_voice_that_is_paired_says_the_text(demo: tuple[object, Path]) -> None:
    heard = WhisperRecogniser().transcribe(read_audio(demo[1], 16_000), 16_000, "en")
    assert error_rate(TEXT, heard, "en") <= 0.15


def test_before_the_studio_wall(demo: tuple[object, Path]) -> None:
    info = probe(demo[1])
    assert info.video is not None
    assert (info.video.width, info.video.height) == (640, 360)
    corner = frame_at(demo[1], 1.0)[2:12, 2:12].reshape(-1, 3).mean(axis=0)
    # Blue over red: the wall's cool grey.
    assert 180 < corner[2] < corner[0] < 225
