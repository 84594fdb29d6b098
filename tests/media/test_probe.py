from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.media.errors import DamagedMediaError, MediaError, MediaLimitError, NotMediaError
from greenroom.media.probe import probe
from greenroom.media.sandbox import probe_safely

pytestmark = pytest.mark.media

# file: container, codec, width, height, fps, frames, rotation, alpha, audio codec
EXPECTED = {
    "face_2997_51.mp4": ("mp4", "h264", 360, 288, 29.97, 90, 0, False, "aac"),
    "face_av1.mp4": ("mp4", "av1", 360, 288, 25, 75, 0, False, "aac"),
    "face_av1.webm": ("webm", "av1", 360, 288, 25, 75, 0, False, "opus"),
    "face_flv1.flv": ("flv", "flv", 360, 288, 25, 75, 0, False, "mp3"),
    "face_h263_aac.3gp": ("3gp", "h263", 360, 288, 25, 75, 0, False, "aac"),
    "face_h264.flv": ("flv", "h264", 360, 288, 25, 75, 0, False, "aac"),
    "face_h264_422p10_pcm.mov": ("mov", "h264", 360, 288, 25, 75, 0, False, "pcm_s16le"),
    "face_h264_flac.mkv": ("matroska", "h264", 360, 288, 25, 75, 0, False, "flac"),
    "face_hevc.mp4": ("mp4", "hevc", 360, 288, 25, 75, 0, False, "aac"),
    "face_hevc10.mov": ("mov", "hevc", 360, 288, 25, 75, 0, False, "aac"),
    "face_mpeg2.ts": ("mpegts", "mpeg2video", 360, 288, 25, 75, 0, False, "mp2"),
    "face_noaudio.mp4": ("mp4", "h264", 360, 288, 25, 75, 0, False, None),
    "face_prores4444_alpha.mov": ("mov", "prores", 360, 288, 25, 25, 0, True, "pcm_s16le"),
    "face_qtrle_alpha.mov": ("mov", "qtrle", 360, 288, 25, 25, 0, True, "pcm_s16le"),
    "face_rotate90.mp4": ("mp4", "h264", 288, 360, 25, 75, 90, False, "aac"),
    "face_theora.ogv": ("ogg", "theora", 360, 288, 25, 75, 0, False, "vorbis"),
    "face_vp8.webm": ("webm", "vp8", 360, 288, 25, 75, 0, False, "vorbis"),
    "face_vp9.webm": ("webm", "vp9", 360, 288, 25, 75, 0, False, "opus"),
    "face_vp9_alpha.webm": ("webm", "vp9", 360, 288, 25, 50, 0, True, "opus"),
    "face_wmv2.wmv": ("asf", "wmv2", 360, 288, 25, 75, 0, False, "wmav2"),
    "face_xvid_mp3.avi": ("avi", "mpeg4", 360, 288, 25, 75, 0, False, "mp3"),
    "filetype_fixture-mjpeg.mov": ("mov", "mjpeg", 640, 480, 10, 15, 0, False, "pcm_u8"),
    "filetype_fixture-raw.mts": ("mpegts", "h264", 1920, 1080, 29.97, 31, 0, False, "ac3"),
    "fluent_testvideo-169.avi": ("avi", "mpeg4", 1280, 720, 5, 10, 0, False, None),
    "phpffmpeg_portrait.MOV": ("mov", "h264", 320, 568, 29.976, 62, 270, False, "aac"),
    "streamio_ios9.mov": ("mov", "h264", 720, 1280, 30, 14, 270, False, "aac"),
    "streamio_sideways.mov": ("mov", "h264", 480, 640, 24.038, 25, 270, False, "aac"),
    "streamio_weird_aspect.mpg": ("mpeg", "mpeg1video", 500, 288, 25, 36, 0, False, "mp2"),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_format_is_described_as_it_is_shown(formats: Path, name: str) -> None:
    info = probe(next(formats.glob(f"*/{name}")))
    video = info.video
    assert video is not None
    found = (
        info.container,
        video.codec,
        video.width,
        video.height,
        round(video.fps, 3),
        video.frame_count,
        video.rotation,
        video.has_alpha,
        info.audio.codec if info.audio else None,
    )
    expected = EXPECTED[name]
    assert found[4] == pytest.approx(expected[4], abs=0.01)
    assert (*found[:4], *found[5:]) == (*expected[:4], *expected[5:])
    assert info.complete


def test_every_other_sample_is_read_or_refused_in_words(formats: Path) -> None:
    seen = 0
    for path in sorted(formats.glob("*/*")):
        try:
            info = probe(path)
        except MediaError as error:
            assert path.name in str(error)
        else:
            assert info.video is not None and info.video.width > 0 and info.duration_s > 0
        seen += 1
    assert seen == 38


def _movie(path: Path, frames: int = 50) -> Path:
    random = np.random.default_rng(1)
    pictures = (random.integers(0, 255, (96, 128, 3), np.uint8) for _ in range(frames))
    write_mp4(path, pictures, VideoSettings(128, 96, threads=1))
    return path


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    movie = _movie(tmp_path / "movie.txt")
    info = probe(movie)
    assert info.container == "mp4" and info.video is not None and info.video.frame_count == 50


NOISE = np.random.default_rng(0).bytes(200_000)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello, this is no video\n" * 50, NOISE],
    ids=["empty", "text", "noise"],
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(NotMediaError, match=r"clip\.mp4"):
        probe(path)


def test_a_file_that_breaks_off_is_not_complete(tmp_path: Path) -> None:
    whole = _movie(tmp_path / "whole.mp4").read_bytes()
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(whole[: len(whole) // 2])
    assert probe(tmp_path / "whole.mp4").complete
    assert not probe(torn).complete


def test_a_file_without_its_index_is_refused(tmp_path: Path) -> None:
    whole = _movie(tmp_path / "whole.mp4").read_bytes()
    headless = tmp_path / "headless.mp4"
    headless.write_bytes(whole[:24] + whole[len(whole) // 2 :])
    with pytest.raises((NotMediaError, DamagedMediaError)):
        probe(headless)


class TestSandbox:
    def test_gives_the_same_answer_and_the_same_errors(self, tmp_path: Path) -> None:
        movie = _movie(tmp_path / "movie.mp4")
        assert probe_safely(movie) == probe(movie)
        (tmp_path / "not.mp4").write_text("no")
        with pytest.raises(NotMediaError, match=r"not\.mp4"):
            probe_safely(tmp_path / "not.mp4")

    def test_a_probe_that_needs_too_much_is_stopped(self, tmp_path: Path) -> None:
        movie = _movie(tmp_path / "movie.mp4")
        with pytest.raises(MediaLimitError):
            probe_safely(movie, memory_bytes=64 << 20)
        with pytest.raises(MediaLimitError):
            probe_safely(movie, wall_s=0.01)

    def test_the_command_prints_json(self, tmp_path: Path) -> None:
        movie = _movie(tmp_path / "movie.mp4")
        done = subprocess.run(
            [sys.executable, "-m", "greenroom.media.probe", str(movie)], capture_output=True, check=True
        )
        assert json.loads(done.stdout)["info"]["video"]["width"] == 128
