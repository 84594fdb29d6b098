from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from greenroom.media.decode import read_audio, read_frames
from greenroom.media.encode import VideoSettings, VideoWriter, write_mp4
from greenroom.media.errors import DamagedMediaError
from greenroom.media.mux import is_faststart, join_segments
from greenroom.media.wav import read_wav, write_wav

pytestmark = pytest.mark.media


def _pictures(first: int, last: int) -> list[np.ndarray]:
    pictures = []
    for n in range(first, last):
        picture = np.full((120, 160, 3), (40, 160, 200), np.uint8)
        picture[40:80, (3 * n) % 120 : (3 * n) % 120 + 40] = 20 + n
        pictures.append(picture)
    return pictures


def _durations(path: Path) -> tuple[float, float]:
    with av.open(str(path)) as movie:
        video, audio = movie.streams.video[0], movie.streams.audio[0]
        return float(video.duration * video.time_base), float(audio.duration * audio.time_base)


@pytest.mark.parametrize("fps", [24, 25, 30])
@pytest.mark.parametrize("rate", [22_050, 24_000, 48_000])
def test_sound_and_picture_end_together(tmp_path: Path, fps: int, rate: int) -> None:
    pcm = np.sin(np.arange(3 * rate) * 0.05).astype(np.float32) * 0.3
    out = tmp_path / "out.mp4"
    write_mp4(out, _pictures(0, 77), VideoSettings(160, 120, fps=fps, threads=1), pcm, rate)
    picture_s, sound_s = _durations(out)
    assert picture_s == pytest.approx(77 / fps, abs=1e-3)
    assert abs(picture_s - sound_s) < 1 / fps
    assert is_faststart(out)


def test_joined_segments_are_the_segments(tmp_path: Path) -> None:
    settings = VideoSettings(160, 120, crf=12, preset="veryfast", threads=2)
    parts = [(0, 60), (60, 110), (110, 123)]
    paths = []
    for number, (first, last) in enumerate(parts):
        paths.append(tmp_path / f"{number}.mp4")
        write_mp4(paths[-1], _pictures(first, last), settings)
    pcm = np.zeros(5 * 24_000, np.float32)
    assert join_segments(paths, pcm, 24_000, tmp_path / "all.mp4") == 123
    whole = list(read_frames(tmp_path / "all.mp4"))
    apart = [frame for path in paths for frame in read_frames(path)]
    assert len(whole) == 123
    assert all(np.array_equal(a, b) for a, b in zip(whole, apart, strict=True))
    join_segments(paths, pcm, 24_000, tmp_path / "again.mp4")
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "all.mp4").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["0.mp4", "1.mp4", "2.mp4", "again.mp4", "all.mp4"]


def test_segments_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    write_mp4(tmp_path / "a.mp4", _pictures(0, 10), VideoSettings(160, 120, threads=1))
    write_mp4(tmp_path / "b.mp4", _pictures(0, 10), VideoSettings(160, 120, fps=30, threads=1))
    (tmp_path / "c.mp4").write_bytes(b"nothing")
    for other in ("b.mp4", "c.mp4"):
        with pytest.raises(DamagedMediaError, match=other):
            join_segments([tmp_path / "a.mp4", tmp_path / other], None, 24_000, tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_a_sound_beep_stays_with_its_picture(tmp_path: Path) -> None:
    pictures = [np.full((64, 64, 3), 255 if n == 50 else 0, np.uint8) for n in range(75)]
    pcm = np.zeros(3 * 24_000, np.float32)
    pcm[48_000:48_960] = 0.8 * np.sin(np.arange(960) * 0.3)
    write_mp4(tmp_path / "a.mp4", pictures, VideoSettings(64, 64, threads=1), pcm, 24_000)
    flash = int(np.argmax([frame.mean() for frame in read_frames(tmp_path / "a.mp4")]))
    heard = np.abs(read_audio(tmp_path / "a.mp4", 24_000))
    assert flash == 50
    assert abs(int(np.argmax(heard > 0.3)) - 50 * 960) < 480


def test_colours_come_back(tmp_path: Path) -> None:
    for colour in ((255, 144, 30), (0, 0, 220), (255, 255, 255), (0, 0, 0), (80, 200, 60)):
        picture = np.full((64, 96, 3), colour, np.uint8)
        write_mp4(tmp_path / "c.mp4", [picture] * 5, VideoSettings(96, 64, crf=10, threads=1))
        seen = next(iter(read_frames(tmp_path / "c.mp4"))).reshape(-1, 3).mean(axis=0)
        assert np.abs(seen - colour).max() <= 3.0


def test_a_matte_keeps_its_levels(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    settings = VideoSettings(256, 64, crf=8, threads=1, monochrome=True)
    write_mp4(tmp_path / "m.mp4", [ramp] * 5, settings)
    seen = next(iter(read_frames(tmp_path / "m.mp4", pixel_format="gray")))
    assert np.abs(seen.astype(int) - ramp).max() <= 6


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), VideoWriter(tmp_path / "a.mp4", VideoSettings(64, 64)) as writer:
        writer.write_picture(np.zeros((64, 64, 3), np.uint8))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_bit_rate_cap_holds(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 255, (240, 320, 3), np.uint8) for _ in range(100)]
    write_mp4(tmp_path / "a.mp4", pictures, VideoSettings(320, 240, bitrate_bps=800_000, threads=1))
    assert (tmp_path / "a.mp4").stat().st_size * 8 / 4.0 < 1_400_000


def test_wav_round_trip(tmp_path: Path) -> None:
    pcm = np.linspace(-1, 1, 1000, dtype=np.float32)
    write_wav(tmp_path / "a.wav", pcm, 24_000)
    back, rate = read_wav(tmp_path / "a.wav")
    assert rate == 24_000 and np.abs(back - pcm).max() < 1e-4
