"""The heavy work of an audition, run in a supervised child process."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from greenroom.engines.protocols import Pcm, Progress, SpeechChunk, SpeechStyle, vocabulary_from_json
from greenroom.voices.text import pieces


def speak(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{text, voice_id, speed_percent, pitch_percent, volume_percent, channels, vocabulary, out}`: write a
    WAV file."""
    from greenroom.stage.speech import join_chunks, stream_speech

    style = SpeechStyle(payload["speed_percent"], payload["pitch_percent"], payload["volume_percent"])
    vocabulary = vocabulary_from_json(payload.get("vocabulary"))
    parts = list(pieces(payload["text"]))

    def chunks() -> Iterator[SpeechChunk]:
        for number, part in enumerate(parts):
            progress("speaking", number / len(parts))
            yield from stream_speech(part, payload["voice_id"], style, vocabulary)

    speech = join_chunks(chunks())
    write_pcm16(Path(payload["out"]), speech.pcm, speech.sample_rate, payload["channels"])
    return {"seconds": len(speech.pcm) / speech.sample_rate}


def write_pcm16(path: Path, pcm: Pcm, sample_rate: int, channels: int) -> None:
    """A WAV file of 16-bit samples; two channels hold the same sound."""
    samples = (np.clip(pcm, -1.0, 1.0) * 32767.0).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
