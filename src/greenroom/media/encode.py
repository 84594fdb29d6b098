"""Write H.264 (x264) video into MP4, with exact times and the colours named in the stream.

The encoder's thread count is a setting and never the machine's: x264's output depends on it, and the same
frames shall give the same bytes everywhere.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from greenroom.media.colour import BT709, FULL_RANGE, LIMITED_RANGE, bgr_to_i420
from greenroom.media.mux import Pcm, join_segments

U8 = npt.NDArray[np.uint8]

TIMESCALE = 90_000
"""Ticks a second of every video track; divides by 24, 25 and 30."""


@dataclass(slots=True, frozen=True)
class VideoSettings:
    """How pictures are encoded."""

    width: int
    """Even."""
    height: int
    """Even."""
    fps: int = 25
    preset: str = "superfast"
    crf: int = 20
    """Constant quality, 0..51."""
    bitrate_bps: int | None = None
    """Highest mean rate over two seconds (a VBV cap on the constant quality), or None for no cap."""
    threads: int = 2
    keyframe_interval: int = 50
    """Frames; a player can seek to each."""
    b_frames: int | None = None
    """None for the preset's own number."""
    light: bool = False
    """One reference, a short look-ahead, less refinement: a person before a still background gains little."""
    monochrome: bool = False
    """Luma alone, full range: for alpha mattes."""
    tune: str | None = None


class VideoWriter:
    """Writes one MP4 with one video stream. The file appears at `path` only when it is whole."""

    def __init__(self, path: Path, settings: VideoSettings) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.partial")
        self._settings = settings
        self._number = 0
        self._spare: deque[Any] = deque()
        self._container = av.open(str(self._partial), "w", format="mp4", options=_MOVIE_OPTIONS)
        self._stream = _add_h264(self._container, settings)

    @property
    def frame_count(self) -> int:
        return self._number

    def new_frame(self) -> Any:
        """A frame of the right format with undefined pixels; fill all of it through `planes_of`."""
        try:
            frame = self._spare.popleft()
        except IndexError:
            return self._fresh_frame()
        frame.make_writable()
        return frame

    def _fresh_frame(self) -> Any:
        return av.VideoFrame(
            self._settings.width, self._settings.height, "gray" if self._settings.monochrome else "yuv420p"
        )

    def write(self, frame: Any) -> None:
        """Encode a frame from `new_frame`. It belongs to the writer from here on."""
        frame.pts = self._number
        frame.time_base = Fraction(1, self._settings.fps)
        self._number += 1
        self._container.mux(self._stream.encode(frame))
        self._spare.append(frame)

    def write_picture(self, picture: U8) -> None:
        """Encode a BGR picture [height, width, 3], or a gray one [height, width] for a monochrome stream."""
        frame = self.new_frame()
        source = (picture,) if self._settings.monochrome else bgr_to_i420(picture)
        for plane, values in zip(planes_of(frame), source, strict=True):
            plane[:] = values
        self.write(frame)

    def close(self) -> None:
        """Finish the file and move it to its place."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        os.replace(self._partial, self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._container.close()
        self._partial.unlink(missing_ok=True)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


_MOVIE_OPTIONS = {"movflags": "+faststart", "video_track_timescale": str(TIMESCALE)}


def planes_of(frame: Any) -> list[U8]:
    """Writable views [height, width] on the planes of an 8-bit planar frame."""
    views: list[U8] = []
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        views.append(rows[:, : plane.width])
    return views


def write_mp4(
    path: Path,
    pictures: Iterable[U8],
    settings: VideoSettings,
    pcm: Pcm | None = None,
    sample_rate: int = 48_000,
) -> int:
    """Write pictures (BGR, or gray for a monochrome stream) and sound if given; returns their number."""
    if pcm is None:
        with VideoWriter(path, settings) as writer:
            for picture in pictures:
                writer.write_picture(picture)
            return writer.frame_count
    silent = path.with_name(f".{path.name}.silent")
    try:
        with VideoWriter(silent, settings) as writer:
            for picture in pictures:
                writer.write_picture(picture)
        join_segments([silent], pcm, sample_rate, path)
        return writer.frame_count
    finally:
        silent.unlink(missing_ok=True)


def x264_options(settings: VideoSettings) -> dict[str, str]:
    """The encoder's private options for `settings`."""
    options = {
        "preset": settings.preset,
        "crf": str(settings.crf),
        "x264-params": f"keyint={settings.keyframe_interval}:min-keyint={settings.keyframe_interval}:"
        f"scenecut=0:open-gop=0:sliced-threads=0:threads={settings.threads}",
    }
    if settings.light:
        options["x264-params"] += ":ref=1:subme=3:rc-lookahead=10"
    if settings.tune is not None:
        options["tune"] = settings.tune
    if settings.bitrate_bps is not None:
        kbps = max(40, settings.bitrate_bps // 1000)
        options["x264-params"] += f":vbv-maxrate={kbps}:vbv-bufsize={2 * kbps}"
    if settings.b_frames is not None:
        options["x264-params"] += f":bframes={settings.b_frames}"
    return options


def _add_h264(container: Any, settings: VideoSettings) -> Any:
    if settings.width % 2 or settings.height % 2:
        raise ValueError(f"H.264 needs even sides, not {settings.width}x{settings.height}.")
    stream = container.add_stream("libx264", rate=settings.fps, options=x264_options(settings))
    context = stream.codec_context
    stream.width, stream.height = settings.width, settings.height
    stream.pix_fmt = "gray" if settings.monochrome else "yuv420p"
    context.time_base = Fraction(1, settings.fps)
    stream.time_base = Fraction(1, TIMESCALE)
    context.thread_count = settings.threads
    context.thread_type = "FRAME"
    context.color_range = FULL_RANGE if settings.monochrome else LIMITED_RANGE
    context.colorspace = context.color_primaries = context.color_trc = BT709
    return stream
