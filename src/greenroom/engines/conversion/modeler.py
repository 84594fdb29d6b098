"""The voice modeler that learns a person's voice: it teaches the converter and the vocoder their recordings.

Both networks begin with weights that were learnt from the built-in voices (`base`); a few minutes of one
person then make them that person's. Any speech can be converted, so the voice speaks every language that a
built-in voice speaks.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from greenroom.engines.conversion.base import CONVERTER as BASE_CONVERTER
from greenroom.engines.conversion.base import VOCODER as BASE_VOCODER
from greenroom.engines.conversion.base import base_speaker, network_arrays
from greenroom.engines.conversion.choosing import base_voices
from greenroom.engines.conversion.engine import (
    CONVERTER,
    CONVERTER_ABROAD,
    CONVERTER_LIVE,
    NUMBERS,
    VOCODER,
    Conversion,
    ConvertedVoiceEngine,
    open_converter,
)
from greenroom.engines.conversion.material import (
    BASIC_S,
    first_of,
    hear_all,
    held_out_distance,
    kept_apart,
    learn_converter,
    seconds_of,
    spoken_of,
)
from greenroom.engines.conversion.spectrum import HOP, RATE
from greenroom.engines.conversion.speech import (
    Speaker,
    Speech,
    content_relative,
    manner_input,
    speaker_of,
)
from greenroom.engines.protocols import (
    EngineError,
    Pcm,
    Progress,
    Sex,
    SpeechStyle,
    VoiceOptions,
    VoiceRecording,
)
from greenroom.engines.registry import engine_threads, speech_engine_for, speech_engines
from greenroom.engines.simple_voice.colour import colour_of, distance_db
from greenroom.engines.voice_package import SAMPLE, close_package
from greenroom.engines.whisper.stream import AHEAD, STEP, EncoderStream
from greenroom.media.wav import write_wav

if TYPE_CHECKING:
    from greenroom.engines.conversion.learning import Followed

NAME = "conversion"
_LEAST_S = 20.0
_MALE_BELOW_HZ = 165.0
_LIVE_S = 180
"""Of the recordings from which the converter learns to follow; more gains little."""
_LIVE_BATCH = 48


@dataclass(slots=True, frozen=True)
class Effort:
    """How long the networks learn, in steps, and how long is chosen."""

    converter: int
    vocoder: int
    live: int
    """Steps in which a copy of the converter learns to follow a sound that comes."""
    voices: int = 6
    """Of each language that are tried as the one that speaks."""
    less: int = 0
    """Steps of a second converter that learns `BASIC_S` of the recordings, for the report; 0: none does."""


_BASIC = Effort(500, 300, 150)
EFFORTS = {
    "QUICK": Effort(20, 4, 2, voices=1),
    "BASIC": _BASIC,
    "MIDDLE": Effort(1000, 600, 250, less=_BASIC.converter),
    "ADVANCE": Effort(2000, 1200, 400, less=_BASIC.converter),
}
"""By edition; other ones learn as MIDDLE does."""


class ConversionModeler:
    """A `VoiceModeler`."""

    name = NAME

    def __init__(self, effort: Effort | None = None) -> None:
        """`effort`: in place of the edition's."""
        self._effort = effort

    def languages(self) -> Sequence[str]:
        """See `MultilingualModeler`: those of the built-in voices that the base weights know."""
        voices = [voice for engine in speech_engines() for voice in engine.voices()]
        return sorted({voice.language for voice in voices if base_speaker(voice.voice_id) is not None})

    def open(self, package_dir: Path) -> ConvertedVoiceEngine:
        return ConvertedVoiceEngine(package_dir, engine_threads())

    def train(
        self,
        recordings: Sequence[VoiceRecording],
        work_dir: Path,
        package_dir: Path,
        options: VoiceOptions,
        progress: Progress,
    ) -> dict[str, Any]:
        """See `VoiceModeler`. Takes some minutes; what is done is kept in `work_dir`."""
        speeches = hear_all(recordings, partial(_part, progress, "listening", 0.0, 0.08))
        seconds = seconds_of(speeches)
        if seconds < _LEAST_S:
            raise EngineError(
                f"{seconds:.1f} s of recordings are too little to learn a voice: give {_LEAST_S:.0f} s"
            )
        learnt, kept = kept_apart(speeches)
        person = speaker_of(learnt)
        building = work_dir / "building"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        effort = self._effort or EFFORTS.get(options.edition, EFFORTS["MIDDLE"])
        _learn(learnt, person, effort, work_dir, building, progress)
        np.savez(building / NUMBERS, allow_pickle=False, **person.to_arrays())
        sex = options.sex or (Sex.MALE if np.exp(person.pitch[0]) < _MALE_BELOW_HZ else Sex.FEMALE)
        conversion = Conversion(building, engine_threads())
        recorded = options.learnt_language.split("-")[0]
        bases = base_voices(
            conversion, recorded, sex, learnt, effort.voices,
            partial(_part, progress, "choosing the voices that speak", 0.92, 0.97),
        )  # fmt: skip
        own = options.language.split("-")[0]
        if own not in bases:
            raise EngineError(f"no built-in voice speaks {options.language!r}")
        progress("speaking a sample", 0.97)
        speaking = conversion if own == recorded else conversion.abroad()
        sample, plain = _say(speaking, bases[own], options.sample_text)
        write_wav(building / SAMPLE, sample, RATE)
        quality = _quality(kept, conversion, (sample, plain), person)
        quality |= {"recordings": len(recordings), "seconds": round(seconds, 1)}
        if effort.less:
            quality |= _basic(learnt, kept, effort.less, work_dir, progress)
        description = {
            "modeler": NAME,
            "note": "The voice of a person, learnt from recordings. What it says was not said by the person.",
            "name": options.name,
            "language": options.language,
            "sex": sex.value,
            "sample_rate": RATE,
            "base_voices": bases,
            "consent_sha256": options.consent_sha256,
            "licence": "for the uses that the authorization letter names",
            "learnt_from": {
                "recordings": len(recordings),
                "seconds": round(seconds, 1),
                "language": options.learnt_language,
            },
        }
        close_package(building, package_dir, description, quality)
        return quality


