"""`greenroom avatar`, `voice`, `video`, `worker` and `demo`, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import greenroom_here
from tests.conftest import greenroom_command


def greenroom(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own; the commands that run no job go by `greenroom_here`."""
    command = greenroom_command(*map(str, arguments))
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that refused."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("greenroom: ")
    return line


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "data"


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("noise") / "holiday.mp4"
    # Always the same: now and then chance looks like some old video format.
    path.write_bytes(np.random.default_rng(1).bytes(500_000))
    return path


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("letter") / "letter.pdf"
    path.write_bytes(b"%PDF-1.4 I agree.")
    return path


class TestVoiceList:
    def test_by_language(self) -> None:
        voices = json.loads(greenroom_here("voice", "list", "--language", "en-gb", "--json").stdout)
        assert {voice["language"] for voice in voices} == {"en-GB"}
        assert "kokoro-bf_emma" in {voice["voice_id"] for voice in voices}

    def test_no_such_language(self) -> None:
        assert "the languages are en-GB" in refusal(greenroom("voice", "list", "--language", "tlh"))


class TestAvatarCheck:
    def test_a_bad_file_gets_fault_and_cure(self, noise: Path) -> None:
        done = greenroom_here("avatar", "check", noise)
        assert done.returncode == 2
        assert "holiday.mp4 is not a video" in done.stdout
        assert "cure: " in done.stdout

    def test_no_file(self) -> None:
        assert "there is no video at nowhere.mp4" in refusal(greenroom_here("avatar", "check", "nowhere.mp4"))


