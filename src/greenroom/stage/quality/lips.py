"""Whether the lips are in step with the sound: the opening that was seen against the one that sound implies.

The reference is made of the sound alone, a hundred values a second. Where the speech engine gave the times of
its phonemes it is how far such a sound parts the lips (`_PARTED`: not at all for /p b m/, most for open
vowels) times the level of the sound; else, for a recording, the level itself: loud speech is open speech. The
mouth's own course, and whatever drove it, has no part in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from greenroom.engines.mouth.articulation import (
    CLOSURES,
    LEAST_SILENCE_S,
    OPEN_VOWELS,
    SILENCE,
    silent_frames,
    silent_spans,
)
from greenroom.engines.mouth.quality import correlation, runs
from greenroom.engines.protocols import VIDEO_FPS, Pcm, PhonemeSpan

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LAGS_MS = range(-400, 401, 10)
"""How late the lips may be found to be, and how early."""
RELEASE_FRAMES = 4
"""At VIDEO_FPS, at both ends of a pause: lips may still move there."""
LEAST_SPOKEN = 12
"""Pictures with something said in them; fewer say nothing about being in step."""
LEAST_CONFIDENCE = 0.4
"""Below it, where lips and sound agree best is chance."""
_RATE = 100
_SOFT_S = 0.04
"""Standard deviation of the smoothing: lips move from sound to sound, they do not jump."""
_DYNAMICS_DB = 30.0
"""So far under the loudest sound lips are taken to be closed."""
_LEAST_LEVEL_DB = -52.0
_SPOKEN = 0.05
_PARTED: tuple[tuple[tuple[str, ...], float], ...] = (
    ((SILENCE, *CLOSURES), 0.0),
    (OPEN_VOWELS, 1.0),
    (("f", "v", "ʋ"), 0.2),
    (tuple("eɛoɔəɜɪʊiuyøœɵʉɯɤ"), 0.6),
)
_OTHERWISE = 0.35


@dataclass(slots=True, frozen=True)
class Lips:
    """How the lips of a part, or of a video, are in step with its sound."""

    offset_ms: int
    """How far they come after it; negative: before."""
    confidence: float
    """Pearson's r between what is seen and what sound implies, at that offset."""
    gain: float
    """How much better that is than being in step."""


class SpokenScene:
    """What the sound of a scene says about the lips at any moment of it."""

    def __init__(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None) -> None:
        count = max(1, -(-len(pcm) * _RATE // sample_rate))
        self._implied = _loud(pcm, sample_rate, count)
        frames = max(1, -(-len(pcm) * VIDEO_FPS // sample_rate))
        # With a second of silence behind it, as the mouth is driven: the noise of a recording is no pause.
        padded = np.concatenate([pcm, np.zeros(sample_rate, np.float32)])
        quiet = silent_frames(padded, sample_rate, frames)
        if phonemes is not None:
            self._implied = self._implied * _parted(phonemes, sample_rate, count)
            # Both must say so: a breath has no phoneme, and a whisper has no level.
            quiet &= silent_spans(phonemes, sample_rate, frames)
        # The picture may go on after the sound.
        self._rest = _inner(np.concatenate([quiet, np.ones(2 * RELEASE_FRAMES, bool)]))

    def implied(self, seconds: Doubles) -> Doubles:
        """How far lips are open in 0..1 by the sound at these moments; closed before and after it."""
        places = (np.arange(len(self._implied)) + 0.5) / _RATE
        return np.asarray(np.interp(seconds, places, self._implied, left=0.0, right=0.0))

    def is_rest(self, second: float) -> bool:
        """Whether nothing is said then, nor shortly before or after."""
        frame = int(second * VIDEO_FPS)
        return bool(self._rest[frame]) if frame < len(self._rest) else True


def agreement(scene: SpokenScene, seconds: Doubles, opening: Doubles) -> tuple[float, ...] | None:
    """How well lip openings, seen at these moments of a scene, agree with its sound at each of `LAGS_MS`.

    Returns:
        Pearson's r for each lag; None where too little is said, or the lips do not move.
    """
    if spoken(scene, seconds) < LEAST_SPOKEN or float(np.std(opening)) < 1e-4:
        return None
    curve = [correlation(opening, scene.implied(seconds - lag / 1000)) for lag in LAGS_MS]
    return tuple(round(value, 4) for value in curve)


def spoken(scene: SpokenScene, seconds: Doubles) -> int:
    """At how many of the moments something is said that parts the lips."""
    return int((scene.implied(seconds) > _SPOKEN).sum())


def lips_of(curve: Sequence[float], sound_starts_ms: int = 0) -> Lips:
    """Where the curve of `agreement` is highest; of equal places the one nearest to being in step.

    Args:
        sound_starts_ms: how far the sound of the file begins after its picture.
    """
    offset, best = max(
        zip(LAGS_MS, curve, strict=True), key=lambda place: (place[1], -abs(place[0] - sound_starts_ms))
    )
    in_step = min(range(len(LAGS_MS)), key=lambda place: abs(LAGS_MS[place] - sound_starts_ms))
    return Lips(offset - sound_starts_ms, round(best, 2), round(best - curve[in_step], 2))


def _loud(pcm: Pcm, sample_rate: int, count: int) -> Doubles:
    """[count]: level of the sound over its loudest, 0 at `_DYNAMICS_DB` below."""
    edges = (np.arange(count + 1) * sample_rate / _RATE).astype(int)
    total = np.concatenate([[0.0], np.cumsum(pcm.astype(np.float64) ** 2)])
    edges = np.minimum(edges, len(pcm))
    power = np.diff(total[edges]) / np.maximum(np.diff(edges), 1)
    level = 10 * np.log10(gaussian_filter1d(power, _SOFT_S * _RATE) + 1e-10)
    floor = max(float(np.percentile(level, 95)) - _DYNAMICS_DB, _LEAST_LEVEL_DB)
    return np.asarray(np.clip((level - floor) / _DYNAMICS_DB, 0.0, 1.0))


def _parted(phonemes: Sequence[PhonemeSpan], sample_rate: int, count: int) -> Doubles:
    parted = np.zeros(count)
    for span in phonemes:
        first = span.start_sample * _RATE // sample_rate
        parted[first : -(-span.end_sample * _RATE // sample_rate)] = _parted_by(span.symbol)
    return np.asarray(gaussian_filter1d(parted, _SOFT_S * _RATE))


def _parted_by(symbol: str) -> float:
    return next((amount for starts, amount in _PARTED if symbol.startswith(starts)), _OTHERWISE)


def _inner(quiet: Flags) -> Flags:
    """What is left of each pause that lips rest in, without its ends; the ends of the scene are none."""
    rest = np.zeros(len(quiet), bool)
    for first, last in runs(quiet):
        if last + 1 - first < LEAST_SILENCE_S * VIDEO_FPS:
            continue
        begin = 0 if first == 0 else first + RELEASE_FRAMES
        end = len(quiet) if last == len(quiet) - 1 else last + 1 - RELEASE_FRAMES
        rest[begin : max(begin, end)] = True
    return rest
