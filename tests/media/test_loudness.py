"""Loudness and true peak: known signals, and what levelling makes of quiet, loud and peaky sound."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from greenroom.media.loudness import CEILING_DBTP, TARGET_LUFS, levelled, limited, measure
from greenroom.media.mux import AUDIO_RATE, Pcm
from greenroom.media.spool import Spool

pytestmark = pytest.mark.media


def _tone(seconds: float, decibels: float, channels: int = 2) -> Pcm:
    wave = 10 ** (decibels / 20) * np.sin(
        2 * np.pi * 997 * np.arange(round(seconds * AUDIO_RATE)) / AUDIO_RATE
    )
    return np.repeat(wave[None].astype(np.float32), channels, axis=0)


def _bursts(decibels: float, peak: float = 0.0) -> Pcm:
    """Noise in words of 0.4 s with pauses, and single peaks far above it."""
    rng = np.random.default_rng(7)
    pcm = rng.standard_normal(8 * AUDIO_RATE) * 10 ** (decibels / 20)
    pcm *= (np.arange(len(pcm)) // (AUDIO_RATE // 5)) % 3 > 0
    pcm[:: AUDIO_RATE // 2] += peak
    return np.repeat(pcm[None].astype(np.float32), 2, axis=0)


def _spool(folder: Path, pcm: Pcm) -> Spool:
    return Spool.write(folder / "sound", [pcm], pcm.shape[0])


class TestMeasure:
    def test_the_reference_tone_of_the_standard(self) -> None:
        """BS.1770-4: 997 Hz at full scale in one of two front channels is -3.01 LUFS, in both 0."""
        left = _tone(5, 0.0)
        left[1] = 0
        assert measure([left]).integrated_lufs == pytest.approx(-3.01, abs=0.1)
        assert measure([_tone(5, -20.0)]).integrated_lufs == pytest.approx(-20.0, abs=0.1)

    def test_peaks_between_the_samples_count(self) -> None:
        """A quarter of the rate with 45 degrees: samples at 0.707 of the true peak."""
        at = np.arange(2 * AUDIO_RATE)
        rise = np.minimum(1.0, np.minimum(at, at[::-1]) / 9600)  # an abrupt end has a peak of its own
        wave = np.repeat((rise * np.sin(np.pi / 2 * at + np.pi / 4))[None].astype(np.float32), 2, axis=0)
        assert float(np.abs(wave).max()) < 0.71
        assert measure([wave]).true_peak_dbtp == pytest.approx(0.0, abs=0.3)

    def test_silence_and_nothing(self) -> None:
        assert measure([np.zeros((2, AUDIO_RATE), np.float32)]).is_silent
        assert measure([]).is_silent and measure([]).true_peak_dbtp == -math.inf


class TestLevelled:
    @pytest.mark.parametrize("decibels", [-45.0, -26.0, -12.0])
    def test_quiet_and_loud_come_to_the_target(self, tmp_path: Path, decibels: float) -> None:
        pcm = _bursts(decibels)
        blocks = list(levelled(_spool(tmp_path, pcm), TARGET_LUFS))
        found = measure(blocks)
        assert found.integrated_lufs == pytest.approx(TARGET_LUFS, abs=0.3)
        assert found.true_peak_dbtp <= CEILING_DBTP
        assert sum(block.shape[1] for block in blocks) == pcm.shape[1]

    def test_peaks_do_not_keep_it_quiet(self, tmp_path: Path) -> None:
        """Clicks 30 dB above the voice would clip at the target: they are limited and the voice is not."""
        blocks = list(levelled(_spool(tmp_path, _bursts(-32.0, peak=0.9)), TARGET_LUFS))
        found = measure(blocks)
        assert found.integrated_lufs == pytest.approx(TARGET_LUFS, abs=0.5)
        assert found.true_peak_dbtp <= CEILING_DBTP

    def test_one_channel_is_levelled_as_the_two_that_it_will_be(self, tmp_path: Path) -> None:
        pcm = _bursts(-32.0, peak=0.9)
        one = Spool.write(tmp_path / "mono", [pcm[:1]], 1)
        single = np.concatenate(list(levelled(one, TARGET_LUFS, is_doubled=True)), axis=1)
        both = np.concatenate(list(levelled(_spool(tmp_path, pcm), TARGET_LUFS)), axis=1)
        assert single.shape[0] == 1 and np.abs(both - single).max() < 1e-3

    def test_without_a_target_what_fits_stays_as_it_is(self, tmp_path: Path) -> None:
        pcm = _bursts(-30.0)
        same = np.concatenate(list(levelled(_spool(tmp_path, pcm), None)), axis=1)
        assert np.array_equal(same, pcm)

    def test_silence_stays_silence(self, tmp_path: Path) -> None:
        silent = np.zeros((2, AUDIO_RATE), np.float32)
        assert not np.concatenate(list(levelled(_spool(tmp_path, silent), TARGET_LUFS)), axis=1).any()

    def test_the_same_sound_gives_the_same_samples(self, tmp_path: Path) -> None:
        spool = _spool(tmp_path, _bursts(-20.0, peak=0.9))
        first, second = (np.concatenate(list(levelled(spool, TARGET_LUFS)), axis=1) for _ in range(2))
        assert np.array_equal(first, second)


def test_limiting_shifts_nothing_in_time() -> None:
    pcm = np.zeros((2, 2 * AUDIO_RATE), np.float32)
    pcm[:, 30_000] = 0.4
    pcm[:, 60_000:60_400] = 2.0
    out = np.concatenate(list(limited([pcm])), axis=1)
    assert out.shape == pcm.shape
    assert int(np.argmax(np.abs(out[0, 29_000:31_000]))) == 1000
    assert float(np.abs(out).max()) < 10 ** (CEILING_DBTP / 20)


def test_a_spool_reads_again_what_was_written(tmp_path: Path) -> None:
    pcm = _tone(2.3, -10.0)
    spool = Spool.write(tmp_path / "spool", [pcm[:, :100], pcm[:, 100:]], 2)
    assert spool.samples == pcm.shape[1]
    for _ in range(2):
        assert np.array_equal(np.concatenate(list(spool), axis=1), pcm)
