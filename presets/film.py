"""Moments to files: H.264 pictures, their matte, sound."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from presets.speech_motion import FPS

GREEN = (30, 150, 60)
"""The screen behind the training footage, sRGB."""


def on_screen(picture: Any) -> Any:
    """[h, w, 3] uint8 in front of the green screen, from colour times coverage and coverage."""
    rest = 255 - picture[..., 3:].astype(np.uint16)
    screen = np.array(GREEN, np.uint16)
    return (picture[..., :3] + (screen * rest + 127) // 255).clip(0, 255).astype(np.uint8)


def spread_colour(picture: Any, reach: int = 12) -> Any:
    """[h, w, 3] uint8 whose colour goes on past the edge, so that no background shows when the matte is used."""
    alpha = picture[..., 3].astype(np.float32) / 255
    colour = picture[..., :3].astype(np.float32)
    soft_colour = cv2.blur(colour, (reach, reach))
    soft_alpha = cv2.blur(alpha, (reach, reach))
    near = soft_alpha > 0.004
    filled = np.where(near[..., None], soft_colour / np.maximum(soft_alpha, 0.004)[..., None], 96.0)
    inside = alpha > 0.98
    straight = colour + filled * (1 - alpha)[..., None]
    return np.where(inside[..., None], colour, straight).clip(0, 255).astype(np.uint8)


class Film:
    """One video file; close it."""

    def __init__(self, path: Path, size: tuple[int, int], grey: bool = False, crf: int = 16) -> None:
        self._file = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._stream = self._file.add_stream("libx264", rate=FPS)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, FPS)
        self._stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
        self._stream.codec_context.color_range = 1
        self._sound: Any = None
        self._grey = grey
        self._count = 0

    def add_sound(self, rate: int) -> None:
        self._sound = self._file.add_stream("aac", rate=rate)
        self._sound.layout = "mono"

    def add(self, picture: Any) -> None:
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(picture), format="gray" if self._grey else "rgb24"
        )
        frame.pts = self._count
        frame.time_base = Fraction(1, FPS)
        self._count += 1
        for packet in self._stream.encode(frame):
            self._file.mux(packet)

    def close(self, pcm: Any = None, rate: int = 24_000) -> None:
        if self._sound is not None and pcm is not None:
            for start in range(0, len(pcm), 1024):
                block = np.ascontiguousarray(pcm[None, start : start + 1024], np.float32)
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                frame.sample_rate = rate
                frame.pts = start
                frame.time_base = Fraction(1, rate)
                for packet in self._sound.encode(frame):
                    self._file.mux(packet)
            for packet in self._sound.encode(None):
                self._file.mux(packet)
        for packet in self._stream.encode(None):
            self._file.mux(packet)
        self._file.close()


def film(
    pictures: Iterable[Any],
    folder: Path,
    name: str,
    size: tuple[int, int],
    sound: tuple[Any, int] | None = None,
    screen: bool = False,
) -> None:
    """`name`.mp4 and `name`.alpha.mp4 in `folder`; with `screen` also `name`.screen.mp4 before the green screen."""
    colour = Film(folder / f"{name}.mp4", size)
    matte = Film(folder / f"{name}.alpha.mp4", size, grey=True)
    green = Film(folder / f"{name}.screen.mp4", size) if screen else None
    for target in (colour, green):
        if target is not None and sound is not None:
            target.add_sound(sound[1])
    for picture in pictures:
        colour.add(spread_colour(picture))
        matte.add(picture[..., 3])
        if green is not None:
            green.add(on_screen(picture))
    pcm, rate = sound or (None, 24_000)
    colour.close(pcm, rate)
    matte.close()
    if green is not None:
        green.close(pcm, rate)
