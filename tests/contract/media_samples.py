"""Small real media files, made on the spot."""

from __future__ import annotations

import io
import wave
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import cv2
import numpy as np


def png(width: int = 64, height: int = 36) -> bytes:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (40, 90, 200)
    return bytes(cv2.imencode(".png", picture)[1].tobytes())


def wav(seconds: float = 1.0, rate: int = 16000) -> bytes:
    times = np.arange(int(seconds * rate)) / rate
    sound = (8000 * np.sin(2 * np.pi * 220 * times)).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    return out.getvalue()


@cache
def mp4(frames: int = 50, width: int = 160, height: int = 90) -> bytes:
    """H.264 at 25 frames a second; the index comes first, so that a cut file still opens."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sample.mp4"
        _write_mp4(path, frames, width, height)
        return path.read_bytes()


def _write_mp4(path: Path, frames: int, width: int, height: int) -> None:
    with av.open(path, "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, 25)
        noise = np.random.default_rng(7)
        for index in range(frames):
            picture = noise.integers(0, 255, (height, width, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
