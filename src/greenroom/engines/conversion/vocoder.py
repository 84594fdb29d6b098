"""From a spectrum and a pitch to sound: pulses and noise through the filters that the network gives.

A voice is a train of pulses and a hiss, both shaped by the mouth (Fant 1960). The network says how, frame by
frame; multiplying the short-time spectra and the way back are arithmetic. After the neural homomorphic
vocoder (Liu, Chen, Yu 2020), whose filters are of the same kind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.conversion.spectrum import HOP, Floats, sound_of, transform
from greenroom.engines.conversion.tone import Tone, pulses
from greenroom.engines.protocols import Pcm

NOISE_LEVEL = 0.1
"""Spread of the noise that is filtered."""


class Vocoder:
    """Speaks a spectrum. Its file is what `export.export_vocoder` writes."""

    def __init__(self, path: Path, threads: int = 1) -> None:
        from greenroom.engines.mouth.renderer import onnx_session

        self._session: Any = onnx_session(path, threads)

    def sound(self, mel: Floats, tone: Tone) -> Pcm:
        """Float32 [frames * HOP] at `spectrum.RATE`; the same spectrum always gives the same sound.

        Args:
            mel: [frames, BANDS], as `spectrum.log_mel` gives it.
            tone: of as many frames.
        """
        if not len(mel):
            return np.zeros(0, np.float32)
        return shaped(self.filters(mel, tone), pulses(tone), hiss(0, len(mel)))

    def filters(self, mel: Floats, tone: Tone) -> Floats:
        """[frames, 3, BINS]: see `networks.VocoderNetwork`."""
        inputs = np.stack([np.log(tone.hz / 150.0), tone.voiced.astype(np.float32)], axis=1)
        feed = {"mel": mel[None], "tone": inputs[None].astype(np.float32)}
        (found,) = self._session.run(None, feed)
        return np.asarray(found[0], np.float32)


def shaped(filters: Floats, train: Pcm, noise: Pcm) -> Pcm:
    """Pulses and noise of `len(filters)` frames, filtered and added."""
    pulse = filters[:, 0] + 1j * filters[:, 1]
    frames = pulse * transform(train) + filters[:, 2] * transform(noise)
    return sound_of(frames.astype(np.complex64), len(filters) * HOP)


def hiss(first: int, count: int) -> Pcm:
    """White noise for `count` frames; that of a frame is always the same."""
    parts = [
        np.random.default_rng(frame).standard_normal(HOP, np.float32) for frame in range(first, first + count)
    ]
    return np.concatenate(parts) * np.float32(NOISE_LEVEL) if parts else np.zeros(0, np.float32)
