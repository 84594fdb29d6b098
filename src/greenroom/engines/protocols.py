"""What an engine is: the small interfaces that the pipeline calls and that any model can stand behind.

Conventions: sound is mono float32 in [-1, 1]; pictures are uint8 BGR arrays of shape [height, width, 3];
times are sample or frame indices, never wall-clock; a video runs at `VIDEO_FPS` unless a parameter says
otherwise. Engines import no product context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.float32]
"""Mono sound, float32 in [-1, 1], shape [samples]."""
Image = npt.NDArray[np.uint8]
"""BGR picture, uint8, shape [height, width, 3]."""

VIDEO_FPS = 25


class Sex(StrEnum):
    FEMALE = "FEMALE"
    MALE = "MALE"


@dataclass(slots=True, frozen=True)
class Voice:
    """A built-in voice as an engine offers it."""

    voice_id: str
    """Unique over all engines and stable between releases, for example `kokoro-af_heart`."""
    engine: str
    name: str
    language: str
    """BCP 47, for example `en-US`, `zh-CN`."""
    sex: Sex
    licence: str
    sample_rate: int


@dataclass(slots=True, frozen=True)
class PhonemeSpan:
    """One phoneme as the synthesis model timed it."""

    symbol: str
    """IPA without stress marks; `sil` for a pause."""
    start_sample: int
    end_sample: int


@dataclass(slots=True, frozen=True)
class WordSpan:
    """One word (or one Chinese character group) of the text and when it is said."""

    text: str
    start_sample: int
    end_sample: int


@dataclass(slots=True, frozen=True)
class SpeechMark:
    """A mark of SSML in the sound: where the word after it begins, or where the last word ends."""

    name: str
    """Of an action: its tag."""
    sample: int
    is_action: bool


@dataclass(slots=True, frozen=True)
class SpeechChunk:
    """One clause of speech. Spans are relative to the chunk's first sample and do not overlap."""

    pcm: Pcm
    sample_rate: int
    phonemes: tuple[PhonemeSpan, ...]
    """They tile the sound; none where the engine does not know them: then the mouth follows the sound."""
    words: tuple[WordSpan, ...]
    text: str
    marks: tuple[SpeechMark, ...] = ()


@dataclass(slots=True, frozen=True)
class SpeechStyle:
    """How to say it; 100 is the voice's own manner."""

    speed_percent: int = 100
    """50..200"""
    pitch_percent: int = 100
    """50..200"""
    volume_percent: int = 100
    """0..200"""


class ReadingKind(StrEnum):
    """How a tenant says what a written word sounds like; the wire's names."""

    CHINESE_G2P = "CHINESE_G2P"
    """Pinyin with tones."""
    PHONETIC_SYMBOL = "PHONETIC_SYMBOL"
    """The International Phonetic Alphabet."""
    CONTINUUM = "CONTINUUM"
    """One word, which is not divided."""
    ALIAS = "ALIAS"
    """Other words."""
    SAY_AS = "SAY_AS"
    """date, number, figure, telephone, spell or english."""


@dataclass(slots=True, frozen=True)
class Pronunciation:
    """How something that is written is said."""

    kind: ReadingKind
    key: str
    """As it is written."""
    value: str
    """What the kind says it is."""

    @classmethod
    def from_json(cls, data: Sequence[str]) -> Pronunciation:
        """From what `to_json` gave."""
        kind, key, value = data
        return cls(ReadingKind(kind), key, value)

    def to_json(self) -> list[str]:
        return [self.kind.value, self.key, self.value]


Vocabulary = tuple[Pronunciation, ...]
"""What holds for one text; each key stands in it once."""


def vocabulary_to_json(vocabulary: Vocabulary) -> list[list[str]]:
    """For plans and for the payloads of child processes."""
    return [entry.to_json() for entry in vocabulary]


