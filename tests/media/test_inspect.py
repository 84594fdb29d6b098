"""Files from outside: each is what it is declared to be, or refused, in bounded time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contract.media_samples import mp4, png, wav
from tests.media import lies

from greenroom.media.content import Content, identify, second_nature
from greenroom.media.documents import UnsafeArchiveError, check_archive
from greenroom.media.errors import MediaError, MediaLimitError, NotMediaError
from greenroom.media.inspect import Role, inspect
from greenroom.media.sandbox import inspect_safely

MEMORY = 1 << 30


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


Write = Callable[[str, bytes], Path]


class TestHonestFiles:
    def test_measures(self, write: Write) -> None:
        found = inspect(write("a", mp4()), Role.VIDEO, "mp4")
        assert found.media is not None and found.media.video is not None
        assert (found.content, found.media.video.width, found.media.video.fps) == (Content.ISO_MEDIA, 160, 25)
        found = inspect(write("b", png(300, 200)), Role.PICTURE, "png")
        assert found.media is not None and found.media.video is not None
        assert (found.media.video.width, found.media.video.height) == (300, 200)
        found = inspect(write("c", wav(1.5)), Role.SOUND, "wav")
        assert found.media is not None and found.media.audio is not None
        assert found.media.duration_s == pytest.approx(1.5, abs=0.01)

    def test_slides_are_counted(self, write: Write) -> None:
        assert inspect(write("a", lies.pptx(7)), Role.DECK, "pptx").page_count == 7

    def test_real_decks(self, shared_data: Path) -> None:
        counts = {
            path.name: inspect(path, Role.DECK, path.suffix[1:]).page_count
            for path in (shared_data / "decks").iterdir()
            if path.name != "pypdf_GeoTopo.pdf"
        }
        assert counts["markitdown_test.pptx"] == 6
        assert counts["mtheme_demo_slides.pdf"] == 25
        with pytest.raises(NotMediaError, match="117 slides; at most 100"):
            inspect(shared_data / "decks" / "pypdf_GeoTopo.pdf", Role.DECK, "pdf")

    @pytest.mark.media
    def test_videos_of_every_format_that_users_insert(self, shared_data: Path) -> None:
        formats = ("mp4", "mkv", "mov", "flv", "3gp", "wmv", "avi", "webm")
        paths = [path for path in sorted((shared_data / "formats").rglob("*")) if path.suffix[1:] in formats]
        assert {path.suffix[1:] for path in paths} == set(formats)
        for path in paths:
            found = inspect(path, Role.VIDEO, path.suffix[1:])
            assert found.media is not None and found.media.video is not None, path.name
            assert found.media.video.width > 0


class TestLies:
    @pytest.mark.parametrize(
        "role", [Role.VIDEO, Role.SOUND, Role.PICTURE, Role.DECK, Role.ARCHIVE, Role.ANY]
    )
    def test_a_program_is_nothing_else_whatever_it_is_called(self, write: Write, role: Role) -> None:
        with pytest.raises(NotMediaError, match="a program, which no asset may be"):
            inspect(write("clip.mp4", lies.program()), role, "mp4")

    @pytest.mark.parametrize(
        ("head", "what"),
        [
            (b"#!/bin/sh\nrm -rf /\n", "a script"),
            (b"<!DOCTYPE html><script>alert(1)</script>", "a web page"),
            (b'  <svg onload="alert(1)">', "a web page"),
            (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a playlist"),
            (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
            (b"v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\n", "a playlist"),
        ],
    )
    def test_what_runs_or_makes_its_reader_fetch_something(
        self, write: Write, head: bytes, what: str
    ) -> None:
        for role in (Role.VIDEO, Role.ANY):
            with pytest.raises(NotMediaError, match=what):
                inspect(write("a.mp4", head.ljust(200)), role, "mp4")

    @pytest.mark.parametrize(
        ("data", "role", "declared", "words"),
        [
            (png(), Role.PICTURE, "jpg", "declared as JPG, but it is a PNG"),
            (mp4(), Role.VIDEO, "mkv", "declared as MKV, but it is an MP4"),
            (wav(), Role.SOUND, "mp3", "declared as MP3, but it is a WAV"),
            (png(), Role.DECK, "pptx", "declared as PPTX, but it is a PNG"),
            (lies.pptx(), Role.DECK, "pdf", "declared as PDF, but it is a zip"),
            (b"\x93garbage" * 400, Role.VIDEO, "mp4", "not a video or sound file"),
            (bytes(5000), Role.PICTURE, "png", "declared as PNG, but it is of no known format"),
        ],
    )
    def test_another_format_than_declared(
        self, write: Write, data: bytes, role: Role, declared: str, words: str
    ) -> None:
        with pytest.raises(MediaError, match=words):
            inspect(write("a", data), role, declared)

    @pytest.mark.parametrize("data", [png() + lies.pptx(), mp4() + lies.pptx(), wav() + lies.pptx()])
    def test_media_that_is_a_zip_archive_too(self, write: Write, data: bytes) -> None:
        path = write("a", data)
        assert second_nature(path, identify(path)) == Content.ZIP.value

    def test_an_innocent_file_is_only_itself(self, write: Write, shared_data: Path) -> None:
        for data in (png(), mp4(), wav(), lies.pptx()):
            path = write("a", data)
            assert second_nature(path, identify(path)) is None
        for path in (shared_data / "decks").iterdir():
            assert second_nature(path, identify(path)) is None, path.name

    @pytest.mark.parametrize("hidden", [b"<?php system($_GET[0]); ?>", b"<script src=x>", lies.program()])
    def test_a_picture_with_a_program_in_it(self, write: Write, hidden: bytes) -> None:
        with pytest.raises(NotMediaError, match=r"also holds a (script|program)"):
            inspect(write("a", png(900, 700) + hidden), Role.PICTURE, "png")

    def test_a_pdf_header_in_front_of_a_picture(self, write: Write) -> None:
        jpeg_with_comment = b"\xff\xd8\xff\xfe\x00\x0c%PDF-1.7\n%" + bytes(600)
        with pytest.raises(NotMediaError, match="also holds a PDF"):
            inspect(write("a", jpeg_with_comment), Role.PICTURE, "jpg")

    def test_an_image_of_60000_by_60000_pixels(self, write: Write) -> None:
        path = write("a.png", lies.png_of_size(60_000, 60_000))
        started = time.monotonic()
        with pytest.raises(NotMediaError, match="60000x60000 pixels; at most 8196"):
            inspect_safely(path, Role.PICTURE, "png", MEMORY, 20)
        assert time.monotonic() - started < 20

    def test_a_picture_as_large_as_may_be_fits_into_the_child(self, write: Write) -> None:
        found = inspect_safely(write("a.png", png(8000, 200)), Role.PICTURE, "png", MEMORY, 60)
        assert found.media is not None and found.media.video is not None
        assert found.media.video.width == 8000

    def test_a_sparse_file_of_4_gigabytes(self, tmp_path: Path) -> None:
        path = tmp_path / "a.mp4"
        lies.sparse_video(path, 4 << 30)
        started = time.monotonic()
        with pytest.raises(MediaError):
            inspect_safely(path, Role.VIDEO, "mp4", MEMORY, 20)
        assert time.monotonic() - started < 30
        zeros = tmp_path / "b.mp4"
        with zeros.open("wb") as stream:
            stream.truncate(4 << 30)
        with pytest.raises(MediaError):
            inspect_safely(zeros, Role.VIDEO, "mp4", MEMORY, 20)
        assert time.monotonic() - started < 60


class TestArchives:
    def test_a_bomb(self, write: Write) -> None:
        data = lies.zip_bomb()
        assert len(data) < 1 << 20
        started = time.monotonic()
        with pytest.raises(UnsafeArchiveError, match="would unpack to"):
            inspect_safely(write("a.pptx", data), Role.DECK, "pptx", MEMORY, 20)
        assert time.monotonic() - started < 20

    def test_a_bomb_that_calls_itself_small(self, write: Write) -> None:
        with pytest.raises(MediaError):
            inspect_safely(write("a.pptx", lies.modest_bomb()), Role.DECK, "pptx", MEMORY, 20)

    def test_entries_that_overlap(self, write: Write) -> None:
        with pytest.raises(UnsafeArchiveError, match="overlap"):
            check_archive(write("a.zip", lies.overlapping_bomb()))

    @pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "C:\\x", "..\\evil"])
    def test_names_that_leave_the_folder(self, write: Write, name: str) -> None:
        with pytest.raises(UnsafeArchiveError, match="leaves its folder"):
            inspect(write("a.pptx", lies.pptx(**{name: b"x"})), Role.DECK, "pptx")

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"ppt/vbaProject.bin": b"x"}, "macros"),
            ({"ppt/a.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "entities"),
        ],
    )
    def test_decks_with_more_than_slides(self, write: Write, more: dict[str, bytes], words: str) -> None:
        with pytest.raises(UnsafeArchiveError, match=words):
            inspect(write("a.pptx", lies.pptx(**more)), Role.DECK, "pptx")

    def test_a_zip_is_no_deck_and_101_slides_are_too_many(self, write: Write, tmp_path: Path) -> None:
        with pytest.raises(NotMediaError, match="at most 100"):
            inspect(write("a.pptx", lies.pptx(101)), Role.DECK, "pptx")
        cut = lies.pptx()
        with pytest.raises(NotMediaError, match="damaged"):
            inspect(write("b.pptx", cut[: len(cut) // 2]), Role.DECK, "pptx")


def test_the_child_holds_its_memory_limit(tmp_path: Path) -> None:
    """The limit is the child's own: a reader that wants more is told so, and this process stays as it is."""
    path = tmp_path / "a.mp4"
    path.write_bytes(mp4())
    with pytest.raises(MediaLimitError):
        inspect_safely(path, Role.VIDEO, "mp4", 60 << 20, 20)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_the_child_writes_no_files(tmp_path: Path) -> None:
    code = (
        "from greenroom.media.sandbox import limit_this_process; limit_this_process(1 << 31, 10); "
        f"open({str(tmp_path / 'x')!r}, 'w').write('x')"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0
