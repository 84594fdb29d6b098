"""Kokoro as a speech engine: text fronts, clauses, synthesis, exact phoneme times."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from greenroom.engines import weights
from greenroom.engines.clause_manner import say_clauses
from greenroom.engines.clause_sound import Finish, Timed, check_style, finish_clause, tokens_of
from greenroom.engines.g2p.front import ClauseLimits
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.reading import Clause, read_clauses
from greenroom.engines.kokoro.model import MOST_SYMBOLS, KokoroModel
from greenroom.engines.kokoro.quick import QuickModel
from greenroom.engines.kokoro.voices import ENGINE, SAMPLE_RATE, gain, kokoro_voices, pack_name
from greenroom.engines.protocols import SpeechChunk, SpeechStyle, Vocabulary, Voice, VoiceNotFoundError

QUICK_FIRST = 30
"""Symbols of the first clause where speech is to begin soon: two seconds of sound."""


class _Models:
    """Loaded on first use and kept."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._loading = threading.Lock()
        self._kokoro: KokoroModel | None = None
        self._quick: QuickModel | None = None

    def kokoro(self) -> KokoroModel:
        with self._loading:
            if self._kokoro is None:
                self._kokoro = KokoroModel(weights.path("kokoro"), self._threads)
            return self._kokoro

    def quick(self) -> QuickModel:
        with self._loading:
            if self._quick is None:
                self._quick = QuickModel(weights.path("kokoro"), self._threads)
            return self._quick


class KokoroEngine:
    """A `SpeechEngine` and a `QuickSpeechEngine`; calls may come from several threads."""

    name = ENGINE

    def __init__(
        self, threads: int = 1, limits: ClauseLimits | None = None, models: _Models | None = None
    ) -> None:
        """`models`: those of another engine, with which this one is to speak quickly."""
        self._limits = limits or ClauseLimits()
        self._models = models or _Models(threads)
        self._is_quick = models is not None

    def quick(self) -> KokoroEngine:
        """See `QuickSpeechEngine`."""
        limits = replace(self._limits, first=QUICK_FIRST)
        return KokoroEngine(limits=limits, models=self._models)

    def voices(self) -> Sequence[Voice]:
        """The voices whose language can be read with what is installed."""
        return list(kokoro_voices().values())

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
        self, model: KokoroModel | QuickModel, voice_id: str, clause: Clause, style: SpeechStyle
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

    def _loaded(self) -> KokoroModel | QuickModel:
        return self._models.quick() if self._is_quick else self._models.kokoro()
