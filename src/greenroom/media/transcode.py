"""A video with transparency (MOV with ProRes 4444, QuickTime RLE, PNG ...) as WebM with VP9 and alpha.

`transcode(payload, progress)` is what the supervised child runs (`jobs.children`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from greenroom.media.errors import DamagedMediaError, MissingStreamError

Report = Callable[[str, float], None]

_OPUS_RATE = 48_000
_SOUND_BPS = 128_000
_MOST_BAD_PACKETS = 3
_VIDEO_OPTIONS = {
    # Constant quality; libvpx keeps the alpha plane in a second VP9 stream (WebM alpha, BlockAdditional).
    "crf": "24",
    "b": "0",
    "deadline": "realtime",
    "cpu-used": "6",
    "row-mt": "1",
    "auto-alt-ref": "0",
    "g": "150",
}


def webm_with_alpha(source: Path, target: Path, report: Report, threads: int = 1) -> int:
    """Write `target`; returns the number of pictures. It appears at its place only when it is whole.

    Picture times are kept; sound becomes Opus.

    Raises:
        MissingStreamError: the source has no picture.
        DamagedMediaError: it cannot be decoded to its end.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        with av.open(str(source)) as reader, av.open(str(partial), "w", format="webm") as writer:
            if not reader.streams.video:
                raise MissingStreamError(f"{source.name} has no picture. Choose a video file.")
            count = _Transcoder(reader, writer, report, threads).run(source.name)
        os.replace(partial, target)
        return count
    except av.error.FFmpegError as error:
        raise DamagedMediaError(f"{source.name} cannot be converted: export it again.") from error
    finally:
        partial.unlink(missing_ok=True)


class _Transcoder:
    def __init__(self, reader: Any, writer: Any, report: Report, threads: int) -> None:
        self._reader, self._writer, self._report = reader, writer, report
        self._video = reader.streams.video[0]
        self._audio = reader.streams.audio[0] if reader.streams.audio else None
        self._rate = Fraction(self._video.average_rate or self._video.guessed_rate or 25).limit_denominator(
            1001
        )
        self._out = self._add_video(threads)
        self._sound: Any = None
        if self._audio is not None:
            self._sound = writer.add_stream("libopus", rate=_OPUS_RATE)
        self._resampler: Any = None
        if self._sound is not None:
            self._sound.bit_rate = _SOUND_BPS
            self._sound.layout = "stereo"
            self._resampler = av.AudioResampler(format="s16", layout="stereo", rate=_OPUS_RATE)
        self._count = 0
        self._last = -1

    def _add_video(self, threads: int) -> Any:
        out = self._writer.add_stream("libvpx-vp9", rate=self._rate, options=_VIDEO_OPTIONS)
        context = self._video.codec_context
        # VP9's 4:2:0 planes need even sides; an odd last row or column is left out.
        out.width, out.height = context.width - context.width % 2, context.height - context.height % 2
        out.pix_fmt = "yuva420p"
        out.codec_context.time_base = Fraction(1, 1000)
        out.codec_context.thread_count = threads
        return out

    def run(self, name: str) -> int:
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        total = self._reader.duration / av.time_base if self._reader.duration else 0.0
        bad, done = 0, 0.0
        for packet in self._reader.demux(streams):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                bad += 1
                if bad > _MOST_BAD_PACKETS:
                    raise DamagedMediaError(f"{name} is damaged: export it again.") from None
                continue
            for frame in frames:
                self._write_picture(frame) if packet.stream is self._video else self._write_sound(frame)
            if total > 0 and packet.pts is not None and packet.time_base:
                done = max(done, min(0.99, float(packet.pts * packet.time_base) / total))
                self._report("transcode", done)
        if self._count == 0:
            raise DamagedMediaError(f"{name}: not one picture of it can be decoded. Export it again.")
        self._finish()
        return self._count

    def _write_picture(self, frame: Any) -> None:
        seconds = frame.pts * frame.time_base if frame.pts is not None else self._count / self._rate
        picture = frame.reformat(self._out.width, self._out.height, format="yuva420p")
        picture.time_base = Fraction(1, 1000)
        picture.pts = self._last = max(self._last + 1, round(seconds * 1000))
        self._writer.mux(self._out.encode(picture))
        self._count += 1

    def _write_sound(self, frame: Any) -> None:
        for piece in self._resampler.resample(frame):
            self._writer.mux(self._sound.encode(piece))

    def _finish(self) -> None:
        self._writer.mux(self._out.encode(None))
        if self._sound is not None:
            for piece in self._resampler.resample(None):
                self._writer.mux(self._sound.encode(piece))
            self._writer.mux(self._sound.encode(None))


def transcode(payload: dict[str, Any], progress: Report) -> dict[str, Any]:
    """For a child process: `{source, target, threads}` are two paths and a number."""
    count = webm_with_alpha(
        Path(payload["source"]), Path(payload["target"]), progress, int(payload.get("threads", 1))
    )
    return {"frames": count}
