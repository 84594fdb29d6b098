"""The speech that converter and vocoder are learnt from: each built-in voice says some sentences.

    python -m presets.speech.corpus FOLDER [--seconds 40]

Writes `VOICE.wav` files, one a voice, in the order of the voices; those that are there are kept.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from greenroom.engines.kokoro.engine import KokoroEngine
from greenroom.engines.kokoro.voices import kokoro_voices
from greenroom.engines.protocols import Pcm, SpeechStyle
from greenroom.engines.registry import speech_engine_for
from greenroom.media.wav import write_wav

_HERE = Path(__file__).parent
_READ_ONLINE = _HERE.parents[1] / "src" / "greenroom" / "voices" / "sentences"
_GAP_S = 0.15


def sentences(language: str) -> list[str]:
    """All that there are of a language, `en` or `zh` ..."""
    own = tomllib.loads((_HERE / "sentences.toml").read_text())[language]
    online = _READ_ONLINE / f"{language}.txt"
    return [*own, *(online.read_text().split("\n") if online.is_file() else [])]


def say(voice_id: str, seconds: float, folder: Path) -> str:
    """Let a voice say sentences, other ones than the next voice, until they last long enough."""
    path = folder / f"{voice_id}.wav"
    if path.is_file():
        return voice_id
    voice = kokoro_voices()[voice_id]
    texts = [text for text in sentences(voice.language.split("-")[0]) if text.strip()]
    random.Random(voice_id).shuffle(texts)
    engine = speech_engine_for(voice_id)
    parts: list[Pcm] = []
    samples = 0
    for text in texts:
        for chunk in engine.synthesize(text, voice_id, SpeechStyle()):
            parts += [chunk.pcm, np.zeros(round(_GAP_S * voice.sample_rate), np.float32)]
            samples += len(chunk.pcm)
        if samples >= seconds * voice.sample_rate:
            break
    part = path.with_suffix(".part")
    write_wav(part, np.concatenate(parts), voice.sample_rate)
    part.replace(path)
    return voice_id


def let_all_speak(about: str | None, say: Callable[..., str], seconds: float | None) -> None:
    """The command line of `say(voice_id, seconds, folder)` for all voices.

    Args:
        about: the docstring of its module.
        seconds: of speech, for each voice, where the command does not say.
    """
    parser = argparse.ArgumentParser(description=(about or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=seconds, help="of speech, for each voice")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    speak = partial(say, seconds=chosen.seconds, folder=chosen.folder)
    with ProcessPoolExecutor(chosen.processes) as pool:
        for voice_id in pool.map(speak, [voice.voice_id for voice in KokoroEngine().voices()]):
            print(voice_id, flush=True)


if __name__ == "__main__":
    let_all_speak(__doc__, say, 40.0)
