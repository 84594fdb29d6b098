"""Where music steps back behind speech.

The speech is known as a whole, so the music can go down just before a word begins, as a person at the desk
would have it, and does not pump in the pauses between words.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from greenroom.media.mux import AUDIO_RATE, Pcm, regrouped

DEPTH_DB = 12.0
ATTACK_MS = 150
"""The music goes down in this time and is down when the speech begins."""
HOLD_MS = 300
"""It stays down so long after the speech: pauses between words are shorter."""
RELEASE_MS = 600
_STEP_MS = 10
_STEP = AUDIO_RATE * _STEP_MS // 1000
_BELOW_SPEECH_DB = 30.0
"""Sound this far below the loud parts of the speech is breath and room."""
_QUIETEST_DB = -60.0

Levels = npt.NDArray[np.float32]


def levels_of(blocks: Iterable[Pcm]) -> Levels:
    """The level of a mono sound [1, n] in decibels, one value every 10 ms."""
    found = [np.zeros(0, np.float32)]
    for block in regrouped(blocks, 100 * _STEP):
        steps = -(-block.shape[1] // _STEP)
        whole = np.zeros(steps * _STEP, np.float32)
        whole[: block.shape[1]] = block[0]
        power = np.square(whole.reshape(steps, _STEP)).mean(axis=1)
        found.append((10 * np.log10(power + 1e-10)).astype(np.float32))
    return np.concatenate(found)


def is_speech(levels: Levels) -> npt.NDArray[np.bool_]:
    """Where somebody speaks, every 10 ms; single clicks are none."""
    if not len(levels):
        return np.zeros(0, np.bool_)
    loud = float(np.percentile(levels[levels > _QUIETEST_DB], 95)) if (levels > _QUIETEST_DB).any() else 0.0
    active = levels > max(_QUIETEST_DB, loud - _BELOW_SPEECH_DB)
    # Two of three steps.
    padded = np.pad(active.astype(np.int8), 1)
    return np.asarray(padded[:-2] + padded[1:-1] + padded[2:] >= 2)


class Ducking:
    """The gain of the music over the whole video."""

    def __init__(self, speech: npt.NDArray[np.bool_]) -> None:
        """`speech`: see `is_speech`."""
        places = np.flatnonzero(speech)
        self._gain_db = np.zeros(len(speech) + 1, np.float32)
        if not len(places):
            return
        steps = np.arange(len(speech))
        after = np.searchsorted(places, steps)
        ahead = places[np.minimum(after, len(places) - 1)] - steps
        behind = steps - places[np.maximum(np.searchsorted(places, steps, side="right") - 1, 0)]
        falling = np.where(ahead >= 0, 1 - ahead * _STEP_MS / ATTACK_MS, 0.0)
        rising = np.where(behind >= 0, 1 - (behind * _STEP_MS - HOLD_MS) / RELEASE_MS, 0.0)
        depth = np.clip(np.maximum(falling, rising), 0.0, 1.0)
        self._gain_db[:-1] = -DEPTH_DB * depth * depth * (3 - 2 * depth)
        self._gain_db[-1] = self._gain_db[-2]

    def gain(self, start: int, count: int) -> Pcm:
        """The factor of each of `count` samples from `start` on."""
        at = np.arange(start, start + count, dtype=np.float64) / _STEP
        decibels = np.interp(at, np.arange(len(self._gain_db)), self._gain_db)
        return np.asarray(10 ** (decibels / 20), np.float32)
