"""Kokoro as a speech engine: text fronts, clauses, synthesis, exact phoneme times."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from greenroom.engines import weights
from greenroom.engines.clause_manner import say_clauses
from greenroom.engines.clause_sound import Finish, Timed, check_style, finish_clause, tokens_of
from greenroom.engines.g2p.front import ClauseLimits
from greenroom.engines.g2p.fronts import can_read, front_for
from greenroom.engines.g2p.reading import Clause, read_clauses
from greenroom.engines.kokoro.model import MOST_SYMBOLS, KokoroModel
from greenroom.engines.kokoro.voices import ENGINE, SAMPLE_RATE, gain, kokoro_voices, pack_name
from greenroom.engines.protocols import SpeechChunk, SpeechStyle, Vocabulary, Voice, VoiceNotFoundError


class KokoroEngine:
    """A `SpeechEngine`. The model is loaded on first use and kept; calls may come from several threads."""

    name = ENGINE

    def __init__(self, threads: int = 1, limits: ClauseLimits | None = None) -> None:
        self._threads = threads
        self._limits = limits or ClauseLimits()
        self._loading = threading.Lock()
        self._model: KokoroModel | None = None

    def voices(self) -> Sequence[Voice]:
        """The voices whose language can be read with what is installed."""
        return [voice for voice in kokoro_voices().values() if can_read(voice.language)]

    def synthesize(
        self, text: str, voice_id: str, style: SpeechStyle, vocabulary: Vocabulary = ()
    ) -> Iterator[SpeechChunk]:
        """See `SpeechEngine`. Errors in the text are raised by this call, not by the first `next`."""
        voice = kokoro_voices().get(voice_id)
        if voice is None:
            raise VoiceNotFoundError(
                f"There is no voice '{voice_id}'. `greenroom voice list` shows the voices."
            )
        check_style(style)
        clauses = read_clauses(text, front_for(voice.language), self._limits, vocabulary)
        return self._speak(clauses, voice, style)

    def warm(self) -> None:
        """Load the model now, so that the first text does not wait for it."""
        self._loaded()

    def _speak(self, clauses: Iterator[Clause], voice: Voice, style: SpeechStyle) -> Iterator[SpeechChunk]:
        model = self._loaded()
        say = partial(self._say_clause, model, voice.voice_id)
        yield from say_clauses(clauses, style, say)

    def _say_clause(
        self, model: KokoroModel, voice_id: str, clause: Clause, style: SpeechStyle
    ) -> SpeechChunk:
        tokens = tokens_of(clause.words, model.symbols)[:MOST_SYMBOLS]
        speed = style.speed_percent / style.pitch_percent
        said = model.say("".join(symbol for symbol, _ in tokens), pack_name(voice_id), speed)
        timed = [
            Timed(symbol, word, int(start))
            for (symbol, word), start in zip(tokens, said.starts[:-1], strict=True)
        ]
        how = Finish(SAMPLE_RATE, clause.stop, clause.is_last, style)
        return finish_clause(said.pcm * np.float32(gain(voice_id)), timed, clause.words, how)

    def _loaded(self) -> KokoroModel:
        with self._loading:
            if self._model is None:
                self._model = KokoroModel(weights.path("kokoro"), self._threads)
            return self._model
