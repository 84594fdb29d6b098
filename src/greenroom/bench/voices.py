"""How near a learnt voice comes to its person, how well it is understood, and what it costs.

`GREENROOM_BENCH_RECORDINGS` names a folder of one person's recordings (WAV); every sixth is kept aside. The
voice is learnt in the basic edition, or taken from `GREENROOM_BENCH_VOICE`, the folder of a package that was
learnt from the other recordings. `GREENROOM_BENCH_RESEMBLYZER` is a Python with Resemblyzer, which measures
speakers' likeness; without it those figures are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.bench.speech import RECORDINGS_VARIABLE
from greenroom.bench.table import Row
from greenroom.engines.conversion.base import base_speaker
from greenroom.engines.conversion.engine import Conversion, learnt_language
from greenroom.engines.conversion.languages import language_of
from greenroom.engines.conversion.modeler import ConversionModeler
from greenroom.engines.conversion.spectrum import BANDS, FFT, HOP, RATE, sound_of, transform
from greenroom.engines.conversion.speech import hear
from greenroom.engines.conversion.streaming import ConversionStream
from greenroom.engines.conversion.tone import tone_of
from greenroom.engines.mel import mel_filters
from greenroom.engines.protocols import EngineError, Pcm, SpeechStyle, VoiceOptions, VoiceRecording
from greenroom.engines.registry import all_voices, speech_engine_for
from greenroom.engines.voice_package import VoicePackage
from greenroom.engines.whisper.error_rate import error_rate, unit_count
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.media.wav import read_wav, write_wav

VOICE_VARIABLE, RESEMBLYZER_VARIABLE = "GREENROOM_BENCH_VOICE", "GREENROOM_BENCH_RESEMBLYZER"
TEXTS: dict[str, tuple[str, ...]] = {
    "en": (
        "The ferry leaves at nine, so please be at the pier a little earlier.",
        "Have you ever tasted bread that was baked over an open fire?",
        "Our team answered more than two hundred questions during the first week.",
        "When the lights went out, everybody laughed and somebody began to sing.",
        "Put the small key under the blue flower pot, and do not tell anyone.",
        "In spring the river rises, and the lower path disappears for a month.",
        "She wrapped the old clock in a towel and carried it down the stairs.",
        "If it rains on Sunday, we will move the chairs into the barn.",
        "The baker knows every child in the street by name.",
        "Please turn the heating down before you leave the office tonight.",
        "He had forgotten his umbrella again, and nobody was surprised.",
        "Their smallest boat was painted green, the largest one dark red.",
    ),
    "zh": (
        "渡船九点开，请您提前一点到码头。",
        "我们团队在第一周回答了两百多个问题。",
        "灯灭了以后，大家都笑了，还有人开始唱歌。",
        "春天河水上涨，下面的小路会消失一个月。",
        "请在离开办公室之前把暖气关小一点。",
        "如果星期天下雨，我们就把椅子搬进屋里。",
        "面包师认识街上的每一个孩子。",
        "他又忘了带雨伞，谁也不觉得奇怪。",
        "最小的那条船是绿色的，最大的那条是红色的。",
        "会议结束以后，大家一起去吃晚饭。",
    ),
    "es": (
        "El barco sale a las nueve, así que llegue un poco antes al muelle.",
        "En primavera el río crece y el camino desaparece durante un mes.",
        "Por favor, baje la calefacción antes de salir de la oficina.",
        "Si llueve el domingo, llevaremos las sillas al granero.",
        "El panadero conoce a todos los niños de la calle.",
        "Otra vez olvidó su paraguas y nadie se sorprendió.",
    ),
    "fr": (
        "Le bateau part à neuf heures, alors venez un peu plus tôt.",
        "Au printemps, la rivière monte et le chemin disparaît pendant un mois.",
        "Baissez le chauffage avant de quitter le bureau, s'il vous plaît.",
        "S'il pleut dimanche, nous porterons les chaises dans la grange.",
        "Le boulanger connaît tous les enfants de la rue.",
        "Il a encore oublié son parapluie, et personne n'était surpris.",
    ),
    "ja": (
        "船は九時に出ますので、少し早めに来てください。",
        "春になると川の水が増えて、下の道は見えなくなります。",
        "オフィスを出る前に、暖房を少し下げてください。",
        "日曜日に雨が降ったら、椅子を家の中に運びましょう。",
        "パン屋さんは近所の子どもの名前を全部知っています。",
        "彼はまた傘を忘れましたが、誰も驚きませんでした。",
    ),
}
_HELD_OUT = 6
_JOB = Path(__file__).with_name("speaker_job.py")
_GRIFFIN_LIM = 60
_PASSAGE_S = 5.0
_OTHERS_GOAL = ">= 0.80"
_NAMES = {"en": "English", "zh": "Chinese", "es": "Spanish", "fr": "French", "ja": "Japanese"}


@dataclass(slots=True, frozen=True)
class _Person:
    learnt: tuple[Path, ...]
    held_out: tuple[Path, ...]


@dataclass(slots=True, frozen=True)
class _Said:
    """One language: sounds at `RATE`, of the clone and of the base voice."""

    made: tuple[Pcm, ...]
    plain: tuple[Pcm, ...]
    base: str
    speaking_s: float
    """Processor time that the base voice took."""


@dataclass(slots=True, frozen=True)
class _Live:
    """The English sentences, converted as they come."""

    made: tuple[Pcm, ...]
    late_ms: float
    """At most, without the computing."""
    real_time_factor: float
    """Processor time over the length of the sound."""


def run() -> list[Row]:
    """Raises EngineError: no recordings are named, or too few."""
    person = _person()
    with tempfile.TemporaryDirectory(prefix="bench-voices-") as folder:
        package, rows = _package(person, Path(folder))
        bases = VoicePackage.open(package).manifest["base_voices"]
        conversion = Conversion(package)
        recorded = learnt_language(VoicePackage.open(package).manifest)
        said = {
            language: _said(
                conversion if language == recorded else conversion.abroad(), bases[language], texts
            )
            for language, texts in TEXTS.items()
        }
        live = _streamed(conversion, said["en"])
        rows += _words(said, live)
        rows += _pitch(person, said["en"])
        rows += _costs(conversion, said["en"], live)
        copies = _copies(person, conversion)
        rows += _distances(copies)
        rows += _likeness(person, said, live, copies, Path(folder))
    return rows


def _person() -> _Person:
    folder = os.environ.get(RECORDINGS_VARIABLE, "")
    found = sorted(Path(folder).glob("*.wav")) if folder else []
    if len(found) < 2 * _HELD_OUT:
        raise EngineError(
            f"Set {RECORDINGS_VARIABLE} to a folder with {2 * _HELD_OUT} WAV files of one person."
        )
    held_out = found[::_HELD_OUT]
    return _Person(tuple(path for path in found if path not in held_out), tuple(held_out))


def _package(person: _Person, folder: Path) -> tuple[Path, list[Row]]:
    given = os.environ.get(VOICE_VARIABLE)
    if given:
        return Path(given), []
    options = VoiceOptions("Bench", "en-US", None, "BASIC", None, TEXTS["en"][0])
    recordings = [VoiceRecording(path, "") for path in person.learnt]
    started, package = time.perf_counter(), folder / "package"
    quality = ConversionModeler().train(
        recordings, folder / "work", package, options, lambda stage, done: None
    )
    minutes = round((time.perf_counter() - started) / 60, 2)
    extra = {"recordings_s": quality["seconds"], "cores": len(os.sched_getaffinity(0))}
    return package, [Row("training", minutes, "min", "", "<= 15", extra)]


def _said(conversion: Conversion, base: str, texts: Sequence[str]) -> _Said:
    source = base_speaker(base)
    assert source is not None
    made, plain = [], []
    speaking_s = 0.0
    for text in texts:
        assert language_of(text, "en") == base_language(base), text
        started = time.process_time()
        chunks = list(speech_engine_for(base).synthesize(text, base, SpeechStyle()))
        speaking_s += time.process_time() - started
        plain.append(np.concatenate([one.pcm for one in chunks]))
        made.append(np.concatenate([conversion.convert(one.pcm, RATE, source) for one in chunks]))
    return _Said(tuple(made), tuple(plain), base, speaking_s)


def base_language(voice_id: str) -> str:
    """`en`, `zh` ..."""
    return next(one.language for one in all_voices() if one.voice_id == voice_id).split("-")[0]


def _streamed(conversion: Conversion, said: _Said) -> _Live:
    source = base_speaker(said.base)
    assert source is not None
    made, delays = [], [0]
    started = time.process_time()
    for pcm in said.plain:
        stream = ConversionStream(conversion, RATE, source)
        parts, given, taken = [], 0, 0
        for at in range(0, len(pcm), RATE // 50):
            piece = pcm[at : at + RATE // 50]
            given += len(piece)
            delays.append(given - taken)
            parts.append(stream.push(piece))
            taken += len(parts[-1])
        made.append(np.concatenate([*parts, stream.flush()]))
    spent = time.process_time() - started
    seconds = sum(len(pcm) for pcm in said.plain) / RATE
    return _Live(tuple(made), 1000 * max(delays) / RATE, spent / seconds)


def _words(said: dict[str, _Said], live: _Live) -> list[Row]:
    recogniser = WhisperRecogniser(threads=len(os.sched_getaffinity(0)))
    rows = []
    for language, spoken in said.items():
        made, plain = (_wrong_percent(recogniser, sounds, language) for sounds in (spoken.made, spoken.plain))
        goal = {"en": "<= 3", "zh": "<= base + 2"}.get(language, "")
        reference = f"{spoken.base}, unconverted: {plain} %"
        rows.append(Row(f"error_rate_{language}", made, "%", reference, goal))
        if language == "en":
            wrong = _wrong_percent(recogniser, live.made, language)
            rows.append(Row("error_rate_stream", wrong, "%", f"the whole sentence at once: {made} %", ""))
    return rows


def _wrong_percent(recogniser: WhisperRecogniser, sounds: Sequence[Pcm], language: str) -> float:
    wrong = total = 0.0
    for text, pcm in zip(TEXTS[language], sounds, strict=True):
        units = unit_count(text, language)
        wrong += units * error_rate(text, recogniser.transcribe(pcm, RATE, language), language)
        total += units
    return round(100 * wrong / total, 2)


def _pitch(person: _Person, said: _Said) -> list[Row]:
    recorded = _semitones([read_wav(path) for path in person.held_out])
    made = _semitones([(pcm, RATE) for pcm in said.made])
    plain = _semitones([(pcm, RATE) for pcm in said.plain])
    rows = []
    for name, index, goal in (("median", 0, "<= 1"), ("spread", 1, "<= 1.5")):
        value, base = (round(abs(one[index] - recorded[index]), 2) for one in (made, plain))
        rows.append(Row(f"pitch_{name}_distance", value, "semitones", f"{said.base}: {base}", goal))
    return rows


def _semitones(sounds: Sequence[tuple[Pcm, int]]) -> tuple[float, float]:
    """Median and spread (the quartiles', as of a normal distribution) of the pitch."""
    tones = [tone_of(pcm, rate) for pcm, rate in sounds]
    voiced = 12 * np.log2(np.concatenate([tone.hz[tone.voiced] for tone in tones]) / 100.0)
    low, middle, high = np.quantile(voiced, (0.25, 0.5, 0.75))
    return float(middle), float((high - low) / 1.349)


def _costs(conversion: Conversion, said: _Said, live: _Live) -> list[Row]:
    source = base_speaker(said.base)
    assert source is not None
    seconds = sum(len(pcm) for pcm in said.plain) / RATE
    started = time.process_time()
    for pcm in said.plain:
        conversion.convert(pcm, RATE, source)
    whole = (time.process_time() - started) / seconds
    kokoro = f"{said.base} itself, processor time: {said.speaking_s / seconds:.2f}"
    return [
        Row("conversion_real_time_factor", round(whole, 3), "", kokoro, "<= 0.25"),
        Row("stream_real_time_factor", round(live.real_time_factor, 3), "", kokoro, ""),
        Row("stream_latency", round(live.late_ms), "ms", "without the computing", "<= 200"),
    ]


@dataclass(slots=True, frozen=True)
class _Copies:
    """Held-out recordings, and what becomes of them on the way through a spectrum."""

    recorded: tuple[Pcm, ...]
    vocoder: tuple[Pcm, ...]
    griffin_lim: tuple[Pcm, ...]


def _copies(person: _Person, conversion: Conversion) -> _Copies:
    speeches = [hear(*read_wav(path)) for path in person.held_out]
    recorded = tuple(speech.pcm for speech in speeches)
    vocoder = tuple(conversion.vocoder.sound(speech.mel, speech.tone) for speech in speeches)
    return _Copies(recorded, vocoder, tuple(griffin_lim(speech.mel) for speech in speeches))


def griffin_lim(mel: npt.NDArray[np.float32], rounds: int = _GRIFFIN_LIM) -> Pcm:
    """A sound of the spectrum by Griffin and Lim's method (1984), from phases of chance."""
    inverse = np.linalg.pinv(mel_filters(RATE, FFT, BANDS))
    magnitude = np.maximum(np.exp(mel) @ inverse.T, 1e-7)
    chance = np.random.default_rng(0)
    phase = np.exp(2j * np.pi * chance.random(magnitude.shape))
    samples = len(mel) * HOP
    for _ in range(rounds):
        spectrum = transform(sound_of((magnitude * phase).astype(np.complex64), samples))
        phase = spectrum / np.maximum(np.abs(spectrum), 1e-9)
    return sound_of((magnitude * phase).astype(np.complex64), samples)


def spectral_distance_db(made: Pcm, wanted: Pcm) -> float:
    """Root mean square over the bins, mean over the frames; 80 dB below the loudest is nothing."""
    levels = [20 * np.log10(np.abs(transform(pcm)) + 1e-9) for pcm in (made, wanted)]
    floor = levels[1].max() - 80
    one, other = (np.maximum(level, floor) for level in levels)
    count = min(len(one), len(other))
    return float(np.sqrt(np.mean((one[:count] - other[:count]) ** 2, axis=1)).mean())


def _distances(copies: _Copies) -> list[Row]:
    ours, theirs = (
        float(np.mean([spectral_distance_db(*pair) for pair in zip(made, copies.recorded, strict=True)]))
        for made in (copies.vocoder, copies.griffin_lim)
    )
    reference = f"Griffin-Lim, {_GRIFFIN_LIM} rounds: {theirs:.2f}"
    return [Row("vocoder_spectral_distance", round(ours, 2), "dB", reference, "<= half of Griffin-Lim")]


def _likeness(
    person: _Person, said: dict[str, _Said], live: _Live, copies: _Copies, folder: Path
) -> list[Row]:
    python = os.environ.get(RESEMBLYZER_VARIABLE)
    if not python:
        return [
            Row(
                "likeness", "not measured", "", f"set {RESEMBLYZER_VARIABLE} to a Python with Resemblyzer", ""
            )
        ]
    groups: dict[str, Sequence[Pcm]] = {f"made_{name}": _joined(one.made) for name, one in said.items()}
    groups |= {f"plain_{name}": _joined(one.plain) for name, one in said.items()}
    groups["stream"] = _joined(live.made)
    groups |= {"recorded": copies.recorded, "vocoder": copies.vocoder, "griffin_lim": copies.griffin_lim}
    paths: dict[str, list[Path]] = {"learnt": list(person.learnt)}
    for name, sounds in groups.items():
        paths[name] = [folder / f"{name}-{number}.wav" for number in range(len(sounds))]
        for path, pcm in zip(paths[name], sounds, strict=True):
            write_wav(path, pcm, RATE)
    found = embedded(python, paths)
    centre = found["learnt"].mean(axis=0)
    centre /= np.linalg.norm(centre)
    to_centre = float((found["recorded"] @ centre).mean())
    own = f"the person's own recordings: {_pairs(found, 'recorded'):.3f} ({to_centre:.3f})"
    rows = []
    for language, one in said.items():
        name = f"made_{language}"
        reference = f"{own}; {one.base}, unconverted: {_pairs(found, f'plain_{language}'):.3f}"
        goal = ">= 0.86" if language == "en" else _OTHERS_GOAL
        extra = {"to_the_mean_of_all": round(float((found[name] @ centre).mean()), 3)}
        rows.append(Row(f"likeness_{language}", round(_pairs(found, name), 3), "", reference, goal, extra))
    whole = f"the whole sentence at once: {_pairs(found, 'made_en'):.3f}"
    rows.append(Row("likeness_stream", round(_pairs(found, "stream"), 3), "", whole, ""))
    copied, theirs = (
        float((found[name] * found["recorded"]).sum(axis=1).mean()) for name in ("vocoder", "griffin_lim")
    )
    reference = f"Griffin-Lim: {theirs:.3f}"
    return [*rows, Row("vocoder_likeness", round(copied, 3), "", reference, ">= 0.97")]


def _joined(sounds: Sequence[Pcm]) -> list[Pcm]:
    """Sentences joined to passages as long as the recordings: of short sounds less is known."""
    passages: list[list[Pcm]] = [[]]
    for pcm in sounds:
        if sum(map(len, passages[-1])) >= _PASSAGE_S * RATE:
            passages.append([])
        passages[-1].append(pcm)
    return [np.concatenate(one) for one in passages]


def _pairs(found: dict[str, npt.NDArray[np.float64]], name: str) -> float:
    """Mean cosine between each of the sounds and each recording that the voice was learnt from."""
    return float((found[name] @ found["learnt"].T).mean())


def embedded(python: str, paths: dict[str, list[Path]]) -> dict[str, npt.NDArray[np.float64]]:
    """Raises EngineError: Resemblyzer failed."""
    flat = [str(path) for group in paths.values() for path in group]
    done = subprocess.run(
        [python, str(_JOB)], input=json.dumps(flat), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise EngineError(f"Resemblyzer failed: {done.stderr.strip()[-300:]}")
    embeddings = np.asarray(json.loads(done.stdout))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    ends = np.cumsum([len(group) for group in paths.values()])[:-1]
    return dict(zip(paths, np.split(embeddings, ends), strict=True))
