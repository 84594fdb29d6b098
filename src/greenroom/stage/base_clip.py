"""Frames of an avatar's base clip, in any order, within a memory budget.

The clip is decoded block by block. Forwards each block goes on where the last one ended; backwards a block
begins at the keyframe before it. Blocks that were used last stay in memory, as the decoder made them: 4:2:0
takes half of the space of BGR.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
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
_LEAST_BLOCK = 4
"""Frames. Backwards a block of few frames costs the decoding of all from its keyframe on."""


@dataclass(slots=True, frozen=True)
class BaseFrame:
    colour: Image
    """BGR; the caller's own."""
    alpha: Alpha | None


class BaseClip:
    """Random access to the base clip of one package. Not for several threads at once."""

    def __init__(self, base: Path, alpha: Path | None, budget_bytes: int = 128 << 20) -> None:
        self._colour = _ClipFile(base, "bgr24")
        self._alpha = _ClipFile(alpha, "gray") if alpha is not None else None
        self.frame_count = self._colour.frame_count
        if self._alpha is not None and self._alpha.frame_count != self.frame_count:
            raise AvatarPackageError(
                f"The avatar's alpha clip has {self._alpha.frame_count} frames, "
                f"its base clip {self.frame_count}. Train the avatar again."
            )
        width, height = self.size
        frame_bytes = width * height * (5 if self._alpha is not None else 3) // 2
        most = budget_bytes // ((_LEAST_BLOCKS + 1) * frame_bytes)
        self._blocks = self._colour.blocks(max(_LEAST_BLOCK, most))
        self._kept = max(_LEAST_BLOCKS + 1, budget_bytes // (frame_bytes * self._longest_block()))
        self._loaded: OrderedDict[int, list[tuple[Any, Any]]] = OrderedDict()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return self._colour.size

    def frame(self, index: int) -> BaseFrame:
        """Frame `index`, 0-based.

        Raises:
            AvatarPackageError: the clip has no such frame, or it cannot be decoded.
        """
        if not 0 <= index < self.frame_count:
            raise AvatarPackageError(f"The avatar's base clip has no frame {index} of {self.frame_count}.")
        block = bisect_right(self._blocks, index) - 1
        if block not in self._loaded:
            self._load(block)
        self._loaded.move_to_end(block)
        coded, coded_alpha = self._loaded[block][index - self._blocks[block]]
        alpha: Alpha | None = None
        if self._alpha is not None:
            alpha = np.asarray(cv2.LUT(self._alpha.picture(coded_alpha), _ALPHA_CURVE), np.uint8)
        return BaseFrame(self._colour.picture(coded), alpha)

    def close(self) -> None:
        self._loaded.clear()
        self._colour.close()
        if self._alpha is not None:
            self._alpha.close()

    def _longest_block(self) -> int:
        return max(b - a for a, b in pairwise([*self._blocks, self.frame_count]))

    def _load(self, block: int) -> None:
        while len(self._loaded) >= self._kept:
            self._loaded.popitem(last=False)
        first = self._blocks[block]
        end = self._blocks[block + 1] if block + 1 < len(self._blocks) else self.frame_count
        colours = self._colour.read(first, end)
        alphas = self._alpha.read(first, end) if self._alpha is not None else [None] * len(colours)
        self._loaded[block] = list(zip(colours, alphas, strict=True))


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
        self._decoding: Iterator[Any] = iter(())
        self._next = -1
        """The frame that `_decoding` gives next; -1 before the first."""

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

    @property
    def size(self) -> tuple[int, int]:
        return int(self._stream.width), int(self._stream.height)

    def blocks(self, most: int) -> list[int]:
        """First frames of the blocks: what lies between two keyframes in even parts of at most `most`."""
        firsts: list[int] = []
        for begin, end in pairwise([*self._keys, self.frame_count]):
            parts = -(-(end - begin) // most)
            firsts += [begin + (end - begin) * part // parts for part in range(parts)]
        return firsts

    def read(self, first: int, end: int) -> list[Any]:
        """Decode frames `first` up to but without `end`."""
        try:
            if self._next != first:
                self._seek(first)
            frames = [self._decode() for _ in range(first, end)]
        except av.error.FFmpegError as error:
            raise AvatarPackageError(
                f"The avatar's clip {self._path.name} is damaged. Train it again."
            ) from error
        return frames

    def picture(self, frame: Any) -> npt.NDArray[np.uint8]:
        return self._reader.read(frame, (frame.width, frame.height))

    def _seek(self, first: int) -> None:
        """Go to the keyframe at or before `first`, and on to it."""
        self._next = -1
        key = self._keys[max(0, bisect_right(self._keys, first) - 1)]
        self._container.seek(self._times[key], stream=self._stream, backward=True)
        self._decoding = self._container.decode(self._stream)
        self._next = key
        while self._next < first:
            self._decode()

    def _decode(self) -> Any:
        """The next frame. What a demuxer gives before it, from an earlier keyframe, is passed over."""
        wanted = self._times[self._next]
        for frame in self._decoding:
            if frame.pts >= wanted:
                self._next += 1
                return frame
        raise AvatarPackageError(f"The avatar's clip {self._path.name} ends early. Train it again.")

    @property
    def fps(self) -> Fraction:
        return Fraction(self._stream.average_rate)

    def close(self) -> None:
        self._container.close()
