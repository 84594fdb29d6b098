"""What the mouth must do whatever the driver thinks: shut for /p b m/, open on vowels, rest in silence.

Each rule pulls the code towards a real mouth of the footage (a closed one, an open one), by as much as the
lip opening asks for, so the result stays a mouth that this person makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import VIDEO_FPS, Pcm, PhonemeSpan

Floats = npt.NDArray[np.float32]

CLOSED_OPENING = 0.012
"""Lip opening over face height below which a mouth is seen as closed."""
OPEN_OPENING = 0.020
"""Above this it is seen as open."""
OPENING_UNIT = 0.025
"""The driver gives the lip opening in this unit: about one standard deviation of speech."""
CLOSURES = ("p", "b", "m")
"""Phonemes that cannot be said with open lips, by their first letter in IPA."""
OPEN_VOWELS = ("a", "ɑ", "æ", "ɐ", "ʌ", "ɒ")
"""Open and near-open vowels, by their first letter; diphthongs begin with them too."""
SILENCE = "sil"

LEAST_SILENCE_S = 0.24
"""Shorter pauses are left to the driver: lips do not rest between words."""
EASE_FRAMES = 3
"""Frames in which the mouth comes to rest or gets ready."""
EXPRESSION = 1.15
"""The driver's codes are means over what a sound may look like, smaller than life: they are made this much
larger. On unseen clips that is sharper, with lips nearer to the real ones and the same picture error."""
_RISE_PER_FRAME = 0.026
"""How fast lips may open beside a closure, in lip opening a frame."""
_SPEECH_OVER_NOISE_DB, _LEAST_SPEECH_DB = 9.0, -52.0
_CURVED = 8
"""Leading code numbers whose products the probe sees: lips part along a curve, not a line."""


@dataclass(slots=True, frozen=True)
class Steering:
    """How codes and lip opening hang together for one person."""

    probe: Floats
    """Weights of `_probe_inputs`: what the lip opening over face height is made of."""
    rest: Floats
    """[CODE_SIZE]: the closed mouth at rest."""
    wide: Floats
    """[CODE_SIZE]: the mouth on an open vowel."""

    def opening(self, codes: Floats) -> Floats:
        """Lip openings [frames] of codes [frames, CODE_SIZE], over face height."""
        return np.asarray(_probe_inputs(codes) @ self.probe, np.float32)

    def moved(self, codes: Floats, towards: Floats, wanted: Floats) -> Floats:
        """Codes moved towards one mouth until the lips are as open as `wanted` says, or all the way.

        Args:
            codes: [frames, CODE_SIZE]
            towards: [CODE_SIZE], `rest` or `wide`.
            wanted: [frames]
        """
        rising = float(self.opening(towards[None])[0]) > self.opening(codes)
        low, high = np.zeros(len(codes), np.float32), np.ones(len(codes), np.float32)
        for _ in range(8):
            share = (low + high) / 2
            opening = self.opening(codes + share[:, None] * (towards - codes))
            short = np.where(rising, opening < wanted, opening > wanted)
            low, high = np.where(short, share, low), np.where(short, high, share)
        return np.asarray(codes + high[:, None] * (towards - codes), np.float32)

    def save(self, path: Path) -> None:
        np.savez(path, probe=self.probe, rest=self.rest, wide=self.wide)

    @staticmethod
    def load(path: Path) -> Steering:
        with np.load(path, allow_pickle=False) as stored:
            return Steering(stored["probe"], stored["rest"], stored["wide"])


def _probe_inputs(codes: Floats) -> Floats:
    """The codes, the products of the first ones, and 1: [frames, inputs]."""
    first = codes[:, :_CURVED]
    rows, columns = np.triu_indices(first.shape[1])
    return np.concatenate(
        [codes, first[:, rows] * first[:, columns], np.ones((len(codes), 1), codes.dtype)], axis=1
    )


def fit_steering(codes: Floats, opening: Floats) -> Steering:
    """From the codes and lip openings of all frames of a person."""
    inputs = _probe_inputs(codes).astype(np.float64)
    ridge = 1e-3 * len(codes) * np.eye(inputs.shape[1])
    probe = np.linalg.solve(inputs.T @ inputs + ridge, inputs.T @ opening)
    closed = opening <= np.minimum(np.percentile(opening, 25), CLOSED_OPENING / 2)
    if not closed.any():
        closed = opening <= np.percentile(opening, 5)
    wide = opening >= np.percentile(opening, 85)
    return Steering(
        probe.astype(np.float32),
        np.median(codes[closed], axis=0).astype(np.float32),
        codes[wide].mean(axis=0).astype(np.float32),
    )


def articulate(
    codes: Floats, steering: Steering, phonemes: Sequence[PhonemeSpan] | None, pcm: Pcm, sample_rate: int
) -> Floats:
    """The driver's codes [frames, CODE_SIZE] with the rules carried out.

    Args:
        phonemes: spans in samples of `pcm`; None for a recording, whose silence is then found by its level.
    """
    codes = codes * np.float32(EXPRESSION)
    frames = len(codes)
    if phonemes is not None:
        codes = _open(codes, steering, _moments(phonemes, OPEN_VOWELS, sample_rate, frames))
        codes = _close(codes, steering, _moments(phonemes, CLOSURES, sample_rate, frames))
        quiet = _silent_spans(phonemes, sample_rate, frames)
    else:
        quiet = silent_frames(pcm, sample_rate, frames)
    amount = _resting(quiet)[:, None]
    return np.asarray(codes * (1 - amount) + steering.rest * amount, np.float32)


def _moments(
    phonemes: Sequence[PhonemeSpan], starts: tuple[str, ...], sample_rate: int, frames: int
) -> list[tuple[int, int]]:
    """First and last frame of each phoneme that begins with one of `starts`."""
    moments = []
    for span in phonemes:
        if span.symbol.startswith(starts):
            first = span.start_sample * VIDEO_FPS / sample_rate
            last = span.end_sample * VIDEO_FPS / sample_rate
            middle = (first + last) / 2
            inside = [n for n in range(int(first), int(last) + 1) if first <= n + 0.5 <= last]
            inside = inside or [int(middle)]
            if inside[0] < frames:
                moments.append((inside[0], min(inside[-1], frames - 1)))
    return moments


def _close(codes: Floats, steering: Steering, moments: list[tuple[int, int]]) -> Floats:
    """Pull the codes so that no frame of a moment is open, its neighbours only as far as lips can move."""
    if not moments:
        return codes
    rest_opening = float(steering.opening(steering.rest[None])[0])
    limit = np.full(len(codes), np.inf, np.float32)
    for first, last in moments:
        for frame in range(max(0, first - EASE_FRAMES), min(len(codes), last + EASE_FRAMES + 1)):
            away = max(first - frame, frame - last, 0)
            limit[frame] = min(limit[frame], rest_opening + _RISE_PER_FRAME * away)
    excess = steering.opening(codes) > limit
    result = np.where(excess[:, None], steering.moved(codes, steering.rest, limit), codes)
    # The probe may miss lips a little apart: the middle becomes a real closed mouth.
    for first, last in moments:
        middle = slice((first + last) // 2, (first + last + 1) // 2 + 1)
        result[middle] = 0.15 * result[middle] + 0.85 * steering.rest
    return np.asarray(result, np.float32)


def _open(codes: Floats, steering: Steering, moments: list[tuple[int, int]]) -> Floats:
    """Pull the middle of each moment towards an open mouth where the driver left it nearly closed."""
    least = min(2.2 * OPEN_OPENING, 0.95 * float(steering.opening(steering.wide[None])[0]))
    wanted = np.full(len(codes), -np.inf, np.float32)
    for first, last in moments:
        middle = (first + last) // 2
        for frame in range(first, last + 1):
            wanted[frame] = max(wanted[frame], least * (1 - 0.25 * abs(frame - middle)))
    short = steering.opening(codes) < wanted
    return np.where(short[:, None], steering.moved(codes, steering.wide, wanted), codes)


def _silent_spans(phonemes: Sequence[PhonemeSpan], sample_rate: int, frames: int) -> npt.NDArray[np.bool_]:
    """Frames in which nothing is said: pauses of the speech, and what no phoneme covers."""
    spoken = np.zeros(frames, bool)
    for span in phonemes:
        if span.symbol != SILENCE:
            first = int(span.start_sample * VIDEO_FPS / sample_rate)
            spoken[first : int(np.ceil(span.end_sample * VIDEO_FPS / sample_rate))] = True
    return ~spoken


def silent_frames(pcm: Pcm, sample_rate: int, frames: int) -> npt.NDArray[np.bool_]:
    """Frames of a recording in which nobody speaks, by level over the recording's own noise."""
    step = sample_rate / VIDEO_FPS
    power = np.empty(frames)
    for frame in range(frames):
        part = pcm[int(frame * step) : int((frame + 1) * step)]
        power[frame] = np.mean(part.astype(np.float64) ** 2) if len(part) else 0.0
    level = 10 * np.log10(power + 1e-10)
    floor = np.percentile(level, 10)
    # Without a pause the quietest tenth is speech: silence also lies 25 dB under the loudest.
    threshold = max(_LEAST_SPEECH_DB, min(floor + _SPEECH_OVER_NOISE_DB, np.percentile(level, 95) - 25))
    return np.asarray(level < threshold)


def _resting(quiet: npt.NDArray[np.bool_]) -> Floats:
    """[frames] in 0..1: how far the mouth is at rest; eased in and out inside each long pause."""
    amount = np.zeros(len(quiet), np.float32)
    edges = np.flatnonzero(np.diff(np.r_[False, quiet, False].astype(np.int8)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        length = end - first
        if length < LEAST_SILENCE_S * VIDEO_FPS and length < len(quiet):
            continue
        inside = np.arange(length)
        into = np.ones(length) if first == 0 else (inside + 1) / (EASE_FRAMES + 1)
        out = np.ones(length) if end == len(quiet) else (length - inside) / (EASE_FRAMES + 1)
        ramp = np.clip(np.minimum(into, out), 0, 1)
        amount[first:end] = ramp * ramp * (3 - 2 * ramp)
    return amount
