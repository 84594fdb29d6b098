"""Write sound that comes piece by piece: WAV with 16-bit PCM, or MP3 (LAME), of any length."""

from __future__ import annotations

import os
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.float32]

MP3_BITRATE_BPS = 96_000
"""A channel; speech sounds as it did before."""


@dataclass(slots=True, frozen=True)
class SoundFormat:
    kind: str
    """`WAV` or `MP3`"""
    sample_rate: int
    channels: int = 1
    """All hold the same sound."""


def write_sound(path: Path, pieces: Iterable[Pcm], out: SoundFormat) -> None:
    """Write mono float32 sound in [-1, 1]. The file appears at `path` only when it is whole."""
    building = path.with_name(f"building-{path.name}")
    if out.kind == "MP3":
        _write_mp3(building, pieces, out)
    else:
        _write_wav(building, pieces, out)
    os.replace(building, path)


def _samples(piece: Pcm) -> npt.NDArray[np.int16]:
    return np.round(np.clip(piece, -1.0, 1.0) * 32767.0).astype("<i2")


def _write_wav(path: Path, pieces: Iterable[Pcm], out: SoundFormat) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(out.channels)
        file.setsampwidth(2)
        file.setframerate(out.sample_rate)
        for piece in pieces:
            file.writeframes(np.repeat(_samples(piece), out.channels).tobytes())


def _write_mp3(path: Path, pieces: Iterable[Pcm], out: SoundFormat) -> None:
    import av

    layout = "stereo" if out.channels == 2 else "mono"
    with av.open(str(path), "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=out.sample_rate, layout=layout)
        stream.bit_rate = MP3_BITRATE_BPS * out.channels
        at = 0
        for piece in pieces:
            samples = np.repeat(_samples(piece), out.channels).reshape(1, -1)
            if not samples.size:
                continue
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            frame.sample_rate, frame.pts = out.sample_rate, at
            at += len(piece)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
