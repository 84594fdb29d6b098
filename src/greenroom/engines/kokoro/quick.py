"""A small decoder in place of Kokoro's own: the same voices, words and melody, several times as fast.

Kokoro's score (`ScoreModel`) says what sounds when, how high and how loud. Its own decoder, nine
tenths of the computing, makes sound of that; here a network of 4 M numbers makes a spectrum of it, and the
vocoder of trained voices the sound. `presets/speech/quick.py` learns it from what Kokoro's decoder says;
docs/quick-speech.md is its model card.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from greenroom.engines.conversion.spectrum import HOP, Floats
from greenroom.engines.conversion.tone import HIGHEST_HZ, LOWEST_HZ, Tone
from greenroom.engines.conversion.vocoder import Vocoder
from greenroom.engines.kokoro.model import SAMPLES_A_FRAME, Score, ScoreModel, Utterance
from greenroom.engines.protocols import Pcm

NETWORK, VOCODER = "quick.onnx", "quick_vocoder.onnx"
_HERE = Path(__file__).parent
_GAIN = np.float32(1.19)
"""As loud as Kokoro: what is learnt is the middle of the logarithms, 1.5 dB below the mean of the powers."""
_VOICED_HZ = 30.0
"""Kokoro's pitch is lower where nothing is voiced."""
_SILENT_HZ = 150.0


class QuickModel:
    """Says what `KokoroModel` says, by its score and a decoder of our own."""

    def __init__(self, kokoro: Path, threads: int = 1, folder: Path = _HERE) -> None:
        """
        Args:
            kokoro: the folder of Kokoro's weights.
            folder: that of the decoder's.
        """
        from greenroom.engines.mouth.renderer import onnx_session

        self._scores = ScoreModel(kokoro, threads)
        self.symbols = self._scores.symbols
        self._network: Any = onnx_session(folder / NETWORK, threads)
        self._vocoder = Vocoder(folder / VOCODER, threads)

    def say(self, symbols: str, pack: str, speed: float) -> Utterance:
        """As `KokoroModel.say`. The same symbols always sound the same."""
        score, _ = self._scores.score(symbols, pack, speed)
        content, manner = inputs_of(score)
        (mel,) = self._network.run(None, {"content": content[None], "manner": manner[None]})
        pcm = self._vocoder.sound(np.asarray(mel[0], np.float32), tone_of(score)) * _GAIN
        return Utterance(fitted(pcm, score), score.starts)


def inputs_of(score: Score) -> tuple[Floats, Floats]:
    """What the network is given: content [n, 512 + 128], 50 a second, and manner [2 n, 3], 100 a second."""
    count = steps_in(score)
    # The middle of each step lies half a frame of the spectrum after its beginning.
    places = ((2 * np.arange(count) + 0.5) * HOP) / SAMPLES_A_FRAME - 0.5
    content = np.concatenate(
        [_between(score.symbols, places), np.broadcast_to(score.style, (count, len(score.style)))], axis=1
    )
    tone = tone_of(score)
    strength = _between(score.strength[:, None], _frame_places(count))[:, 0]
    manner = np.stack([np.log(tone.hz / _SILENT_HZ), tone.voiced, strength], axis=1)
    return content.astype(np.float32), manner.astype(np.float32)


def tone_of(score: Score) -> Tone:
    """The pitch of each frame of the spectrum."""
    voiced = score.pitch_hz > _VOICED_HZ
    places = _frame_places(steps_in(score))
    if not voiced.any():
        return Tone(np.full(len(places), _SILENT_HZ, np.float32), np.zeros(len(places), np.bool_))
    course = np.interp(places, np.flatnonzero(voiced), np.log(score.pitch_hz[voiced]))
    hz = np.clip(np.exp(course), LOWEST_HZ, HIGHEST_HZ).astype(np.float32)
    nearest = np.clip(np.round(places).astype(int), 0, len(voiced) - 1)
    return Tone(hz, np.asarray(voiced[nearest], np.bool_))


def steps_in(score: Score) -> int:
    """How many steps of two frames of the spectrum it lasts."""
    return -(-len(score.symbols) * SAMPLES_A_FRAME // (2 * HOP))


def fitted(pcm: Pcm, score: Score) -> Pcm:
    """As long as Kokoro's own sound is."""
    return pcm[: len(score.symbols) * SAMPLES_A_FRAME]


def _frame_places(steps: int) -> npt.NDArray[np.float64]:
    """Where the frames of the spectrum lie among the pitches, two in a frame of Kokoro's."""
    return np.asarray(np.arange(2 * steps) * HOP / (SAMPLES_A_FRAME / 2) - 0.5, np.float64)


def _between(rows: Floats, places: npt.NDArray[np.float64]) -> Floats:
    """Rows at places between them, in straight lines."""
    at = np.clip(places, 0, len(rows) - 1)
    low = np.floor(at).astype(int)
    part = (at - low)[:, None].astype(np.float32)
    high = np.minimum(low + 1, len(rows) - 1)
    return np.asarray(rows[low] * (1 - part) + rows[high] * part, np.float32)
