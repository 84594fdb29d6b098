"""From sound to the course of a photographed person's mouth.

How far lips part and how wide they are comes from the driver that the shipped presenter was trained with: it
hears any voice and language, and what it says of the lips is free of whose they are. What the phonemes of a
built-in voice tell for certain is then carried out: shut for /p b m/, open on open vowels, the lower lip at
the teeth for /f v/, round on /o u w/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from greenroom.engines.mouth.articulation import (
    CLOSURES,
    EASE_FRAMES,
    LEAST_SILENCE_S,
    OPEN_VOWELS,
    OPENING_UNIT,
    SILENCE,
    silent_frames,
)
from greenroom.engines.photo.mouth_shape import MouthPose
from greenroom.engines.protocols import VIDEO_FPS, Pcm, PhonemeSpan

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

_FLOOR, _GAIN = 0.006, 1.40
"""The driver's lip openings (over face height): below the floor lips are shut, and the rest is made larger,
for means over what a sound may look like are smaller than life."""
_WIDEST_OPENING = 0.115
_WIDTH = 0.075
"""How far the corners go for one unit of the driver's width, in half mouths."""
_NARROWEST, _WIDEST = -0.30, 0.12
_RISE_PER_FRAME = 0.035
"""How fast lips open beside a closure."""
_VOWEL_OPENING = 0.046
LIP_TEETH = ("f", "v", "ʋ")
_LIP_TEETH_OPENING = 0.014
ROUNDED = ("o", "u", "ɔ", "ʊ", "w", "y", "ø", "œ", "ɥ", "ɵ", "ʉ")
SPREAD = ("i", "e", "ɪ", "ɛ", "s", "z")
_ROUND_WIDTH, _SPREAD_WIDTH = -0.20, 0.03
_HEARD_SHUT, _DIP, _DIP_REACH = 0.018, 0.55, 4
"""Without phonemes: a dip of the driver's opening below the first, and below this share of the peaks within
so many frames on both sides, is a sound that is said with closed lips."""


@dataclass(slots=True, frozen=True)
class MouthCourse:
    """A mouth over a whole speech, one row a frame at VIDEO_FPS."""

    opening: Floats
    """[frames], over face height."""
    width: Floats
    """[frames], as `MouthPose.width`."""
    lift: Floats
    press: Floats

    def __len__(self) -> int:
        return len(self.opening)

    def pose(self, number: int, mouths_in_face: float) -> MouthPose:
        """The mouth at frame `number`, the last one beyond the end.

        Args:
            mouths_in_face: the face's height in half widths of this person's mouth.
        """
        at = min(number, len(self.opening) - 1)
        return MouthPose(
            float(self.opening[at]) * mouths_in_face,
            float(self.width[at]),
            float(self.lift[at]),
            float(self.press[at]),
        )


def mouth_course(
    heard: tuple[Floats, Floats], phonemes: Sequence[PhonemeSpan] | None, pcm: Pcm, sample_rate: int
) -> MouthCourse:
    """The driver's lip opening (over face height) and width, [frames] each, with the rules carried out."""
    raw_opening, raw_width = heard
    opening = np.clip(_GAIN * (raw_opening - _FLOOR), 0.0, _WIDEST_OPENING)
    width = np.clip(_WIDTH * raw_width, _NARROWEST, _WIDEST)
    frames = len(opening)
    lift: npt.NDArray[np.floating] = np.zeros(frames)
    if phonemes is None:
        quiet = silent_frames(pcm, sample_rate, frames)
        opening, press = _shut(opening, _heard_closures(raw_opening, quiet))
    else:
        said = _Said(phonemes, sample_rate, frames)
        opening = _opened(opening, said.level(OPEN_VOWELS))
        width = _shaped(width, said)
        touch = said.level(LIP_TEETH)
        opening = np.where(touch > 0.5, np.minimum(opening, _LIP_TEETH_OPENING), opening)
        opening, lift = np.maximum(opening, _LIP_TEETH_OPENING * touch), 0.5 * touch
        opening, press = _shut(opening, said.runs(CLOSURES))
        quiet = said.quiet()
    speaking = 1.0 - _resting(quiet)
    parts = (
        opening * speaking,
        gaussian_filter1d(width, 0.7) * speaking,
        lift,
        gaussian_filter1d(press, 0.6),
    )
    return MouthCourse(*(np.asarray(part, np.float32) for part in parts))


