"""The simple voice modeler: honest about what it is, quick, and what a better one has to beat.

It takes the built-in voice of the language and sex that is nearest, moves its pitch to the person's and its
average spectrum to that of the recordings. The result has the person's pitch and the colour of their voice;
the way of speaking stays that of the built-in voice. It is no clone, and its manifest says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.pitch import pitch_track
from greenroom.engines.protocols import (
    EngineError,
    Pcm,
    Progress,
    Sex,
    SpeechStyle,
    VoiceOptions,
    VoiceRecording,
)
from greenroom.engines.registry import speech_engine_for
from greenroom.engines.simple_voice.colour import Colour, colour_of, distance_db, filter_between, recolour
from greenroom.engines.simple_voice.engine import NUMBERS, SimpleVoiceEngine
from greenroom.engines.voice_package import SAMPLE, close_package
from greenroom.media.wav import read_wav, write_wav

_BASES: dict[tuple[str, Sex], tuple[str, ...]] = {
    ("en", Sex.FEMALE): ("kokoro-af_heart", "kokoro-af_bella", "kokoro-bf_emma"),
    ("en", Sex.MALE): ("kokoro-am_michael", "kokoro-am_fenrir", "kokoro-bm_george"),
    ("zh", Sex.FEMALE): ("kokoro-zf_xiaobei", "kokoro-zf_xiaoyi"),
    ("zh", Sex.MALE): ("kokoro-zm_yunjian", "kokoro-zm_yunxi"),
}
_FAST_BASES: dict[tuple[str, Sex], tuple[str, ...]] = {("en", Sex.MALE): ("piper-en_US-joe",)}
"""For the BASIC edition: speech in a tenth of the time."""
_TEXTS = {
    "en": (
        "The quick boats passed under the bridge while children waved from the shore.",
        "Would you measure the height of that old church, please, and choose a good view?",
    ),
    "zh": (
        "湖边的小船慢慢划过石桥，孩子们在岸上挥手。",
        "请您把今天的日程再说一遍，我好记下来。",
    ),
}
_LEAST_S = 3.0
_MALE_BELOW_HZ = 165.0
_MOST_SHIFT = 1.3
"""Beyond a third of an octave a moved voice sounds like a cartoon."""


@dataclass(slots=True, frozen=True)
class _Portrait:
    """What is measured of a voice."""

    pitch_hz: float
    colour: Colour


class SimpleModeler:
    """A `VoiceModeler`."""

    name = "simple"

    def open(self, package_dir: Path) -> SimpleVoiceEngine:
        return SimpleVoiceEngine(package_dir)

    def train(
        self,
        recordings: Sequence[VoiceRecording],
        work_dir: Path,
        package_dir: Path,
        options: VoiceOptions,
        progress: Progress,
    ) -> dict[str, Any]:
        """See `VoiceModeler`. Takes some seconds for each base voice that is tried."""
        sounds = [read_wav(recording.path) for recording in recordings]
        seconds = sum(len(pcm) / rate for pcm, rate in sounds)
        if seconds < _LEAST_S:
            raise EngineError(
                f"{seconds:.1f} s of recordings are too little to learn a voice: give {_LEAST_S:.0f} s"
            )
        # Every fifth is kept aside, so that the report is of recordings the filter never saw.
        kept = sounds[4::5] or sounds
        learnt = (
            [sound for number, sound in enumerate(sounds) if number % 5 != 4] if len(sounds) >= 5 else sounds
        )
        person = _portrait(learnt)
        sex = options.sex or (Sex.MALE if person.pitch_hz < _MALE_BELOW_HZ else Sex.FEMALE)
        language = options.language.split("-")[0]
        progress("measuring", 0.1)
        base, plain = _nearest(_candidates(language, sex, options.edition), language, person, progress)
        ratio = _ratio(person.pitch_hz, plain.pitch_hz)
        moved = _said(base, language, ratio)
        coefficients = filter_between(colour_of(moved), person.colour)
        made = [(recolour(pcm, rate, coefficients), rate) for pcm, rate in moved]
        quality = _quality(_portrait(kept), plain, _portrait(made), seconds, len(sounds))
        progress("writing", 0.9)
        building = work_dir / "building"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        np.savez(building / NUMBERS, filter=coefficients, colour=person.colour)
        pcm, rate = _sample(base, ratio, coefficients, options.sample_text)
        write_wav(building / SAMPLE, pcm, rate)
        description = _description(options, sex, base, ratio, rate)
        description["learnt_from"] = {"recordings": len(sounds), "seconds": round(seconds, 1)}
        close_package(building, package_dir, description, quality)
        return quality


def _candidates(language: str, sex: Sex, edition: str) -> tuple[str, ...]:
    """Raises EngineError: no built-in voice speaks it."""
    fast = _FAST_BASES.get((language, sex)) if edition == "BASIC" else None
    found = fast or _BASES.get((language, sex))
    if found is None:
        raise EngineError(f"The simple modeler learns Chinese and English voices, not {language!r}.")
    return found


def _nearest(
    candidates: Sequence[str], language: str, person: _Portrait, progress: Progress
) -> tuple[str, _Portrait]:
    """The base voice that has to be changed least."""
    best: tuple[float, str, _Portrait] | None = None
    for number, voice_id in enumerate(candidates):
        portrait = _portrait(_said(voice_id, language, 1.0))
        semitones = abs(12 * np.log2(person.pitch_hz / portrait.pitch_hz))
        far = distance_db(portrait.colour, person.colour) + float(semitones)
        if best is None or far < best[0]:
            best = (far, voice_id, portrait)
        progress("listening to the built-in voices", 0.1 + 0.6 * (number + 1) / len(candidates))
    assert best is not None
    return best[1:]


def _portrait(sounds: Iterable[tuple[Pcm, int]]) -> _Portrait:
    """Raises EngineError: nobody speaks."""
    sounds = list(sounds)
    tracks = np.concatenate([pitch_track(pcm, rate) for pcm, rate in sounds])
    voiced = tracks[~np.isnan(tracks)]
    if len(voiced) < 50:
        raise EngineError(
            "no voice can be heard in the recordings: record them again, nearer to the microphone"
        )
    return _Portrait(float(np.median(voiced)), colour_of(sounds))


def _ratio(wanted_hz: float, base_hz: float) -> float:
    return float(np.clip(wanted_hz / base_hz, 1 / _MOST_SHIFT, _MOST_SHIFT))


def _said(voice_id: str, language: str, ratio: float) -> list[tuple[Pcm, int]]:
    engine = speech_engine_for(voice_id)
    style = SpeechStyle(pitch_percent=round(100 * ratio))
    return [
        (chunk.pcm, chunk.sample_rate)
        for text in _TEXTS[language]
        for chunk in engine.synthesize(text, voice_id, style)
    ]


def _sample(base: str, ratio: float, coefficients: Any, text: str) -> tuple[Pcm, int]:
    style = SpeechStyle(pitch_percent=round(100 * ratio))
    chunks = list(speech_engine_for(base).synthesize(text, base, style))
    rate = chunks[0].sample_rate
    return np.concatenate([recolour(chunk.pcm, rate, coefficients) for chunk in chunks]), rate


def _quality(
    person: _Portrait, plain: _Portrait, made: _Portrait, seconds: float, count: int
) -> dict[str, Any]:
    """How near the voice comes, beside how near the built-in voice was: on recordings kept aside."""

    def semitones(one: _Portrait) -> float:
        return round(float(abs(12 * np.log2(one.pitch_hz / person.pitch_hz))), 2)

    return {
        "modeler": SimpleModeler.name,
        "recordings": count,
        "seconds": round(seconds, 1),
        "pitch_hz": round(person.pitch_hz, 1),
        "pitch_distance_semitones": semitones(made),
        "pitch_distance_of_base_semitones": semitones(plain),
        "spectrum_distance_db": round(distance_db(made.colour, person.colour), 2),
        "spectrum_distance_of_base_db": round(distance_db(plain.colour, person.colour), 2),
    }


def _description(options: VoiceOptions, sex: Sex, base: str, ratio: float, rate: int) -> dict[str, Any]:
    return {
        "modeler": SimpleModeler.name,
        "note": "A built-in voice moved to a person's pitch and average spectrum. It is no clone.",
        "name": options.name,
        "language": options.language,
        "sex": sex.value,
        "sample_rate": rate,
        "base_voice": base,
        "pitch_ratio": round(ratio, 4),
        "consent_sha256": options.consent_sha256,
        "licence": "for the uses that the authorization letter names",
    }
