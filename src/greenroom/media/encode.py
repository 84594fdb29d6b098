"""Write the pictures of a video, with exact times and the colours named in the stream."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from greenroom.media.colour import bgr_to_i420
from greenroom.media.encoders import VideoSettings, add_video_stream, encoder_format
from greenroom.media.formats import FORMATS
from greenroom.media.mux import Pcm, container_options, join_segments
from greenroom.media.planes import planes_of

__all__ = ["VideoSettings", "VideoWriter", "planes_of", "write_mp4"]

U8 = npt.NDArray[np.uint8]


class VideoWriter:
    """Writes one file with one video stream. It appears at `path` only when it is whole."""

    def __init__(self, path: Path, settings: VideoSettings) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.partial")
        self._settings = settings
        self._number = 0
        self._spare: deque[Any] = deque()
        ending = FORMATS[settings.codec].ending
        self._container = av.open(str(self._partial), "w", format=ending, options=container_options(ending))
        self._stream = add_video_stream(self._container, settings)
        self._converter = VideoReformatter() if encoder_format(settings) != settings.frame_format else None

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
        return av.VideoFrame(self._settings.width, self._settings.height, self._settings.frame_format)

    def write(self, frame: Any, is_key: bool = False) -> None:
        """Encode a frame from `new_frame`. It belongs to the writer from here on.

        `is_key` asks for a keyframe here, which counts where the settings say `open_gop`.
        """
        ready = self._converted(frame)
        ready.pict_type = PictureType.I if is_key else PictureType.NONE
        ready.pts = self._number
        ready.time_base = Fraction(1, self._settings.fps)
        self._number += 1
        self._container.mux(self._stream.encode(ready))
        self._spare.append(frame)

    def _converted(self, frame: Any) -> Any:
        """The frame in the encoder's own format."""
        if self._converter is None:
            return frame
        target = encoder_format(self._settings)
        return self._converter.reformat(
            frame,
            format=target,
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG if target in ("argb", "rgb24") else ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT,
            threads=1,
        )

    def write_picture(self, picture: U8, is_key: bool = False) -> None:
        """Encode a BGR picture [height, width, 3], a BGRA one for a stream with opacity, or a gray one
        [height, width] for a monochrome stream; `is_key` as in `write`."""
        frame = self.new_frame()
        source: tuple[U8, ...] = (picture,) if self._settings.monochrome else bgr_to_i420(picture[..., :3])
        if self._settings.alpha:
            source = (*source, picture[..., 3])
        for plane, values in zip(planes_of(frame), source, strict=True):
            plane[:] = values
        self.write(frame, is_key)

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
