"""Conversion of speech as it comes: what somebody says into a microphone, in a person's voice.

Every 60 ms are converted when the 120 ms after them are known: what is said comes out up to 180 ms later, and
the time that computing takes. The encoder attends to what it kept of the sound before (`EncoderStream`); the
converter is one that has learnt from such features, where the package has it (`Conversion.live`).
"""

from __future__ import annotations

import numpy as np
import soxr

from greenroom.engines.conversion.engine import Conversion
from greenroom.engines.conversion.spectrum import BANDS, HOP, RATE, Floats, log_mel
from greenroom.engines.conversion.speech import Speaker, content_relative, manner_of
from greenroom.engines.conversion.tone import Tone, phases, pulses, tone_of
from greenroom.engines.conversion.vocoder import hiss, shaped
from greenroom.engines.protocols import Pcm
from greenroom.engines.whisper import stream

BEHIND = 16
"""Features before a step that are converted with it."""
STEP, AHEAD = 2 * stream.STEP, 2 * stream.AHEAD
"""Frames that are given out at once, and those after them that are known by then; 100 a second."""
_HEARD = 40
"""Frames before a step that are kept: in which its pitch is looked for, and which the vocoder hears."""
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
        self._conversion, self._source, self._pitch = conversion.live(), source, pitch
        self._inward = soxr.ResampleStream(rate, RATE, 1, dtype="float32")
        self._outward = soxr.ResampleStream(RATE, rate, 1, dtype="float32")
        self._encoder = stream.EncoderStream(RATE)
        gain = np.exp(source.loudness[0] - conversion.person.loudness[0])
        self._gain = np.float32(np.clip(gain, 0.1, 8.0))
        self._sound = np.zeros(0, np.float32)
        self._first = 0
        """The frame that `_sound` begins with."""
        self._next = 0
        """The frame that is given out next."""
        self._content = np.zeros((0, self._encoder.width), np.float32)
        """That of up to `BEHIND` features before `_next`."""
        self._mel = np.zeros((0, BANDS), np.float32)
        """The person's spectrum of the frames from `_first` to `_next`, as it was given out."""
        self._tone = Tone(np.zeros(0, np.float32), np.zeros(0, np.bool_))
        """Their pitch."""
        self._phases = np.zeros(1)
        """The phase of the pulses at the beginning of each of them, and of `_next`."""
        self._taken = self._given = 0
        """Samples."""

    def push(self, pcm: Pcm) -> Pcm:
        """What can be said by now; often nothing."""
        self._taken += len(pcm)
        return self._give(self._take(pcm))

    def flush(self) -> Pcm:
        """The rest, when no more comes."""
        if not self._taken:
            return np.zeros(0, np.float32)
        made = self._take(np.zeros(0, np.float32), last=True)
        rest = self._outward.resample_chunk(made, last=True)[: self._taken - self._given]
        rest = np.pad(rest, (0, max(0, self._taken - self._given - len(rest))))
        self._given += len(rest)
        return np.asarray(rest, np.float32)

    def _give(self, made: Pcm) -> Pcm:
        out = np.asarray(self._outward.resample_chunk(made), np.float32)
        self._given += len(out)
        return out

    def _take(self, pcm: Pcm, last: bool = False) -> Pcm:
        sound = self._inward.resample_chunk(pcm, last=last)
        if last:
            # Silence, so that the last step is one like the others.
            sound = np.pad(sound, (0, (STEP + AHEAD) * HOP))
        self._sound = np.concatenate([self._sound, sound])
        parts = [self._emit(encoded) for encoded in self._encoder.push(sound)]
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def _emit(self, encoded: Floats) -> Pcm:
        """The next step."""
        at = self._next - self._first
        known = self._sound[: (at + STEP + AHEAD) * HOP]
        heard, spoken = log_mel(known), self._heard_tone(known)
        content = content_relative(encoded, self._source)
        behind = self._content
        self._content = np.concatenate([behind, content[: stream.STEP]])[-BEHIND:]
        frames = 2 * (len(behind) + len(content))
        manner = manner_of(spoken, heard, self._source)[-frames:]
        fresh = self._conversion.converted(np.concatenate([behind, content]), manner)[2 * len(behind) :]
        fresh_tone = self._conversion.tone_of_person(spoken, self._source).moved(self._pitch)
        mel = np.concatenate([self._mel, fresh])
        tone = Tone(
            np.concatenate([self._tone.hz, fresh_tone.hz[at:]]),
            np.concatenate([self._tone.voiced, fresh_tone.voiced[at:]]),
        )
        made = self._sounded(mel, tone, at)
        self._move_on(mel, tone, at)
        return made * self._gain

    def _heard_tone(self, sound: Pcm) -> Tone:
        """The pitch of a sound; the speaker's own where nothing of it is voiced."""
        tone = tone_of(sound, RATE)
        if not tone.voiced.any():
            return Tone(np.full(len(tone.hz), np.exp(self._source.pitch[0]), np.float32), tone.voiced)
        return tone

    def _sounded(self, mel: Floats, tone: Tone, at: int) -> Pcm:
        """The step's samples, from the spectrum and the pitch of all frames from `_first` on."""
        filters = self._conversion.vocoder.filters(mel, tone)
        start = max(0, at - _LEAD)
        train = pulses(Tone(tone.hz[start:], tone.voiced[start:]), float(self._phases[start]))
        noise = hiss(self._first + start, len(tone.hz) - start)
        made = shaped(filters[start:], train, noise)
        return made[(at - start) * HOP : (at - start + STEP) * HOP]

    def _move_on(self, mel: Floats, tone: Tone, at: int) -> None:
        """Note what was given out, and forget what lies too far behind."""
        end = at + STEP
        # With the frame after them, since the pitch glides from frame to frame.
        ends = phases(tone.hz[at : end + 1], float(self._phases[-1]))[:STEP]
        self._next += STEP
        gone = max(0, end - _HEARD)
        self._first += gone
        self._sound = self._sound[gone * HOP :]
        self._phases = np.concatenate([self._phases, ends])[gone:]
        self._mel = mel[gone:end]
        self._tone = Tone(tone.hz[gone:end], tone.voiced[gone:end])
