"""The colour of a voice: its average spectrum, and the filter that gives one voice the colour of another.

The long-term average spectrum of speech tells voices apart (B. Hammarberg and others, 1980) and is the same
for any text of some length. It is taken in bands a third of an octave wide, so that it holds no words.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import fftconvolve, firwin2, welch

from greenroom.engines.protocols import Pcm

Colour = npt.NDArray[np.float64]
"""[bands] dB, relative to their mean; NaN above the recordings' own band."""

RATE = 24_000
CENTRES_HZ = 1000.0 * 2.0 ** (np.arange(-10, 11) / 3.0)
"""100 Hz to 10 kHz."""
TAPS = 255
_MOST_DB = 12.0
_WINDOW = 2048
_QUIET_DB = 25.0


def colour_of(sounds: Iterable[tuple[Pcm, int]]) -> Colour:
    """Of the speech in all of the recordings together."""
    total = np.zeros(_WINDOW // 2 + 1)
    frequencies = np.linspace(0, RATE / 2, len(total))
    top_hz = RATE / 2
    for pcm, rate in sounds:
        top_hz = min(top_hz, 0.95 * rate / 2)
        sound = _spoken(np.asarray(soxr.resample(pcm, rate, RATE), np.float64))
        if len(sound) >= _WINDOW:
            _, power = welch(sound, RATE, nperseg=_WINDOW)
            total += power / max(float(power.sum()), 1e-20)
    found = np.full(len(CENTRES_HZ), np.nan)
    for number, centre in enumerate(CENTRES_HZ):
        there = (frequencies >= centre * 2 ** (-1 / 6)) & (frequencies < centre * 2 ** (1 / 6))
        if centre * 2 ** (1 / 6) <= top_hz and total[there].any():
            found[number] = 10 * np.log10(total[there].mean())
    return np.asarray(found - np.nanmean(found), np.float64)


def distance_db(one: Colour, other: Colour) -> float:
    """Root mean square over the bands that both have."""
    both = ~np.isnan(one) & ~np.isnan(other)
    difference = one[both] - other[both]
    return float(np.sqrt(np.mean((difference - difference.mean()) ** 2)))


def filter_between(base: Colour, wanted: Colour) -> npt.NDArray[np.float32]:
    """Coefficients at `RATE`, of linear phase: what `recolour` needs to bring `base` to `wanted`."""
    gain_db = np.where(np.isnan(base) | np.isnan(wanted), 0.0, wanted - base)
    gain_db = np.clip(
        np.convolve(np.pad(gain_db, 1, mode="edge"), [0.25, 0.5, 0.25], "valid"), -_MOST_DB, _MOST_DB
    )
    points = np.concatenate([[0.0], CENTRES_HZ, [RATE / 2]])
    gains_db = np.concatenate([[gain_db[0]], gain_db, [gain_db[-1]]])
    return np.asarray(firwin2(TAPS, points, 10 ** (gains_db / 20), fs=RATE), np.float32)


def recolour(pcm: Pcm, sample_rate: int, coefficients: npt.NDArray[np.float32]) -> Pcm:
    """The same sound, as long and as loud, in the other colour; no sample comes later than before."""
    if not len(pcm):
        return pcm
    # At another rate the filter is drawn out or together; its gain at each frequency stays.
    taps = coefficients
    if sample_rate != RATE:
        taps = np.asarray(soxr.resample(coefficients, RATE, sample_rate), np.float32) * (RATE / sample_rate)
    coloured = fftconvolve(pcm.astype(np.float64), taps.astype(np.float64), "full")
    delay = (len(taps) - 1) // 2
    out = coloured[delay : delay + len(pcm)]
    loudness = np.sqrt(np.mean(np.square(pcm, dtype=np.float64)))
    now = np.sqrt(np.mean(np.square(out)))
    out = out * (loudness / max(float(now), 1e-9))
    peak = float(np.abs(out).max())
    return np.asarray(out * min(1.0, 0.98 / max(peak, 1e-9)), np.float32)


def _spoken(sound: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Without the pauses, which hold the noise of the room."""
    size = RATE // 50
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    if not len(frames):
        return sound
    level_db = 10 * np.log10(frames.var(axis=1) + 1e-12)
    return np.asarray(frames[level_db > np.quantile(level_db, 0.95) - _QUIET_DB].ravel(), np.float64)
