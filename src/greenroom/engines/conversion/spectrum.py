"""The mel spectrogram between converter and vocoder, and the short-time Fourier transform of both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from greenroom.engines.mel import mel_filters
from greenroom.engines.protocols import Pcm

Floats = npt.NDArray[np.float32]

RATE = 24_000
HOP = 240
"""Samples from frame to frame: 100 frames a second. Frame `t` lies around sample `t * HOP`."""
FRAME_RATE = RATE // HOP
FFT = 1024
BINS = FFT // 2 + 1
BANDS = 80
FLOOR = 1e-5
"""Least magnitude of a band; its logarithm is silence."""

_WINDOW = np.hanning(FFT + 1)[:-1].astype(np.float32)


def frames_in(samples: int) -> int:
    """How many frames a sound has: those whose middle lies in it."""
    return -(-samples // HOP)


def transform(pcm: Pcm) -> npt.NDArray[np.complex64]:
    """[frames_in(len), BINS]; beyond its ends the sound is silent."""
    count = frames_in(len(pcm))
    padded = np.zeros((count - 1) * HOP + FFT if count else 0, np.float32)
    padded[FFT // 2 : FFT // 2 + len(pcm)] = pcm[: max(0, len(padded) - FFT // 2)]
    if not count:
        return np.zeros((0, BINS), np.complex64)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
    return np.asarray(np.fft.rfft(frames * _WINDOW, axis=1), np.complex64)


def sound_of(frames: npt.NDArray[np.complex64], samples: int) -> Pcm:
    """The sound whose windowed pieces are nearest to `frames` (Griffin, Lim 1984, equation 6).

    Args:
        samples: at most `len(frames) * HOP`.
    """
    if not len(frames):
        return np.zeros(0, np.float32)
    pieces = np.fft.irfft(frames, FFT, axis=1).astype(np.float32) * _WINDOW
    total = np.zeros((len(frames) - 1) * HOP + FFT, np.float32)
    weight = np.zeros_like(total)
    squared = _WINDOW**2
    for number, piece in enumerate(pieces):
        at = number * HOP
        total[at : at + FFT] += piece
        weight[at : at + FFT] += squared
    middle = slice(FFT // 2, FFT // 2 + samples)
    return np.asarray(total[middle] / np.maximum(weight[middle], 1e-3), np.float32)


def log_mel(pcm: Pcm) -> Floats:
    """Natural logarithm of the magnitude in each mel band, float32 [frames_in(len), BANDS]."""
    magnitude = np.abs(transform(pcm))
    bands = magnitude @ mel_filters(RATE, FFT, BANDS).T
    return np.asarray(np.log(np.maximum(bands, FLOOR)), np.float32)
