"""What is taken of a sound before it is converted, and what is known of a speaker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.conversion.spectrum import BANDS, RATE, Floats, frames_in, log_mel
from greenroom.engines.conversion.tone import Tone, tone_of
from greenroom.engines.protocols import EngineError, Pcm
from greenroom.engines.whisper.encoder import FEATURE_RATE, SAMPLE_RATE, encoder
from greenroom.engines.whisper.encoder import log_mel as whisper_mel

BLOCKS = 6
"""Of the encoder; the last one holds the words and the least of who says them."""
WINDOW = 10 * FEATURE_RATE
"""Features computed at once. Attention spans one window, so training and use share this size."""
KEPT = 8 * FEATURE_RATE
"""The middle of each window that is kept."""
_SPOKEN = 4.0
"""How far, in a logarithm, a spoken frame may lie below the loudest ones."""
_LEAST_SPREAD = 0.05


@dataclass(slots=True, frozen=True)
class Speech:
    """A sound, 100 frames a second; the content has 50."""

    pcm: Pcm
    """At `RATE`, of `len(tone.hz) * HOP` samples."""
    mel: Floats
    """[frames, BANDS]"""
    tone: Tone
    content: Floats
    """[frames / 2, width of the encoder]"""

    @property
    def loudness(self) -> Floats:
        """[frames]: logarithm of the mean over the bands."""
        return loudness_of(self.mel)


@dataclass(slots=True, frozen=True)
class Speaker:
    """The means and spreads by which speakers differ whatever they say."""

    pitch: tuple[float, float]
    """Mean and spread of the logarithm of Hz."""
    loudness: tuple[float, float]
    content: tuple[Floats, Floats]
    """Each [width]."""

    def to_arrays(self) -> dict[str, Floats]:
        """For `.npz` files."""
        return {
            "manner": np.array([*self.pitch, *self.loudness], np.float32),
            "content": np.stack(self.content).astype(np.float32),
        }

    @classmethod
    def from_arrays(cls, manner: npt.NDArray[np.floating], content: npt.NDArray[np.floating]) -> Speaker:
        """From what `to_arrays` gave."""
        pitch, pitch_spread, loudness, loudness_spread = (float(value) for value in manner)
        mean, spread = np.asarray(content, np.float32)
        return cls((pitch, pitch_spread), (loudness, loudness_spread), (mean, spread))


def hear(pcm: Pcm, rate: int) -> Speech:
    """All that is taken of a sound. Costs about a tenth of its length on one core."""
    sound = pcm if rate == RATE else np.asarray(soxr.resample(pcm, rate, RATE, quality="HQ"), np.float32)
    count = frames_in(len(sound))
    count += count % 2
    sound = np.pad(sound, (0, count * (RATE // 100) - len(sound)))
    return Speech(sound, log_mel(sound), tone_of(sound, RATE), content_of(sound, RATE)[: count // 2])


def content_of(pcm: Pcm, rate: int) -> Floats:
    """What is said: the last block of Whisper's encoder, float32 [ceil(seconds * 50), its width]."""
    sound = pcm if rate == SAMPLE_RATE else soxr.resample(pcm, rate, SAMPLE_RATE, quality="HQ")
    hop = SAMPLE_RATE // FEATURE_RATE
    count = -(-len(sound) // hop)
    parts = []
    lead = (WINDOW - KEPT) // 2
    for first in range(0, count, KEPT):
        # No longer than the sound itself, so that a short one costs little.
        start = max(0, first - lead)
        end = min(count, first + KEPT + lead)
        piece = np.zeros((end - start) * hop, np.float32)
        there = sound[start * hop : end * hop]
        piece[: len(there)] = there
        hidden = encoder().encode(whisper_mel(piece), BLOCKS)[-1]
        parts.append(encoder().finish(hidden)[first - start : first - start + KEPT])
    if not parts:
        return np.zeros((0, int(encoder().width)), np.float32)
    return np.concatenate(parts)[:count]


def is_spoken(speech: Speech) -> npt.NDArray[np.bool_]:
    """[frames]: where somebody speaks."""
    loudness = speech.loudness
    return np.asarray(loudness > np.quantile(loudness, 0.95) - _SPOKEN, np.bool_)


def speaker_of(speeches: Iterable[Speech]) -> Speaker:
    """Whose the sounds are.

    Raises:
        EngineError: nobody speaks in them.
    """
    pitches, loudness, content = [], [], []
    for speech in speeches:
        spoken = is_spoken(speech)
        pitches.append(np.log(speech.tone.hz[spoken & speech.tone.voiced]))
        loudness.append(speech.loudness[spoken])
        content.append(speech.content[spoken[::2][: len(speech.content)]])
    voiced = np.concatenate(pitches) if pitches else np.zeros(0)
    if len(voiced) < 50:
        raise EngineError(
            "no voice can be heard in the recordings: record them again, nearer to the microphone"
        )
    said = np.concatenate(content)
    levels = np.concatenate(loudness)
    # The quartiles, since a tracker that jumps an octave now and then must not count.
    low, middle, high = np.quantile(voiced, (0.25, 0.5, 0.75))
    return Speaker(
        (float(middle), max(float(high - low) / 1.349, _LEAST_SPREAD)),
        (float(levels.mean()), max(float(levels.std()), _LEAST_SPREAD)),
        (said.mean(axis=0), said.std(axis=0) + 1e-3),
    )


def content_input(speech: Speech, speaker: Speaker) -> Floats:
    """The content without what tells speakers apart: of mean 0 and spread 1 in each number."""
    return content_relative(speech.content, speaker)


def content_relative(content: Floats, speaker: Speaker) -> Floats:
    """As `content_input`, of [..., width]."""
    mean, spread = speaker.content
    return np.asarray((content - mean) / spread, np.float32)


def manner_input(speech: Speech, speaker: Speaker) -> Floats:
    """[frames, 3]: pitch and loudness relative to the speaker's own, and whether it is voiced."""
    return manner_of(speech.tone, speech.mel, speaker)


def manner_of(tone: Tone, mel: Floats, speaker: Speaker) -> Floats:
    """As `manner_input`, of as many frames of both."""
    (pitch, pitch_spread), (loudness, loudness_spread) = speaker.pitch, speaker.loudness
    height = (np.log(tone.hz) - pitch) / pitch_spread
    level = (loudness_of(mel) - loudness) / loudness_spread
    columns = [np.clip(height, -4, 4), tone.voiced, np.clip(level, -5, 3)]
    return np.stack(columns, axis=1).astype(np.float32)


def loudness_of(mel: Floats) -> Floats:
    """[frames]: logarithm of the mean over the bands."""
    return np.asarray(np.log(np.exp(mel).mean(axis=1)), np.float32)


def tone_for(tone: Tone, source: Speaker, target: Speaker) -> Tone:
    """The same melody in another speaker's height and range."""
    (mean, spread), (wanted, wanted_spread) = source.pitch, target.pitch
    ratio = np.clip(wanted_spread / spread, 0.6, 1.6)
    course = (np.log(tone.hz) - mean) * ratio + wanted
    return Tone(np.exp(course).astype(np.float32), tone.voiced).moved(1.0)


SILENCE = np.full(BANDS, -11.5, np.float32)
"""The log-mel spectrum of nothing."""
