"""Frames of a video at given times, from any place of it: the one on screen at each moment.

Time zero is the first picture. A reader that starts in the middle finds the same frames as one that comes
there from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av

from greenroom.media.errors import DamagedMediaError, MissingStreamError, NotMediaError
from greenroom.media.probe import decoder_for, is_cover_art

_MOST_PIXELS = 8192 * 8192
_FAR_AHEAD_S = 3
"""Further than this, a jump is cheaper than decoding all that lies between."""
_STEPS_BACK_S = (0, 2, 10)
"""Containers without a good index jump behind the time asked for: then from further before it."""


class ClipReader:
    """Reads one video stream. Serves one thread; close it, or use it in a `with`."""

    def __init__(self, path: Path) -> None:
        """
        Raises:
            NotMediaError, MissingStreamError, DamagedMediaError: there is no picture in it.
        """
        self._path = path
        self._container: Any = None
        self._frames: Iterator[Any] = iter(())
        self._shown: Any = None
        self._next: Any = None
        self._restart()
        if self._next is None:
            raise DamagedMediaError(f"{path.name}: not one frame of its video can be decoded.")
        self._origin: Fraction = _time(self._next)

    def frame_at(self, time_s: Fraction) -> Any:
        """The frame on screen at a time; the first before it, the last after the end.

        Times that only grow are read in one go; a smaller one costs a jump.
        """
        wanted = self._origin + max(Fraction(0), time_s)
        is_behind = self._next is not None and _time(self._next) + _FAR_AHEAD_S < wanted
        if self._shown is None or _time(self._shown) > wanted or is_behind:
            self._jump(wanted)
        while self._next is not None and (self._shown is None or _time(self._next) <= wanted):
            self._shown, self._next = self._next, next(self._frames, None)
        return self._shown

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
        self._container = None
        self._frames = iter(())

    def __enter__(self) -> ClipReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _jump(self, wanted: Fraction) -> None:
        """To a keyframe at or before the time wanted; to the beginning where none can be found."""
        for step in _STEPS_BACK_S:
            target = wanted - step
            if target <= self._origin + 1:
                break
            if self._seek(target) and _time(self._next) <= wanted:
                return
        self._restart()

    def _seek(self, target: Fraction) -> bool:
        self._open()
        stream = self._container.streams.video[self._index]
        try:
            self._container.seek(int(target / stream.time_base), stream=stream)
        except av.error.FFmpegError:
            return False
        self._begin()
        return self._next is not None and bool(self._next.key_frame)

    def _restart(self) -> None:
        self._open()
        self._begin()

    def _begin(self) -> None:
        self._frames = self._decoded()
        self._shown, self._next = None, next(self._frames, None)

    def _open(self) -> None:
        """Anew for each jump: a decoder that is only flushed keeps pictures of before."""
        self.close()
        try:
            self._container = av.open(str(self._path))
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise NotMediaError(f"{self._path.name} is not a video file that can be read.") from error
        pictures = [s for s in self._container.streams.video if not is_cover_art(s)]
        if not pictures:
            raise MissingStreamError(f"{self._path.name} has no video stream.")
        self._index = self._container.streams.video.index(pictures[0])

    def _decoded(self) -> Iterator[Any]:
        """Frames in order of time; packets that cannot be decoded are left out."""
        stream = self._container.streams.video[self._index]
        stream.codec_context.thread_count = 1
        name = decoder_for(stream)
        decoder = av.CodecContext.create(name, "r") if name else None
        last: Fraction | None = None
        packets = self._container.demux(stream)
        while True:
            try:
                packet = next(packets)
                frames = decoder.decode(packet) if decoder is not None else packet.decode()
            except (StopIteration, av.error.EOFError):
                return
            except av.error.InvalidDataError:
                continue
            except av.error.FFmpegError:
                return
            for frame in frames:
                frame.time_base = frame.time_base or stream.time_base
                self._check(frame)
                if frame.pts is None or (last is not None and _time(frame) <= last):
                    continue
                last = _time(frame)
                yield frame

    def _check(self, frame: Any) -> None:
        """A stream may change its size on the way."""
        if frame.width * frame.height > _MOST_PIXELS:
            raise DamagedMediaError(
                f"{self._path.name} turns to {frame.width}x{frame.height} pixels on the way: export it again."
            )


def _time(frame: Any) -> Fraction:
    time: Fraction = frame.pts * frame.time_base
    return time
