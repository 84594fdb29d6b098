"""What the mouth must do whatever the driver thinks: shut for /p b m/, open on vowels, rest in silence.

Each rule pulls the code towards a real mouth of the footage (a closed one, an open one), by as much as the
lip opening asks for, so the result stays a mouth that this person makes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from greenroom.engines.mouth.steering import Steering
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
OPENING_EXPRESSION = 1.1
"""The same for the lip opening, which the driver knows better than the rest."""
_RISE_PER_FRAME = 0.04
"""How fast lips may open beside a closure, in lip opening a frame."""
_SPEECH_OVER_NOISE_DB, _LEAST_SPEECH_DB = 9.0, -52.0


def articulate(
    course: tuple[Floats, Floats],
    steering: Steering,
    phonemes: Sequence[PhonemeSpan] | None,
    pcm: Pcm,
    sample_rate: int,
) -> Floats:
    """The driver's codes [frames, CODE_SIZE] with the rules carried out.

    Args:
        course: the driver's codes [frames, CODE_SIZE] and lip opening [frames], over face height.
        phonemes: spans in samples of `pcm`; None for a recording, whose silence is then found by its level.
    """
    codes, opening = course
    wanted = steering.mean + OPENING_EXPRESSION * (opening - steering.mean)
    codes = steering.opened(codes * np.float32(EXPRESSION), np.maximum(wanted, 0))
    frames = len(codes)
    if phonemes is not None:
        codes = _open(codes, steering, _moments(phonemes, OPEN_VOWELS, sample_rate, frames))
        codes = _close(codes, steering, _moments(phonemes, CLOSURES, sample_rate, frames))
        quiet = silent_spans(phonemes, sample_rate, frames)
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


def silent_spans(phonemes: Sequence[PhonemeSpan], sample_rate: int, frames: int) -> npt.NDArray[np.bool_]:
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
