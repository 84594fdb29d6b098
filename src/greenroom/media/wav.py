"""Plain WAV files, mono, 16 bit: how sound travels between the stages of a job."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.media.errors import NotMediaError

Pcm = npt.NDArray[np.float32]


def write_wav(path: Path, pcm: Pcm, sample_rate: int) -> None:
    """Write mono float32 sound in [-1, 1] as 16-bit PCM; what lies outside is clipped."""
    samples = np.round(np.clip(pcm, -1.0, 1.0) * 32767.0).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(samples.tobytes())


def read_wav(path: Path) -> tuple[Pcm, int]:
    """Mono float32 sound and its rate; several channels are averaged.

    Raises:
        NotMediaError: not a WAV file with 16-bit PCM.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise NotMediaError(f"{path.name} is not a 16-bit PCM WAV file.")
            channels, rate = file.getnchannels(), file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    except (wave.Error, EOFError) as error:
        raise NotMediaError(f"{path.name} is not a 16-bit PCM WAV file.") from error
    return (samples.reshape(-1, channels).mean(axis=1) / 32768.0).astype(np.float32), rate
