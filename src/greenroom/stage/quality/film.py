"""What a finished file holds: its pictures counted, its sound measured. Both are read back from the file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from greenroom.media.errors import DamagedMediaError
from greenroom.media.loudness import measure
from greenroom.media.mux import AUDIO_RATE, Pcm, regrouped


@dataclass(slots=True, frozen=True)
class Frames:
    """The pictures of a file against those that were planned."""

    expected: int
    found: int
    dropped: int
    """Moments of the plan at which the file has no picture."""
    repeated: int
    """Moments at which it has more than one."""

    @property
    def are_all_there(self) -> bool:
        return self.expected == self.found and not self.dropped and not self.repeated


@dataclass(slots=True, frozen=True)
class FilmSound:
    loudness_lufs: float
    """Integrated, ITU-R BS.1770-4; -70 of silence."""
    true_peak_dbtp: float | None
    """None of pure silence."""
    longer_than_picture_ms: int
    """Negative: shorter."""
    starts_ms: int
    """After the first picture; negative: before it."""
    parts_lufs: tuple[float, ...]
    """Of each part by itself."""


@dataclass(slots=True, frozen=True)
class FilmFigures:
    frames: Frames
    sound: FilmSound

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FilmFigures:
        """From what `dataclasses.asdict` gave."""
        sound = {**data["sound"], "parts_lufs": tuple(data["sound"]["parts_lufs"])}
        return cls(Frames(**data["frames"]), FilmSound(**sound))


def measure_film(
    path: Path, parts: Sequence[int], fps: int, report: Callable[[float], None] = lambda done: None
) -> FilmFigures:
    """Measure a file of pictures and sound.

    Args:
        parts: how many pictures each part was planned with.
        report: told 0..1.

    Raises:
        DamagedMediaError: it cannot be read.
    """
    try:
        frames, first_picture = _pictures(path, sum(parts), fps)
        report(0.2)
        sound = _Sound(path)
        whole = measure(sound, sound.channels)
        report(0.7)
        lufs = tuple(_parts_loudness(path, parts, fps))
    except (av.error.FFmpegError, IndexError) as error:
        raise DamagedMediaError(f"The finished video {path.name} cannot be read back.") from error
    longer = Fraction(sound.samples, AUDIO_RATE) - Fraction(sum(parts), fps)
    peak = whole.true_peak_dbtp
    return FilmFigures(
        frames,
        FilmSound(
            loudness_lufs=round(whole.integrated_lufs, 1),
            true_peak_dbtp=round(peak, 1) if math.isfinite(peak) else None,
            longer_than_picture_ms=round(longer * 1000),
            starts_ms=round((sound.start - first_picture) * 1000),
            parts_lufs=lufs,
        ),
    )


def count_pictures(path: Path) -> int | None:
    """Of a rendered segment; None where it cannot be read."""
    try:
        with av.open(str(path)) as container:
            return sum(1 for packet in container.demux(container.streams.video[0]) if packet.size)
    except (av.error.FFmpegError, IndexError):
        return None


def _pictures(path: Path, expected: int, fps: int) -> tuple[Frames, Fraction]:
    """And when the first one is shown, in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = sorted(
            packet.pts * packet.time_base
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None
        )
    if not times:
        return Frames(expected, 0, expected, 0), Fraction(0)
    # The times of WebM are whole milliseconds.
    shown = {round((time - times[0]) * fps) for time in times}
    planned = set(range(expected))
    return Frames(expected, len(times), len(planned - shown), len(times) - len(shown)), times[0]


class _Sound:
    """The sound of a file, decoded as it is iterated: float32 [channels, samples] at AUDIO_RATE."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with av.open(str(path)) as container:
            # More than two do not come from us.
            self.channels = min(2, container.streams.audio[0].codec_context.channels)
        self.samples = 0
        """So far."""
        self.start = Fraction(0)
        """Of the first sample, in seconds."""

    def __iter__(self) -> Iterator[Pcm]:
        layout = "mono" if self.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=AUDIO_RATE)
        with av.open(str(self._path)) as container:
            for frame in container.decode(container.streams.audio[0]):
                if not self.samples and frame.pts is not None:
                    self.start = Fraction(frame.pts * frame.time_base)
                frame.pts = None
                yield from self._taken(resampler.resample(frame))
        yield from self._taken(resampler.resample(None))

    def _taken(self, frames: Sequence[Any]) -> Iterator[Pcm]:
        for frame in frames:
            block = np.asarray(frame.to_ndarray(), np.float32)
            self.samples += block.shape[1]
            yield block


def _parts_loudness(path: Path, parts: Sequence[int], fps: int) -> Iterator[float]:
    """LUFS of each part, in one go through the file."""
    sound = _Sound(path)
    source = regrouped(sound, AUDIO_RATE // 50)
    rest: list[Pcm] = []
    done = 0
    for pictures in parts:
        done += pictures
        begun = done - pictures
        wanted = done * AUDIO_RATE // fps - begun * AUDIO_RATE // fps
        part = _taken_from(source, rest, wanted)
        yield round(measure(part, sound.channels, with_peak=False).integrated_lufs, 1)


def _taken_from(source: Iterator[Pcm], rest: list[Pcm], wanted: int) -> Iterator[Pcm]:
    """The next `wanted` samples; what is left of the last block stays in `rest`."""
    while wanted > 0:
        block = rest.pop() if rest else next(source, None)
        if block is None:
            return
        if block.shape[1] > wanted:
            rest.append(block[:, wanted:])
            block = block[:, :wanted]
        wanted -= block.shape[1]
        yield block
