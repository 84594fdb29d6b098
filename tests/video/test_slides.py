"""A deck becomes a narrated video: by the example with the public SDK, and by the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.conftest import RunningServer, greenroom_command
from tests.slides.making import BLUE, GREEN, RED, add_box, add_slide, animate, new_deck, save

from greenroom.cast.catalogue import load_cast
from greenroom.media.decode import frame_at, read_audio
from greenroom.media.probe import probe

pytestmark = [pytest.mark.media, pytest.mark.slow]

VOICE = "piper-en_US-joe"
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "slides_to_video.py"


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with one click, and a page in silence that is all green."""
    made = new_deck()
    slide = add_slide(made, "", "My uncle keeps bees. [click] By the river.")
    red = add_box(slide, RED, 1, 1)
    add_box(slide, BLUE, 5, 1)
    animate(slide, [[(red, "entr", None)]])
    add_slide(made, "").background.fill.solid()
    made.slides[1].background.fill.fore_color.rgb = GREEN
    return save(made, tmp_path_factory.mktemp("deck"), "bees.pptx")


def colour_at(video: Path, second: float, x: float, y: float) -> tuple[int, ...]:
    """R, G, B about a place given in shares of the picture."""
    picture = frame_at(video, second)
    row, column = round(picture.shape[0] * y), round(picture.shape[1] * x)
    return tuple(
        int(value) for value in picture[row - 3 : row + 3, column - 3 : column + 3].mean((0, 1))[::-1]
    )


def is_like(colour: tuple[int, ...], wanted: Any) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < 40


def check(video: Path, silence_s: float) -> None:
    info = probe(video)
    assert info.video is not None
    red, blue = (2 / 13.333, 2 / 7.5), (6 / 13.333, 2 / 7.5)
    assert is_like(colour_at(video, 0.2, *red), (255, 255, 255))  # before the click
    assert is_like(colour_at(video, 0.2, *blue), BLUE)
    before_silence = info.duration_s - silence_s - 0.4
    assert is_like(colour_at(video, before_silence, *red), RED)
    assert is_like(colour_at(video, info.duration_s - 0.3, 0.1, 0.1), GREEN)
    # Somebody stands in the lower right corner, and nobody on the left.
    corner = frame_at(video, info.duration_s - 0.3)[-info.video.height // 3 :]
    third = info.video.width // 3
    assert corner[:, -third:].std((0, 1)).max() > 20 > 5 > corner[:, :third].std((0, 1)).max()
    sound = read_audio(video, 16_000)
    last = sound[-round((silence_s - 0.3) * 16_000) :]
    assert np.abs(last).max() < 0.01 < np.abs(sound).max()


def test_the_example_with_the_public_sdk(server: RunningServer, deck: Path, tmp_path: Path) -> None:
    presenter = load_cast(None, "all").find("anna")
    assert presenter is not None
    keys, out = server.credentials, tmp_path / "bees.mp4"
    command = [
        sys.executable, str(EXAMPLE), server.base_url, keys.project_id, keys.access_key, keys.secret_key,
        str(deck), presenter.asset_id, VOICE, str(out),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    check(out, 4)


def test_the_command(deck: Path, tmp_path: Path) -> None:
    out = tmp_path / "bees.mp4"
    command = greenroom_command(
        "video", "slides", str(deck), "--avatar", "anna", "--voice", VOICE, "--silence", "2", "--plain",
        "--size", "640x360", "-o", str(out), "--subtitle-file", str(tmp_path / "bees.srt"),
        "--data", str(tmp_path / "data"),
    )  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(out)
    assert "no notes on page 2: shown in silence for 2 s" in done.stderr
    assert "2 pages, drawn by Greenroom" in done.stderr
    check(out, 2)
    assert "My uncle keeps bees" in (tmp_path / "bees.srt").read_text()
