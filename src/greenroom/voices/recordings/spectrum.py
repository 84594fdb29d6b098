"""Bandwidth, room and music: what the spectrum of a recording says of the way it was made."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import stft

from greenroom.engines.protocols import Pcm
from greenroom.voices.recordings.faults import Range
from greenroom.voices.recordings.sound import HOP_S, Levels, joined_ranges

Spectrogram = npt.NDArray[np.float64]
_RATE = 16_000

_BAND_WINDOW = 1024
_BAND_BELOW_DB = 50.0
"""Where the loudest frames of speech fall so far below their strongest part, the band ends."""
_BAND_OUT_OF_NOISE_DB = 9.0
_BAND_STEP_HZ = 250.0


def bandwidth_hz(pcm: Pcm, sample_rate: int) -> float:
    """Up to where the recording holds speech: its loud moments in each step of the spectrum, not its mean,
    for the highest sounds of speech are short."""
    frequencies, power = _power(pcm, sample_rate, _BAND_WINDOW)
    if power.shape[1] < 4:
        return 0.0
    steps = np.arange(0, sample_rate / 2 - _BAND_STEP_HZ + 1, _BAND_STEP_HZ)
    bands = np.array(
        [power[(frequencies >= step) & (frequencies < step + _BAND_STEP_HZ)].mean(axis=0) for step in steps]
    )
    bands_db = 10 * np.log10(np.maximum(bands, 1e-16))
    loud_db, quiet_db = np.quantile(bands_db, 0.97, axis=1), np.quantile(bands_db, 0.1, axis=1)
    # Speech stands out of the noise of its own band; a hiss does not.
    there = (loud_db > loud_db.max() - _BAND_BELOW_DB) & (loud_db > quiet_db + _BAND_OUT_OF_NOISE_DB)
    return float(steps[np.flatnonzero(there)[-1]] + _BAND_STEP_HZ) if there.any() else 0.0


_DECAY_BANDS_HZ = ((250, 500), (500, 1000), (1000, 2000), (2000, 4000))
_DECAY_S = 0.12
_DECAY_FIT_DB = 5.0
_STEEP_QUANTILE = 0.1
_SMOOTH = 7


def decay_s(pcm: Pcm, sample_rate: int) -> float | None:
    """Time in which the room's sound falls by 60 dB, by the distribution of decay rates.

    After J. Wen, E. Habets and P. Naylor, "Blind estimation of reverberation time based on the distribution
    of signal decay rates" (2008), simplified: nothing in a recording can die away faster than the room lets
    it, so the steepest falls after loud moments show the room. None: there are too few falls to tell.
    """
    sound = np.asarray(soxr.resample(pcm, sample_rate, _RATE), np.float32)
    frequencies, power = _power(sound, _RATE, 256)
    hop_s = 64 / _RATE
    slopes: list[float] = []
    for low, high in _DECAY_BANDS_HZ:
        there = (frequencies >= low) & (frequencies < high)
        band_db = 10 * np.log10(np.maximum(power[there].sum(axis=0), 1e-14))
        slopes += _falls(_smoothed(band_db, _SMOOTH), hop_s)
    if len(slopes) < 12:
        return None
    steep = float(np.quantile(slopes, _STEEP_QUANTILE))
    return float(min(3.0, 60.0 / -steep))


def _falls(band_db: npt.NDArray[np.float64], hop_s: float) -> list[float]:
    """dB a second of each steady fall of the band's level by enough, fitted by a line."""
    length = round(_DECAY_S / hop_s)
    floor_db = float(np.quantile(band_db, 0.05))
    found = []
    at = 1
    while at + length < len(band_db):
        piece = band_db[at : at + length]
        is_peak = band_db[at] >= band_db[at - 1] and band_db[at] > floor_db + 25.0
        if is_peak and piece[0] - piece[-1] > _DECAY_FIT_DB and np.all(np.diff(piece) < 1.0):
            usable = piece[piece > floor_db + 6.0]
            if len(usable) >= length // 2:
                slope = float(np.polyfit(np.arange(len(usable)) * hop_s, usable, 1)[0])
                found.append(min(slope, -1.0))
                at += length // 2
        at += 1
    return found


_MUSIC_WINDOW = 2048
_TONE_DB = 12.0
_TONE_S = 0.35
_LEAST_TONES = 2
_TONE_HZ = (130.0, 3000.0)
_MUSIC_BELOW_SPEECH_DB = 45.0


def music(pcm: Pcm, sample_rate: int, levels: Levels) -> tuple[float, list[Range]]:
    """The share of the time in which several tones hold still, and when.

    A voice never holds one pitch to within 8 Hz for a third of a second and more in each of several partials;
    instruments do. A single tone is hum, which counts as noise.
    """
    sound = np.asarray(soxr.resample(pcm, sample_rate, _RATE), np.float32)
    frequencies, power = _power(sound, _RATE, _MUSIC_WINDOW)
    hop_s = _MUSIC_WINDOW / 4 / _RATE
    power_db = 10 * np.log10(np.maximum(power, 1e-14))
    there = (frequencies >= _TONE_HZ[0]) & (frequencies <= _TONE_HZ[1])
    around = _around(power_db, 12)
    above = levels.speech_db - _MUSIC_BELOW_SPEECH_DB - 20.0
    tonal = (power_db > around + _TONE_DB) & _is_peak(power_db) & there[:, None] & (power_db > above)
    held = _held(tonal, round(_TONE_S / hop_s))
    playing = held.sum(axis=0) >= _LEAST_TONES
    if not playing.size:
        return 0.0, []
    times = np.asarray(np.flatnonzero(playing) * hop_s, np.float64)
    ranges = [(start, end + hop_s) for start, end in joined_ranges(times, 0.5)]
    return float(playing.mean()), ranges


def _held(tonal: npt.NDArray[np.bool_], length: int) -> npt.NDArray[np.bool_]:
    """Where a tone stays in its bin, or moves by one, for so many frames on end."""
    wide = tonal.copy()
    wide[1:] |= tonal[:-1]
    wide[:-1] |= tonal[1:]
    out = np.zeros_like(tonal)
    for row in np.flatnonzero(wide.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], wide[row].astype(np.int8), [0]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            if end - start >= length:
                out[row, start:end] = True
    # Neighbouring bins are one tone.
    first = out.copy()
    first[1:] &= ~out[:-1]
    return first


def _is_peak(power_db: Spectrogram) -> npt.NDArray[np.bool_]:
    out = np.zeros(power_db.shape, np.bool_)
    out[1:-1] = (power_db[1:-1] >= power_db[:-2]) & (power_db[1:-1] >= power_db[2:])
    return out


def _around(power_db: Spectrogram, reach: int) -> Spectrogram:
    """The mean level of the bins around each, in each frame."""
    padded = np.pad(power_db, ((reach + 1, reach), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0)
    return np.asarray((sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1), np.float64)


def _smoothed(values: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    return np.convolve(values, np.ones(size) / size, mode="same")


def _power(pcm: Pcm, sample_rate: int, window: int) -> tuple[npt.NDArray[np.float64], Spectrogram]:
    """Frequencies, and power [frequencies, frames]; a quarter of the window from frame to frame."""
    if len(pcm) < window:
        return np.zeros(1), np.zeros((1, 0))
    frequencies, _, transformed = stft(
        pcm.astype(np.float64), sample_rate, "hann", window, window * 3 // 4, boundary=None, padded=False
    )
    return np.asarray(frequencies, np.float64), np.asarray(np.abs(transformed) ** 2, np.float64)


__all__ = ["HOP_S", "bandwidth_hz", "decay_s", "music"]
