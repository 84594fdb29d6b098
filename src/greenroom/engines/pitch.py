"""The pitch of a voice: frame by frame, by normalised autocorrelation.

After P. Boersma, "Accurate short-term analysis of the fundamental frequency" (1993): the autocorrelation of
the windowed sound is divided by that of the window, and a frame is voiced where its highest peak between the
lowest and the highest pitch is high enough.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.protocols import Pcm

RATE = 16_000
HOP_S = 0.01
_WINDOW_S = 0.04
LOWEST_HZ, HIGHEST_HZ = 65.0, 420.0
_VOICED = 0.55
"""Least height of the peak; 1 is a perfectly periodic sound."""
_QUIET_DB = 35.0
"""A frame so much below the loudest is no voice."""
_OCTAVE_COST = 0.02
"""Taken off for each octave downwards, so that half the pitch does not win by chance."""


def pitch_track(pcm: Pcm, sample_rate: int) -> npt.NDArray[np.float64]:
    """Hz for each 10 ms; NaN where nothing is voiced."""
    sound = _at_rate(pcm, sample_rate)
    size, hop = round(_WINDOW_S * RATE), round(HOP_S * RATE)
    if len(sound) < size:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
    window = np.hanning(size)
    steady = (frames - frames.mean(axis=1, keepdims=True)) * window
    likeness = _autocorrelation(steady) / np.maximum(_autocorrelation(window[None]), 1e-9)
    energy = np.maximum(likeness[:, :1], 1e-12)
    likeness = likeness / energy
    lags = np.arange(round(RATE / HIGHEST_HZ), round(RATE / LOWEST_HZ))
    found = likeness[:, lags] - _OCTAVE_COST * np.log2(lags / lags[0])
    best = lags[np.argmax(found, axis=1)]
    height = likeness[np.arange(len(best)), best]
    level_db = 10 * np.log10(energy[:, 0])
    voiced = (height > _VOICED) & (level_db > level_db.max() - _QUIET_DB)
    return np.where(voiced, RATE / best, np.nan)


def median_pitch(pcm: Pcm, sample_rate: int) -> float | None:
    """Hz; None where too little is voiced to tell."""
    track = pitch_track(pcm, sample_rate)
    voiced = track[~np.isnan(track)]
    return float(np.median(voiced)) if len(voiced) >= 20 else None


def _at_rate(pcm: Pcm, sample_rate: int) -> npt.NDArray[np.float64]:
    sound = pcm if sample_rate == RATE else soxr.resample(pcm, sample_rate, RATE)
    return np.asarray(sound, np.float64)


def _autocorrelation(frames: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """[frames, lags] of frames [frames, samples]."""
    size = frames.shape[1]
    spectrum = np.fft.rfft(frames, 2 * size, axis=1)
    product = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)
    return np.asarray(product[:, :size], np.float64)