def _part(progress: Progress, stage: str, first: float, last: float, done: float) -> None:
    progress(stage, first + (last - first) * done)


def _learn(
    speeches: Sequence[Speech],
    person: Speaker,
    effort: Effort,
    work: Path,
    building: Path,
    progress: Progress,
) -> None:
    """Both networks, as files in `building`."""
    from greenroom.engines.conversion import export
    from greenroom.engines.conversion.learning import (
        LearningOptions,
        spectra_of,
        train_live,
        train_vocoder,
    )
    from greenroom.engines.conversion.networks import Converter, VocoderNetwork, VocoderShape
    from greenroom.engines.learning import this_machine

    machine = this_machine(engine_threads())
    spoken = spoken_of(speeches, person)
    converter = learn_converter(
        spoken, effort.converter, work / "converter.pt",
        partial(_part, progress, "learning the voice", 0.08, 0.5),
    )  # fmt: skip
    spectra = spectra_of(converter, spoken, machine)
    vocoder = VocoderNetwork(VocoderShape())
    export.begin_with(vocoder, network_arrays(BASE_VOCODER))
    sung = [replace(one.sung, mel=mel) for one, mel in zip(spoken, spectra, strict=True)]
    options = LearningOptions(effort.vocoder, learning_rate=5e-4, adversarial_from=0.0, stretch=False)
    train_vocoder(
        vocoder, sung, options, machine, work / "vocoder.pt",
        partial(_part, progress, "learning the sound", 0.5, 0.85),
    )  # fmt: skip
    live = Converter(converter.shape)
    live.load_state_dict(converter.cpu().state_dict())
    options = LearningOptions(effort.live, batch=_LIVE_BATCH, learning_rate=5e-4)
    train_live(
        live, _followed(speeches, person), options, machine, work / "live.pt",
        partial(_part, progress, "learning to follow", 0.87, 0.92),
    )  # fmt: skip
    export.export_converter(live, building / CONVERTER_LIVE)
    export.export_converter(converter, building / CONVERTER)
    abroad = export.abroad(converter, network_arrays(BASE_CONVERTER))
    export.export_converter(abroad, building / CONVERTER_ABROAD)
    export.export_vocoder(vocoder, building / VOCODER)


