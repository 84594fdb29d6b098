"""The pitch of speech, frame by frame, and the pulses of a voice that has it.

The pitch comes from SwiftF0 (L. Nieradzik, 2025), a network of 14,386 numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.conversion.spectrum import FRAME_RATE, HOP, RATE, Floats, frames_in
from greenroom.engines.protocols import Pcm

LOWEST_HZ, HIGHEST_HZ = 50.0, 600.0
_VOICED = 0.5
"""Least confidence of the detector."""
_SWIFT_RATE = 16_000
_SILENT_HZ = 150.0
"""The pitch of a sound in which nothing is voiced."""


@dataclass(slots=True, frozen=True)
class Tone:
    """The course of the pitch."""

    hz: Floats
    """[frames]; between voiced places it goes on in a straight line of its logarithm."""
    voiced: npt.NDArray[np.bool_]
    """[frames]"""

    def moved(self, ratio: float) -> Tone:
        """The same at another height."""
        return Tone(np.clip(self.hz * np.float32(ratio), LOWEST_HZ, HIGHEST_HZ), self.voiced)


def tone_of(pcm: Pcm, rate: int) -> Tone:
    """The pitch of a sound, 100 a second."""
    count = frames_in(round(len(pcm) * RATE / rate))
    if len(pcm) < rate // 10:
        return Tone(np.full(count, _SILENT_HZ, np.float32), np.zeros(count, np.bool_))
    sound = pcm if rate == _SWIFT_RATE else np.asarray(soxr.resample(pcm, rate, _SWIFT_RATE), np.float32)
    found = _detector().detect(sound, _SWIFT_RATE, fmin=LOWEST_HZ, fmax=HIGHEST_HZ)
    times = np.arange(count) / FRAME_RATE
    sure = np.interp(times, found.timestamps, found.confidence)
    voiced = sure >= _VOICED
    heard = found.confidence >= _VOICED
    if not heard.any():
        return Tone(np.full(count, _SILENT_HZ, np.float32), np.zeros(count, np.bool_))
    course = np.interp(times, found.timestamps[heard], np.log(found.pitch_hz[heard]))
    return Tone(np.exp(course).astype(np.float32), np.asarray(voiced, np.bool_))


def pulses(tone: Tone, start: float = 0.0) -> Pcm:
    """A train of band-limited pulses where the voice sounds, all harmonics equally strong: [frames * HOP].

    Each is a sinc of the samples' distance to the pulse; its power does not depend on the pitch. Elsewhere
    there is nothing, or a hiss would be made of pulses, too, and buzz.

    Args:
        start: phase of the first sample, in periods.
    """
    if not len(tone.hz):
        return np.zeros(0, np.float32)
    steps = _steps(tone.hz)
    phase = start + np.cumsum(steps)
    train = np.sinc((phase - np.round(phase)) / steps) / np.sqrt(steps)
    sounds = _between(tone.voiced.astype(np.float64))
    return np.asarray(0.05 * train * sounds, np.float32)


def phases(hz: Floats, start: float = 0.0) -> npt.NDArray[np.float64]:
    """[frames]: the phase of the pulses at the end of each frame, in periods."""
    return np.asarray(start + np.cumsum(_steps(hz))[HOP - 1 :: HOP], np.float64)


def _steps(hz: Floats) -> npt.NDArray[np.float64]:
    """[frames * HOP]: periods a sample."""
    return _between(hz.astype(np.float64)) / RATE


def _between(frames: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """[frames * HOP]: in straight lines from frame to frame."""
    count = len(frames)
    return np.asarray(np.interp(np.arange(count * HOP), np.arange(count) * HOP, frames), np.float64)


@cache
def _detector() -> Any:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1, spin=False)
