"""Background music: read as it is needed, looped without a seam, faded in and out.

The file comes from outside: it is decoded once before anything is rendered, so that a broken one is found
then, and so that its length and loudness are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from greenroom.media.loudness import measure
from greenroom.media.mux import AUDIO_RATE, Pcm
from greenroom.stage.errors import SceneError

LOOP_FADE_S = 2.0
"""The end of the music fades over into its beginning in this time, or in a third of a short piece."""
FADE_IN_S = 1.0
FADE_OUT_S = 2.5
SHORTEST_S = 1.0
LONGEST_S = 3 * 3600
DEFAULT_VOLUME = 50
_CONTAINERS = "wav,mp3,mov,aac,flac,ogg,aiff,matroska"
"""No playlists: what they name would be read as well."""


class MusicError(SceneError):
    """The music cannot be used; the text says why and what to do."""


@dataclass(slots=True, frozen=True)
class Music:
    """A piece of music that was found to be sound."""

    path: str
    samples: int
    """How many there are of it, as far as it was read."""
    loudness_lufs: float
    volume_percent: int = DEFAULT_VOLUME
    """Amplitude: 100 is as loud as the speech in its pauses, 50 is 6 dB less, 0 silent."""


def examine_music(path: Path, volume_percent: int, needed_samples: int) -> Music:
    """Decode as much of the file as a video of this length needs.

    Raises:
        MusicError: it is no sound, broken, silent, or too short to be looped.
    """
    counted = _Counter(_decoded(path, needed_samples))
    loudness = measure(counted, 2, with_peak=False)
    if counted.samples < SHORTEST_S * AUDIO_RATE:
        raise MusicError(
            f"its sound lasts {counted.samples / AUDIO_RATE:.1f} s: give music of at least {SHORTEST_S:.0f} s"
        )
    if loudness.is_silent:
        raise MusicError("it is silent: give another file, or leave the music out")
    return Music(str(path), counted.samples, loudness.integrated_lufs, volume_percent)


def music_blocks(music: Music, samples: int) -> Iterator[Pcm]:
    """Exactly `samples` of the music, float32 [2, n] at AUDIO_RATE, looped, faded in and out.

    Raises MusicError.
    """
    done = 0
    for block in _looped(music, samples):
        piece = block[:, : samples - done]
        yield piece * _fades(done, piece.shape[1], samples)
        done += piece.shape[1]
        if done >= samples:
            return
    if done < samples:
        yield np.zeros((2, samples - done), np.float32)


def _fades(start: int, count: int, samples: int) -> Pcm:
    """The gain of `count` samples from `start` on: up at the beginning, down at the end, round at both."""
    fade_in = min(FADE_IN_S * AUDIO_RATE, samples / 4)
    fade_out = min(FADE_OUT_S * AUDIO_RATE, samples / 4)
    at = np.arange(start, start + count, dtype=np.float64)
    way = np.minimum(np.minimum(1.0, (at + 0.5) / fade_in), (samples - at - 0.5) / fade_out)
    return (0.5 - 0.5 * np.cos(np.pi * np.clip(way, 0.0, 1.0))).astype(np.float32)


def _looped(music: Music, samples: int) -> Iterator[Pcm]:
    """The music again and again: its last part sounds together with the first part of the next round."""
    path = Path(music.path)
    if music.samples >= samples:
        yield from _decoded(path, samples)
        return
    fade = min(round(LOOP_FADE_S * AUDIO_RATE), music.samples // 3)
    tail = np.zeros((2, 0), np.float32)
    while True:
        position = 0
        kept: list[Pcm] = []
        for block in _decoded(path, music.samples):
            mixed = _faded_over(tail, block, position)
            before_tail = max(0, min(block.shape[1], music.samples - fade - position))
            if before_tail:
                yield mixed[:, :before_tail]
            if before_tail < block.shape[1]:
                kept.append(mixed[:, before_tail:])
            position += block.shape[1]
        if not kept:
            raise MusicError("it cannot be read to its end a second time: upload it again")
        tail = np.concatenate(kept, axis=1)


def _faded_over(tail: Pcm, block: Pcm, position: int) -> Pcm:
    """The block at `position` of a round, with what is left of the round before under its beginning."""
    count = min(block.shape[1], tail.shape[1] - position)
    if count <= 0:
        return block
    # Equal power: two parts of a piece are as good as unrelated, so their energies add up.
    way = (np.arange(position, position + count, dtype=np.float64) + 0.5) / tail.shape[1] * (np.pi / 2)
    mixed = block.copy()
    rising, falling = np.sin(way).astype(np.float32), np.cos(way).astype(np.float32)
    mixed[:, :count] = block[:, :count] * rising + tail[:, position : position + count] * falling
    return mixed


class _Counter:
    """Passes blocks on and counts their samples."""

    def __init__(self, blocks: Iterator[Pcm]) -> None:
        self._blocks = blocks
        self.samples = 0

    def __iter__(self) -> Iterator[Pcm]:
        for block in self._blocks:
            self.samples += block.shape[1]
            yield block


def _decoded(path: Path, most_samples: int) -> Iterator[Pcm]:
    """The file's sound as float32 [2, n] at AUDIO_RATE, at most so much of it.

    Raises MusicError.
    """
    left = min(most_samples, LONGEST_S * AUDIO_RATE)
    try:
        with av.open(str(path), options={"format_whitelist": _CONTAINERS}) as container:
            if not container.streams.audio:
                raise MusicError("there is no sound in it: give an MP3, WAV or M4A file")
            resampler = av.AudioResampler(format="fltp", layout="stereo", rate=AUDIO_RATE)
            for frame in _frames(container):
                for piece in resampler.resample(frame):
                    values = np.nan_to_num(np.asarray(piece.to_ndarray(), np.float32))[:, :left]
                    left -= values.shape[1]
                    yield values
                    if left <= 0:
                        return
    except MusicError:
        raise
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MusicError(
            "it cannot be decoded as sound: export it again as MP3, WAV or M4A and upload it"
        ) from error


def _frames(container: Any) -> Iterator[Any]:
    """All frames, and None, which flushes the resampler. Gaps and jumps of their times are passed over."""
    for frame in container.decode(audio=0):
        frame.pts = None
        yield frame
    yield None
