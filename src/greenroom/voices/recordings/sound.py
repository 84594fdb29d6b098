"""Levels of a recording: what is speech, how loud it is, how much noise there is, where it is clipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import Pcm
from greenroom.voices.recordings.faults import Range

HOP_S = 0.01
_WINDOW_S = 0.02
_FLOOR_SHARE = 0.1
"""The quietest tenth of a recording is taken for its noise."""
_SPEECH_BELOW_LOUD_DB = 25.0
_SPEECH_ABOVE_FLOOR_DB = 6.0
MOST_SNR_DB = 60.0
_NEAR_PEAK = 0.995
_LEAST_PEAK = 0.1
_LEAST_RUN = 4
"""So many samples on end at the very peak are a clipped top: a wave's own top is round."""
_JOIN_S = 0.25
_BLOCK = 6_000


@dataclass(slots=True, frozen=True)
class Levels:
    """Frames of 10 ms of a recording."""

    frames_db: npt.NDArray[np.float64]
    is_speech: npt.NDArray[np.bool_]
    speech_db: float
    """Root mean square of the speech; -120 where there is none."""
    noise_db: float

    @property
    def snr_db(self) -> float:
        """Speech over noise, the noise taken off the speech; at most 60."""
        speech = 10 ** (self.speech_db / 10) - 10 ** (self.noise_db / 10)
        if speech <= 0:
            return 0.0
        return min(MOST_SNR_DB, float(10 * np.log10(speech)) - self.noise_db)

    @property
    def edges_s(self) -> Range:
        """Where the speech begins and ends."""
        where = np.flatnonzero(self.is_speech)
        return (float(where[0] * HOP_S), float((where[-1] + 1) * HOP_S)) if len(where) else (0.0, 0.0)

    @property
    def speech_s(self) -> float:
        start, end = self.edges_s
        return end - start


def levels_of(pcm: Pcm, sample_rate: int) -> Levels:
    frames_db = _frames_db(pcm, sample_rate)
    if not len(frames_db):
        return Levels(frames_db, np.zeros(0, np.bool_), -120.0, -120.0)
    floor_db = float(np.quantile(frames_db, _FLOOR_SHARE))
    quiet = frames_db <= floor_db
    noise_db = _mean_db(frames_db[quiet])
    loud_db = float(np.quantile(frames_db, 0.95))
    least_db = max(loud_db - _SPEECH_BELOW_LOUD_DB, noise_db + _SPEECH_ABOVE_FLOOR_DB)
    is_speech = frames_db > least_db
    speech_db = _mean_db(frames_db[is_speech]) if is_speech.any() else -120.0
    return Levels(frames_db, is_speech, speech_db, noise_db)


def clipped(pcm: Pcm, sample_rate: int) -> tuple[float, list[Range]]:
    """The share of samples that lie on flat tops, and where they are.

    Tops are flat at the highest level of the recording, wherever that is: it may have been turned down since.
    """
    peaks = (float(pcm.max(initial=0.0)), float(-pcm.min(initial=0.0)))
    flat = np.zeros(len(pcm), np.bool_)
    for peak, sound in zip(peaks, (pcm, -pcm), strict=True):
        if peak >= _LEAST_PEAK:
            flat |= _runs_of(sound >= peak * _NEAR_PEAK, _LEAST_RUN)
    share = float(flat.mean()) if len(flat) else 0.0
    return share, joined_ranges(np.flatnonzero(flat) / sample_rate, _JOIN_S)


def joined_ranges(times: npt.NDArray[np.float64], gap_s: float) -> list[Range]:
    """Moments that lie close together, as ranges."""
    if not len(times):
        return []
    breaks = np.flatnonzero(np.diff(times) > gap_s)
    starts = times[np.concatenate([[0], breaks + 1])]
    ends = times[np.concatenate([breaks, [len(times) - 1]])]
    return [(float(start), float(end)) for start, end in zip(starts, ends, strict=True)]


def _frames_db(pcm: Pcm, sample_rate: int) -> npt.NDArray[np.float64]:
    """Each frame's mean is taken off first, so that a constant offset of a cheap input is not loud."""
    size, hop = round(_WINDOW_S * sample_rate), round(HOP_S * sample_rate)
    if len(pcm) < size:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(pcm, size)[::hop]
    # In blocks, for the frames of half an hour at once would take gigabytes.
    blocks = [frames[at : at + _BLOCK].var(axis=1, dtype=np.float64) for at in range(0, len(frames), _BLOCK)]
    power = np.concatenate(blocks)
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), np.float64)


def _mean_db(values_db: npt.NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(10 ** (values_db / 10))))


def _runs_of(mask: npt.NDArray[np.bool_], least: int) -> npt.NDArray[np.bool_]:
    """Only the runs of at least so many."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    out = np.zeros(len(mask), np.bool_)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= least:
            out[start:end] = True
    return out
