"""What a converter learns of streams: the pieces lie where they should."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from greenroom.engines.conversion.learning import Followed, LearningOptions, live_batch
from greenroom.engines.conversion.streaming import BEHIND
from greenroom.engines.whisper.stream import AHEAD, STEP


def test_each_piece_is_a_step_with_what_lies_around_it() -> None:
    """Features are numbered, those that are only guessed with a half more; frames by half the number."""
    count = 30
    numbers = np.arange(count)[:, None] * STEP + np.arange(STEP + AHEAD)
    guessed = np.arange(STEP + AHEAD) >= STEP
    steps = (numbers + 0.5 * guessed)[:, :, None].astype(np.float32)
    frames = (np.arange(2 * count * STEP) // 2)[:, None].astype(np.float32)
    followed = Followed(steps, frames, frames)
    content, manner, mel, speaker = live_batch(
        [followed], LearningOptions(1, batch=64), np.random.default_rng(0)
    )
    assert content.shape == (64, BEHIND + STEP + AHEAD, 1) and not speaker.any()
    assert manner.shape == mel.shape == (64, 2 * (BEHIND + STEP + AHEAD), 1)
    for piece, around in zip(content[:, :, 0].numpy(), mel[:, :, 0].numpy(), strict=True):
        first = piece[0]
        assert first % 1 == 0
        known = BEHIND + STEP
        assert np.array_equal(piece[:known], first + np.arange(known))
        assert np.array_equal(piece[known:], first + known + np.arange(AHEAD) + 0.5)
        # At the end of a sound its last frame goes on.
        there = np.minimum(first + np.arange(2 * len(piece)) // 2, count * STEP - 1)
        assert np.array_equal(around, there)
