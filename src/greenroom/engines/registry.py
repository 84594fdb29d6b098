"""Which engines there are, and which engine speaks with which voice."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from greenroom.engines.protocols import QuickSpeechEngine, SpeechEngine, Voice, VoiceNotFoundError

_TRAINED = "greenroom.voices.trained.library"
"""Knows the voices that tenants have trained. Named as text, so that this package imports no context."""

THREADS_VARIABLE = "GREENROOM_ENGINE_THREADS"
EFFORT_VARIABLE, QUICK = "GREENROOM_SPEECH_EFFORT", "quick"


def engine_threads() -> int:
    """Threads that one model may use: `GREENROOM_ENGINE_THREADS`, else this machine's cores up to four."""
    given = os.environ.get(THREADS_VARIABLE, "")
    return int(given) if given.isdigit() and int(given) > 0 else max(1, min(4, os.cpu_count() or 1))


@cache
def speech_engines() -> tuple[SpeechEngine, ...]:
    """Every speech engine, made once a process; models are loaded on first use.

    Raises:
        EngineSettingError: the setting of further engines cannot be used.
    """
    from greenroom.engines.kokoro.engine import KokoroEngine
    from greenroom.engines.piper.engine import PiperEngine
    from greenroom.engines.remote.configuration import configured_engines

    return KokoroEngine(engine_threads()), PiperEngine(engine_threads()), *configured_engines()


def all_voices() -> Sequence[Voice]:
    """The voices that can speak with what is installed, the best engine's first."""
    return [voice for engine in speech_engines() for voice in engine.voices()]


def voice(voice_id: str) -> Voice:
    """
    Raises:
        VoiceNotFoundError: no engine has it.
    """
    found: Voice | None = None if is_built_in(voice_id) else _trained().find_voice(voice_id)
    return found or _find(voice_id)[1]


def speech_engine_for(voice_id: str) -> SpeechEngine:
    """The engine that speaks as finely as it can, or quickly where `GREENROOM_SPEECH_EFFORT` says so.

    Raises:
        VoiceNotFoundError: no engine has the voice.
        SpeechTextError: its language needs an extra that is not installed; the text names it.
    """
    if os.environ.get(EFFORT_VARIABLE) == QUICK:
        return quick_engine_for(voice_id)
    return _engine_for(voice_id)


def quick_engine_for(voice_id: str) -> SpeechEngine:
    """The engine that begins to speak soonest, for conversation. Raises as `speech_engine_for`."""
    engine = _engine_for(voice_id)
    return engine.quick() if isinstance(engine, QuickSpeechEngine) else engine


def _engine_for(voice_id: str) -> SpeechEngine:
    found: SpeechEngine | None = None if is_built_in(voice_id) else _trained().find_engine(voice_id)
    return found or _find(voice_id)[0]


def is_built_in(voice_id: str) -> bool:
    """Whether an engine of this machine has it; all others are voices that somebody trained."""
    return any(found.voice_id == voice_id for engine in speech_engines() for found in engine.voices())


def _trained() -> Any:
    return importlib.import_module(_TRAINED)


def _explain_hidden(voice_id: str) -> None:
    """A voice that is not listed because its language needs an extra: say which."""
    from greenroom.engines.g2p.fronts import front_for
    from greenroom.engines.kokoro.voices import kokoro_voices

    if voice_id in kokoro_voices():
        front_for(kokoro_voices()[voice_id].language)


def _find(voice_id: str) -> tuple[SpeechEngine, Voice]:
    for engine in speech_engines():
        for found in engine.voices():
            if found.voice_id == voice_id:
                return engine, found
    _explain_hidden(voice_id)
    raise VoiceNotFoundError(
        f"There is no voice '{voice_id}' on this machine. `greenroom voice list` shows those there are."
    )
