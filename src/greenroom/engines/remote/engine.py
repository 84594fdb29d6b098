"""A speech engine that another program runs: asked sentence by sentence, its sound made fit for the pipeline.

Such a program tells no phoneme times, so that the mouth follows the sound, and no word times: those of words
are estimated inside each sentence by their lengths, which is good to about a quarter of a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.clause_sound import check_style, louder
from greenroom.engines.protocols import (
    Pcm,
    SpeechChunk,
    SpeechMark,
    SpeechStyle,
    Vocabulary,
    Voice,
    VoiceNotFoundError,
    WordSpan,
)
from greenroom.engines.remote.configuration import ServerSetting
from greenroom.engines.remote.errors import BusyServerError, SpeechServerError
from greenroom.engines.remote.utterances import Utterance, utterances_of
from greenroom.engines.sound_shape import Stretch, reshape

_WAITS_S = (0.5, 2.0)
"""Before the second and the third try of a server that is down or busy."""
_LEAD_S, _TAIL_S = 0.03, 0.04
_PAUSE_S, _WEAK_PAUSE_S, _LAST_PAUSE_S = 0.36, 0.16, 0.2
_QUIET_BELOW_PEAK = 0.01
_HOP_S = 0.005
_SHORTEST_S = 0.05


class SpeechClient(Protocol):
    """Speaks a protocol."""

    has_speed: bool
    """Whether the server itself can speak faster and slower."""

    def say(self, text: str, voice: str, language: str, speed: float) -> tuple[Pcm, int]:
        """Mono sound and its rate. Raises SpeechServerError."""


class RemoteEngine:
    """A `SpeechEngine`."""

    def __init__(
        self, setting: ServerSetting, client: SpeechClient, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.name = setting.name
        self._offered = setting.offered()
        self._client = client
        self._sleep = sleep

    def voices(self) -> Sequence[Voice]:
        """Those of the setting; the server is not asked."""
        return [voice for voice, _ in self._offered.values()]

    def synthesize(
        self, text: str, voice_id: str, style: SpeechStyle, vocabulary: Vocabulary = ()
    ) -> Iterator[SpeechChunk]:
        """See `SpeechEngine`. Errors in the text are raised by this call, those of the server by `next`.

        Raises:
            SpeechServerError: the server is not there, too slow, or refuses; the text names the engine.
        """
        if voice_id not in self._offered:
            raise VoiceNotFoundError(
                f"There is no voice '{voice_id}'. `greenroom voice list` shows the voices."
            )
        check_style(style)
        voice, remote = self._offered[voice_id]
        return self._speak(utterances_of(text, voice.language, vocabulary), voice, remote, style)

    def _speak(
        self, utterances: Sequence[Utterance], voice: Voice, remote: str, style: SpeechStyle
    ) -> Iterator[SpeechChunk]:
        for utterance in utterances:
            manner = utterance.manner.on(style)
            speed = manner.speed_percent / 100
            pcm = self._said(utterance.text, voice, remote, speed if self._client.has_speed else 1.0)
            left = replace(manner, speed_percent=100) if self._client.has_speed else manner
            yield _finished(pcm, utterance, voice.sample_rate, left, speed)

    def _said(self, text: str, voice: Voice, remote: str, speed: float) -> Pcm:
        for wait_s in (*_WAITS_S, None):
            try:
                pcm, rate = self._client.say(text, remote, voice.language, speed)
                break
            except BusyServerError:
                if wait_s is None:
                    raise
                self._sleep(wait_s)
        if len(pcm) < _SHORTEST_S * rate or not np.any(np.abs(pcm) > 1e-4):
            raise SpeechServerError(
                self.name, "sent no sound", "look whether it knows the voice and the model"
            )
        pcm = np.clip(np.nan_to_num(pcm), -1, 1)
        return pcm if rate == voice.sample_rate else soxr.resample(pcm, rate, voice.sample_rate)


def _finished(pcm: Pcm, said: Utterance, rate: int, manner: SpeechStyle, speed: float) -> SpeechChunk:
    """The chunk: trimmed, in its manner, with its silences, words and marks."""
    first, last = _loud(pcm, rate)
    lead, tail = min(first, round(_LEAD_S * rate)), min(len(pcm) - last, round(_TAIL_S * rate))
    sound = pcm[first - lead : last + tail].astype(np.float32)
    fade = max(1, tail)
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    words = _words(said.words, lead, len(sound) - tail)
    marks = _marks(said, words, len(sound) - tail)
    chunk = SpeechChunk(sound, rate, (), words, said.text, marks)
    change = Stretch(0, len(sound), speed=manner.speed_percent / 100, pitch=manner.pitch_percent / 100)
    if (change.speed, change.pitch) != (1, 1):
        chunk = reshape(chunk, [change])
    chunk = replace(chunk, pcm=louder(chunk.pcm, manner.volume_percent))
    return _with_silences(chunk, said, rate, speed)


def _with_silences(chunk: SpeechChunk, said: Utterance, rate: int, speed: float) -> SpeechChunk:
    if said.silence_after_ms is not None:
        after = said.silence_after_ms * rate // 1000
    elif said.is_last:
        after = round(_LAST_PAUSE_S * rate)
    else:
        is_end = said.text[-1:] in ".!?…。！？।"
        after = round((_PAUSE_S if is_end else _WEAK_PAUSE_S) / speed * rate)
    before = said.silence_before_ms * rate // 1000
    return replace(
        chunk,
        pcm=np.concatenate([np.zeros(before, np.float32), chunk.pcm, np.zeros(after, np.float32)]),
        words=tuple(
            replace(word, start_sample=word.start_sample + before, end_sample=word.end_sample + before)
            for word in chunk.words
        ),
        marks=tuple(replace(mark, sample=mark.sample + before) for mark in chunk.marks),
    )


def _loud(pcm: Pcm, rate: int) -> tuple[int, int]:
    """Where sound begins and ends."""
    hop = max(1, round(_HOP_S * rate))
    count = len(pcm) // hop
    if count < 2:
        return 0, len(pcm)
    blocks = pcm[: count * hop].reshape(count, hop)
    level: npt.NDArray[np.float64] = np.sqrt(np.mean(np.square(blocks, dtype=np.float64), axis=1))
    loud = np.flatnonzero(level >= level.max() * _QUIET_BELOW_PEAK)
    return int(loud[0]) * hop, int(loud[-1] + 1) * hop


def _words(words: Sequence[tuple[str, int]], start: int, end: int) -> tuple[WordSpan, ...]:
    total = sum(weight for _, weight in words)
    spans, at = [], 0
    for text, weight in words:
        here, at = at, at + weight
        spans.append(
            WordSpan(text, start + (end - start) * here // total, start + (end - start) * at // total)
        )
    return tuple(spans)


def _marks(said: Utterance, words: Sequence[WordSpan], end: int) -> tuple[SpeechMark, ...]:
    return tuple(
        SpeechMark(mark.name, words[number].start_sample if number < len(words) else end, mark.is_action)
        for mark, number in said.marks
    )
