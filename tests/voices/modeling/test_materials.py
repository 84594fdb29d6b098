"""Packages of recordings as users send them: unpacked, decoded, cut; what does not do is named."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.voices import sounds

from greenroom.media.errors import MediaError
from greenroom.media.sound_file import SoundFormat, write_sound
from greenroom.media.wav import read_wav
from greenroom.voices.modeling.audit import Audit
from greenroom.voices.modeling.materials import INDEX, cuts, split
from greenroom.voices.modeling.packages import PackageError, decoded_text, parse_table, read_package
from greenroom.voices.recordings.faults import Fault, FaultCode, RecordingReport


def quiet(stage: str, done: float) -> None:
    """Nobody watches."""


def prepared(folder: Path, files: dict[str, bytes]) -> list[dict[str, Any]]:
    archive = folder / "takes.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in files.items():
            into.writestr(name, data)
    split({"archive": str(archive), "folder": str(folder / "prepared")}, quiet)
    found: list[dict[str, Any]] = json.loads((folder / "prepared" / INDEX).read_text())
    return found


class TestTexts:
    @pytest.mark.parametrize(
        "table",
        [
            "a.wav\tHello there\nb\tGood night",
            "a|Hello there\nb.wav|Good night",
            "a.wav,Hello there\nb,Good night",
        ],
    )
    def test_tables(self, table: str) -> None:
        assert parse_table(table) == {"a": "Hello there", "b": "Good night"}

    def test_a_third_column_has_the_figures_written_out(self) -> None:
        assert parse_table("a|No. 5|number five") == {"a": "number five"}

    def test_lines_that_are_none_are_passed_over(self) -> None:
        assert parse_table("heading\n\nb\tGood night\nc\t\n") == {"b": "Good night"}

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_encodings(self, encoding: str) -> None:
        assert decoded_text("清晨的阳光".encode(encoding), "a.txt") == "清晨的阳光"

    def test_a_text_of_its_own_goes_before_the_table(self, tmp_path: Path) -> None:
        archive = tmp_path / "a.zip"
        files = {"x/a.wav": b"1", "x/a.txt": b"own", "b.wav": b"2", "transcripts.tsv": b"a\ttable\nb\ttable"}
        archive.write_bytes(sounds.zip_bytes(files))
        found = {piece.name: piece.text for piece in read_package(archive, tmp_path / "u")}
        assert found == {"x/a.wav": "own", "b.wav": "table"}


@pytest.mark.media
class TestSplit:
    def test_formats_and_what_is_none(self, tmp_path: Path) -> None:
        pcm, rate = sounds.said()
        write_sound(tmp_path / "b.mp3", [pcm], SoundFormat("MP3", rate))
        files = {
            "a.wav": sounds.wav_bytes(pcm, rate),
            "b.mp3": (tmp_path / "b.mp3").read_bytes(),
            "c.wav": b"",
            "d.wav": b"RIFF and then nothing of the kind" * 50,
            "notes.docx": b"is passed over",
        }
        found = {one["name"]: one for one in prepared(tmp_path, files)}
        assert set(found) == {"a.wav", "b.mp3", "c.wav", "d.wav"}
        for name in ("a.wav", "b.mp3"):
            read, own = read_wav(tmp_path / "prepared" / found[name]["wav"])
            assert len(read) / own == pytest.approx(len(pcm) / rate, abs=0.1)
        assert "c.wav is empty" in found["c.wav"]["fault"]
        assert found["d.wav"]["wav"] is None and "d.wav" in found["d.wav"]["fault"]

    def test_an_hour_is_not_read_and_a_minute_is_cut_at_its_pauses(self, tmp_path: Path) -> None:
        pcm, rate = sounds.said()
        long = np.tile(pcm, 8)
        files = {
            "hour.wav": sounds.wav_bytes(np.zeros(3600 * 8_000, np.float32), 8_000),
            "minute.wav": sounds.wav_bytes(long, rate),
        }
        found = prepared(tmp_path, files)
        assert found[0]["length_s"] == pytest.approx(3600)
        pieces = [read_wav(tmp_path / "prepared" / one["wav"])[0] for one in found[1:]]
        assert len(pieces) >= 3
        assert sum(map(len, pieces)) == pytest.approx(len(long), abs=rate // 10)
        # Each cut lies in a pause: around it is hardly any sound.
        assert all(sounds.level(piece[-rate // 50 :]) < 0.01 for piece in pieces[:-1])
        assert found[1]["name"] == "minute.wav at 0 s"

    @pytest.mark.parametrize("files", [{}, {"readme.txt": b"no sound"}])
    def test_nothing_to_hear(self, tmp_path: Path, files: dict[str, bytes]) -> None:
        with pytest.raises(PackageError, match="no sound file"):
            prepared(tmp_path, files)

    def test_a_name_that_leaves_its_folder(self, tmp_path: Path) -> None:
        with pytest.raises(MediaError, match="leaves its folder"):
            prepared(tmp_path, {"../../evil.wav": b"x"})


def test_silence_is_cut_too() -> None:
    assert list(cuts(np.zeros(40 * 8_000, np.float32), 8_000))[-1][1] == 40 * 8_000


class TestAudit:
    @staticmethod
    def audit(good: int, bad: int, least_s: int = 10, most_s: int = 100) -> Audit:
        fault = Fault(FaultCode.NOISE, "x is noisy.", "be quiet")
        reports = [RecordingReport("g", 5.0, ())] * good + [RecordingReport("x", 5.0, (fault,))] * bad
        return Audit(tuple(reports), ("w",) * len(reports), least_s, most_s)

    @pytest.mark.parametrize(
        ("good", "bad", "said"),
        [
            (1, 0, "needs 10 s"),
            (0, 3, "0 of 3 recordings are good"),
            (2, 3, "Only 2 of 5"),
            (21, 0, "takes 100 s at most"),
        ],
    )
    def test_refusals_name_the_numbers_and_the_cure(self, good: int, bad: int, said: str) -> None:
        refusal = self.audit(good, bad).refusal
        assert refusal is not None and said in refusal and "Cure:" in refusal

    @pytest.mark.parametrize(("good", "bad"), [(2, 0), (2, 2), (20, 1)])
    def test_enough(self, good: int, bad: int) -> None:
        assert self.audit(good, bad).refusal is None
