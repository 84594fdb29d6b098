"""Loudness of sound: measured as ITU-R BS.1770-4 says, and brought to a target without clipping.

FFmpeg's `ebur128` measures, its `alimiter` limits at four times the rate, so that peaks between the samples
are caught too. Sound streams through in blocks of one second; the same sound gives the same samples.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import av.filter
import numpy as np

from greenroom.media.mux import AUDIO_RATE, Pcm, regrouped
from greenroom.media.spool import Spool

TARGET_LUFS = -16.0
"""Integrated loudness of what we write: what streaming platforms and podcast directories ask for."""
CEILING_DBTP = -1.5
"""Highest true peak of what we write."""
SILENT_LUFS = -60.0
"""Below this, nothing is there to be made louder."""
_LIMIT_DBTP = -2.2
"""Where the limiter works: AAC and Opus add up to half a decibel to a peak."""
_OVERSAMPLED = 4 * AUDIO_RATE
_BLOCK = AUDIO_RATE
_MOST_ROUNDS = 2
_CLOSE_LU = 0.2
_MOST_DRIVE_LU = 3.0


@dataclass(slots=True, frozen=True)
class Loudness:
    integrated_lufs: float
    """-70 where there is nothing above the gate."""
    true_peak_dbtp: float
    """-inf of pure silence."""

    @property
    def is_silent(self) -> bool:
        return self.integrated_lufs < SILENT_LUFS


def measure(
    blocks: Iterable[Pcm], channels: int = 2, with_peak: bool = True, is_doubled: bool = False
) -> Loudness:
    """The loudness of float32 [channels, samples] at AUDIO_RATE. The peak takes most of the time; without it
    it is given as -inf. One channel that `is_doubled` is measured as the two that it will be played on."""
    reading: dict[str, str] = {}
    peak_mode = "true" if with_peak else "none"
    doubled = "true" if is_doubled else "false"
    chain = [("ebur128", f"metadata=1:peak={peak_mode}:framelog=quiet:dualmono={doubled}")]
    for _, notes in _filtered(_padded(blocks, channels), channels, chain):
        reading = notes or reading
    integrated = float(reading.get("lavfi.r128.I", "-70"))
    peak = float(reading.get("lavfi.r128.true_peak", "0"))
    return Loudness(
        integrated if math.isfinite(integrated) else -70.0,
        20 * math.log10(peak) if peak > 0 else -math.inf,
    )


def limited(blocks: Iterable[Pcm], channels: int = 2) -> Iterator[Pcm]:
    """The same sound, as long, with peaks held below CEILING_DBTP."""
    chain = [
        ("aresample", str(_OVERSAMPLED)),
        # latency=1 takes the delay of its look-ahead out again.
        ("alimiter", f"limit={_linear(_LIMIT_DBTP):.6f}:level=0:attack=5:release=80:latency=1"),
        ("aresample", str(AUDIO_RATE)),
        ("aformat", "sample_fmts=fltp"),
    ]
    for block, _ in _filtered(blocks, channels, chain):
        yield block


def gained(blocks: Iterable[Pcm], gain_db: float) -> Iterator[Pcm]:
    factor = np.float32(_linear(gain_db))
    for block in blocks:
        yield block * factor


def levelled(sound: Spool, target_lufs: float | None, is_doubled: bool = False) -> Iterator[Pcm]:
    """The sound at a loudness, with its peaks below CEILING_DBTP. With None only the peaks are held.

    Silence stays silence. One channel that `is_doubled` gets the loudness as the two that it will be.
    """
    before = measure(sound, sound.channels, is_doubled=is_doubled)
    gain_db = 0.0
    if target_lufs is not None and not before.is_silent:
        gain_db = target_lufs - before.integrated_lufs
    if before.true_peak_dbtp + gain_db <= _LIMIT_DBTP:
        return gained(sound, gain_db)
    for _ in range(_MOST_ROUNDS if target_lufs is not None else 0):
        # Limiting takes some loudness, which is given back before it.
        made = sound.beside("limited", limited(gained(sound, gain_db), sound.channels))
        reached = measure(made, sound.channels, with_peak=False, is_doubled=is_doubled)
        missing = (target_lufs or 0.0) - reached.integrated_lufs
        if abs(missing) < _CLOSE_LU:
            return iter(made)
        # Peaks far above the rest cannot be limited without end; then it stays quieter.
        gain_db += min(missing, _MOST_DRIVE_LU)
    return limited(gained(sound, gain_db), sound.channels)


def _linear(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _padded(blocks: Iterable[Pcm], channels: int) -> Iterator[Pcm]:
    """At least half a second: the meter's window is 0.4 s."""
    count = 0
    for block in blocks:
        count += block.shape[1]
        yield block
    if count < _BLOCK // 2:
        yield np.zeros((channels, _BLOCK // 2 - count), np.float32)


def _filtered(
    blocks: Iterable[Pcm], channels: int, chain: Sequence[tuple[str, str]]
) -> Iterator[tuple[Pcm, dict[str, str]]]:
    """Sound through a chain of FFmpeg's audio filters, with the metadata that they leave on each block."""
    layout = "mono" if channels == 1 else "stereo"
    graph = av.filter.Graph()
    source: Any = graph.add_abuffer(sample_rate=AUDIO_RATE, format="fltp", layout=layout)
    last = source
    for name, arguments in [*chain, ("abuffersink", "")]:
        step = graph.add(name, arguments) if arguments else graph.add(name)
        last.link_to(step)
        last = step
    graph.configure()
    done = 0
    for block in regrouped(blocks, _BLOCK):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=layout)
        frame.sample_rate = AUDIO_RATE
        frame.pts = done
        frame.time_base = Fraction(1, AUDIO_RATE)
        done += block.shape[1]
        source.push(frame)
        yield from _ready(last)
    source.push(None)
    yield from _ready(last)


def _ready(sink: Any) -> Iterator[tuple[Pcm, dict[str, str]]]:
    while True:
        try:
            frame = sink.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        yield np.asarray(frame.to_ndarray(), np.float32), dict(frame.metadata)
