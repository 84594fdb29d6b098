"""The sound of a whole video: what is said, music behind it, and both at one loudness.

What is said is brought to the target first, so that the music's volume means the same with a loud and with a
quiet recording. What was wished for the voice's volume is kept: it moves the speech away from the target.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np

from greenroom.engines.protocols import Progress
from greenroom.media.loudness import TARGET_LUFS, gained, levelled, measure
from greenroom.media.mux import AUDIO_RATE, Pcm, Sound, regrouped
from greenroom.media.spool import Spool
from greenroom.stage.ducking import Ducking, is_speech, levels_of
from greenroom.stage.music import Music, music_blocks

CHANNELS = 2
"""Always: one channel played on two loudspeakers would be 3 LU louder than its own measure says."""
_PASSES = 5
"""How often the sound is usually gone through."""
_REPORT_EVERY = 10


@dataclass(slots=True, frozen=True)
class SoundPlan:
    """How a video sounds."""

    music: Music | None = None
    is_levelled: bool = False
    """Brought to TARGET_LUFS; else only peaks above the ceiling are held."""
    voice_gain_db: float = 0.0
    """How much louder than usual the voice was asked to be; already in its samples."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        music = Music(**data["music"]) if data.get("music") else None
        return cls(**{**data, "music": music})


@contextmanager
def mixed_sound(
    speech: Iterable[Pcm], plan: SoundPlan, folder: Path, progress: Progress | None = None
) -> Iterator[Sound]:
    """The finished sound, from mono speech [1, n] at AUDIO_RATE; spooled in `folder` meanwhile.

    Raises MusicError.
    """
    with TemporaryDirectory(prefix=".sound-", dir=folder) as scratch:
        pulse = _Pulse(progress)
        # A scene may be an hour long. Speech is the same in both channels: one is worked on.
        said = Spool.write(Path(scratch) / "speech", regrouped(speech, AUDIO_RATE), 1, pulse)
        pulse.expect(said.samples)
        whole, target = _finished(said, plan, Path(scratch) / "mix", pulse)
        yield Sound(_both_channels(levelled(whole, target, whole.channels < CHANNELS)), CHANNELS)


class _Pulse:
    """Reports that the work goes on, about how far it is; called with each second of sound that is read."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._count = 0
        self._expected = 1

    def expect(self, samples: int) -> None:
        self._expected = max(1, _PASSES * samples // AUDIO_RATE)

    def __call__(self) -> None:
        self._count += 1
        if self._progress is not None and self._count % _REPORT_EVERY == 0:
            self._progress("sound", min(1.0, self._count / self._expected))


def _finished(said: Spool, plan: SoundPlan, path: Path, pulse: _Pulse) -> tuple[Spool, float | None]:
    """The sound before its last levelling, and the loudness that it is to get; None: the one that it has."""
    voice_target = TARGET_LUFS + plan.voice_gain_db if plan.is_levelled else None
    if plan.music is None or plan.music.volume_percent == 0:
        return said, voice_target
    loudness = measure(said, said.channels, with_peak=False, is_doubled=True)
    speaks = not loudness.is_silent
    voice_gain_db = 0.0
    if voice_target is not None and speaks:
        voice_gain_db = voice_target - loudness.integrated_lufs
    # Behind speech that keeps its own loudness the music goes by that.
    beside = loudness.integrated_lufs if speaks and not plan.is_levelled else TARGET_LUFS
    whole = Spool.write(path, _with_music(said, plan.music, voice_gain_db, beside), CHANNELS, pulse)
    # Music alone has the loudness that its volume says.
    return whole, TARGET_LUFS if plan.is_levelled and speaks else None


def _with_music(said: Spool, music: Music, voice_gain_db: float, beside_lufs: float) -> Iterator[Pcm]:
    ducking = Ducking(is_speech(levels_of(block[:1] for block in said)))
    level_db = beside_lufs - music.loudness_lufs + 20 * float(np.log10(music.volume_percent / 100))
    backing = gained(music_blocks(music, said.samples), level_db)
    done = 0
    waiting = np.zeros((CHANNELS, 0), np.float32)
    for block in gained(said, voice_gain_db):
        count = block.shape[1]
        while waiting.shape[1] < count:
            waiting = np.concatenate([waiting, next(backing)], axis=1)
        yield block + waiting[:, :count] * ducking.gain(done, count)
        waiting = waiting[:, count:]
        done += count


def _both_channels(blocks: Iterable[Pcm]) -> Iterator[Pcm]:
    for block in blocks:
        yield np.repeat(block, CHANNELS // block.shape[0], axis=0)
