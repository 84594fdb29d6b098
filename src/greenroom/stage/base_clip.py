"""Frames of an avatar's base clip, in any order, within a memory budget.

The clip is decoded block by block (from one keyframe to the next), so playing it backwards costs no more than
forwards. Blocks that were used last stay in memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import AvatarPackageError, Image
from greenroom.media.colour import FrameReader

Alpha = npt.NDArray[np.uint8]

_NOISE = 6
"""Levels by which compression may lift a fully clear or lower a fully solid matte."""

_LEAST_BLOCKS = 2
"""Kept beside the newest, whatever they weigh: a fade goes to and fro between two places of the clip."""


@dataclass(slots=True, frozen=True)
class BaseFrame:
    colour: Image
    """BGR, read-only; copy it before painting."""
    alpha: Alpha | None


class BaseClip:
    """Random access to the base clip of one package. Not for several threads at once."""

    def __init__(self, base: Path, alpha: Path | None, budget_bytes: int = 64 << 20) -> None:
        self._colour = _ClipFile(base, "bgr24")
        self._alpha = _ClipFile(alpha, "gray") if alpha is not None else None
        self._budget = budget_bytes
        self._blocks: OrderedDict[int, list[BaseFrame]] = OrderedDict()
        self.frame_count = self._colour.frame_count
        if self._alpha is not None and self._alpha.frame_count != self.frame_count:
            raise AvatarPackageError(
                f"The avatar's alpha clip has {self._alpha.frame_count} frames, "
                f"its base clip {self.frame_count}. Train the avatar again."
            )

    def frame(self, index: int) -> BaseFrame:
        """Frame `index`, 0-based.

        Raises:
            AvatarPackageError: the clip has no such frame, or it cannot be decoded.
        """
        if not 0 <= index < self.frame_count:
            raise AvatarPackageError(f"The avatar's base clip has no frame {index} of {self.frame_count}.")
        block = self._colour.block_of(index)
        frames = self._blocks.get(block)
        if frames is None:
            frames = self._load(block)
        self._blocks.move_to_end(block)
        return frames[index - self._colour.first_of(block)]

    def close(self) -> None:
        self._colour.close()
        if self._alpha is not None:
            self._alpha.close()
        self._blocks.clear()

    def _load(self, block: int) -> list[BaseFrame]:
        first, last = self._colour.first_of(block), self._colour.last_of(block)
        colours = self._colour.read(first, last)
        alphas: list[Alpha | None] = [None] * len(colours)
        if self._alpha is not None:
            alphas = [np.asarray(cv2.LUT(a, _ALPHA_CURVE), np.uint8) for a in self._alpha.read(first, last)]
        frames = [BaseFrame(c, a) for c, a in zip(colours, alphas, strict=True)]
        size = sum(f.colour.nbytes + (f.alpha.nbytes if f.alpha is not None else 0) for f in frames)
        while len(self._blocks) >= _LEAST_BLOCKS and (len(self._blocks) + 1) * size > self._budget:
            self._blocks.popitem(last=False)
        self._blocks[block] = frames
        return frames


def _alpha_curve() -> Alpha:
    level = np.arange(256, dtype=np.float32)
    stretched = (level - _NOISE) * 255.0 / (255 - 2 * _NOISE)
    return np.clip(np.round(stretched), 0, 255).astype(np.uint8)


_ALPHA_CURVE = _alpha_curve()


class _ClipFile:
    """One video file that can be read from any keyframe."""

    def __init__(self, path: Path, pixel_format: str) -> None:
        try:
            self._container: Any = av.open(str(path))
            self._stream: Any = self._container.streams.video[0]
            self._stream.codec_context.thread_count = 1
            self._index()
        except (av.error.FFmpegError, IndexError, OSError) as error:
            raise AvatarPackageError(
                f"The avatar's clip {path.name} cannot be read. Train it again."
            ) from error
        self._reader = FrameReader(pixel_format)
        self._path = path

    def _index(self) -> None:
        """Times of all frames in order, and which are keyframes."""
        times: list[int] = []
        keys: list[int] = []
        for packet in self._container.demux(self._stream):
            if packet.size and packet.pts is not None:
                times.append(packet.pts)
                if packet.is_keyframe:
                    keys.append(packet.pts)
        self._times = sorted(times)
        number = {time: index for index, time in enumerate(self._times)}
        self._keys = sorted(number[time] for time in keys) or [0]
        self.frame_count = len(self._times)

    def block_of(self, index: int) -> int:
        return bisect_right(self._keys, index) - 1

    def first_of(self, block: int) -> int:
        return self._keys[block]

    def last_of(self, block: int) -> int:
        return self._keys[block + 1] - 1 if block + 1 < len(self._keys) else self.frame_count - 1

    def read(self, first: int, last: int) -> list[npt.NDArray[np.uint8]]:
        """Decode frames `first` to `last`."""
        self._container.seek(self._times[first], stream=self._stream, backward=True)
        frames: list[npt.NDArray[np.uint8]] = []
        try:
            for frame in self._container.decode(self._stream):
                if frame.pts < self._times[first]:
                    continue
                frames.append(self._reader.read(frame, (frame.width, frame.height)))
                if len(frames) > last - first:
                    return frames
        except av.error.FFmpegError as error:
            raise AvatarPackageError(
                f"The avatar's clip {self._path.name} is damaged. Train it again."
            ) from error
        raise AvatarPackageError(f"The avatar's clip {self._path.name} ends early. Train it again.")

    @property
    def fps(self) -> Fraction:
        return Fraction(self._stream.average_rate)

    def close(self) -> None:
        self._container.close()
