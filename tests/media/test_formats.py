"""Every codec, written in segments, joined without encoding again, and decoded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from greenroom.media.cover import write_cover
from greenroom.media.decode import frame_at, read_audio, read_frames
from greenroom.media.encode import VideoSettings, VideoWriter
from greenroom.media.errors import DamagedMediaError
from greenroom.media.formats import DEFAULT_OF_ENDING, FORMATS, Codec
from greenroom.media.mux import AUDIO_RATE, Sound, is_faststart, join_tracks, regrouped
from greenroom.media.probe import probe

pytestmark = pytest.mark.media

WIDTH, HEIGHT = 160, 120
NAMES = {
    Codec.H264: "h264", Codec.H265: "hevc", Codec.VP8: "vp8", Codec.VP9: "vp9", Codec.QTRLE: "qtrle",
    Codec.PRORES_4444: "prores",
}  # fmt: skip
TRANSPARENT = [codec for codec in Codec if FORMATS[codec].has_alpha]


def _picture(number: int) -> np.ndarray:
    """A bright square that moves by two pixels a frame, opaque, in a half-opaque stripe, before nothing."""
    picture = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    picture[30:90] = (40, 160, 200, 128)
    picture[40:80, 2 * number : 2 * number + 40] = (230, 230, 230, 255)
    return picture


def _segment(path: Path, codec: Codec, first: int, last: int, fps: int = 25, alpha: bool = False) -> Path:
    settings = VideoSettings(WIDTH, HEIGHT, fps, crf=12, codec=codec, alpha=alpha)
    with VideoWriter(path, settings) as writer:
        for number in range(first, last):
            writer.write_picture(_picture(number))
    return path


def _sound(seconds: float, channels: int = 2) -> Sound:
    """A tone from 0.6 s to 0.8 s."""
    pcm = np.zeros(round(seconds * AUDIO_RATE), np.float32)
    pcm[28_800:38_400] = 0.7 * np.sin(np.arange(9_600) * 0.1)
    return Sound([np.repeat(pcm[None], channels, axis=0)], channels)


def _square(frame: np.ndarray) -> float:
    """Where the bright square's middle is."""
    return float(np.flatnonzero(frame[60, :, :3].min(axis=1) > 180).mean())


@pytest.mark.parametrize("fps", [24, 25, 30])
@pytest.mark.parametrize("codec", list(Codec))
def test_segments_joined_are_one_video_in_step_with_its_sound(tmp_path: Path, codec: Codec, fps: int) -> None:
    output = FORMATS[codec]
    cuts = (0, 20, 33, 40)
    segments = [_segment(tmp_path / f"{a}", codec, a, b, fps, output.has_alpha) for a, b in pairwise(cuts)]
    out = tmp_path / output.file_name
    assert join_tracks(segments, _sound(40 / fps), out, codec) == 40
    info = probe(out)
    assert info.video is not None and info.audio is not None
    assert (info.container, info.video.codec) == (output.ending, NAMES[codec])
    assert (info.audio.channels, info.audio.sample_rate) == (2, AUDIO_RATE)
    assert info.video.has_alpha is output.has_alpha
    assert info.video.fps == pytest.approx(fps, abs=0.05)
    frames = list(read_frames(out, fps, "bgra"))
    assert len(frames) == 40
    assert [_square(frame) for frame in frames] == pytest.approx([2 * n + 19.5 for n in range(40)], abs=1)
    heard = np.abs(read_audio(out, AUDIO_RATE))
    assert abs(int(np.argmax(heard > 0.2)) - 28_800) < 120
    assert abs(len(heard) - 40 * AUDIO_RATE // fps) < 1100


@pytest.mark.parametrize("codec", list(Codec))
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, codec: Codec) -> None:
    for name in ("a", "b"):
        segments = [_segment(tmp_path / f"{name}{n}", codec, 15 * n, 15 * n + 15) for n in range(2)]
        join_tracks(segments, _sound(1.2), tmp_path / name, codec)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("codec", TRANSPARENT)
def test_opacity_survives_in_its_place(tmp_path: Path, codec: Codec) -> None:
    segments = [_segment(tmp_path / str(n), codec, 10 * n, 10 * n + 10, alpha=True) for n in range(2)]
    out = tmp_path / FORMATS[codec].file_name
    join_tracks(segments, None, out, codec)
    for number, frame in enumerate(read_frames(out, 25, "bgra")):
        opacity = frame[..., 3].astype(int)
        assert opacity[10:20].max() <= 3
        assert np.abs(opacity[33:37] - 128).max() <= 6
        assert opacity[50:70, 2 * number + 6 : 2 * number + 34].min() >= 250


@pytest.mark.parametrize("codec", [Codec.VP8, Codec.VP9])
def test_a_browser_finds_the_opacity_of_a_webm(tmp_path: Path, codec: Codec) -> None:
    """AlphaMode of the track, without which players draw the colours alone."""
    segments = [_segment(tmp_path / str(n), codec, 0, 5, alpha=True) for n in range(2)]
    join_tracks(segments, None, tmp_path / "video.webm", codec)
    assert b"\x53\xc0\x81\x01" in (tmp_path / "video.webm").read_bytes()[:1000]
    join_tracks([_segment(tmp_path / "opaque", codec, 0, 5)], None, tmp_path / "opaque.webm", codec)
    assert b"\x53\xc0\x81\x01" not in (tmp_path / "opaque.webm").read_bytes()[:1000]


def test_apple_players_know_the_tag_of_h265(tmp_path: Path) -> None:
    join_tracks([_segment(tmp_path / "a", Codec.H265, 0, 5)], None, tmp_path / "video.mp4", Codec.H265)
    with av.open(str(tmp_path / "video.mp4")) as movie:
        assert movie.streams.video[0].codec_context.codec_tag == "hvc1"
    assert is_faststart(tmp_path / "video.mp4")


@pytest.mark.parametrize("codec", TRANSPARENT)
def test_the_cover_of_a_transparent_video_is_white_behind(tmp_path: Path, codec: Codec) -> None:
    video = _segment(tmp_path / FORMATS[codec].file_name, codec, 0, 3, alpha=True)
    write_cover(video, tmp_path / "cover.jpg")
    cover = frame_at(tmp_path / "cover.jpg", 0).astype(int)
    assert cover[10:20].min() > 247
    assert np.abs(cover[34, 100] - (147, 207, 227)).max() < 14


def test_segments_with_and_without_opacity_are_not_joined(tmp_path: Path) -> None:
    segments = [_segment(tmp_path / str(n), Codec.VP9, 0, 5, alpha=n == 0) for n in range(2)]
    with pytest.raises(DamagedMediaError, match="other settings"):
        join_tracks(segments, None, tmp_path / "video.webm", Codec.VP9)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]


def test_every_ending_has_its_usual_codec() -> None:
    assert all(FORMATS[codec].ending == ending for ending, codec in DEFAULT_OF_ENDING.items())
    assert {output.ending for output in FORMATS.values()} == set(DEFAULT_OF_ENDING)


def test_regrouped_sound_is_the_same_sound() -> None:
    whole = np.arange(2 * 5000, dtype=np.float32).reshape(2, 5000)
    pieces = [whole[:, :7], whole[:, 7:1500], whole[:, 1500:1500], whole[:, 1500:]]
    blocks = list(regrouped(pieces, 1024))
    assert [block.shape[1] for block in blocks] == [1024, 1024, 1024, 1024, 904]
    assert np.array_equal(np.concatenate(blocks, axis=1), whole)