def vocabulary_from_json(data: Sequence[Sequence[str]] | None) -> Vocabulary:
    """From what `vocabulary_to_json` gave; None, as plans of earlier versions have it, holds nothing."""
    return tuple(Pronunciation.from_json(entry) for entry in data or ())


class SpeechEngine(Protocol):
    """Text to speech."""

    name: str

    def voices(self) -> Sequence[Voice]:
        """The voices that this engine can speak with, without loading its model."""

    def synthesize(
        self, text: str, voice_id: str, style: SpeechStyle, vocabulary: Vocabulary = ()
    ) -> Iterator[SpeechChunk]:
        """Speak a text or SSML clause by clause; the first chunk comes before the second is computed.

        What a tag says goes before the vocabulary, and the vocabulary before what the engine knows.

        Raises:
            SpeechTextError: the text is empty, or in a script that the voice's language front cannot read.
            VoiceNotFoundError: no such voice.
        """


@runtime_checkable
class QuickSpeechEngine(Protocol):
    """A `SpeechEngine` that can speak much faster with the same voices, if a little less finely."""

    def quick(self) -> SpeechEngine:
        """The engine for conversation: its first sound comes within some 300 ms on one thread."""


class SpeechStream(Protocol):
    """Speech in another voice, as it comes."""

    def push(self, pcm: Pcm) -> Pcm:
        """What can be said by now, of the same sample rate; often nothing."""

    def flush(self) -> Pcm:
        """The rest, when no more comes. All of it together is as long as what was pushed."""


@runtime_checkable
class ConvertingSpeechEngine(Protocol):
    """A `SpeechEngine` whose voice also says what somebody else has said, or is saying."""

    def convert(self, pcm: Pcm, sample_rate: int, language: str | None = None) -> Pcm:
        """The same words in its voice: as long, as loud, no sample later.

        Args:
            language: of what is said, as `en`; None: that in which the voice was recorded.

        Raises:
            EngineError: nobody speaks.
        """

    def follow(self, sample: Pcm, sample_rate: int) -> SpeechStream:
        """What is pushed there comes back in its voice, some 180 ms later.

        Args:
            sample: some seconds of who is going to speak.

        Raises:
            EngineError: nobody speaks in the sample.
        """


@dataclass(slots=True, frozen=True)
class FaceTrack:
    """Face landmarks over a clip. Frames with no face hold NaN."""

    landmarks: npt.NDArray[np.float32]
    """[frames, 478, 3] in pixels of the frame; the indices are MediaPipe's face mesh."""
    presence: npt.NDArray[np.float32]
    """[frames] in 0..1: how sure the tracker is that the landmarks lie on a face."""
    face_count: npt.NDArray[np.int16]
    """[frames]: faces seen by the detector where it ran, else -1."""
    fps: float
    frame_size: tuple[int, int]
    """width, height"""


class FaceTracker(Protocol):
    def track(self, frames: Iterator[Image], fps: float) -> FaceTrack: ...


class Matter(Protocol):
    """Cuts a person out of the picture."""

    name: str

    def alpha(self, frame: Image) -> npt.NDArray[np.uint8]:
        """The person's opacity, [height, width], 0..255."""


@runtime_checkable
class Recogniser(Protocol):
    def transcribe(self, pcm: Pcm, sample_rate: int, language: str | None = None) -> str: ...


class Decision(StrEnum):
    """What is to happen with content, from the mildest to the strictest."""

    PASS = "PASS"
    DOUBT = "DOUBT"
    """A person decides."""
    REFUSE = "REFUSE"


@dataclass(slots=True, frozen=True)
class Finding:
    """One thing that a moderator noticed."""

    moderator: str
    category: str
    """sexual, violence, hate, self-harm, drugs, gambling, fraud, extremism, abuse, personal, or one's own."""
    decision: Decision
    score: float
    """0..1: how sure the moderator is."""
    detail: str
    """For the reviewer: the words, or the class of the picture."""
    place: str = ""
    """Where: the field, or the time in a recording."""


