"""Slaney's mel filter bank (M. Slaney, "Auditory Toolbox", 1998), as librosa has it."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt


@cache
def mel_filters(rate: int, fft: int, bands: int) -> npt.NDArray[np.float32]:
    """Triangles of equal area up to half of `rate`: float32 [bands, fft // 2 + 1], not to be changed."""
    bins = np.fft.rfftfreq(fft, 1 / rate)
    mels = np.linspace(0, _mel(rate / 2), bands + 2)
    edges = np.where(mels >= 15, 1000 * np.exp(np.log(6.4) / 27 * (mels - 15)), mels * 200 / 3)
    widths = np.diff(edges)
    slopes = edges[:, None] - bins[None]
    rising, falling = -slopes[:-2] / widths[:-1, None], slopes[2:] / widths[1:, None]
    filters = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return np.asarray(filters, np.float32)


def _mel(hz: float) -> float:
    return float(hz * 3 / 200 if hz < 1000 else 15 + np.log(hz / 1000) / (np.log(6.4) / 27))
