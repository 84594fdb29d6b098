"""Each fault of a recording is found, named, and has a cure; good recordings have none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
from tests.voices import sounds

from greenroom.engines.protocols import Pcm
from greenroom.media.wav import read_wav
from greenroom.voices.recordings import limits
from greenroom.voices.recordings.check import check_recording, same_speaker
from greenroom.voices.recordings.faults import FaultCode, RecordingReport, Severity, render_ranges
from greenroom.voices.recordings.recording import Recording
from greenroom.voices.recordings.sound import levels_of
from greenroom.voices.recordings.spectrum import bandwidth_hz, decay_s

pytestmark = pytest.mark.media


def report_on(pcm: Pcm, rate: int, longest_s: float = limits.LONGEST_SENTENCE_S) -> RecordingReport:
    """Without the words, which have tests of their own."""
    return check_recording(Recording("take 7", pcm, rate, "text", "en-US", longest_s), None)


def errors(report: RecordingReport) -> dict[str, str]:
    """By code, what the user reads."""
    return {fault.code.value: fault.line for fault in report.faults if fault.severity is Severity.ERROR}


class TestGoodRecordings:
    def test_clean_speech_passes(self) -> None:
        report = report_on(*sounds.said())
        assert report.is_fit, [fault.line for fault in report.faults]
        assert 4 < report.seconds < 7
        assert report.measures["pitch_hz"] == pytest.approx(93, abs=12)

    def test_a_person_s_recordings_pass(self, shared_data: Path) -> None:
        taken = sounds.human(shared_data)
        assert len(taken) > 40
        refused = {
            path.name: errors(report)
            for path, _ in taken
            if not (report := report_on(*read_wav(path))).is_fit
        }
        assert refused == {}

    @pytest.mark.parametrize("rate", [16_000, 48_000])
    def test_other_rates_pass(self, rate: int) -> None:
        pcm, own = sounds.said()
        assert report_on(np.asarray(soxr.resample(pcm, own, rate), np.float32), rate).is_fit


class TestNoise:
    def test_is_measured(self) -> None:
        pcm, rate = sounds.said()
        found = [levels_of(sounds.noisy(pcm, snr), rate).snr_db for snr in (10, 20, 30)]
        # Against the speech alone, without its pauses, the noise lies a little lower.
        assert found == pytest.approx([12, 22, 32], abs=2.5)

    def test_much_of_it_is_an_error_with_a_cure(self) -> None:
        pcm, rate = sounds.said()
        found = errors(report_on(sounds.noisy(pcm, 12), rate))
        assert list(found) == ["NOISE"]
        assert "take 7" in found["NOISE"] and "quiet room" in found["NOISE"]

    def test_some_is_a_warning(self) -> None:
        pcm, rate = sounds.said()
        report = report_on(sounds.noisy(pcm, 22), rate)
        assert report.is_fit
        assert FaultCode.NOISE in {fault.code for fault in report.faults}


class TestClipping:
    @pytest.mark.parametrize("turned_down", [1.0, 0.4])
    def test_cut_tops_are_found_and_timed_even_when_turned_down_later(self, turned_down: float) -> None:
        pcm, rate = sounds.said()
        half = len(pcm) // 2
        loud = pcm.copy()
        loud[half:] = np.clip(pcm[half:] * 8, -0.9, 0.9)
        report = report_on(loud * np.float32(turned_down), rate)
        assert "CLIPPED" in errors(report)
        (fault,) = [fault for fault in report.faults if fault.code is FaultCode.CLIPPED]
        assert min(start for start, _ in fault.ranges) >= half / rate - 0.05
        assert "turn the microphone down" in fault.line

    def test_loud_is_not_cut(self) -> None:
        pcm, rate = sounds.said()
        assert "CLIPPED" not in errors(report_on(pcm / np.abs(pcm).max(), rate))


class TestRoom:
    @pytest.mark.parametrize("voice", [sounds.ENGLISH])
    def test_the_measure_grows_with_the_room(self, voice: str) -> None:
        pcm, rate = sounds.said(voice_id=voice)
        found = [
            decay_s(pcm, rate),
            *(decay_s(sounds.in_a_hall(pcm, rate, s), rate) for s in (0.3, 0.5, 0.8)),
        ]
        assert all(value is not None for value in found)
        assert found == sorted(found, key=float)  # type: ignore[arg-type]

    def test_a_hall_is_refused(self) -> None:
        pcm, rate = sounds.said()
        found = errors(report_on(sounds.in_a_hall(pcm, rate, 0.9), rate))
        assert "curtains" in found["ROOM"]

    def test_a_living_room_passes(self) -> None:
        pcm, rate = sounds.said()
        assert "ROOM" not in errors(report_on(sounds.in_a_hall(pcm, rate, 0.3), rate))


class TestBandwidth:
    def test_a_telephone_is_refused(self) -> None:
        pcm, rate = sounds.said()
        found = errors(report_on(sounds.over_a_telephone(pcm, rate), rate))
        assert "telephone" in found["BANDWIDTH"]

    def test_noise_above_the_speech_does_not_hide_it(self) -> None:
        pcm, rate = sounds.said()
        assert bandwidth_hz(sounds.noisy(sounds.over_a_telephone(pcm, rate), 30), rate) < 4_500

    def test_eight_kilohertz_are_refused_at_any_rate(self) -> None:
        pcm, rate = sounds.said()
        narrow = np.asarray(soxr.resample(soxr.resample(pcm, rate, 8_000), 8_000, 44_100), np.float32)
        assert "BANDWIDTH" in errors(report_on(narrow, 44_100))


class TestMusic:
    def test_is_found_and_timed(self) -> None:
        pcm, rate = sounds.said()
        half = len(pcm) // 2
        played = np.concatenate([pcm[:half], sounds.with_music(pcm, rate, 5)[half:]])
        report = report_on(played, rate)
        assert "MUSIC" in errors(report)
        (fault,) = [fault for fault in report.faults if fault.code is FaultCode.MUSIC]
        assert fault.ranges[0][0] > half / rate - 0.5

    def test_a_hum_is_no_music(self) -> None:
        pcm, rate = sounds.said()
        hum = np.sin(2 * np.pi * 50 * np.arange(len(pcm)) / rate).astype(np.float32) * sounds.level(pcm)
        assert "MUSIC" not in errors(report_on(pcm + hum * np.float32(0.05), rate))


class TestSpeakers:
    def test_another_person_is_found_where_they_begin(self, shared_data: Path) -> None:
        pcm, rate = sounds.said()
        other, other_rate = read_wav(sounds.human(shared_data)[1][0])
        other = np.asarray(soxr.resample(other, other_rate, rate), np.float32)
        report = report_on(np.concatenate([pcm[: 4 * rate], other[: 4 * rate]]), rate)
        assert "SPEAKERS" in errors(report)
        (fault,) = [fault for fault in report.faults if fault.code is FaultCode.SPEAKERS]
        assert fault.ranges[0][0] == pytest.approx(4.0, abs=0.6)

    def test_the_recording_of_somebody_else_stands_out(self) -> None:
        low = RecordingReport("low", 5, (), {"pitch_hz": 100.0})
        high = RecordingReport("high", 5, (), {"pitch_hz": 210.0})
        *own, other = same_speaker([low, low, low, low, high])
        assert all(report.is_fit for report in own)
        assert "210 Hz" in errors(other)["OTHER_SPEAKER"]


class TestNothingThere:
    @pytest.mark.parametrize("seconds", [0.0, 0.01, 5.0])
    def test_silence(self, seconds: float) -> None:
        found = errors(report_on(np.zeros(round(seconds * 16_000), np.float32), 16_000))
        assert "microphone" in found["SILENT"]

    def test_an_hour_in_one_file(self) -> None:
        found = errors(report_on(np.zeros(3600 * 8_000, np.float32), 8_000, limits.LONGEST_FILE_S))
        assert "60.0 min" in found["TOO_LONG"] and "shorter files" in found["TOO_LONG"]

    def test_half_a_word(self) -> None:
        pcm, rate = sounds.said()
        assert "TOO_SHORT" in errors(report_on(pcm[rate : round(1.6 * rate)], rate))

    def test_a_whisper_from_afar_is_a_warning(self) -> None:
        pcm, rate = sounds.said()
        report = report_on(pcm * np.float32(0.03), rate)
        assert "QUIET" not in errors(report)
        assert FaultCode.QUIET in {fault.code for fault in report.faults}


def test_a_report_comes_back_from_json_as_it_was() -> None:
    pcm, rate = sounds.said()
    report = report_on(sounds.noisy(pcm, 12), rate)
    assert RecordingReport.from_json(report.to_json()) == report


def test_ranges_are_read_as_times() -> None:
    assert render_ranges([(2.06, 3.44), (62, 63)]) == "0:02.1 to 0:03.4, 1:02.0 to 1:03.0"
