"""What is read back from a finished file."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from greenroom.media.encode import VideoSettings, write_mp4
from greenroom.media.errors import DamagedMediaError
from greenroom.media.mux import AUDIO_RATE, join_segments
from greenroom.stage.quality.film import count_pictures, measure_film

pytestmark = pytest.mark.media

COUNT = 75


def film(folder: Path, seconds: float = 3.0) -> Path:
    """A second of a tone, a second of a softer one, and silence."""
    settings = VideoSettings(64, 64, threads=1, keyframe_interval=25, b_frames=2)
    write_mp4(folder / "part.mp4", (np.full((64, 64, 3), n, np.uint8) for n in range(COUNT)), settings)
    tone = 0.25 * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * AUDIO_RATE)) / AUDIO_RATE)
    tone[AUDIO_RATE : 2 * AUDIO_RATE] *= 0.1
    tone[2 * AUDIO_RATE :] = 0
    join_segments([folder / "part.mp4"], tone.astype(np.float32), AUDIO_RATE, folder / "film.mp4")
    return folder / "film.mp4"


def without_pictures(path: Path, left_out: set[int]) -> Path:
    """The same file without some pictures, by their place."""
    out = path.with_name("cut.mp4")
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        streams = {s.index: target.add_stream_from_template(s) for s in source.streams}
        times = sorted(p.pts for p in source.demux(source.streams.video[0]) if p.size)
        source.seek(0)
        for packet in source.demux():
            is_left_out = packet.stream.type == "video" and packet.pts in {times[n] for n in left_out}
            if packet.size and not is_left_out:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return out


def test_sound_and_pictures_of_a_good_file(tmp_path: Path) -> None:
    found = measure_film(film(tmp_path), (25, 25, 25), 25)
    assert found.frames.are_all_there and found.frames.found == COUNT
    assert abs(found.sound.longer_than_picture_ms) <= 25
    assert abs(found.sound.starts_ms) <= 25
    # A sine of a quarter of full scale, which the codec overshoots where it begins.
    assert found.sound.true_peak_dbtp == pytest.approx(-11.5, abs=1.0)
    first, second, third = found.sound.parts_lufs
    assert first - second == pytest.approx(20, abs=0.7)
    assert third == -70.0
    assert second < found.sound.loudness_lufs <= first + 0.2


def test_pictures_that_are_missing_are_counted(tmp_path: Path) -> None:
    cut = without_pictures(film(tmp_path), {74, 73, 40})
    frames = measure_film(cut, (COUNT,), 25).frames
    assert (frames.expected, frames.found, frames.repeated) == (75, 72, 0)
    assert frames.dropped == 3 and not frames.are_all_there


def test_a_file_that_cannot_be_read_back_is_said_to_be(tmp_path: Path) -> None:
    broken = tmp_path / "film.mp4"
    broken.write_bytes(b"no film")
    assert count_pictures(broken) is None
    with pytest.raises(DamagedMediaError, match=r"film\.mp4 cannot be read back"):
        measure_film(broken, (25,), 25)