@runtime_checkable
class Moderator(Protocol):
    """Judges whether content is fit. One that knows only texts or only pictures finds nothing in the other.

    It must be safe to call from several threads, and must not touch the network unless it was configured to.
    """

    name: str
    reads_text: bool
    sees_pictures: bool

    def review_text(self, text: str) -> Sequence[Finding]:
        """What is wrong with a text of any language and up to some 100,000 characters; empty if nothing."""

    def review_picture(self, picture: Image) -> Sequence[Finding]:
        """What is wrong with a picture; empty if nothing."""


class Progress(Protocol):
    """Called by long work. Raises `CancelledError` of the caller's choosing to stop it."""

    def __call__(self, stage: str, done: float) -> None:
        """`done` runs from 0 to 1 over the whole work and never goes back."""


class EngineError(Exception):
    """Base of the errors that an engine raises for its input; the text is fit for a user."""


class SpeechTextError(EngineError):
    pass


class VoiceNotFoundError(EngineError):
    pass


class FootageError(EngineError):
    pass


class AvatarPackageError(EngineError):
    """The avatar package at a path is missing, damaged or of another format version."""


@dataclass(slots=True, frozen=True)
class AvatarSource:
    """What the image modeling starts from."""

    footage: Path
    name: str
    consent: Path | None
    """The signed authorization letter, or None for synthetic people."""
    marks: Path | None = None
    """JSON: where in the footage the person speaks, idles and acts. None: they speak all the time."""


@dataclass(slots=True, frozen=True)
class VoiceRecording:
    """One recording that a voice is learnt from; it was checked and found good enough."""

    path: Path
    """A WAV file, mono, 16 bit, at its own rate."""
    text: str
    """What is said in it."""


@dataclass(slots=True, frozen=True)
class VoiceOptions:
    """What a voice is to be."""

    name: str
    language: str
    """BCP 47 of what it mostly speaks: of the recordings, `zh-CN` or `en-US`, or another one of a
    `MultilingualModeler`."""
    sex: Sex | None
    edition: str
    """BASIC, MIDDLE, ADVANCE, ...: how much may be spent on it; QUICK for a rough one."""
    consent_sha256: str | None
    """Of the signed authorization letter; None for people who do not exist."""
    sample_text: str
    """What its sample says."""
    recorded_language: str | None = None
    """BCP 47 of the recordings; None: `language`."""

    @property
    def learnt_language(self) -> str:
        return self.recorded_language or self.language


class VoiceModeler(Protocol):
    """Learns a voice from recordings, and speaks with what it has learnt.

    What it learns is a folder that can be zipped and moved: see `engines.voice_package`, which writes and
    reads the manifest. No pickle is ever loaded from it.
    """

    name: str
    """Stands in the manifest; says which modeler opens a package."""

    def train(
        self,
        recordings: Sequence[VoiceRecording],
        work_dir: Path,
        package_dir: Path,
        options: VoiceOptions,
        progress: Progress,
    ) -> dict[str, Any]:
        """Write the package, which appears in `package_dir` only when it is whole; its quality report.

        Called again with the same `work_dir` it goes on where it was cut off.

        Raises:
            EngineError: the recordings do not do; the text says why and what to do.
        """

    def open(self, package_dir: Path) -> SpeechEngine:
        """An engine with one voice. Its id is the manifest's; whoever asks gives it another by that id.

        Raises:
            VoicePackageError: the package is damaged, or of another modeler or version.
        """


@runtime_checkable
class MultilingualModeler(Protocol):
    """A `VoiceModeler` whose voices speak languages that they were not recorded in."""

    def languages(self) -> Sequence[str]:
        """BCP 47; `VoiceOptions.language` may be any of them."""


class VoicePackageError(EngineError):
    """A package of a trained voice is missing, damaged or of another format version."""
