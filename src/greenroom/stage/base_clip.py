"""Frames of an avatar's base clip, in any order, within a memory budget.

The clip is decoded block by block. Forwards each frame is decoded when it is shown; backwards a block begins
at the keyframe before it, and is decoded little by little while the one after it is shown. Blocks that were
used last stay in memory, as planes of 4:2:0, of which only the columns that the person is in are kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from greenroom.engines.protocols import AvatarPackageError
from greenroom.media.planes import PlaneReader
from greenroom.stage.base_frame import Alpha, BaseFrame, kept_planes
from greenroom.stage.matte_store import MatteStore

__all__ = ["Alpha", "BaseClip", "BaseFrame"]

_USUAL_BLOCKS = 2
"""That the budget must hold: the one that is shown, and backwards the one that comes next."""
_RECENT_CALLS = 8
"""What was asked for so lately stays, whatever it weighs: a fade, and an action that begins or ends, go to
and fro between places of the clip."""
_LEAST_BLOCK = 4
"""Frames. Backwards a block of few frames costs the decoding of all from its keyframe on."""


class BaseClip:
    """Random access to the base clip of one package. Not for several threads at once."""

    def __init__(self, base: Path, alpha: Path | None, budget_bytes: int = 128 << 20) -> None:
        """`budget_bytes` bounds the colours; the default holds twice two seconds of a half body in HD."""
        self._colour = _ClipFile(base)
        self._alpha = _ClipFile(alpha) if alpha is not None else None
        self.frame_count = self._colour.frame_count
        if self._alpha is not None and self._alpha.frame_count != self.frame_count:
            raise AvatarPackageError(
                f"The avatar's alpha clip has {self._alpha.frame_count} frames, "
                f"its base clip {self.frame_count}. Train the avatar again."
            )
        self._reader = PlaneReader()
        self._mattes = MatteStore()
        self._budget = budget_bytes
        self._held = 0
        self._loaded: OrderedDict[int, list[BaseFrame]] = OrderedDict()
        self._calls = 0
        self._used: dict[int, int] = {}
        """By block, the call that needed it last."""
        first, end = self._columns(0)
        frame_bytes = (end - first) * self.size[1] * 3 // 2
        most = budget_bytes // (_USUAL_BLOCKS * frame_bytes)
        self._blocks = self._colour.blocks(max(_LEAST_BLOCK, most))
        self._last = -1

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
        self._calls += 1
        frames = self._block(block)
        while len(frames) <= index - self._blocks[block]:
            self._load_next(block)
        found = frames[index - self._blocks[block]]
        if index == self._last - 1 and block > 0:
            self._look_back(block - 1)
            self._loaded.move_to_end(block)
        self._last = index
        if self._alpha is None:
            return found
        self._find_matte(index)
        return replace(found, matte=self._mattes.matte(index))

    def close(self) -> None:
        self._loaded.clear()
        self._colour.close()
        if self._alpha is not None:
            self._alpha.close()

    def _block(self, block: int) -> list[BaseFrame]:
        """What is decoded of a block, which counts as used."""
        frames = self._loaded.setdefault(block, [])
        self._loaded.move_to_end(block)
        self._used[block] = self._calls
        return frames

    def _look_back(self, block: int) -> None:
        """Decode as much of the block that comes next as lets it be whole by then."""
        first, end = self._blocks[block], self._end(block)
        frames = self._block(block)
        for _ in range(-(-(end - first) // max(1, self._end(block + 1) - end))):
            if len(frames) < end - first:
                self._load_next(block)

    def _load_next(self, block: int) -> None:
        """Decode one more frame of a block that is loaded."""
        frames = self._loaded[block]
        wanted = self._blocks[block] + len(frames)
        columns = self._columns(wanted)
        for _, coded in self._colour.up_to(wanted):
            newest = coded
        kept = kept_planes(self._reader.read(newest), columns)
        frames.append(BaseFrame(kept, None, columns[0], self.size[0]))
        self._held += _bytes_of(frames[-1])
        while self._held > self._budget:
            oldest = next(iter(self._loaded))
            if self._used[oldest] > self._calls - _RECENT_CALLS:
                break
            self._held -= sum(_bytes_of(frame) for frame in self._loaded.pop(oldest))

    def _columns(self, index: int) -> tuple[int, int]:
        if self._alpha is None:
            return 0, self.size[0]
        self._find_matte(index)
        return self._mattes.columns(index)

    def _find_matte(self, index: int) -> None:
        """Decode the matte of a frame, and those on the way to it, unless it is stored."""
        assert self._alpha is not None
        if index not in self._mattes:
            for at, coded in self._alpha.up_to(index):
                self._mattes.add(at, coded)

    def _end(self, block: int) -> int:
        return self._blocks[block + 1] if block + 1 < len(self._blocks) else self.frame_count


def _bytes_of(frame: BaseFrame) -> int:
    return sum(plane.nbytes for plane in frame.planes)


class _ClipFile:
    """One video file that can be read from any keyframe."""

    def __init__(self, path: Path) -> None:
        try:
            self._container: Any = av.open(str(path))
            self._stream: Any = self._container.streams.video[0]
            self._stream.codec_context.thread_count = 1
            self._index()
        except (av.error.FFmpegError, IndexError, OSError) as error:
            raise AvatarPackageError(
                f"The avatar's clip {path.name} cannot be read. Train it again."
            ) from error
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

    def up_to(self, index: int) -> Iterator[tuple[int, Any]]:
        """Frame `index`, and before it those that must be decoded on the way to it, with their numbers."""
        key = self._keys[max(0, bisect_right(self._keys, index) - 1)]
        try:
            if not key <= self._next <= index:
                self._next = -1
                self._container.seek(self._times[key], stream=self._stream, backward=True)
                self._decoding = self._container.decode(self._stream)
                self._next = key
            while self._next <= index:
                yield self._next, self._decode()
        except av.error.FFmpegError as error:
            raise AvatarPackageError(
                f"The avatar's clip {self._path.name} is damaged. Train it again."
            ) from error

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