class TestAvatarTrain:
    def test_consent_is_required(self, noise: Path, data: Path) -> None:
        words = refusal(greenroom_here("avatar", "train", noise, "--name", "Ana", "--data", data))
        assert "needs the consent of the person" in words and "--consent" in words

    def test_wrong_marks_are_found_before_the_work(self, noise: Path, tmp_path: Path) -> None:
        marks = tmp_path / "marks.json"
        marks.write_text('{"speaking": [[0, 99]], "actions": {"nod": [90, 140]}}')
        done = greenroom_here(
            "avatar",
            "train",
            noise,
            "--name",
            "Ana",
            "--synthetic",
            "--marks",
            marks,
            "--data",
            tmp_path / "d",
        )
        assert "actions.nod begins at frame 90, inside speaking[0]" in refusal(done)
        assert not (tmp_path / "d").exists()

    def test_bad_footage_leaves_nothing_behind(self, noise: Path, letter: Path, data: Path) -> None:
        done = greenroom("avatar", "train", noise, "--name", "Ana", "--consent", letter, "--data", data)
        words = refusal(done)
        assert "The training video is not a video" in words and "Cure:" in words
        assert [path for path in (data / "objects").rglob("*") if path.is_file()] == []
        assert list((data / "work").iterdir()) == []
        rows = json.loads(greenroom_here("avatar", "list", "--data", data, "--json").stdout)
        assert [row for row in rows if not row["built_in"]] == []

    def test_beside_a_running_server(self, noise: Path, letter: Path, tmp_path: Path) -> None:
        folder = tmp_path / "served"
        server = subprocess.Popen(
            greenroom_command("serve", "--data", str(folder), "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert server.stdout is not None
            assert "ready" in server.stdout.readline()
            # The server holds the right to work within a second; from then on the command only watches.
            deadline = time.monotonic() + 10
            while (folder / "worker.lock").read_text() != f"{server.pid}\n":
                assert time.monotonic() < deadline
                time.sleep(0.05)
            done = greenroom("avatar", "train", noise, "--name", "Ana", "--consent", letter, "--data", folder)
            assert "The training video is not a video" in refusal(done)
            assert (folder / "worker.lock").read_text() == f"{server.pid}\n"
        finally:
            server.terminate()
            server.wait(timeout=30)
            server.stdout.close()


class TestVideoMake:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--voice", "kokoro-af_heart"], "give either --text or --audio"),
            (["--text", "Hello."], "a text needs a voice"),
            (["--text", "Hello.", "--voice", "kokoro-af_heart", "--size", "big"], "write it as 1920x1080"),
            (["--text", "Hello.", "--voice", "kokoro-af_heart", "--background", "blu"], "neither a colour"),
            (["--text", "Hello.", "--voice", "kokoro-af_heart"], "no asset has the id x"),
            (["--text", "Hello.", "--voice", "kokoro-af_heart", "--size", "641x360"], "even number"),
            (
                ["--text", "Hello.", "--voice", "kokoro-af_heart", "--action", "welcome"],
                "write it as welcome@0.5",
            ),
            (["--text", "Hello.", "--voice", "kokoro-af_heart", "--framing", "feet"], "choose half"),
            (["--audio", "nowhere.wav"], "there is no recording at nowhere.wav"),
        ],
    )
    def test_bad_orders(self, arguments: list[str], words: str, data: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.mp4"
        done = greenroom_here("video", "make", "--avatar", "x", "-o", out, "--data", data, *arguments)
        assert words in refusal(done)
        assert list(tmp_path.iterdir()) == []

    def test_the_file_must_be_an_mp4(self, data: Path, tmp_path: Path) -> None:
        done = greenroom_here(
            "video", "make", "--avatar", "x", "-o", tmp_path / "out.gif", "--data", data, "--text", "Hello.",
            "--voice", "kokoro-af_heart",
        )  # fmt: skip
        assert "does not end in .mp4" in refusal(done)

    def test_subtitles_have_three_kinds_of_file(self, data: Path, tmp_path: Path) -> None:
        done = greenroom_here(
            "video", "make", "--avatar", "x", "-o", tmp_path / "out.mp4", "--data", data, "--text", "Hello.",
            "--voice", "kokoro-af_heart", "--subtitle-file", tmp_path / "out.txt",
        )  # fmt: skip
        assert "out.txt does not end in .srt or .vtt or .ass" in refusal(done)

    def test_what_was_measured_goes_into_a_json_file(self, data: Path, tmp_path: Path) -> None:
        done = greenroom_here(
            "video", "make", "--avatar", "x", "-o", tmp_path / "out.mp4", "--data", data, "--text", "Hello.",
            "--voice", "kokoro-af_heart", "--quality", tmp_path / "out.txt",
        )  # fmt: skip
        assert "out.txt does not end in .json" in refusal(done)


class TestDemo:
    def test_footage_is_needed_where_no_presenter_ships(self, data: Path, tmp_path: Path) -> None:
        done = greenroom_here("demo", "--data", data, "-o", tmp_path / "o.mp4", GREENROOM_CAST="none")
        assert "make demo FOOTAGE=clip.mp4" in refusal(done)

    def test_what_cannot_be_said_fails_before_the_training(self, noise: Path, tmp_path: Path) -> None:
        done = greenroom_here(
            "demo", "--footage", noise, "--text", "Привет", "--data", tmp_path / "d", "-o", tmp_path / "o.mp4"
        )
        assert "cannot read" in refusal(done)


class TestWorker:
    def test_works_until_it_is_told_to_stop(self, tmp_path: Path) -> None:
        worker = subprocess.Popen(
            greenroom_command("worker", "--data", str(tmp_path / "data")),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None and worker.stderr is not None
        assert "Greenroom works on" in worker.stdout.readline()
        worker.terminate()
        _, errors = worker.communicate(timeout=30)
        assert worker.returncode == 0
        assert errors == ""


class TestVideoSlides:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["nowhere.pptx", "--avatar", "anna"], "there is no deck at nowhere.pptx"),
            (["{deck}", "--avatar", "anna", "--layout", "moon"], "choose one of corner, corner-left, side"),
            (["{deck}", "--avatar", "someone"], "notes need a voice"),
            (["{deck}", "--avatar", "anna", "--voice", "tlh"], "there is no voice 'tlh'"),
            (["{deck}", "--avatar", "anna"], "launch.pptx is a zip archive, but no PowerPoint file"),
        ],
    )
    def test_bad_orders(self, arguments: list[str], words: str, data: Path, tmp_path: Path) -> None:
        deck = tmp_path / "launch.pptx"
        with zipfile.ZipFile(deck, "w") as archive:
            archive.writestr("readme.txt", "no deck")
        arguments = [argument.format(deck=deck) for argument in arguments]
        done = greenroom_here("video", "slides", *arguments, "-o", tmp_path / "v.mp4", "--data", data)
        assert words in refusal(done)
