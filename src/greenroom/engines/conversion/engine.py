"""Speaks with a person's voice: a built-in voice says the text, and what it says is converted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from greenroom.engines.conversion.base import base_speaker
from greenroom.engines.conversion.languages import language_of
from greenroom.engines.conversion.spectrum import RATE, Floats
from greenroom.engines.conversion.speech import (
    Speaker,
    Speech,
    content_input,
    hear,
    manner_input,
    speaker_of,
    tone_for,
)
from greenroom.engines.conversion.tone import Tone
from greenroom.engines.conversion.vocoder import Vocoder
from greenroom.engines.protocols import (
    Pcm,
    SpeechChunk,
    SpeechEngine,
    SpeechStream,
    SpeechStyle,
    Vocabulary,
    Voice,
    VoicePackageError,
)
from greenroom.engines.registry import is_built_in, quick_engine_for, speech_engine_for
from greenroom.engines.voice_package import VoicePackage

CONVERTER, VOCODER, NUMBERS = "converter.onnx", "vocoder.onnx", "speaker.npz"
CONVERTER_ABROAD = "converter-abroad.onnx"
"""For languages that the person was not recorded in: see `abroad`. Earlier packages have none."""
CONVERTER_LIVE = "converter-live.onnx"
"""For sound that is converted as it comes: see `live`. Earlier packages have none."""
_KNOWN_S = 60
"""Of somebody's speech, from which is learnt how they speak."""
_PIECE_S = 20
"""Converted at once; more takes memory."""
_MOST_GAIN = 8.0
_PEAK = 0.98


Convert = Callable[[Floats, Floats], Floats]
"""Content [n, width] and manner [2 n, 3] to the person's spectrum [2 n, BANDS]."""


def open_converter(path: Path, threads: int = 1) -> Convert:
    """A converter apart from its voice."""
    from greenroom.engines.mouth.renderer import onnx_session

    return partial(_mel, onnx_session(path, threads))


def _mel(session: Any, content: Floats, manner: Floats) -> Floats:
    (mel,) = session.run(None, {"content": content[None], "manner": manner[None]})
    return np.asarray(mel[0], np.float32)


class Conversion:
    """Turns a speaker's sound into a person's. The same sound always gives the same."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """
        Raises:
            OSError, ValueError, KeyError: the folder's files are damaged.
        """
        from greenroom.engines.mouth.renderer import onnx_session

        # Opened here, since numpy leaves a file that it cannot read open.
        with (folder / NUMBERS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            self.person = Speaker.from_arrays(stored["manner"], stored["content"])
        self._converter: Any = onnx_session(folder / CONVERTER, threads)
        self._abroad, self._live = (
            onnx_session(folder / name, threads) if (folder / name).is_file() else self._converter
            for name in (CONVERTER_ABROAD, CONVERTER_LIVE)
        )  # fmt: skip
        self.vocoder = Vocoder(folder / VOCODER, threads)

    def abroad(self) -> Conversion:
        """The same for what is said in a language that the person was not recorded in."""
        return self._with(self._abroad)

    def live(self) -> Conversion:
        """The same for features of `EncoderStream`."""
        return self._with(self._live)

    def _with(self, converter: Any) -> Conversion:
        other = copy(self)
        other._converter = converter
        return other

    def convert(self, pcm: Pcm, rate: int, source: Speaker, pitch: float = 1.0) -> Pcm:
        """The same words in the person's voice: as long, as loud, no sample later.

        Args:
            pitch: how much higher than the person speaks.
        """
        if not len(pcm) or not np.any(pcm):
            return pcm
        speech = hear(pcm, rate)
        made = self.vocoder.sound(self.spectrum(speech, source), self.tone(speech, source).moved(pitch))
        if rate != RATE:
            made = np.asarray(soxr.resample(made, RATE, rate, quality="HQ"), np.float32)
        made = np.pad(made, (0, max(0, len(pcm) - len(made))))[: len(pcm)]
        return _as_loud(made, pcm)

    def spectrum(self, speech: Speech, source: Speaker) -> Floats:
        """[frames, BANDS] of the person saying it."""
        return self.converted(content_input(speech, source), manner_input(speech, source))

    def converted(self, content: Floats, manner: Floats) -> Floats:
        """As `spectrum`, of [n, width] and [2 n, 3] (`content_input`, `manner_input`)."""
        return _mel(self._converter, content, manner)

    def tone(self, speech: Speech, source: Speaker) -> Tone:
        """The melody at the person's height."""
        return self.tone_of_person(speech.tone, source)

    def tone_of_person(self, tone: Tone, source: Speaker) -> Tone:
        return tone_for(tone, source, self.person)


