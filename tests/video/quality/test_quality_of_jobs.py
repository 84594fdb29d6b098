"""A video carries its report; a part that is not good is rendered again, and at last the job fails."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.video.workshop import Workshop

from greenroom.assets.service import require_asset
from greenroom.billing.ledger import Ledger
from greenroom.cli.errors import UserError
from greenroom.cli.studio import Studio
from greenroom.cli.video_delivery import write_files
from greenroom.jobs.models import JobState
from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.reuse.keys import file_digest
from greenroom.reuse.models import KeptPiece
from greenroom.reuse.repository import PieceRepository
from greenroom.runtime import Context
from greenroom.video.charging import charge_key
from greenroom.video.quality.report import line_of
from greenroom.video.service import show_video

pytestmark = [pytest.mark.media, pytest.mark.slow]

TEXTS = ("Papa may buy a lamp.", "No map.")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, small_cast: Path) -> Iterator[Workshop]:
    opened = Workshop(tmp_path_factory.mktemp("quality") / "data", cast_folder=small_cast)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first(workshop: Workshop) -> str:
    job_id = workshop.order(*TEXTS)
    assert workshop.run(job_id) is JobState.SUCCEEDED, workshop.job(job_id).error_msg
    return job_id


def report(workshop: Workshop, job_id: str) -> Path:
    return workshop.settings.objects_dir / workshop.video(job_id).quality_key


def kept_segments(workshop: Workshop) -> list[KeptPiece]:
    async def find(context: Context) -> list[KeptPiece]:
        pieces = await PieceRepository(context).longest_unused(100)
        return [piece for piece in pieces if piece.kind == "segment"]

    return workshop.inside(find)


def spoil(
    workshop: Workshop, piece: KeptPiece, figures: dict[str, Any] | None = None, segment: bytes | None = None
) -> str:
    """Make a kept segment one that is bad, and whole all the same; the digest of its file."""
    path = workshop.settings.objects_dir / piece.object_key
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["figures"] = json.dumps({**json.loads(members["figures"]), **(figures or {})}).encode()
    members["segment"] = segment or members["segment"]
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    digest = file_digest(path)

    async def note(context: Context) -> None:
        row = await PieceRepository(context).of_key(piece.id)
        assert row is not None
        row.sha256 = digest

    workshop.inside(note)
    return digest


class TestReport:
    def test_it_lies_beside_the_video_and_stands_in_the_answer(self, workshop: Workshop, first: str) -> None:
        written = json.loads(report(workshop, first).read_text())
        parts = written["parts"]
        assert [(part["scene"], part["start_s"]) for part in parts] == [(1, 0.0), (2, parts[0]["end_s"])]
        assert parts[-1]["end_s"] == pytest.approx(workshop.video(first).duration_s, abs=0.01)
        assert written["closed_in_silence"] in (None, 1.0)
        assert written["border_error"] < 1.5 and written["identity_percent"] < 1.0
        assert written["sound"]["loudness_lufs"] == pytest.approx(-16, abs=1)
        assert written["frames"]["expected"] == written["frames"]["found"] > 20
        assert abs(written["sound"]["longer_than_picture_ms"]) < 50
        assert line_of(written).endswith(" LUFS")

        asset_id = workshop.video(first).asset_id

        async def shown(context: Context) -> Any:
            asset = await require_asset(context, asset_id)
            return (await show_video(context, first, False)).to_wire(), [file.name for file in asset.files]

        answer, names = workshop.inside(shown)
        extension = answer["x_greenroom"]
        assert extension["quality"]["frames"] == written["frames"] and "parts" not in extension["quality"]
        assert "quality.json" in extension["quality_url"] and "quality.json" in names

    def test_a_part_that_is_reused_keeps_its_figures(self, workshop: Workshop, first: str) -> None:
        again = workshop.order(*TEXTS)
        assert workshop.run(again) is JobState.SUCCEEDED
        assert report(workshop, again).read_bytes() == report(workshop, first).read_bytes()

    def test_the_command_line_writes_it_and_says_a_line(
        self, workshop: Workshop, first: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        studio = Studio(workshop.runtime, workshop._engine, workshop.scope)
        job = workshop.video(first)
        workshop.do(write_files(studio, job, tmp_path / "a.mp4", None, tmp_path / "a.json"))
        assert (tmp_path / "a.json").read_bytes() == report(workshop, first).read_bytes()
        line = capsys.readouterr().err.strip()
        assert line.startswith("Quality: ") and line.endswith(" LUFS")
        job.quality = None
        with pytest.raises(UserError, match=r"a\.json is not written: GREENROOM_QUALITY=off"):
            workshop.do(write_files(studio, job, None, None, tmp_path / "a.json"))


class TestLimits:
    def test_kept_parts_that_are_not_good_are_made_again(
        self, workshop: Workshop, first: str, tmp_path: Path
    ) -> None:
        shows, lacks = kept_segments(workshop)
        short = tmp_path / "short.mp4"
        write_mp4(short, [np.zeros((128, 128, 3), np.uint8)] * 5, VideoSettings(128, 128))
        spoilt = {
            spoil(workshop, shows, figures={"border": {"value": 80.0, "count": 3}}),
            spoil(workshop, lacks, segment=short.read_bytes()),
        }
        again = workshop.order(*TEXTS)
        assert workshop.run(again) is JobState.SUCCEEDED
        assert workshop.content(again) == workshop.content(first)
        assert report(workshop, again).read_bytes() == report(workshop, first).read_bytes()
        kept = {piece.sha256 for piece in kept_segments(workshop)}
        assert len(kept) == 2 and not kept & spoilt

    def test_a_limit_that_cannot_be_met_fails_the_job(self, workshop: Workshop, first: str) -> None:
        usual = workshop.runtime.settings
        workshop.runtime.settings = usual.model_copy(update={"quality_border": 0.01})
        try:
            job_id = workshop.order(TEXTS[0])
            assert workshop.run(job_id) is JobState.FAILED
        finally:
            workshop.runtime.settings = usual
        job = workshop.video(job_id)
        error = job.error_msg or ""
        assert error.startswith("scene 1, 0.0 to ") and "the border of the mouth shows by " in error
        assert "the limit is 0.01" in error and "GREENROOM_QUALITY" in error

        async def charged(context: Context) -> list[bool]:
            rows = Ledger(context.runtime, context.session).rows
            keys = charge_key(first), charge_key(job_id)
            return [await rows.find(context.tenant_id, key) is not None for key in keys]

        assert workshop.inside(charged) == [True, False]
        for key in (job.video_key, job.cover_key, job.quality_key):
            assert not (workshop.settings.objects_dir / key).exists()
        assert not any(workshop.settings.work_dir.iterdir())
        # The part that the first video left is gone; that of its other scene is not concerned.
        assert len(kept_segments(workshop)) == 1
