"""Conversion of speech as it comes: what somebody says into a microphone, in a person's voice.

Every 240 ms the last second and a half is converted anew, since the encoder needs surroundings, and the
newest part of it is given out, 160 ms of what follows already known: it comes up to 400 ms after it was said.
"""

from __future__ import annotations

import numpy as np
import soxr

from greenroom.engines.conversion.engine import Conversion
from greenroom.engines.conversion.spectrum import HOP, RATE
from greenroom.engines.conversion.speech import Speaker, hear
from greenroom.engines.conversion.tone import HIGHEST_HZ, LOWEST_HZ, Tone, phases, pulses
from greenroom.engines.conversion.vocoder import hiss, shaped
from greenroom.engines.protocols import Pcm

STEP = 24
"""Frames that are given out at once; 100 a second."""
BEHIND, AHEAD = 150, 16
"""Frames before and after them that the conversion sees."""
_LEAD = 4
"""Frames that are computed again, so that the pieces join: a window of the vocoder is as long."""


class ConversionStream:
    """One speaker's sound, piece by piece. The pieces that come out join without a seam."""

    def __init__(self, conversion: Conversion, rate: int, source: Speaker, pitch: float = 1.0) -> None:
        """
        Args:
            rate: of what is pushed, and of what comes back.
            source: who speaks; `speech.speaker_of` a few seconds of them.
            pitch: how much higher than the person.
        """
        self._conversion, self._source, self._pitch = conversion, source, pitch
        self._inward = soxr.ResampleStream(rate, RATE, 1, dtype="float32")
        self._outward = soxr.ResampleStream(RATE, rate, 1, dtype="float32")
        gain = np.exp(source.loudness[0] - conversion.person.loudness[0])
        self._gain = np.float32(np.clip(gain, 0.1, 8.0))
        self._sound = np.zeros(0, np.float32)
        self._first = 0
        """The frame that `_sound` begins with."""
        self._next = 0
        """The frame that is given out next."""
        self._hz = np.zeros(0, np.float32)
        """The pitch of the frames from `_first` to `_next`, as it was given out."""
        self._phases = np.zeros(1)
        """The phase of the pulses at the beginning of each of them, and of `_next`."""

    def push(self, pcm: Pcm) -> Pcm:
        """What can be said by now; often nothing."""
        made = self._outward.resample_chunk(self._take(self._inward.resample_chunk(pcm)))
        return np.asarray(made, np.float32)

    def flush(self) -> Pcm:
        """The rest, when no more comes."""
        rest = self._take(self._inward.resample_chunk(np.zeros(0, np.float32), last=True))
        left = self._frames() - self._next
        last = self._emit(left) if left > 0 else np.zeros(0, np.float32)
        return np.asarray(self._outward.resample_chunk(np.concatenate([rest, last]), last=True), np.float32)

    def _take(self, sound: Pcm) -> Pcm:
        self._sound = np.concatenate([self._sound, sound])
        parts = [np.zeros(0, np.float32)]
        while self._frames() - self._next >= STEP + AHEAD:
            parts.append(self._emit(STEP))
        return np.concatenate(parts)

    def _frames(self) -> int:
        """Up to which frame the sound is known."""
        return self._first + len(self._sound) // HOP

    def _emit(self, count: int) -> Pcm:
        """The next `count` frames."""
        speech = hear(self._sound, RATE)
        at = self._next - self._first
        mel = self._conversion.spectrum(speech, self._source)
        found = self._conversion.tone(speech, self._source)
        hz = np.clip(found.hz * np.float32(self._pitch), LOWEST_HZ, HIGHEST_HZ)
        hz[:at] = self._hz
        tone = Tone(hz.astype(np.float32), found.voiced)
        filters = self._conversion.vocoder.filters(mel, tone)
        start = max(0, at - _LEAD)
        train = pulses(Tone(tone.hz[start:], tone.voiced[start:]), float(self._phases[start]))
        noise = hiss(self._first + start, len(tone.hz) - start)
        made = shaped(filters[start:], train, noise)[(at - start) * HOP : (at - start + count) * HOP]
        self._move_on(tone.hz[at : at + count + 1], count)
        return made * self._gain

    def _move_on(self, hz: Pcm, count: int) -> None:
        """Note what was given out, and forget what lies too far behind."""
        # With the frame after them, since the pitch glides from frame to frame.
        ends = phases(hz, float(self._phases[-1]))[:count]
        self._phases = np.concatenate([self._phases, ends])
        self._hz = np.concatenate([self._hz, hz[:count]])
        self._next += count
        gone = max(0, self._next - self._first - BEHIND) // 2 * 2
        self._first += gone
        self._sound = self._sound[gone * HOP :]
        self._hz, self._phases = self._hz[gone:], self._phases[gone:]
