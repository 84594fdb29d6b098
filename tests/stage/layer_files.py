"""Pictures and videos as users bring them, made for the tests of layers."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

RED, GREEN, BLUE = (0, 0, 255), (0, 255, 0), (255, 0, 0)
"""BGR, as pictures here are."""


def ramp_level(number: int) -> int:
    """The gray of frame `number` of a ramp: neighbours differ by more than coding errors do."""
    return 40 + 4 * number


def gray_ramp(count: int, size: tuple[int, int] = (160, 120)) -> list[np.ndarray]:
    return [np.full((size[1], size[0], 3), ramp_level(number), np.uint8) for number in range(count)]


def write_video(
    path: Path,
    pictures: Iterable[np.ndarray],
    codec: str = "libx264",
    fps: int = 25,
    *,
    pixels: str = "yuv420p",
    sound: np.ndarray | None = None,
    **options: str,
) -> Path:
    """BGR or BGRA pictures, with mono sound at 48 kHz if given; BT.709 unless `pixels` is another format."""
    with av.open(str(path), "w") as movie:
        stream: Any = None
        for number, picture in enumerate(pictures):
            if stream is None:
                stream = _stream(movie, codec, fps, picture, pixels, options)
                audio = movie.add_stream("libopus", rate=48_000, layout="mono") if sound is not None else None
            kind = "bgra" if picture.shape[2] == 4 else "bgr24"
            frame = av.VideoFrame.from_ndarray(picture, format=kind)
            frame = frame.reformat(format=pixels, dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            movie.mux(stream.encode(frame))
        movie.mux(stream.encode(None))
        if audio is not None and sound is not None:
            for start in range(0, len(sound), 960):
                block = av.AudioFrame.from_ndarray(sound[None, start : start + 960].copy(), "fltp", "mono")
                block.sample_rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
                movie.mux(audio.encode(block))
            movie.mux(audio.encode(None))
    return path


def _stream(
    movie: Any, codec: str, fps: int, picture: np.ndarray, pixels: str, options: dict[str, str]
) -> Any:
    stream = movie.add_stream(codec, rate=fps, options=options)
    stream.width, stream.height, stream.pix_fmt = picture.shape[1], picture.shape[0], pixels
    context = stream.codec_context
    context.time_base, context.thread_count = Fraction(1, fps), 1
    context.colorspace = context.color_primaries = context.color_trc = 1
    context.color_range = 1
    return stream


def turned_mov(path: Path, pictures: Iterable[np.ndarray], angle: int) -> Path:
    """A MOV as a phone writes it: stored on its side, with a matrix that turns it upright."""
    plain = write_video(path.with_suffix(".plain.mov"), pictures)
    with av.open(str(plain)) as source, av.open(str(path), "w", format="mov") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return _with_matrix(path, angle)


def _with_matrix(path: Path, angle: int) -> Path:
    """Write the rotation into the track header (ISO/IEC 14496-12, 8.3.2: nine fixed-point numbers)."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40
    turns = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[angle]
    a, b, c, d = (value << 16 for value in turns)
    values = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data[place : place + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in values)
    path.write_bytes(bytes(data))
    return path


def write_png(path: Path, picture: np.ndarray) -> Path:
    """BGR or BGRA."""
    cv2.imwrite(str(path), picture)
    return path


def disc(size: int, colour: tuple[int, int, int]) -> np.ndarray:
    """BGRA: a filled circle in the middle of a clear square whose clear pixels are white."""
    picture = np.full((size, size, 4), (255, 255, 255, 0), np.uint8)
    cv2.circle(picture, (size // 2, size // 2), size // 2 - 2, (*colour, 255), -1)
    return picture
