"""How soon a conversation's speech begins, beside Kokoro's own decoder and Piper, each on one thread.

What is said is transcribed back by Whisper base. With `GREENROOM_BENCH_RESEMBLYZER`, a Python with
Resemblyzer, it also says how much the quick voice is like the full one.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from greenroom.bench.speech import SENTENCES
from greenroom.bench.table import Row
from greenroom.bench.voices import RESEMBLYZER_VARIABLE, TEXTS, embedded
from greenroom.engines import registry
from greenroom.engines.kokoro.engine import KokoroEngine
from greenroom.engines.piper.engine import PiperEngine
from greenroom.engines.protocols import Pcm, SpeechEngine, SpeechStyle
from greenroom.engines.whisper.error_rate import error_rate, unit_count
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.media.wav import write_wav

VOICES = ("kokoro-af_heart", "kokoro-am_michael", "kokoro-zf_xiaoxiao", "kokoro-zm_yunxi")
OTHERS = (
    "kokoro-bf_emma",
    "kokoro-ef_dora",
    "kokoro-ff_siwis",
    "kokoro-jf_alpha",
    "kokoro-if_sara",
    "kokoro-pf_dora",
)
"""Of which only the words are asked."""
PIPER = "piper-en_US-joe"
_REPLIES = {
    "en": "Good morning, how can I help you today?",
    "zh": "您好，请问有什么可以帮您的？",
}
"""What a conversation begins with."""
_TRIES = 5


@dataclass(slots=True, frozen=True)
class _Said:
    pcm: tuple[Pcm, ...]
    first_s: float
    """Median over the tries."""
    factor: float
    """Processor time for each second of speech."""


def run() -> list[Row]:
    """Measure on this machine."""
    kokoro = KokoroEngine(threads=1)
    engines: dict[str, SpeechEngine] = {"quick": kokoro.quick(), "Kokoro": kokoro}
    recogniser = WhisperRecogniser(registry.engine_threads())
    piper = _say(PiperEngine(1), PIPER, "en")
    rows = []
    for voice_id in VOICES:
        said = {name: _say(engine, voice_id, _language(voice_id)) for name, engine in engines.items()}
        rows += _rows(voice_id, said, piper, recogniser)
    for voice_id in OTHERS:
        sounds = {name: _spoken(engine, voice_id) for name, engine in engines.items()}
        rows.append(_words(voice_id, sounds, recogniser))
    return rows


def texts_of(language: str) -> tuple[str, ...]:
    """What is said in a language, `en` ..."""
    short = next(texts for name, texts in SENTENCES.items() if name.startswith(language))
    return (*TEXTS.get(language, ()), *short)


def _language(voice_id: str) -> str:
    return registry.voice(voice_id).language.split("-")[0]


def _say(engine: SpeechEngine, voice_id: str, language: str) -> _Said:
    for _ in engine.synthesize(_REPLIES[language], voice_id, SpeechStyle()):
        pass
    firsts = []
    for _ in range(_TRIES):
        began = time.perf_counter()
        next(iter(engine.synthesize(_REPLIES[language], voice_id, SpeechStyle())))
        firsts.append(time.perf_counter() - began)
    began = time.process_time()
    pcm = _spoken(engine, voice_id)
    cost = time.process_time() - began
    rate = registry.voice(voice_id).sample_rate
    return _Said(pcm, float(np.median(firsts)), cost / (sum(map(len, pcm)) / rate))


def _spoken(engine: SpeechEngine, voice_id: str) -> tuple[Pcm, ...]:
    return tuple(
        np.concatenate([chunk.pcm for chunk in engine.synthesize(text, voice_id, SpeechStyle())])
        for text in texts_of(_language(voice_id))
    )


def _rows(voice_id: str, said: dict[str, _Said], piper: _Said, recogniser: WhisperRecogniser) -> list[Row]:
    quick, full = said["quick"], said["Kokoro"]
    rows = [
        Row(f"{voice_id} first sound", round(1000 * quick.first_s), "ms",
            f"Kokoro's own decoder {1000 * full.first_s:.0f}, Piper {1000 * piper.first_s:.0f}", "<= 300"),
        Row(f"{voice_id} real time factor", round(quick.factor, 3), "",
            f"Kokoro's own decoder {full.factor:.2f}, Piper {piper.factor:.2f}", "<= 0.15"),
        _words(voice_id, {name: one.pcm for name, one in said.items()}, recogniser),
    ]  # fmt: skip
    likeness = _likeness(voice_id, quick.pcm, full.pcm)
    return [*rows, *([likeness] if likeness else [])]


def _words(voice_id: str, said: dict[str, tuple[Pcm, ...]], recogniser: WhisperRecogniser) -> Row:
    language = _language(voice_id)
    texts = texts_of(language)
    units = [unit_count(text, language) for text in texts]
    rates = {}
    for name, sounds in said.items():
        wrong = sum(
            count * error_rate(text, recogniser.transcribe(pcm, 24_000, language), language)
            for text, pcm, count in zip(texts, sounds, units, strict=True)
        )
        rates[name] = round(100 * wrong / sum(units), 1)
    goal = "<= 3" if language == "en" else ""
    unit = "% of characters" if language in ("zh", "ja") else "% of words"
    reference = f"Kokoro's own decoder {rates['Kokoro']}"
    return Row(f"{voice_id} heard wrongly", rates["quick"], unit, reference, goal, {"counted": sum(units)})


def _likeness(voice_id: str, quick: Sequence[Pcm], full: Sequence[Pcm]) -> Row | None:
    """Cosine of the speaker embeddings of other sentences; beside it what the full voice has to itself."""
    python = os.environ.get(RESEMBLYZER_VARIABLE)
    if not python:
        return None
    with tempfile.TemporaryDirectory() as name:
        paths: dict[str, list[Path]] = {}
        for kind, sounds in (("quick", quick), ("full", full)):
            for half in (0, 1):
                path = Path(name) / f"{kind}-{half}.wav"
                write_wav(path, np.concatenate(sounds[half::2]), 24_000)
                paths.setdefault(kind, []).append(path)
        found = embedded(python, paths)
    near = float((found["quick"][0] @ found["full"][1] + found["quick"][1] @ found["full"][0]) / 2)
    own = float(found["full"][0] @ found["full"][1])
    return Row(f"{voice_id} likeness", round(near, 3), "", f"the full voice to itself: {own:.3f}")
