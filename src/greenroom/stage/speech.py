"""Speech for a performance: from text or from a recording, as one piece or clause by clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from greenroom.engines import registry
from greenroom.engines.protocols import (
    EngineError,
    Pcm,
    PhonemeSpan,
    SpeechChunk,
    SpeechMark,
    SpeechStyle,
    Vocabulary,
    WordSpan,
)

RECORDING_RATE = 24_000
"""Recordings are brought to this rate, samples a second."""
LONGEST_RECORDING_S = 3_600


class RecordingError(EngineError):
    """An audio file cannot be used; the text says why and what to do."""


@dataclass(slots=True, frozen=True)
class Speech:
    pcm: Pcm
    sample_rate: int
    phonemes: tuple[PhonemeSpan, ...] | None
    """They tile the sound from first to last sample; None for a recording, and where the engine that spoke
    does not know them."""
    words: tuple[WordSpan, ...] | None
    text: str
    """What is said; empty for a recording."""
    marks: tuple[SpeechMark, ...] = ()
    """Of SSML, in the order of their times."""

    @property
    def duration_s(self) -> float:
        return len(self.pcm) / self.sample_rate


def speak(text: str, voice_id: str, style: SpeechStyle | None = None, vocabulary: Vocabulary = ()) -> Speech:
    """Say a text or SSML with a voice, all of it at once.

    Raises:
        SpeechTextError: the text is empty, too long, or in a script that the voice cannot read.
        VoiceNotFoundError: no such voice.
        MissingWeightsError: the voice's model is not on this machine.
    """
    return join_chunks(stream_speech(text, voice_id, style, vocabulary))


def stream_speech(
    text: str, voice_id: str, style: SpeechStyle | None = None, vocabulary: Vocabulary = ()
) -> Iterator[SpeechChunk]:
    """Say a text clause by clause. Raises as `speak` does, before the first clause."""
    engine = registry.speech_engine_for(voice_id)
    return engine.synthesize(text, voice_id, style or SpeechStyle(), vocabulary)


def join_chunks(chunks: Iterable[SpeechChunk]) -> Speech:
    """One piece of speech from its clauses, times counted from the first sample of all."""
    pcm: list[Pcm] = []
    phonemes: list[PhonemeSpan] = []
    words: list[WordSpan] = []
    marks: list[SpeechMark] = []
    texts: list[str] = []
    offset = sample_rate = 0
    for chunk in chunks:
        sample_rate = chunk.sample_rate
        for span in chunk.phonemes:
            start = offset + span.start_sample
            if phonemes and phonemes[-1].symbol == span.symbol == "sil":
                start = phonemes.pop().start_sample
            phonemes.append(PhonemeSpan(span.symbol, start, offset + span.end_sample))
        words += [WordSpan(w.text, offset + w.start_sample, offset + w.end_sample) for w in chunk.words]
        marks += [replace(mark, sample=offset + mark.sample) for mark in chunk.marks]
        texts.append(chunk.text)
        pcm.append(chunk.pcm)
        offset += len(chunk.pcm)
    sound = np.concatenate(pcm) if pcm else np.zeros(0, np.float32)
    timed = tuple(phonemes) if phonemes else None
    return Speech(sound, sample_rate, timed, tuple(words), " ".join(texts), tuple(marks))


def speech_from_audio(path: Path) -> Speech:
    """Speech from a recording (WAV, MP3, M4A and whatever FFmpeg decodes), mono, at `RECORDING_RATE`.

    Raises:
        RecordingError: not sound, damaged, silent, empty or too long.
    """
    pcm = _decode(path)
    if len(pcm) < RECORDING_RATE // 10:
        raise RecordingError(
            f"'{path.name}' holds no sound. Give a recording of at least a tenth of a second."
        )
    if not np.any(np.abs(pcm) > 1e-4):
        raise RecordingError(f"'{path.name}' is silent. Check the recording level and record again.")
    return Speech(np.clip(pcm, -1, 1), RECORDING_RATE, None, None, "")


def _decode(path: Path) -> Pcm:
    import av

    blocks: list[Pcm] = []
    samples = 0
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise RecordingError(f"'{path.name}' has no sound track. Give a WAV, MP3 or M4A file.")
            resampler = av.AudioResampler(format="fltp", rate=RECORDING_RATE)
            for frame in chain(container.decode(audio=0), [None]):
                for resampled in resampler.resample(frame):
                    blocks.append(resampled.to_ndarray().mean(axis=0, dtype=np.float32))
                    samples += len(blocks[-1])
                if samples > LONGEST_RECORDING_S * RECORDING_RATE:
                    raise RecordingError(
                        f"'{path.name}' is longer than {LONGEST_RECORDING_S // 60} minutes. "
                        "Cut it into parts."
                    )
    except FileNotFoundError as error:
        raise RecordingError(f"There is no file '{path}'.") from error
    except (av.FFmpegError, ValueError) as error:
        raise RecordingError(
            f"'{path.name}' cannot be decoded as sound. Give a WAV, MP3 or M4A file."
        ) from error
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def write_wav(speech: Speech, path: Path) -> None:
    """Write 16-bit mono PCM WAV."""
    import wave

    samples = np.round(np.clip(speech.pcm, -1, 1) * 32_767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(speech.sample_rate)
        out.writeframes(samples.tobytes())
