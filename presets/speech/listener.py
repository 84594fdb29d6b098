"""What every presenter's driver begins with: a network that hears speech and tells the face units that say it.

    python -m presets.speech.listener CORPUS listener.npz

A presenter's footage holds a minute of speech, all of it known by heart after a while. The rules that draw the
mouth (`presets/speech_motion.py`) say it for any phonemes, and need no drawing: so the listener hears two hours
and a quarter of all built-in voices in all their languages. About half an hour on two cores; what is there is kept.
"""

from __future__ import annotations

import argparse
import random
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch

from greenroom.engines.kokoro.voices import kokoro_voices
from greenroom.engines.learning import this_machine
from greenroom.engines.mouth.features import sound_features
from greenroom.engines.mouth.learning import DriverOptions, Lesson, export_listener, teach
from greenroom.engines.mouth.networks import Driver, DriverShape
from greenroom.engines.protocols import Pcm, SpeechStyle
from greenroom.engines.registry import quick_engine_for
from presets.build import Said
from presets.speech.corpus import sentences
from presets.speech_motion import FPS, mouth_course

OPTIONS = DriverOptions(steps=2400)
UNIT = 0.1
"""The units are learnt in this measure."""
_SECONDS, _SECONDS_ENGLISH = 130.0, 220.0
"""Of each voice. The presenters' own texts are not among the sentences."""
_SPEEDS = (100, 100, 100, 85, 92, 112, 125)
_PAUSES_S = (0.12, 0.7)
_TESTED = 9
"""Each so-manieth voice is kept from learning, and tells how well others are heard."""


def hear(voice_id: str, folder: Path) -> str:
    """Let a voice say sentences, other ones than the next voice, and store sound features and face units."""
    path = folder / f"{voice_id}.npz"
    if path.is_file():
        return voice_id
    voice = kokoro_voices()[voice_id]
    language = voice.language.split("-")[0]
    texts = [text for text in sentences(language) if text.strip()]
    chance = random.Random(f"listener {voice_id}")
    chance.shuffle(texts)
    wanted = _SECONDS_ENGLISH if language == "en" else _SECONDS
    parts: list[Pcm] = []
    spans: list[Said] = []
    samples, rate = 0, voice.sample_rate
    for text in texts * 3:
        style = SpeechStyle(speed_percent=chance.choice(_SPEEDS))
        for chunk in quick_engine_for(voice_id).synthesize(text, voice_id, style):
            spans += [
                Said(span.symbol, span.start_sample + samples, span.end_sample + samples)
                for span in chunk.phonemes or ()
            ]
            parts.append(chunk.pcm)
            samples += len(chunk.pcm)
        pause = int(chance.uniform(*_PAUSES_S) * rate)
        spans.append(Said("sil", samples, samples + pause))
        parts.append(np.zeros(pause, np.float32))
        samples += pause
        if samples >= wanted * rate:
            break
    frames = samples * FPS // rate
    units, tongue = mouth_course(spans, rate, frames)
    features = sound_features(np.concatenate(parts)[: frames * rate // FPS], rate)[: 2 * frames]
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        features=features.astype(np.float16),
        units=np.concatenate([units, tongue[:, None]], axis=1).astype(np.float16),
    )
    part.replace(path)
    return voice_id


def _lesson(path: Path) -> Lesson:
    with np.load(path, allow_pickle=False) as stored:
        features, units = stored["features"], stored["units"].astype(np.float32) / UNIT
    frames = min(len(features) // 2, len(units))
    return Lesson(
        torch.from_numpy(features[: 2 * frames]), torch.from_numpy(units[:frames]), torch.ones(frames)
    )


def unexplained(driver: Driver, lessons: list[Lesson], weight: torch.Tensor) -> float:
    """The share of the units' variance in these lessons that the driver does not tell."""
    missed = spread = 0.0
    with torch.no_grad():
        for lesson in lessons:
            told = driver(lesson.sound[None].float())[0]
            missed += float(((told - lesson.course) ** 2 * weight).sum())
            spread += float(((lesson.course - lesson.course.mean(0)) ** 2 * weight).sum())
    return missed / spread


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=OPTIONS.steps)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    chosen.corpus.mkdir(parents=True, exist_ok=True)
    voices = [name for name, voice in kokoro_voices().items() if _has_sentences(voice.language)]
    with ProcessPoolExecutor(chosen.processes) as pool:
        for voice_id in pool.map(partial(hear, folder=chosen.corpus), voices):
            print(voice_id, flush=True)
    learn(chosen.corpus, chosen.out, chosen.steps, chosen.processes)


def learn(corpus: Path, out: Path, steps: int, threads: int) -> None:
    """Teach the listener what `hear` stored, and print how well it hears voices that it never heard."""
    machine = this_machine(threads)
    lessons = [_lesson(path) for path in sorted(corpus.glob("*.npz")) if ".part" not in path.name]
    moved = torch.cat([lesson.course for lesson in lessons]).std(0)
    used = moved > 0
    lessons = [Lesson(one.sound, one.course[:, used], one.counted) for one in lessons]
    # Small motions count for more than their size, but ones that hardly happen for little.
    weight = moved[used] / (moved[used] ** 2 + 0.05)
    weight /= weight.sum()
    tested = lessons[_TESTED // 2 :: _TESTED]
    learnt = [lesson for lesson in lessons if not any(lesson is one for one in tested)] or lessons
    heard = torch.cat([lesson.sound[::10].float() for lesson in learnt])
    torch.manual_seed(0)
    shape = DriverShape(heard.shape[1], int(used.sum()), width=OPTIONS.width)
    driver = Driver(shape, heard.mean(0), heard.std(0) + 1e-3).to(machine.device)
    length = np.array([len(lesson.course) for lesson in learnt], float)
    options = DriverOptions(steps=steps, width=OPTIONS.width)

    def step(done: float) -> None:
        print(f"\r{done:.1%}", end="", flush=True)

    teach(driver, learnt, length / length.sum(), weight, options, step)
    minutes = length.sum() / FPS / 60
    print(f"\r{len(learnt)} voices, {minutes:.0f} min; {int(used.sum())} units")
    for name, some in (("voices that were heard", learnt), ("other voices", tested)):
        if some:
            print(f"not told of {name}: {unexplained(driver.cpu(), some, weight):.3f}")
    export_listener(driver, out)


def _has_sentences(language: str) -> bool:
    try:
        return bool(sentences(language.split("-")[0]))
    except KeyError:
        return False


if __name__ == "__main__":
    main()