def _basic(
    learnt: Sequence[Speech], kept: Sequence[Speech], steps: int, work: Path, progress: Progress
) -> dict[str, Any]:
    """What the basic edition would have reached with as much of the recordings as it advises."""
    from greenroom.engines.conversion.export import export_converter

    some = first_of(learnt, BASIC_S)
    person = speaker_of(some)
    converter = learn_converter(
        spoken_of(some, person), steps, work / "less.pt",
        partial(_part, progress, "measuring what less would give", 0.975, 0.995),
    )  # fmt: skip
    export_converter(converter, work / "less.onnx")
    less = open_converter(work / "less.onnx", engine_threads())
    return {
        "basic_seconds": round(seconds_of(some), 1),
        "held_out_mel_distance_of_basic": held_out_distance(kept, less, person),
    }


def _followed(speeches: Sequence[Speech], person: Speaker) -> list[Followed]:
    """What the first of the recordings are to the converter while they come; at most `_LIVE_S` of them."""
    from greenroom.engines.conversion.learning import Followed

    found: list[Followed] = []
    left = _LIVE_S * RATE
    for one in speeches:
        if left <= 0:
            break
        left -= len(one.pcm)
        after = np.zeros((STEP + AHEAD) * 2 * HOP, np.float32)
        steps = np.stack(EncoderStream(RATE).push(np.concatenate([one.pcm, after])))
        content = content_relative(steps[: len(one.content) // STEP], person)
        found.append(Followed(content, manner_input(one, person), one.mel))
    return found


def _say(conversion: Conversion, base: str, text: str) -> tuple[Pcm, Pcm]:
    """A text in the person's voice, and in the built-in one. Both at `RATE`, as the built-in voices are."""
    source = base_speaker(base)
    assert source is not None
    made, plain = [], []
    for chunk in speech_engine_for(base).synthesize(text, base, SpeechStyle()):
        plain.append(chunk.pcm)
        made.append(conversion.convert(chunk.pcm, chunk.sample_rate, source))
    return np.concatenate(made), np.concatenate(plain)


def _quality(
    kept: Sequence[Speech], conversion: Conversion, said: tuple[Pcm, Pcm], person: Speaker
) -> dict[str, Any]:
    """How near the voice comes to recordings that were kept aside, beside how near the built-in voice was."""
    from greenroom.engines.conversion.tone import tone_of

    recorded = colour_of((one.pcm, RATE) for one in kept)

    def semitones(pcm: Pcm) -> float | None:
        tone = tone_of(pcm, RATE)
        if not tone.voiced.any():
            return None
        height = float(np.median(np.log(tone.hz[tone.voiced])))
        return round(abs(height - person.pitch[0]) * 12 / float(np.log(2)), 2)

    made, plain = said
    return {
        "modeler": NAME,
        "pitch_hz": round(float(np.exp(person.pitch[0])), 1),
        "pitch_distance_semitones": semitones(made),
        "pitch_distance_of_base_semitones": semitones(plain),
        "spectrum_distance_db": round(distance_db(colour_of([(made, RATE)]), recorded), 2),
        "spectrum_distance_of_base_db": round(distance_db(colour_of([(plain, RATE)]), recorded), 2),
        "held_out_mel_distance": held_out_distance(kept, conversion.converted, person),
    }
