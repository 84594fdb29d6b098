"""Recordings of a person, and how near a converter that learnt them comes to others of the same person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from greenroom.engines.conversion.base import CONVERTER as BASE_CONVERTER
from greenroom.engines.conversion.base import network_arrays
from greenroom.engines.conversion.engine import Convert
from greenroom.engines.conversion.spectrum import RATE
from greenroom.engines.conversion.speech import Speaker, Speech, content_input, hear, manner_input
from greenroom.engines.protocols import VoiceRecording
from greenroom.engines.registry import engine_threads
from greenroom.media.wav import read_wav

if TYPE_CHECKING:
    from greenroom.engines.conversion.learning import Spoken
    from greenroom.engines.conversion.networks import Converter

BASIC_S = 90
"""Of recordings that the basic edition advises: what the report of a larger one compares with."""
_KEPT = 8
"""Every so many recordings are kept aside for the report."""


def hear_all(recordings: Sequence[VoiceRecording], step: Callable[[float], None]) -> list[Speech]:
    speeches = []
    for number, recording in enumerate(recordings):
        pcm, rate = read_wav(recording.path)
        speeches.append(hear(pcm, rate))
        step((number + 1) / len(recordings))
    return speeches


def seconds_of(speeches: Sequence[Speech]) -> float:
    return sum(len(speech.pcm) for speech in speeches) / RATE


def kept_apart(speeches: Sequence[Speech]) -> tuple[Sequence[Speech], Sequence[Speech]]:
    """Those to learn from, and those to measure with; of a single one it is the same."""
    kept = speeches[_KEPT - 1 :: _KEPT] if len(speeches) >= _KEPT else speeches[:1]
    return [one for one in speeches if all(one is not other for other in kept)] or speeches, kept


def first_of(speeches: Sequence[Speech], seconds: float) -> Sequence[Speech]:
    """As many as last at least so long, or all."""
    lengths = np.cumsum([len(one.pcm) / RATE for one in speeches])
    return speeches[: int(np.searchsorted(lengths, seconds)) + 1]


def spoken_of(speeches: Sequence[Speech], person: Speaker) -> list[Spoken]:
    """What the converter learns from."""
    from greenroom.engines.conversion.learning import Spoken, Sung

    return [
        Spoken(content_input(one, person), manner_input(one, person), one.mel, 0, Sung(one.pcm, one.tone))
        for one in speeches
    ]


def learn_converter(
    spoken: Sequence[Spoken], steps: int, path: Path, step: Callable[[float], None]
) -> Converter:
    """One that has learnt `spoken`; `path` is where it keeps how far it is."""
    from greenroom.engines.conversion.export import begin_with
    from greenroom.engines.conversion.learning import LearningOptions, train_converter
    from greenroom.engines.conversion.networks import Converter, ConverterShape
    from greenroom.engines.learning import this_machine

    converter = Converter(ConverterShape(spoken[0].content.shape[1], 1))
    begin_with(converter, network_arrays(BASE_CONVERTER))
    options = LearningOptions(steps, frames=200, learning_rate=1e-3)
    train_converter(converter, spoken, options, this_machine(engine_threads()), path, step)
    return converter


def held_out_distance(kept: Sequence[Speech], convert: Convert, person: Speaker) -> float:
    """Between the spectrum that is made of recordings and their own: mean of the logarithm."""
    far = [
        np.abs(convert(content_input(one, person), manner_input(one, person)) - one.mel).mean()
        for one in kept
    ]
    return round(float(np.mean(far)), 4)
