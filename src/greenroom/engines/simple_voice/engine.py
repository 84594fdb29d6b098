"""Speaks with a simple voice: the built-in voice at another pitch, through the filter of its package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from greenroom.engines.protocols import (
    SpeechChunk,
    SpeechEngine,
    SpeechStyle,
    Vocabulary,
    Voice,
    VoicePackageError,
)
from greenroom.engines.registry import is_built_in, speech_engine_for
from greenroom.engines.simple_voice.colour import TAPS, recolour
from greenroom.engines.voice_package import VoicePackage

NUMBERS = "voice.npz"


class SimpleVoiceEngine:
    """A `SpeechEngine` of one voice. It needs the base voice, which any Greenroom has."""

    def __init__(self, folder: Path) -> None:
        """Raises VoicePackageError."""
        package = VoicePackage.open(folder)
        self.name = package.modeler
        self._voice = package.voice(folder.name)
        try:
            self._base = str(package.manifest["base_voice"])
            self._pitch = float(package.manifest["pitch_ratio"])
            with np.load(folder / NUMBERS, allow_pickle=False) as stored:
                self._filter = np.asarray(stored["filter"], np.float32)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VoicePackageError(
                f"The voice package in {folder} is damaged: {NUMBERS}: {error}."
            ) from None
        if self._filter.shape != (TAPS,) or not np.isfinite(self._filter).all():
            raise VoicePackageError(f"The voice package in {folder} is damaged: its filter is none.")
        if not is_built_in(self._base):
            # Else a package could speak with a voice that somebody else has trained.
            raise VoicePackageError(
                f"The voice was made from {self._base!r}, which is no built-in voice here: train it again."
            )

    def voices(self) -> Sequence[Voice]:
        return [self._voice]

    def synthesize(
        self, text: str, voice_id: str, style: SpeechStyle, vocabulary: Vocabulary = ()
    ) -> Iterator[SpeechChunk]:
        """See `SpeechEngine`."""
        pitch = max(50, min(200, round(style.pitch_percent * self._pitch)))
        chunks = self._engine().synthesize(text, self._base, replace(style, pitch_percent=pitch), vocabulary)
        return self._coloured(chunks)

    def _engine(self) -> SpeechEngine:
        return speech_engine_for(self._base)

    def _coloured(self, chunks: Iterator[SpeechChunk]) -> Iterator[SpeechChunk]:
        for chunk in chunks:
            yield replace(chunk, pcm=recolour(chunk.pcm, chunk.sample_rate, self._filter))
