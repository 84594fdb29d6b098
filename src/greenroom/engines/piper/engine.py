"""Piper as a speech engine: an order of magnitude faster than Kokoro, English only."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from greenroom.engines import weights
from greenroom.engines.clause_manner import say_clauses
from greenroom.engines.clause_sound import Finish, Timed, check_style, finish_clause, tokens_of
from greenroom.engines.g2p.front import ClauseLimits
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.reading import Clause, read_clauses
from greenroom.engines.piper.model import PiperModel
from greenroom.engines.piper.symbols import units_of
from greenroom.engines.protocols import (
    Sex,
    SpeechChunk,
    SpeechStyle,
    Vocabulary,
    Voice,
    VoiceNotFoundError,
)

ENGINE = "piper"
ACOUSTIC_LEAD_S = 0.02
"""How far the sound of a phoneme comes before the place that its duration gives it.

Forced alignment of three sentences by an independent recogniser: median 17 to 27 ms. See the Kokoro model.
"""
_SYMBOLS = frozenset(" !,.:;?—…ˈˌAIOQTWYabdefhijklmnopstuvwzæðŋɐɑɔəɚɛɜɡɪɹɾʃʊʌʒʤʔʧθᵊᵻː")

_JOE = Voice(
    voice_id="piper-en_US-joe",
    engine=ENGINE,
    name="Joe",
    language="en-US",
    sex=Sex.MALE,
    licence="CC0-1.0 recordings; fine-tuned from a voice under a research licence",
    sample_rate=22_050,
)


_GAIN = np.float32(1.6)
"""Brings the voice from -24 to the -20 dB of the Kokoro voices."""
_WHOLE_FRAMES = 0.41
"""Every id lasts a whole number of frames, at least one; that adds this share to the time at scale 1.

Fitted over scales from 0.5 to 2: the time is 1.06 s + 2.56 s for each unit of the scale.
"""


def _length_scale(style: SpeechStyle) -> float:
    """The model's scale at which the speech lasts as long as the style asks, pitch shift included."""
    wanted = style.pitch_percent / style.speed_percent
    return max(0.05, wanted * (1 + _WHOLE_FRAMES) - _WHOLE_FRAMES)


class PiperEngine:
    """A `SpeechEngine`. The model is loaded on first use and kept; calls may come from several threads."""

    name = ENGINE

    def __init__(self, threads: int = 1, limits: ClauseLimits | None = None) -> None:
        self._threads = threads
        self._limits = limits or ClauseLimits(first=60)
        self._loading = threading.Lock()
        self._model: PiperModel | None = None

    def voices(self) -> Sequence[Voice]:
        """The one built-in voice."""
        return [_JOE]

    def synthesize(
        self, text: str, voice_id: str, style: SpeechStyle, vocabulary: Vocabulary = ()
    ) -> Iterator[SpeechChunk]:
        """See `SpeechEngine`. Errors in the text are raised by this call, not by the first `next`."""
        if voice_id != _JOE.voice_id:
            raise VoiceNotFoundError(
                f"There is no voice '{voice_id}'. `greenroom voice list` shows the voices."
            )
        check_style(style)
        clauses = read_clauses(text, front_for(_JOE.language), self._limits, vocabulary)
        return self._speak(clauses, style)

    def warm(self) -> None:
        """Load the model now, so that the first text does not wait for it."""
        self._loaded()

    def _speak(self, clauses: Iterator[Clause], style: SpeechStyle) -> Iterator[SpeechChunk]:
        yield from say_clauses(clauses, style, partial(self._say_clause, self._loaded()))

    def _say_clause(self, model: PiperModel, clause: Clause, style: SpeechStyle) -> SpeechChunk:
        units = units_of(tokens_of(clause.words, _SYMBOLS))
        said = model.say([unit.piper for unit in units], _length_scale(style))
        lead = round(ACOUSTIC_LEAD_S * model.sample_rate)
        timed = [
            Timed(unit.symbol, unit.word, start - lead)
            for unit, start in zip(units, said.starts, strict=True)
        ]
        how = Finish(model.sample_rate, clause.stop, clause.is_last, style)
        return finish_clause(said.pcm * _GAIN, timed, clause.words, how)

    def _loaded(self) -> PiperModel:
        with self._loading:
            if self._model is None:
                path = weights.path("piper-joe") / "en_US-joe-medium.onnx"
                self._model = PiperModel(path, self._threads)
            return self._model
