"""Join finished video segments without encoding them again, and put the sound under them.

The sound is encoded once over its whole length, so that no seam can be heard; the video segments begin with a
keyframe and carry identical parameters, so that their packets can follow each other as they are.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from greenroom.media.encoders import TIMESCALE
from greenroom.media.errors import DamagedMediaError
from greenroom.media.formats import FORMATS, Codec, OutputFormat

Pcm = npt.NDArray[np.float32]

AUDIO_RATE = 48_000
_BITRATE_BPS = {1: 128_000, 2: 160_000}
_FASTER = {"aac": {"aac_coder": "fast"}}
"""FFmpeg's default takes three times as long and is further from the sound at these rates: 29 dB of signal to
noise against 36 for speech in one channel, 25 against 27 in two."""
"""By the number of channels; what is said is the same in both."""
_FRAME = 1024
"""Samples a packet where the codec has no size of its own."""


@dataclass(slots=True, frozen=True)
class Sound:
    """Sound on its way into a file."""

    blocks: Iterable[Pcm]
    """float32 [channels, samples] at AUDIO_RATE, of any length each."""
    channels: int

    @property
    def layout(self) -> str:
        return "mono" if self.channels == 1 else "stereo"


def join_segments(
    segments: Sequence[Path],
    pcm: Pcm | None,
    sample_rate: int,
    out: Path,
    metadata: dict[str, str] | None = None,
) -> int:
    """As `join_tracks`, for H.264 in MP4 and mono sound that is in memory; it is padded or cut to the length
    of the pictures."""
    if pcm is None:
        return join_tracks(segments, None, out, metadata=metadata)
    _, length = _measure(segments)
    exact = pcm_for(pcm, sample_rate, length)
    return join_tracks(segments, Sound([exact[None]], 1), out, metadata=metadata)


def join_tracks(
    segments: Sequence[Path],
    sound: Sound | None,
    out: Path,
    codec: Codec = Codec.H264,
    metadata: dict[str, str] | None = None,
) -> int:
    """Write `segments` one after the other, with `sound`, into `out`; returns the number of frames.

    The sound is cut where it is longer than the pictures. `out` appears only when it is whole, MP4 and MOV
    with their index in front (faststart). The same input gives the same bytes.

    Raises:
        DamagedMediaError: a segment cannot be read or was encoded with other parameters than the first.
    """
    output = FORMATS[codec]
    options = container_options(output.ending)
    count, length = _measure(segments)
    partial = out.with_name(f".{out.name}.partial")
    try:
        with (
            av.open(str(segments[0])) as first,
            av.open(str(partial), "w", format=output.ending, options=options) as movie,
        ):
            movie.metadata.update(metadata or {})
            video = _add_copied(movie, first.streams.video[0])
            packets = _video_packets(segments, video, count / length)
            if sound is None:
                for packet in packets:
                    movie.mux_one(packet)
            else:
                _interleave(movie, packets, sound, output, round(length * AUDIO_RATE))
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
    return count


def container_options(ending: str) -> dict[str, str]:
    """Of the muxer: no dates and no random numbers; the index in front where the format has one."""
    options = {"fflags": "+bitexact"}
    if ending == "webm":
        return options
    return options | {"movflags": "+faststart", "video_track_timescale": str(TIMESCALE)}


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


def _measure(segments: Sequence[Path]) -> tuple[int, Fraction]:
    """Frames and seconds of all segments; checks that they fit each other."""
    count = 0
    expected: tuple[Any, ...] | None = None
    rate = Fraction(25)
    for path in segments:
        try:
            with av.open(str(path)) as container:
                stream = container.streams.video[0]
                rate = Fraction(stream.average_rate)
                context = stream.codec_context
                found = context.extradata, stream.width, stream.height, rate, _has_second_stream(stream)
                count += sum(1 for packet in container.demux(stream) if packet.size)
        except (av.error.FFmpegError, IndexError) as error:
            raise DamagedMediaError(
                f"The video segment {path.name} cannot be read. Render it again."
            ) from error
        if expected is not None and found != expected:
            raise DamagedMediaError(
                f"The video segment {path.name} was encoded with other settings than the first. "
                "Render it again."
            )
        expected = found
    return count, count / rate


def _has_second_stream(stream: Any) -> bool:
    """Whether opacity travels beside the picture's packets, as in WebM (BlockAdditional)."""
    return bool(stream.metadata.get("alpha_mode") == "1")


def _add_copied(movie: Any, template: Any) -> Any:
    video = movie.add_stream_from_template(template)
    video.time_base = Fraction(1, TIMESCALE)
    if _has_second_stream(template):
        # The decoder knows one picture; from this the muxer learns of the opacity (AlphaMode).
        video.pix_fmt = "yuva420p"
    if template.codec_context.name == "hevc":
        video.codec_context.codec_tag = "hvc1"  # the only tag that Apple's players take
    return video


def _video_packets(segments: Sequence[Path], stream: Any, rate: Fraction) -> Iterator[Any]:
    """All packets in order of decoding, their times moved to follow the segments before."""
    done = 0
    for path in segments:
        with av.open(str(path)) as container:
            source = container.streams.video[0]
            interval = round(1 / (rate * source.time_base))
            # Of WebM, whose ticks are milliseconds, frames do not last a whole number.
            offset = round(done / (rate * source.time_base))
            for packet in container.demux(source):
                if not packet.size:
                    continue
                packet.stream = stream
                packet.pts += offset
                packet.dts += offset
                packet.duration = interval
                done += 1
                yield packet


def _interleave(
    movie: Any, video_packets: Iterator[Any], sound: Sound, output: OutputFormat, samples: int
) -> None:
    options = {"flags": "+bitexact", **_FASTER.get(output.sound, {})}
    stream = movie.add_stream(output.sound, rate=AUDIO_RATE, layout=sound.layout, options=options)
    stream.bit_rate = _BITRATE_BPS[sound.channels]
    stream.time_base = Fraction(1, AUDIO_RATE)
    audio_packets = _audio_packets(stream, sound, output.sample_format, samples)
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


def _audio_packets(stream: Any, sound: Sound, sample_format: str, samples: int) -> Iterator[Any]:
    stream.codec_context.open()
    size = stream.codec_context.frame_size or _FRAME
    done = 0
    for block in regrouped(sound.blocks, size):
        if done >= samples:
            break
        piece = block[:, : samples - done]
        if sample_format == "s16":
            # Packed: the channels of a sample follow each other.
            scaled = np.round(np.clip(piece, -1.0, 1.0) * 32767.0).astype(np.int16)
            values: Any = np.ascontiguousarray(scaled.T).reshape(1, -1)
        else:
            values = np.ascontiguousarray(piece)
        frame = av.AudioFrame.from_ndarray(values, format=sample_format, layout=sound.layout)
        frame.sample_rate = AUDIO_RATE
        frame.pts = done
        frame.time_base = Fraction(1, AUDIO_RATE)
        done += piece.shape[1]
        yield from stream.encode(frame)
    yield from stream.encode(None)


def regrouped(blocks: Iterable[Pcm], size: int) -> Iterator[Pcm]:
    """The same sound in blocks of `size` samples; the last may be shorter."""
    kept: list[Pcm] = []
    count = 0
    for block in blocks:
        kept.append(block)
        count += block.shape[1]
        if count < size:
            continue
        whole = np.concatenate(kept, axis=1) if len(kept) > 1 else block
        full = count // size * size
        for start in range(0, full, size):
            yield whole[:, start : start + size]
        kept, count = [whole[:, full:]], count - full
    if count:
        yield np.concatenate(kept, axis=1)