class _Said:
    """When which phonemes are said, in frames."""

    def __init__(self, phonemes: Sequence[PhonemeSpan], sample_rate: int, frames: int) -> None:
        scale = VIDEO_FPS / sample_rate
        self._spans = [(one.symbol, one.start_sample * scale, one.end_sample * scale) for one in phonemes]
        self._frames = frames

    def runs(self, starts: tuple[str, ...]) -> list[tuple[int, int]]:
        """First and last frame of each phoneme that begins with one of `starts`; at least its middle."""
        found = []
        for symbol, first, end in self._spans:
            if symbol.startswith(starts):
                inside = [at for at in range(int(first), int(end) + 1) if first <= at + 0.5 <= end]
                inside = inside or [int((first + end) / 2)]
                if inside[0] < self._frames:
                    found.append((inside[0], min(inside[-1], self._frames - 1)))
        return found

    def level(self, starts: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """[frames]: 1 inside such phonemes, eased over the frames beside them."""
        level = np.zeros(self._frames)
        for first, last in self.runs(starts):
            level[first : last + 1] = 1.0
        return np.asarray(np.minimum(1.0, 1.25 * gaussian_filter1d(level, 0.9)))

    def quiet(self) -> Flags:
        """Frames in which nothing is said."""
        spoken = np.zeros(self._frames, bool)
        for symbol, first, end in self._spans:
            if symbol != SILENCE:
                spoken[int(first) : int(np.ceil(end))] = True
        return ~spoken


def _heard_closures(opening: Floats, quiet: Flags) -> list[tuple[int, int]]:
    """The frames in which a recording is heard to close the lips, first and last each."""
    found = []
    for at in range(1, len(opening) - 1):
        before, after = opening[max(0, at - _DIP_REACH) : at], opening[at + 1 : at + 1 + _DIP_REACH]
        is_lowest = opening[at] <= before[-1] and opening[at] < after[0]
        is_deep = opening[at] < _DIP * min(before.max(), after.max())
        if is_lowest and is_deep and opening[at] < _HEARD_SHUT and not quiet[at]:
            found.append((at, at))
    return found


def _opened(opening: npt.NDArray[np.float64], vowels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Open vowels are never said with nearly closed lips."""
    return np.maximum(opening, _VOWEL_OPENING * np.clip(1.6 * vowels - 0.6, 0.0, 1.0))


def _shaped(width: npt.NDArray[np.float64], said: _Said) -> npt.NDArray[np.float64]:
    """Round where the phonemes ask for it, spread where they do; the driver decides how much more."""
    rounded, spread = said.level(ROUNDED), said.level(SPREAD)
    width = width * (1 - rounded) + np.minimum(width, _ROUND_WIDTH) * rounded
    return width * (1 - spread) + np.maximum(width, _SPREAD_WIDTH) * spread


def _shut(
    opening: npt.NDArray[np.float64], closures: list[tuple[int, int]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """No frame of a closure is open, its neighbours only as far as lips can move; and how much they press."""
    frames = np.arange(len(opening))
    press = np.zeros(len(opening))
    for first, last in closures:
        away = np.maximum(np.maximum(first - frames, frames - last), 0)
        near = away <= EASE_FRAMES
        opening = np.where(near, np.minimum(opening, _RISE_PER_FRAME * away), opening)
        press[first : last + 1] = 0.8
    return opening, press


def _resting(quiet: Flags) -> npt.NDArray[np.float64]:
    """[frames] in 0..1: how far the mouth is at rest, eased in and out inside each long pause."""
    still = np.zeros(len(quiet))
    edges = np.flatnonzero(np.diff(np.r_[False, quiet, False].astype(np.int8)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if end - first < LEAST_SILENCE_S * VIDEO_FPS and end - first < len(quiet):
            continue
        inside = np.arange(end - first)
        into = np.ones(len(inside)) if first == 0 else (inside + 1) / (EASE_FRAMES + 1)
        out = np.ones(len(inside)) if end == len(quiet) else (end - first - inside) / (EASE_FRAMES + 1)
        ramp = np.clip(np.minimum(into, out), 0, 1)
        still[first:end] = ramp * ramp * (3 - 2 * ramp)
    return still


def heard_lips(course: Floats, code_size: int) -> tuple[Floats, Floats]:
    """Lip opening (over face height) and width of a driver's course [frames, codes and measures]."""
    return course[:, code_size] * np.float32(OPENING_UNIT), course[:, code_size + 1]
