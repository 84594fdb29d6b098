"""Sound features for lip-sync: early layers of the Whisper encoder, 50 a second, for any voice and language.

The deeper an encoder layer, the more it holds words and the less the mouth: on unseen sentences one driver
tells the lips' opening with a correlation of 0.916 from blocks 1 and 2 of the multilingual base encoder,
and of 0.904 from blocks 2 and 3 (docs/benchmarks.md). So only the convolutions and two blocks are computed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soxr

from greenroom.engines.protocols import Pcm
from greenroom.engines.whisper.encoder import FEATURE_RATE, SAMPLE_RATE, Array, encoder, log_mel

BLOCKS = 2
"""Encoder blocks that are computed."""
WINDOW = 8 * FEATURE_RATE
"""Features computed at once. Attention spans one window, so training and use share this size."""
KEPT = 4 * FEATURE_RATE
"""The middle of each window that is kept."""


def sound_features(pcm: Pcm, sample_rate: int) -> Array:
    """Features of a whole sound.

    Args:
        pcm: mono float32, any length, any rate.

    Returns:
        float32 [ceil(seconds * 50), feature_size()]: what the first two blocks give, side by side.
    """
    return np.concatenate([np.zeros((0, feature_size()), np.float32), *feature_blocks(pcm, sample_rate)])


def feature_blocks(pcm: Pcm, sample_rate: int) -> Iterator[Array]:
    """The same, KEPT by KEPT: those of an hour take 740 MB."""
    sound = pcm if sample_rate == SAMPLE_RATE else soxr.resample(pcm, sample_rate, SAMPLE_RATE, quality="HQ")
    hop = SAMPLE_RATE // FEATURE_RATE
    count = -(-len(sound) // hop)
    lead = (WINDOW - KEPT) // 2
    for first in range(0, count, KEPT):
        start = (first - lead) * hop
        window = np.zeros(WINDOW * hop, np.float32)
        low, high = max(0, start), min(len(sound), start + len(window))
        window[low - start : high - start] = sound[low:high]
        outputs = encoder().encode(log_mel(window), BLOCKS)
        yield np.concatenate(outputs, axis=1)[lead : lead + min(KEPT, count - first)]


def feature_size() -> int:
    """How many numbers one feature holds."""
    return int(encoder().width) * BLOCKS
