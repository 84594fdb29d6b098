"""What the quick decoder is learnt from: scores of Kokoro, and the sound that its own decoder makes of them.

    python -m presets.speech.scores FOLDER

Writes `VOICE.npz`, one a voice; those that are there are kept. About a quarter of an hour on two cores.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from greenroom.engines import weights
from greenroom.engines.clause_sound import tokens_of
from greenroom.engines.g2p.front import ClauseLimits
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.g2p.reading import read_clauses
from greenroom.engines.kokoro.model import Score, ScoreModel
from greenroom.engines.kokoro.voices import SAMPLE_RATE, kokoro_voices, pack_name
from greenroom.engines.protocols import Pcm
from presets.speech.corpus import let_all_speak, sentences

SECONDS = {
    "kokoro-af_heart": 60.0,
    "kokoro-am_michael": 60.0,
    "kokoro-zf_xiaoxiao": 60.0,
    "kokoro-zm_yunxi": 60.0,
}
"""Of voices that conversations use most."""
_SECONDS = {"z": 26.0}
"""Of the other ones, by the letter of their language: Mandarin has sounds that no other one has."""
_OTHERS = 15.0
_SPEEDS = (1.0, 1.0, 1.0, 0.85, 1.2)


@dataclass(slots=True, frozen=True)
class Sounding:
    """A clause: what was to sound, and how it sounded."""

    score: Score
    pcm: Pcm


def read_soundings(path: Path) -> Iterator[Sounding]:
    """The clauses of one voice."""
    with np.load(path, allow_pickle=False) as stored:
        rows, pitch, strength = stored["symbols"], stored["pitch"], stored["strength"]
        pcm, counts, samples, styles = stored["pcm"], stored["counts"], stored["samples"], stored["styles"]
    at = begin = 0
    for count, length, style in zip(counts, samples, styles, strict=True):
        both = slice(2 * at, 2 * (at + count))
        score = Score(
            rows[at : at + count].astype(np.float32), pitch[both], strength[both], style,
            np.zeros(0, np.int64),
        )  # fmt: skip
        yield Sounding(score, pcm[begin : begin + length].astype(np.float32))
        at, begin = at + count, begin + length


def say(voice_id: str, seconds: float | None, folder: Path) -> str:
    """Let a voice say sentences, other ones than the next voice, until they last long enough."""
    path = folder / f"{voice_id}.npz"
    if path.is_file():
        return voice_id
    language = kokoro_voices()[voice_id].language
    texts = [text for text in sentences(language.split("-")[0]) if text.strip()]
    chance = random.Random(f"scores {voice_id}")
    chance.shuffle(texts)
    wanted = seconds or SECONDS.get(voice_id, _SECONDS.get(pack_name(voice_id)[0], _OTHERS))
    said: list[Sounding] = []
    for text in texts:
        said += _soundings(text, voice_id, language, chance.choice(_SPEEDS))
        if sum(len(one.pcm) for one in said) >= wanted * SAMPLE_RATE:
            break
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        symbols=np.concatenate([one.score.symbols for one in said]).astype(np.float16),
        pitch=np.concatenate([one.score.pitch_hz for one in said]),
        strength=np.concatenate([one.score.strength for one in said]),
        styles=np.stack([one.score.style for one in said]),
        counts=np.array([len(one.score.symbols) for one in said]),
        samples=np.array([len(one.pcm) for one in said]),
        pcm=np.concatenate([one.pcm for one in said]).astype(np.float16),
    )
    part.replace(path)
    return voice_id


def _soundings(text: str, voice_id: str, language: str, speed: float) -> Iterator[Sounding]:
    model = _model()
    for clause in read_clauses(text, front_for(language), ClauseLimits()):
        symbols = "".join(symbol for symbol, _ in tokens_of(clause.words, model.symbols))
        yield Sounding(*model.score(symbols, pack_name(voice_id), speed))


@cache
def _model() -> ScoreModel:
    return ScoreModel(weights.path("kokoro"), 1, with_sound=True)


if __name__ == "__main__":
    let_all_speak(__doc__, say, None)
