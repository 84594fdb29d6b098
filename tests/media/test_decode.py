from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from greenroom.media.cover import write_cover
from greenroom.media.decode import frame_at, read_audio, read_frames
from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.media.errors import DamagedMediaError, MediaError, MissingStreamError, NotMediaError

pytestmark = pytest.mark.media


def _stripes(count: int, fps: int, path: Path, pcm: np.ndarray | None = None) -> Path:
    """A movie whose frame n has the gray level 20 + 3 n."""

    pictures = (np.full((64, 96, 3), 20 + 3 * n, np.uint8) for n in range(count))
    write_mp4(path, pictures, VideoSettings(96, 64, fps=fps, crf=4, threads=1), pcm)
    return path


def _levels(path: Path) -> list[int]:
    return [round((float(frame.mean()) - 20) / 3) for frame in read_frames(path)]


def test_a_clip_of_the_same_rate_comes_through_frame_by_frame(tmp_path: Path) -> None:
    assert _levels(_stripes(60, 25, tmp_path / "a.mp4")) == list(range(60))


def test_other_rates_repeat_or_drop_whole_frames(tmp_path: Path) -> None:
    fast = _levels(_stripes(60, 30, tmp_path / "fast.mp4"))
    assert len(fast) == 50 and fast == sorted(set(fast))
    slow = _levels(_stripes(48, 24, tmp_path / "slow.mp4"))
    assert len(slow) == 50 and set(slow) == set(range(48))


def test_every_good_sample_gives_its_duration_in_frames_at_25(formats: Path) -> None:
    for path in sorted((formats / "grid_matrix").iterdir()):
        count = sum(1 for _ in read_frames(path))
        assert count in ((25,) if "4444" in path.name or "qtrle" in path.name else (50, 75, 76)), path.name


def test_the_same_footage_looks_the_same_in_every_codec(formats: Path) -> None:
    """Rotation, range and matrix are honoured: all samples were made from one recording."""
    reference = frame_at(formats / "grid_matrix" / "face_h264_flac.mkv", 0.0).astype(np.float32)
    for path in sorted((formats / "grid_matrix").iterdir()):
        if "h263" in path.name or "alpha" in path.name:
            continue
        first = next(iter(read_frames(path)))
        if "rotate90" in path.name:
            assert first.shape == (360, 288, 3)
            first = np.rot90(first, -1)
        assert np.abs(first - reference).mean() < 6.0, path.name


def test_alpha_is_decoded_where_there_is_some(formats: Path) -> None:
    for name in ("face_vp9_alpha.webm", "face_prores4444_alpha.mov", "face_qtrle_alpha.mov"):
        first = next(iter(read_frames(formats / "grid_matrix" / name, pixel_format="bgra")))
        assert first.shape == (288, 360, 4)
        assert first[..., 3].min() < 20 and first[..., 3].max() > 235, name


def test_faulty_samples_give_frames_or_clear_words(formats: Path) -> None:
    for path in sorted((formats / "orig").iterdir()):
        try:
            assert sum(1 for _ in read_frames(path)) > 0
        except MediaError as error:
            assert path.name in str(error)


def test_a_truncated_file_is_named_damaged(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pictures = (random.integers(0, 255, (64, 96, 3), np.uint8) for _ in range(100))
    write_mp4(tmp_path / "whole.mp4", pictures, VideoSettings(96, 64, threads=1))
    data = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "torn.mp4").write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedMediaError, match=r"torn\.mp4 is damaged"):
        list(read_frames(tmp_path / "torn.mp4"))
    assert 20 < sum(1 for _ in read_frames(tmp_path / "torn.mp4", strict=False)) < 80


def test_missing_streams_and_files_are_named(tmp_path: Path) -> None:
    silent = _stripes(10, 25, tmp_path / "silent.mp4")
    with pytest.raises(MissingStreamError, match="no sound"):
        read_audio(silent, 16_000)
    with pytest.raises(NotMediaError, match="no such file"):
        list(read_frames(tmp_path / "nowhere.mp4"))


def test_sound_starts_with_the_first_picture_and_keeps_its_level(tmp_path: Path) -> None:
    pcm = np.zeros(96_000, np.float32)
    pcm[48_000:52_800] = 0.5 * np.sin(np.arange(4_800) * 0.1)
    movie = _stripes(50, 25, tmp_path / "beep.mp4", pcm)
    heard = read_audio(movie, 48_000)
    onset = int(np.argmax(np.abs(heard) > 0.1))
    assert abs(onset - 48_000) < 480
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.08)


def test_stereo_is_averaged_not_summed(formats: Path) -> None:
    mono = read_audio(formats / "grid_matrix" / "face_h263_aac.3gp", 16_000)
    stereo = read_audio(formats / "grid_matrix" / "face_h264_flac.mkv", 16_000)
    assert np.abs(stereo).max() <= 1.0
    assert np.sqrt((stereo**2).mean()) == pytest.approx(np.sqrt((mono**2).mean()), rel=0.35)


def test_a_cover_is_the_picture_of_its_moment(tmp_path: Path) -> None:
    import cv2

    movie = _stripes(60, 25, tmp_path / "a.mp4")
    write_cover(movie, tmp_path / "cover.jpg", time_s=1.0, longest_side=48)
    cover = cv2.imread(str(tmp_path / "cover.jpg"))
    assert cover is not None and cover.shape == (32, 48, 3)
    assert abs(float(cover.mean()) - 95) < 4
