"""What the converter goes on hearing while it learns a person: built-in voices, in every language.

A person's recordings are of one language; learning nothing else, the converter forgets the sounds that this
one lacks, and Mandarin comes out as its nearest English. So the built-in voices speak beside the person, each
as a speaker of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from greenroom.engines.conversion.base import base_speaker
from greenroom.engines.conversion.speech import Speaker, Speech, hear
from greenroom.engines.protocols import Pcm, Sex, SpeechStyle, Voice
from greenroom.engines.registry import all_voices, quick_engine_for

_SENTENCES = Path(__file__).with_name("sentences.toml")
_VOICES = 2
"""Of each language."""
_SECONDS = 12.0
"""Of each voice."""


@dataclass(slots=True, frozen=True)
class Rehearsed:
    """What a built-in voice said."""

    voice_id: str
    speech: Speech
    speaker: Speaker


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """By language, `en` ...: its sounds, lengths and moods, some thirty seconds of them."""
    return {language: tuple(texts) for language, texts in tomllib.loads(_SENTENCES.read_text()).items()}


def rehearsal(language: str, sex: Sex, step: Callable[[float], None]) -> list[Rehearsed]:
    """Voices of all languages but the person's own, of their sex where there are any."""
    voices = [voice for other in sentences() if other != language for voice in _voices(other, sex)]
    said = []
    for number, voice in enumerate(voices):
        speaker = base_speaker(voice.voice_id)
        assert speaker is not None
        said.append(Rehearsed(voice.voice_id, hear(_said(voice), voice.sample_rate), speaker))
        step((number + 1) / len(voices))
    return said


def _voices(language: str, sex: Sex) -> list[Voice]:
    known = [
        voice
        for voice in all_voices()
        if voice.language.split("-")[0] == language and base_speaker(voice.voice_id) is not None
    ]
    return sorted(known, key=lambda voice: (voice.sex != sex, voice.voice_id))[:_VOICES]


def _said(voice: Voice) -> Pcm:
    parts: list[Pcm] = []
    engine = quick_engine_for(voice.voice_id)
    for text in sentences()[voice.language.split("-")[0]]:
        parts += [chunk.pcm for chunk in engine.synthesize(text, voice.voice_id, SpeechStyle())]
        if sum(map(len, parts)) >= _SECONDS * voice.sample_rate:
            break
    return np.concatenate(parts)
