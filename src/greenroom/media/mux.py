"""Join finished video segments without encoding them again, and put the sound under them.

The sound is encoded once over its whole length, so that no seam can be heard; the video segments begin with a
keyframe and carry identical parameters, so that their packets can follow each other as they are.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from greenroom.media.errors import DamagedMediaError

Pcm = npt.NDArray[np.float32]

AUDIO_RATE = 48_000
AUDIO_BITRATE_BPS = 128_000
_AAC_FRAME = 1024
_TIMESCALE = 90_000


def join_segments(
    segments: Sequence[Path],
    pcm: Pcm | None,
    sample_rate: int,
    out: Path,
    metadata: dict[str, str] | None = None,
) -> int:
    """Write `segments` one after the other, with `pcm` as AAC, into the MP4 `out`; returns the number of
    frames.

    The sound is padded or cut to the exact length of the pictures. `out` appears only when it is whole,
    with its index in front (faststart). The same input gives the same bytes.

    Raises:
        DamagedMediaError: a segment cannot be read or was encoded with other parameters than the first.
    """
    partial = out.with_name(f".{out.name}.partial")
    options = {"movflags": "+faststart", "video_track_timescale": str(_TIMESCALE), "fflags": "+bitexact"}
    try:
        with (
            av.open(str(segments[0])) as first,
            av.open(str(partial), "w", format="mp4", options=options) as movie,
        ):
            movie.metadata.update(metadata or {})
            template = first.streams.video[0]
            video = movie.add_stream_from_template(template)
            video.time_base = Fraction(1, _TIMESCALE)
            count, length = _measure(segments, template)
            packets = _video_packets(segments, video)
            if pcm is None:
                for packet in packets:
                    movie.mux_one(packet)
            else:
                _interleave(movie, packets, pcm_for(pcm, sample_rate, length))
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
    return count


def pcm_for(pcm: Pcm, sample_rate: int, length: Fraction) -> Pcm:
    """Sound at the output rate, padded with silence or cut to exactly `length` seconds."""
    if sample_rate != AUDIO_RATE:
        import soxr

        pcm = np.asarray(soxr.resample(pcm, sample_rate, AUDIO_RATE), np.float32)
    samples = round(length * AUDIO_RATE)
    if len(pcm) >= samples:
        return pcm[:samples]
    return np.concatenate([pcm, np.zeros(samples - len(pcm), np.float32)])


def is_faststart(path: Path) -> bool:
    """Whether the index (`moov`) of an MP4 stands before its data (`mdat`): it plays while it loads."""
    with path.open("rb") as file:
        while header := file.read(8):
            if len(header) < 8:
                return False
            size, kind = struct.unpack(">I4s", header)
            if kind in (b"moov", b"mdat"):
                return bool(kind == b"moov")
            skip = struct.unpack(">Q", file.read(8))[0] - 16 if size == 1 else size - 8
            if skip < 0:
                return False
            file.seek(skip, os.SEEK_CUR)
    return False


def _measure(segments: Sequence[Path], template: Any) -> tuple[int, Fraction]:
    """Frames and seconds of all segments; checks that they fit each other."""
    count = 0
    rate = Fraction(template.average_rate)
    for path in segments:
        try:
            with av.open(str(path)) as container:
                stream = container.streams.video[0]
                fits = (
                    stream.codec_context.extradata == template.codec_context.extradata
                    and (stream.width, stream.height) == (template.width, template.height)
                    and stream.average_rate == rate
                )
                count += sum(1 for packet in container.demux(stream) if packet.size)
        except (av.error.FFmpegError, IndexError) as error:
            raise DamagedMediaError(
                f"The video segment {path.name} cannot be read. Render it again."
            ) from error
        if not fits:
            raise DamagedMediaError(
                f"The video segment {path.name} was encoded with other settings than the first. "
                "Render it again."
            )
    return count, count / rate


def _video_packets(segments: Sequence[Path], stream: Any) -> Iterator[Any]:
    """All packets in order of decoding, their times moved to follow the segments before."""
    offset = 0
    for path in segments:
        with av.open(str(path)) as container:
            source = container.streams.video[0]
            interval = round(1 / (Fraction(source.average_rate) * source.time_base))
            count = 0
            for packet in container.demux(source):
                if not packet.size:
                    continue
                packet.stream = stream
                packet.pts += offset
                packet.dts += offset
                packet.duration = interval
                count += 1
                yield packet
            offset += count * interval


def _interleave(movie: Any, video_packets: Iterator[Any], pcm: Pcm) -> None:
    stream = movie.add_stream("aac", rate=AUDIO_RATE, layout="mono", options={"flags": "+bitexact"})
    stream.bit_rate = AUDIO_BITRATE_BPS
    stream.time_base = Fraction(1, AUDIO_RATE)
    audio_packets = _audio_packets(stream, pcm)
    waiting = next(audio_packets, None)
    for packet in video_packets:
        time = packet.dts * packet.time_base
        while waiting is not None and waiting.dts * waiting.time_base <= time:
            movie.mux_one(waiting)
            waiting = next(audio_packets, None)
        movie.mux_one(packet)
    while waiting is not None:
        movie.mux_one(waiting)
        waiting = next(audio_packets, None)


def _audio_packets(stream: Any, pcm: Pcm) -> Iterator[Any]:
    for start in range(0, len(pcm), _AAC_FRAME):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(pcm[None, start : start + _AAC_FRAME]), format="fltp", layout="mono"
        )
        frame.sample_rate = AUDIO_RATE
        frame.pts = start
        frame.time_base = Fraction(1, AUDIO_RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)
