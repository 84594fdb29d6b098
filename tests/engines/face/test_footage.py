"""The footage check on real footage, spoilt in each way that it must notice."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from greenroom.engines.face.footage import check_footage
from greenroom.engines.face.footage_report import Fault, FaultCode, FootageReport, Severity, render_ranges
from greenroom.engines.face.footage_samples import Samples
from greenroom.engines.face.footage_sound import SAMPLE_RATE, SoundFindings

pytestmark = pytest.mark.media


def fault(report: FootageReport, code: FaultCode) -> Fault:
    found = [item for item in report.faults if item.code is code]
    assert len(found) == 1, f"{code} not in {[item.code.value for item in report.faults]}"
    return found[0]


def codes(report: FootageReport) -> set[str]:
    return {item.code.value for item in report.faults}


def copy_start(source: Path, target: Path, seconds: float) -> None:
    """The first packets of a file, as they are."""
    with av.open(str(source)) as reading, av.open(str(target), "w") as writing:
        streams = {stream.index: writing.add_stream_from_template(stream) for stream in reading.streams}
        for packet in reading.demux():
            if packet.pts is not None and packet.pts * packet.time_base < seconds:
                packet.stream = streams[packet.stream.index]
                writing.mux(packet)


@pytest.fixture(scope="module")
def clean(frames: list[Any], pcm: Any, write_clip: Any) -> FootageReport:
    return check_footage(write_clip("clean.mp4", frames, pcm))


class TestGoodFootage:
    def test_nine_good_seconds_are_only_too_short(self, clean: FootageReport) -> None:
        assert codes(clean) == {"too_short", "face_soft", "cuts"}
        assert clean.facts["face_height_px"] == pytest.approx(136, abs=8)
        assert clean.facts["usable_s"] == pytest.approx(9.0, abs=0.3)
        assert clean.facts["silence_with_closed_mouth_s"] >= 1.0
        assert abs(int(clean.facts["sound_after_lips_ms"])) <= 80
        assert [start for start, _ in fault(clean, FaultCode.CUTS).ranges] == pytest.approx(
            [3.0, 6.0], abs=0.05
        )

    def test_half_a_minute_is_fit(self, training_clip: Path, tmp_path: Path) -> None:
        path = tmp_path / "half-a-minute.mp4"
        copy_start(training_clip, path, 30.0)
        told: list[float] = []
        report = check_footage(path, lambda stage, done: told.append(done))
        assert report.fit, report.render_text()
        assert codes(report) == {"short", "face_soft", "cuts"}
        assert "9 cuts" in fault(report, FaultCode.CUTS).message
        assert told == sorted(told) and told[0] == 0 and told[-1] == 1 and len(told) > 100
        assert json.loads(json.dumps(report.to_json()))["fit"] is True


class TestFaces:
    def test_no_face(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        wall = [np.ascontiguousarray(frame[:40]).repeat(3, axis=0) for frame in frames[:100]]
        report = check_footage(write_clip("wall.mp4", wall, pcm[: 4 * 44_100]))
        assert not report.fit
        assert fault(report, FaultCode.NO_FACE).ranges[0] == pytest.approx((0.0, 4.0), abs=0.3)

    def test_two_faces(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        empty = np.broadcast_to(frames[0][:, :40].mean(axis=1, keepdims=True), frames[0].shape).astype(
            np.uint8
        )
        both = [
            np.hstack([frame, frame[:, ::-1] if 60 <= n < 140 else empty]) for n, frame in enumerate(frames)
        ]
        report = check_footage(write_clip("two.mp4", both, pcm))
        assert not report.fit
        found = fault(report, FaultCode.TWO_FACES)
        assert found.severity is Severity.ERROR
        start, end = found.ranges[0][0], found.ranges[-1][1]
        assert start == pytest.approx(60 / 25, abs=1.0) and end == pytest.approx(140 / 25, abs=1.0)

    def test_face_that_leaves(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        empty = np.broadcast_to(frames[0][:, :40].mean(axis=1, keepdims=True), frames[0].shape).astype(
            np.uint8
        )
        leaving = [*frames[:100], *[empty] * 50, *frames[150:175]]
        report = check_footage(write_clip("leaves.mp4", leaving, pcm[: 7 * 44_100]))
        assert not report.fit
        assert fault(report, FaultCode.FACE_LEAVES).ranges == (pytest.approx((4.0, 6.0), abs=0.3),)

    def test_small_face(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        small = [cv2.resize(frame, (240, 192)) for frame in frames[:75]]
        report = check_footage(write_clip("small.mp4", small, pcm[: 3 * 44_100]))
        assert fault(report, FaultCode.FACE_TOO_SMALL).severity is Severity.ERROR

    def test_covered_mouth(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        covered = [frame.copy() for frame in frames]
        for frame in covered[175:200]:
            skin = frame[150, 130].tolist()
            cv2.ellipse(frame, (163, 212), (40, 30), 10, 0, 360, skin, -1)
        report = check_footage(write_clip("covered.mp4", covered, pcm))
        assert fault(report, FaultCode.MOUTH_COVERED).ranges == (pytest.approx((7.0, 8.0), abs=0.3),)

    def test_face_at_the_edge(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        cropped = [np.ascontiguousarray(frame[:224]) for frame in frames[:75]]
        report = check_footage(write_clip("edge.mp4", cropped, pcm[: 3 * 44_100]))
        assert fault(report, FaultCode.FACE_CUT_OFF).severity is Severity.ERROR

    def test_blurred(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        blurred = [cv2.GaussianBlur(frame, (0, 0), 3) for frame in frames[:50]]
        report = check_footage(write_clip("blurred.mp4", blurred, pcm[: 2 * 44_100]))
        assert "blurred" in codes(report) and "too_dark" not in codes(report)

    def test_dark(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        dark = [(frame * 0.2).astype(np.uint8) for frame in frames[:50]]
        report = check_footage(write_clip("dark.mp4", dark, pcm[: 2 * 44_100]))
        assert "too_dark" in codes(report) and "blurred" not in codes(report)


class TestSoundAndTime:
    def test_no_sound(self, frames: list[Any], write_clip: Any) -> None:
        report = check_footage(write_clip("mute.mp4", frames[:75], None))
        assert fault(report, FaultCode.NO_SOUND).severity is Severity.ERROR

    def test_silent_sound_track(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        report = check_footage(write_clip("silent.mp4", frames[:75], pcm[: 3 * 44_100] * 1e-5))
        assert fault(report, FaultCode.SILENT).ranges == (pytest.approx((0, 3), abs=0.2),)

    def test_late_sound(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        late = np.concatenate([np.zeros(int(0.32 * 44_100), np.float32), pcm])[: 6 * 44_100]
        report = check_footage(write_clip("late.mp4", frames[:150], late))
        assert "after the lips" in fault(report, FaultCode.OUT_OF_STEP).message
        assert report.facts["sound_after_lips_ms"] == pytest.approx(320, abs=80)

    def test_ten_pictures_a_second(self, frames: list[Any], pcm: Any, write_clip: Any) -> None:
        report = check_footage(write_clip("slow.mp4", frames[::5], pcm[: 4 * 44_100], fps=10))
        found = fault(report, FaultCode.LOW_FRAME_RATE)
        assert "10 pictures" in found.message and found.ranges == (pytest.approx((0, 4.5), abs=0.2),)

    def test_ten_pictures_a_second_dressed_up_as_25(
        self, frames: list[Any], pcm: Any, write_clip: Any
    ) -> None:
        repeated = [frames[int(n * 0.4) * 5 // 2] for n in range(75)]
        report = check_footage(write_clip("padded.mp4", repeated, pcm[: 3 * 44_100]))
        assert "repeat" in fault(report, FaultCode.LOW_FRAME_RATE).message


class TestBrokenFiles:
    @pytest.mark.parametrize("faststart", [True, False])
    def test_truncated(self, frames: list[Any], pcm: Any, write_clip: Any, faststart: bool) -> None:
        path = write_clip(f"whole-{faststart}.mp4", frames, pcm, faststart=faststart)
        data = path.read_bytes()
        cut = path.with_name(f"cut-{faststart}.mp4")
        cut.write_bytes(data[: len(data) * 6 // 10])
        report = check_footage(cut)
        assert not report.fit
        found = fault(report, FaultCode.TRUNCATED)
        if faststart:
            ((start, end),) = found.ranges
            assert 2.0 < start < 8.0 and end == pytest.approx(9.0, abs=0.3)

    def test_not_a_video(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.mp4"
        path.write_text("Dear all,\n" * 50)
        report = check_footage(path)
        assert codes(report) == {"not_a_video"} and not report.fit

    def test_sound_alone_is_not_a_video(self, tmp_path: Path, pcm: Any) -> None:
        import wave

        path = tmp_path / "voice.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(44_100)
            file.writeframes((pcm * 32_000).astype("<i2").tobytes())
        assert (
            fault(check_footage(path), FaultCode.NOT_A_VIDEO).message == "The file holds sound but no video."
        )

    def test_200_mb_of_noise(self, tmp_path: Path) -> None:
        path = tmp_path / "noise.mp4"
        block = np.random.default_rng(3).integers(0, 256, 20_000_000, np.uint8).tobytes()
        with path.open("wb") as file:
            for _ in range(10):
                file.write(block)
        start = time.monotonic()
        report = check_footage(path)
        path.unlink()
        assert codes(report) == {"not_a_video"}
        assert time.monotonic() - start < 30, "turned away without reading it all"

    def test_missing_and_empty(self, tmp_path: Path) -> None:
        (tmp_path / "empty.mp4").touch()
        assert "empty" in check_footage(tmp_path / "empty.mp4").faults[0].message
        assert "no such file" in check_footage(tmp_path / "none.mp4").faults[0].message


class TestReport:
    def test_text_names_fault_time_and_cure(self, clean: FootageReport) -> None:
        lines = clean.render_text().splitlines()
        assert lines[0] == "clean.mp4: not fit for training: 1 error, 2 warnings"
        assert lines[2].startswith("ERROR  Only 9")
        assert any(line.startswith("  cure: Record 3 to 10 minutes") for line in lines)
        assert any("0:03.0, 0:06.0" in line for line in lines)

    def test_many_ranges_are_shortened(self) -> None:
        text = render_ranges(tuple((float(n), n + 0.5) for n in range(59, 67)))
        assert text.startswith("0:59.0-0:59.5, 1:00.0-1:00.5, ") and text.endswith("1:04.0-1:04.5 and 2 more")

    def test_ranges_are_ordered_and_apart(self, clean: FootageReport) -> None:
        for item in clean.faults:
            assert all(first[1] <= second[0] for first, second in pairwise(item.ranges))


class TestSoundFindings:
    """The sound's judges alone, on real speech that is spoilt by calculation."""

    def findings(self, pcm: Any) -> SoundFindings:
        return SoundFindings(np.asarray(pcm, np.float32), Samples())

    def speech(self, pcm: Any) -> Any:
        return (
            cv2.resize(pcm[None], (len(pcm) * SAMPLE_RATE // 44_100, 1))[0] / float(np.abs(pcm).max()) * 0.5
        )

    def test_clean_speech(self, pcm: Any) -> None:
        assert {item.code for item in self.findings(self.speech(pcm)).all_faults()} == {
            FaultCode.NO_CLOSED_MOUTH
        }

    def test_clipping(self, pcm: Any) -> None:
        loud = np.clip(self.speech(pcm) * 20, -1, 1)
        found = [item for item in self.findings(loud).all_faults() if item.code is FaultCode.CLIPPED]
        assert found and found[0].ranges

    def test_noise(self, pcm: Any) -> None:
        speech = self.speech(pcm)
        noise = np.random.default_rng(4).normal(0, 0.05, len(speech))
        assert FaultCode.NOISY in {item.code for item in self.findings(speech + noise).all_faults()}

    def test_music(self, pcm: Any) -> None:
        speech = self.speech(pcm)
        time_s = np.arange(len(speech)) / SAMPLE_RATE
        chord = sum(0.04 * np.sin(2 * np.pi * pitch * time_s) for pitch in (220, 277, 330))
        assert FaultCode.MUSIC in {item.code for item in self.findings(speech + chord).all_faults()}
