"""Read the pictures and the sound of any file that users bring, at a constant rate and on one time line.

Time zero is the moment at which the first picture is shown. Picture n of the output is the one on screen in
the middle of the n-th frame interval, so a source of the same rate passes through one to one even when its
times are rounded to milliseconds, and others repeat or drop whole pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from greenroom.media.colour import FrameReader
from greenroom.media.errors import DamagedMediaError, MissingStreamError, NotMediaError
from greenroom.media.probe import decoder_for, display_size

Pcm = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

_MOST_LEAD_S = 10
"""By so much sound may begin before the picture."""
_MOST_BAD_PACKETS = 3
"""A cut at the start of a recording often leaves a few packets that refer to pictures before it."""


def read_frames(
    path: Path, fps: int | Fraction = 25, pixel_format: str = "bgr24", strict: bool = True
) -> Iterator[U8]:
    """The pictures of `path` as uint8 [height, width, 3] (`bgra`: 4, `gray`: [height, width]) at constant
    `fps`.

    Upright, with square pixels. Decodes as it is iterated and holds two pictures at a time.

    Raises:
        MissingStreamError: no video stream.
        NotMediaError: not a media file.
        DamagedMediaError: where the pictures break off early; with `strict` False the iteration just ends
            there.
    """
    step = Fraction(1) / Fraction(fps)
    shown: U8 | None = None
    number = 0
    end = Fraction(0)
    for time, duration, picture in _timed_pictures(path, pixel_format, strict):
        while shown is not None and (number + Fraction(1, 2)) * step < time:
            yield shown
            number += 1
        shown = picture
        end = time + duration
    while shown is not None and (number + Fraction(1, 2)) * step < end:
        yield shown
        number += 1


def frame_at(path: Path, time_s: float, pixel_format: str = "bgr24") -> U8:
    """The picture on screen at `time_s`, as `read_frames` gives it; the last where the video is shorter."""
    last: U8 | None = None
    for time, _, picture in _timed_pictures(path, pixel_format, strict=False):
        if last is not None and time > time_s:
            break
        last = picture
    if last is None:
        raise DamagedMediaError(f"{path.name} holds no picture that can be decoded.")
    return last


def read_audio(path: Path, sample_rate: int, most_s: float | None = None) -> Pcm:
    """The sound of `path` as mono float32 at `sample_rate`, starting with the first picture where there is
    one; at most about `most_s` seconds of it.

    Raises:
        MissingStreamError: there is no sound in it.
        NotMediaError, DamagedMediaError: as `read_frames`.
    """
    with _opened(path) as container:
        if not container.streams.audio:
            raise MissingStreamError(f"{path.name} has no sound. Choose a file in which someone speaks.")
        stream = container.streams.audio[0]
        origin = _video_start(container)
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=sample_rate)
        blocks: list[Pcm] = []
        start: Fraction | None = None
        room = float("inf") if most_s is None else (most_s + _MOST_LEAD_S) * sample_rate
        for frames in _decoded(container, stream, None):
            if room <= 0:
                break
            for frame in frames or ():
                room -= frame.samples * sample_rate / frame.sample_rate
                if start is None and frame.pts is not None and frame.time_base:
                    start = frame.pts * frame.time_base
                frame.pts = None
                blocks += [_mono(out) for out in resampler.resample(frame)]
        blocks += [_mono(out) for out in resampler.resample(None)]
    if not blocks:
        raise DamagedMediaError(f"{path.name}: its sound cannot be decoded. Export or upload the file again.")
    pcm = np.concatenate(blocks)
    pcm /= max(1.0, float(np.abs(pcm).max(initial=0.0)))
    lead = (start or Fraction(0)) - (origin if origin is not None else (start or Fraction(0)))
    return _shifted(pcm, round(lead * sample_rate))


def _mono(frame: Any) -> Pcm:
    """The mean of the channels: FFmpeg's own mix to mono adds 3 dB to a voice that is in both."""
    return np.asarray(frame.to_ndarray().mean(axis=0), np.float32)


def _shifted(pcm: Pcm, samples: int) -> Pcm:
    """Sound that begins `samples` after time zero (before it, if negative), as sound from time zero on."""
    if samples < 0:
        return pcm[-samples:]
    return np.concatenate([np.zeros(samples, np.float32), pcm]) if samples else pcm


def _opened(path: Path) -> Any:
    if not path.is_file():
        raise NotMediaError(f"{path.name}: there is no such file.")
    try:
        return av.open(str(path))
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise NotMediaError(
            f"{path.name} is not a video or sound file that can be read. "
            "Export it again as MP4 with H.264 video and AAC sound."
        ) from error


def _video_start(container: Any) -> Fraction | None:
    if not container.streams.video:
        return None
    stream = container.streams.video[0]
    return stream.start_time * stream.time_base if stream.start_time is not None else None


def _timed_pictures(path: Path, pixel_format: str, strict: bool) -> Iterator[tuple[Fraction, Fraction, U8]]:
    """Time from the first picture, duration, pixels; in order of time."""
    with _opened(path) as container:
        if not container.streams.video:
            raise MissingStreamError(f"{path.name} has no video stream. Choose a file with a picture.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        name = decoder_for(stream) if pixel_format == "bgra" else None
        decoder = av.CodecContext.create(name, "r") if name else None
        interval = 1 / Fraction(stream.average_rate or stream.guessed_rate or 25)
        reader = FrameReader(pixel_format)
        origin: Fraction | None = None
        last = -interval
        bad = 0
        for frames in _decoded(container, stream, decoder):
            bad += frames is None
            for frame in frames or ():
                time = frame.pts * frame.time_base if frame.pts is not None else last + interval
                origin = time if origin is None else origin
                if time - origin <= last:
                    continue
                last = time - origin
                bad += bool(frame.is_corrupt)
                yield last, interval, reader.read(frame, display_size(frame, stream))
        declared = container.duration / Fraction(av.time_base) if container.duration else Fraction(0)
        if origin is None:
            raise DamagedMediaError(
                f"{path.name}: not one frame of its video can be decoded. Export or upload the file again."
            )
        if strict and (bad > _MOST_BAD_PACKETS or last + interval < _least_end(declared, container)):
            raise DamagedMediaError(
                f"{path.name} is damaged: pictures break off or are torn near {float(last):.1f} s "
                f"of {float(declared):.1f} s. Export or upload the file again."
            )


def _least_end(declared: Fraction, container: Any) -> Fraction:
    """Where pictures must reach at least; the sound may be somewhat longer than they are."""
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        declared = min(declared, stream.duration * stream.time_base) if declared else declared
    return declared - max(Fraction(3, 4), declared / 20)


def _decoded(container: Any, stream: Any, decoder: Any) -> Iterator[list[Any] | None]:
    """The frames of each packet; None for a packet that cannot be decoded or read."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            yield None
            return
        try:
            frames = decoder.decode(packet) if decoder is not None else packet.decode()
            if decoder is not None:
                for frame in frames:
                    frame.time_base = frame.time_base or stream.time_base
            yield list(frames)
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            yield None
