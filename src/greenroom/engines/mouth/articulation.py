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
CLOSURES = ("p", "b", "m")
"""Phonemes that cannot be said with open lips, by their first letter in IPA."""
OPEN_VOWELS = ("a", "ɑ", "æ", "ɐ", "ʌ", "ɒ")
"""Open and near-open vowels, by their first letter; diphthongs begin with them too."""
SILENCE = "sil"

LEAST_SILENCE_S = 0.24
"""Shorter pauses are left to the driver: lips do not rest between words."""
EASE_FRAMES = 3
"""Frames in which the mouth comes to rest or gets ready."""
_RISE_PER_FRAME = 0.018
"""How fast lips may open beside a closure, in lip opening a frame."""
_SPEECH_OVER_NOISE_DB, _LEAST_SPEECH_DB = 9.0, -52.0


@dataclass(slots=True, frozen=True)
class Steering:
    """How codes and lip opening hang together for one person."""

    probe: Floats
    """[CODE_SIZE]: opening = code @ probe + bias, over face height."""
    bias: float
    rest: Floats
    """[CODE_SIZE]: the closed mouth at rest."""
    wide: Floats
    """[CODE_SIZE]: the mouth on an open vowel."""

    def opening(self, codes: Floats) -> Floats:
        return np.asarray(codes @ self.probe + np.float32(self.bias), np.float32)

    def save(self, path: Path) -> None:
        np.savez(path, probe=self.probe, bias=np.float32(self.bias), rest=self.rest, wide=self.wide)

    @staticmethod
    def load(path: Path) -> Steering:
        with np.load(path, allow_pickle=False) as stored:
            return Steering(stored["probe"], float(stored["bias"]), stored["rest"], stored["wide"])


def fit_steering(codes: Floats, opening: Floats) -> Steering:
    """From the codes and lip openings of all frames of a person."""
    centred = np.concatenate([codes, np.ones((len(codes), 1), np.float32)], axis=1).astype(np.float64)
    ridge = 1e-3 * len(codes) * np.eye(centred.shape[1])
    solution = np.linalg.solve(centred.T @ centred + ridge, centred.T @ opening)
    closed = opening <= np.minimum(np.percentile(opening, 25), CLOSED_OPENING / 2)
    if not closed.any():
        closed = opening <= np.percentile(opening, 5)
    wide = opening >= np.percentile(opening, 85)
    return Steering(
        solution[:-1].astype(np.float32),
        float(solution[-1]),
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
    result = codes.copy()
    frames = len(codes)
    if phonemes is not None:
        _open(result, steering, _moments(phonemes, OPEN_VOWELS, sample_rate, frames))
        _close(result, steering, _moments(phonemes, CLOSURES, sample_rate, frames))
        quiet = _silent_spans(phonemes, sample_rate, frames, len(pcm))
    else:
        quiet = silent_frames(pcm, sample_rate, frames)
    amount = _resting(quiet)[:, None]
    return np.asarray(result * (1 - amount) + steering.rest * amount, np.float32)


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


def _close(codes: Floats, steering: Steering, moments: list[tuple[int, int]]) -> None:
    """Pull the codes so that no frame of a moment is open, its neighbours only as far as lips can move."""
    rest_opening = float(steering.opening(steering.rest))
    limit = np.full(len(codes), np.inf)
    for first, last in moments:
        for frame in range(max(0, first - EASE_FRAMES), min(len(codes), last + EASE_FRAMES + 1)):
            away = max(first - frame, frame - last, 0)
            limit[frame] = min(limit[frame], rest_opening + _RISE_PER_FRAME * away)
    opening = steering.opening(codes)
    excess = opening > limit
    share = np.zeros(len(codes), np.float32)
    share[excess] = (opening[excess] - limit[excess]) / np.maximum(opening[excess] - rest_opening, 1e-6)
    codes += np.clip(share, 0, 1)[:, None] * (steering.rest - codes)
    # The probe is linear and may miss lips a little apart: the middle becomes a real closed mouth.
    for first, last in moments:
        middle = slice((first + last) // 2, (first + last + 1) // 2 + 1)
        codes[middle] = 0.2 * codes[middle] + 0.8 * steering.rest


def _open(codes: Floats, steering: Steering, moments: list[tuple[int, int]]) -> None:
    """Pull the middle of each moment towards an open mouth where the driver left it nearly closed."""
    wide_opening = float(steering.opening(steering.wide))
    least = min(1.6 * OPEN_OPENING, 0.8 * wide_opening)
    for first, last in moments:
        middle = (first + last) // 2
        for frame in range(first, last + 1):
            wanted = least * (1 - 0.25 * abs(frame - middle))
            opening = float(steering.opening(codes[frame]))
            if opening < wanted and wide_opening > opening:
                share = (wanted - opening) / (wide_opening - opening)
                codes[frame] += share * (steering.wide - codes[frame])


def _silent_spans(
    phonemes: Sequence[PhonemeSpan], sample_rate: int, frames: int, samples: int
) -> npt.NDArray[np.bool_]:
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
