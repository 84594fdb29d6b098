"""The encoder as sound comes.

Every frame is computed once, when little of what follows it is known, and attends to what was kept of the
frames before it (keys and values of each block), as language models do. So a step costs what it has frames
of its own, not what lies behind it. The features are not those that all of the sound would give, since
attention looks both ways: a network that uses them has to learn from features that were made like this.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from typing import Any

import numpy as np

from greenroom.engines.protocols import Pcm
from greenroom.engines.whisper.encoder import FEATURE_RATE, Array, encoder, log_energy

STEP, AHEAD = 3, 6
"""Features that are settled at once, and those after them whose sound is heard before."""
KEPT = 400
"""Features before, to which attention reaches."""
_BEFORE = 48
"""Of silence, before the sound begins; with nothing to attend to, features are poor."""
_LAST_POSITION = 500
"""The longest stretch that is encoded at once elsewhere; at later positions features are others."""
_AGAIN = 100
"""Features that are computed again where the positions begin anew."""
_LEAD = 3
"""Features before a step whose sound its convolutions hear."""
_LOUDEST_S = 10.0


class EncoderStream:
    """One sound, step by step."""

    def __init__(self, rate: int) -> None:
        """
        Args:
            rate: of the sound, a multiple of `FEATURE_RATE`, 16 kHz or more.
        """
        self._of, self._session = encoder(), _session()
        self.width = self._of.width
        self._rate, self._hop = rate, rate // FEATURE_RATE
        self._sound = np.zeros(_BEFORE * self._hop, np.float32)
        self._first = -_BEFORE
        """The feature that `_sound` begins with; 0 is the first of what is pushed."""
        self._next = -_BEFORE
        self._origin = -_BEFORE
        """The feature of position 0."""
        self._loudest: deque[float] = deque(maxlen=round(_LOUDEST_S * FEATURE_RATE / STEP))
        self._keys = self._values = self._nothing()
        self._encode(-_BEFORE, 0, _BEFORE)
        self._next = 0

    def _nothing(self) -> Array:
        heads = self._of.heads
        return np.zeros((self._of.blocks, heads, 0, self.width // heads), np.float32)

    def push(self, sound: Pcm) -> list[Array]:
        """For each step that can be told by now [STEP + AHEAD, width]: its features, and those after them as
        far as they can be guessed.

        Args:
            sound: float32, of any length.
        """
        self._sound = np.concatenate([self._sound, sound])
        steps = []
        while self._first * self._hop + len(self._sound) >= (self._next + STEP + AHEAD) * self._hop:
            steps.append(self._step())
        return steps

    def _step(self) -> Array:
        if self._next + STEP + AHEAD - self._origin > _LAST_POSITION:
            self._begin_anew()
        features = self._encode(self._next, self._next + STEP + AHEAD, STEP)
        self._next += STEP
        gone = self._next - _AGAIN - _LEAD - self._first
        if gone > 0:
            self._first += gone
            self._sound = self._sound[gone * self._hop :]
        return features

    def _begin_anew(self) -> None:
        self._keys = self._values = self._nothing()
        self._origin = self._next - _AGAIN
        self._encode(self._origin, self._next, _AGAIN)

    def _encode(self, first: int, end: int, settled: int) -> Array:
        """[end - first, width]; keys and values of the first `settled` of them are kept."""
        lead = min(first - self._first, _LEAD)
        begin = first - lead - self._first
        energy = log_energy(self._sound[begin * self._hop : (end - self._first) * self._hop], self._rate)
        self._loudest.append(float(energy.max()))
        mel = (np.maximum(energy, max(self._loudest) - 8.0) + 4.0) / 4.0
        at = first - self._origin
        feed = {
            "mel": mel[None].astype(np.float32),
            "lead": np.array([lead]),
            "positions": self._of.positions[at : at + end - first],
            "keys": self._keys,
            "values": self._values,
        }
        features, keys, values = self._session.run(None, feed)
        self._keys = np.concatenate([self._keys, keys[:, :, :settled]], axis=2)[:, :, -KEPT:]
        self._values = np.concatenate([self._values, values[:, :, :settled]], axis=2)[:, :, -KEPT:]
        return np.asarray(features, np.float32)


@cache
def _session() -> Any:
    return encoder().step_session()
