"""A look at one scene: short, in the layout of the whole, free, and gone without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from tests.video.workshop import VOICE, Workshop
from typer.testing import CliRunner

from greenroom.cli.errors import UserError
from greenroom.cli.video import app
from greenroom.reuse.repository import PieceRepository
from greenroom.runtime import Context
from greenroom.video.errors import VideoContentError
from greenroom.video.preview import write_preview


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, small_cast: Path) -> Iterator[Workshop]:
    opened = Workshop(tmp_path_factory.mktemp("preview") / "data", cast_folder=small_cast)
    yield opened
    opened.close()


def body(workshop: Workshop, *texts: str) -> dict[str, object]:
    return {
        "model_asset_id": workshop.avatar,
        "voice_config": {"voice_asset_id": VOICE},
        "video_config": {"width": 256, "height": 144, "bitrate": 500},
        "shoot_scripts": [
            {"sequence_no": number, "shoot_script": {"script_type": "TEXT", "text_config": {"text": text}}}
            for number, text in enumerate(texts, 1)
        ],
    }


@pytest.mark.media
@pytest.mark.slow
def test_the_beginning_of_the_scene_and_nothing_else(workshop: Workshop, tmp_path: Path) -> None:
    out = tmp_path / "look.mp4"
    order = (body(workshop, "One lamp.", "Two lamps that shine all night."), 2, 0.6)
    workshop.do(write_preview(workshop.runtime, workshop.scope, order, out))
    with av.open(str(out)) as video:
        picture = video.streams.video[0]
        assert (picture.width, picture.height, picture.frames) == (256, 144, 15)
        assert video.streams.audio[0].codec_context.name == "aac"
    assert [path.name for path in tmp_path.iterdir()] == ["look.mp4"]
    assert list(workshop.settings.work_dir.iterdir()) == []

    async def kept(context: Context) -> list[str]:
        return [piece.kind for piece in await PieceRepository(context).longest_unused(10)]

    assert workshop.inside(kept) == ["speech"], "only what the video will need again"


def test_a_scene_that_is_not_there_is_named(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(VideoContentError, match="no scene with sequence_no 9: there are 1"):
        order = (body(workshop, "One lamp."), 9, 1.0)
        workshop.do(write_preview(workshop.runtime, workshop.scope, order, tmp_path / "look.mp4"))


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    out = ["-o", str(tmp_path / "look.mp4"), "--data", str(tmp_path / "data")]
    found = CliRunner().invoke(app, ["preview", "--text", "Hello.", *out])
    assert isinstance(found.exception, UserError) and "--avatar and --text" in str(found.exception)
    data = ["--data", str(tmp_path / "data")]
    found = CliRunner().invoke(app, ["retry", "nowhere", *data])
    assert isinstance(found.exception, UserError) and "no video job has the id nowhere" in str(
        found.exception
    )
    assert CliRunner().invoke(app, ["list", "--json", *data]).stdout.strip() == "[]"


def test_a_retry_is_written_in_the_format_of_its_order(workshop: Workshop, tmp_path: Path) -> None:
    config = {"width": 128, "height": 128, "bitrate": 500, "codec": "VP9"}
    job = workshop.order("One lamp.", video_config=config)
    command = ["retry", job, "--data", str(workshop.settings.data), "--tenant", "acme", "-o"]
    found = CliRunner().invoke(app, [*command, str(tmp_path / "look.mp4")])
    assert isinstance(found.exception, UserError) and "name it look.webm" in str(found.exception)
    found = CliRunner().invoke(app, [*command, str(tmp_path / "look.webm")])
    assert "only a FAILED one can be tried again" in str(found.exception)
