"""Does one person speak, or does another take over?

Where a voice changes, two models fit the sound much better than one: the Bayesian information criterion of
S. Chen and P. Gopalakrishnan, "Speaker, environment and channel change detection" (1998), on cepstra, and the
pitch. Neither knows who somebody is: two people who sound alike pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr
from scipy.fft import dct

from greenroom.engines.pitch import HOP_S, RATE, pitch_track
from greenroom.engines.protocols import Pcm

Cepstra = npt.NDArray[np.float64]
"""[frames, 12]: the shape of the spectrum without its level, 10 ms a frame."""

_WINDOW = 400
_BANDS = 26
_COEFFICIENTS = 12
_LEAST_S = 1.2
"""Speech on each side of a change."""
_STEP = 10
_PENALTY = 2.5
"""Set so that one speaker's sentences stay below zero."""
_QUIET_DB = 25.0


@dataclass(slots=True, frozen=True)
class Change:
    """The likeliest moment at which another voice begins."""

    at_s: float
    evidence: float
    """Above zero: two models are better. Per second of speech."""
    semitones: float
    """Between the pitches of both sides."""


def cepstra(pcm: Pcm, sample_rate: int) -> tuple[Cepstra, npt.NDArray[np.int64]]:
    """Of the frames in which somebody speaks, and which frames those are."""
    sound = np.asarray(soxr.resample(pcm, sample_rate, RATE), np.float64)
    hop = round(HOP_S * RATE)
    if len(sound) < _WINDOW:
        return np.zeros((0, _COEFFICIENTS)), np.zeros(0, np.int64)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::hop] * np.hamming(_WINDOW)
    power = np.abs(np.fft.rfft(frames, 512, axis=1)) ** 2
    level_db = 10 * np.log10(power.sum(axis=1) + 1e-12)
    spoken = np.flatnonzero(level_db > np.quantile(level_db, 0.95) - _QUIET_DB)
    bands = np.log(power[spoken] @ _mel_bands().T + 1e-10)
    shape = dct(bands, type=2, norm="ortho", axis=1)[:, 1 : _COEFFICIENTS + 1]
    return np.asarray(shape, np.float64), spoken.astype(np.int64)


def find_change(pcm: Pcm, sample_rate: int) -> Change | None:
    """The best place to part the recording in two voices; None where it is too short to part."""
    shape, spoken = cepstra(pcm, sample_rate)
    least = round(_LEAST_S / HOP_S)
    if len(shape) < 2 * least:
        return None
    whole = _spread(shape)
    best, place = -np.inf, least
    for at in range(least, len(shape) - least, _STEP):
        gain = len(shape) * whole - at * _spread(shape[:at]) - (len(shape) - at) * _spread(shape[at:])
        if gain > best:
            best, place = gain, at
    parameters = _COEFFICIENTS + _COEFFICIENTS * (_COEFFICIENTS + 1) / 2
    evidence = 0.5 * best - _PENALTY * 0.5 * parameters * np.log(len(shape))
    at_s = float(spoken[place] * HOP_S)
    track = pitch_track(pcm, sample_rate)
    frame = round(at_s / HOP_S)
    semitones = pitch_distance(_median(track[:frame]), _median(track[frame:]))
    return Change(at_s, float(evidence / (len(shape) * HOP_S)), semitones)


def pitch_distance(one_hz: float | None, other_hz: float | None) -> float:
    """Semitones; 0 where either is not known."""
    if not one_hz or not other_hz:
        return 0.0
    return float(abs(12 * np.log2(one_hz / other_hz)))


def _median(track: npt.NDArray[np.float64]) -> float | None:
    voiced = track[~np.isnan(track)]
    return float(np.median(voiced)) if len(voiced) >= 20 else None


def _spread(shape: Cepstra) -> float:
    """Log determinant of the covariance."""
    covariance = np.cov(shape, rowvar=False) + 1e-4 * np.eye(shape.shape[1])
    return float(np.linalg.slogdet(covariance)[1])


def _mel_bands() -> npt.NDArray[np.float64]:
    """[26, 257] triangles from 100 to 7600 Hz."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (100.0, 7600.0))
    edges = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    bins = np.linspace(0, RATE / 2, 257)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rising, falling))