class ConvertedVoiceEngine:
    """A `SpeechEngine` of one voice that speaks every language of its base voices; it can do so quickly."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Raises VoicePackageError."""
        package = VoicePackage.open(folder)
        self._engine_for: Callable[[str], SpeechEngine] = speech_engine_for
        self.name = package.modeler
        self._voice = package.voice(folder.name)
        try:
            self._bases = {str(key): str(value) for key, value in package.manifest["base_voices"].items()}
            self._own = self._voice.language.split("-")[0]
            self._recorded = learnt_language(package.manifest)
            self._conversion = Conversion(folder, threads)
        except Exception as error:  # the runtime has error classes of its own
            raise VoicePackageError(f"The voice package in {folder} is damaged: {error}.") from None
        for voice_id in self._bases.values():
            if not is_built_in(voice_id) or base_speaker(voice_id) is None:
                # Else a package could speak with a voice that somebody else has trained.
                raise VoicePackageError(
                    f"The voice was made from {voice_id!r}, which is no built-in voice here: train it again."
                )
        if self._own not in self._bases:
            raise VoicePackageError(
                f"The voice package in {folder} is damaged: no base voice for its language."
            )

    def quick(self) -> ConvertedVoiceEngine:
        """See `QuickSpeechEngine`: the base voices speak quickly."""
        other = copy(self)
        other._engine_for = quick_engine_for
        return other

    def voices(self) -> Sequence[Voice]:
        return [self._voice]

    def synthesize(
        self, text: str, voice_id: str, style: SpeechStyle, vocabulary: Vocabulary = ()
    ) -> Iterator[SpeechChunk]:
        """See `SpeechEngine`. The base voice is that of the text's language."""
        language = language_of(text, self._own)
        if language not in self._bases:
            language = self._own
        base = self._bases[language]
        # Higher and lower are done by the conversion, which does not move the colour of the voice with it.
        plain = replace(style, pitch_percent=100)
        chunks = self._engine_for(base).synthesize(text, base, plain, vocabulary)
        conversion = self._conversion if language == self._recorded else self._conversion.abroad()
        return _converted(conversion, chunks, base, style.pitch_percent / 100)

    def convert(self, pcm: Pcm, sample_rate: int, language: str | None = None) -> Pcm:
        """See `ConvertingSpeechEngine`."""
        source = _speaker(pcm, sample_rate)
        own = language is None or language.split("-")[0] == self._recorded
        conversion = self._conversion if own else self._conversion.abroad()
        parts = [conversion.convert(part, sample_rate, source) for part in _at_pauses(pcm, sample_rate)]
        return np.concatenate(parts) if parts else pcm

    def follow(self, sample: Pcm, sample_rate: int) -> SpeechStream:
        """See `ConvertingSpeechEngine`."""
        from greenroom.engines.conversion.streaming import ConversionStream

        return ConversionStream(self._conversion, sample_rate, _speaker(sample, sample_rate))


def _speaker(pcm: Pcm, rate: int) -> Speaker:
    known = pcm[: _KNOWN_S * rate]
    return speaker_of([hear(known, rate)] if len(known) else [])


def _at_pauses(pcm: Pcm, rate: int) -> Iterator[Pcm]:
    """The sound in pieces of at most `_PIECE_S`, parted where it is quietest."""
    hop = rate // 50
    while len(pcm) > _PIECE_S * rate:
        half = _PIECE_S * rate // 2
        frames = pcm[half : _PIECE_S * rate]
        frames = frames[: len(frames) // hop * hop].reshape(-1, hop)
        cut = half + int(np.argmin(np.square(frames).sum(axis=1))) * hop + hop // 2
        yield pcm[:cut]
        pcm = pcm[cut:]
    if len(pcm):
        yield pcm


def learnt_language(manifest: Mapping[str, Any]) -> str:
    """`en`, `zh` ...: what the person was recorded in. Earlier packages name only what the voice speaks."""
    recorded = manifest["learnt_from"].get("language", manifest["language"])
    return str(recorded).split("-")[0]


def _converted(
    conversion: Conversion, chunks: Iterator[SpeechChunk], base: str, pitch: float
) -> Iterator[SpeechChunk]:
    source = base_speaker(base)
    assert source is not None
    for chunk in chunks:
        yield replace(chunk, pcm=conversion.convert(chunk.pcm, chunk.sample_rate, source, pitch))


def _as_loud(made: Pcm, wanted: Pcm) -> Pcm:
    """At the loudness of the other sound; no louder than full scale."""
    now, then = (float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) for sound in (made, wanted))
    gain = min(then / max(now, 1e-9), _MOST_GAIN)
    peak = float(np.abs(made).max()) * gain
    return np.asarray(made * (gain * min(1.0, _PEAK / max(peak, 1e-9))), np.float32)
