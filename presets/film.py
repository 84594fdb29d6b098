"""Moments to footage: H.264 pictures before a green screen, with sound, as a camera would record them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numba
import numpy as np

from presets.speech_motion import FPS

GREEN = (30, 150, 60)
"""The screen, sRGB."""
_BLOCK = 1024
"""Samples that are handed to the encoder at a time."""


def on_screen(picture: Any) -> Any:
    """[h, w, 3] uint8 in front of the green screen, from [h, w, 4] colour times coverage and coverage."""
    return _on_screen(picture, np.array(GREEN, np.uint16))


@numba.njit(cache=True)
def _on_screen(picture, screen):  # type: ignore[no-untyped-def]
    height, width, _ = picture.shape
    out = np.empty((height, width, 3), np.uint8)
    for row in range(height):
        for column in range(width):
            rest = 255 - picture[row, column, 3]
            for channel in range(3):
                colour = picture[row, column, channel] + (screen[channel] * rest + 127) // 255
                out[row, column, channel] = min(colour, 255)
    return out


class Film:
    """One video file; it has its name when it is whole."""

    def __init__(self, path: Path, size: tuple[int, int], sound_rate: int, crf: int = 13) -> None:
        self._path = path
        self._part = path.with_name(f"part-{path.name}")
        self._file = av.open(str(self._part), "w", options={"movflags": "+faststart"})
        self._stream = self._file.add_stream("libx264", rate=FPS)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, FPS)
        self._stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        self._sound = self._file.add_stream("aac", rate=sound_rate)
        self._sound.layout = "mono"
        self._rate = sound_rate
        self.frames = 0

    def add(self, picture: Any) -> None:
        """A picture as `Performer.draw` makes it."""
        frame = av.VideoFrame.from_ndarray(on_screen(picture), format="rgb24")
        frame.pts = self.frames
        frame.time_base = Fraction(1, FPS)
        self.frames += 1
        for packet in self._stream.encode(frame):
            self._file.mux(packet)

    def close(self, pcm: Any) -> None:
        """Lay the sound under it, cut or filled with silence to the pictures' length."""
        length = self.frames * self._rate // FPS
        pcm = np.pad(pcm[:length], (0, max(0, length - len(pcm)))).astype(np.float32)
        for start in range(0, length, _BLOCK):
            block = np.ascontiguousarray(pcm[None, start : start + _BLOCK])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate = self._rate
            frame.pts = start
            frame.time_base = Fraction(1, self._rate)
            for packet in self._sound.encode(frame):
                self._file.mux(packet)
        for stream in (self._sound, self._stream):
            for packet in stream.encode(None):
                self._file.mux(packet)
        self._file.close()
        self._part.replace(self._path)
