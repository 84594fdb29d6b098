"""Change the speed, pitch and loudness of places in a chunk of speech, without clicks and with exact times.

Speed without pitch is waveform-similarity overlap-add (Verhelst and Roelands, 1993): the sound is put
together anew from pieces of about 15 ms, each taken from where it continues the one before it best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.clause_sound import louder
from greenroom.engines.protocols import Pcm, PhonemeSpan, SpeechChunk, WordSpan

_PIECE_S = 0.015
_SEARCH_S = 0.008
"""To either side: together more than a period of the lowest voice."""
_RAMP_S = 0.01
_FADE_S = 0.004


@dataclass(slots=True, frozen=True)
class Stretch:
    """A place of the sound and the factors of its change; 1 leaves it as it is."""

    start: int
    end: int
    speed: float = 1.0
    pitch: float = 1.0
    gain: float = 1.0


def reshape(chunk: SpeechChunk, stretches: Sequence[Stretch]) -> SpeechChunk:
    """The chunk with its places changed. What lies outside keeps its every sample, but for ramps of gain.

    Args:
        stretches: in order, without overlap.
    """
    if not stretches:
        return chunk
    parts: list[Pcm] = []
    gains: list[npt.NDArray[np.float32]] = []
    old, new = [0], [0]
    for place in [*stretches, Stretch(len(chunk.pcm), len(chunk.pcm))]:
        before = chunk.pcm[old[-1] : place.start]
        changed = _changed(chunk, place)
        parts += [before, changed]
        gains += [np.ones(len(before), np.float32), np.full(len(changed), place.gain, np.float32)]
        old += [place.start, place.end]
        new += [new[-1] + len(before), new[-1] + len(before) + len(changed)]

    def moved(sample: int) -> int:
        return round(float(np.interp(sample, old, new)))

    return replace(
        chunk,
        pcm=_scaled(np.concatenate(parts), np.concatenate(gains), chunk.sample_rate),
        phonemes=tuple(
            PhonemeSpan(span.symbol, moved(span.start_sample), moved(span.end_sample))
            for span in chunk.phonemes
        ),
        words=tuple(
            WordSpan(word.text, moved(word.start_sample), moved(word.end_sample)) for word in chunk.words
        ),
        marks=tuple(replace(mark, sample=moved(mark.sample)) for mark in chunk.marks),
    )


def _changed(chunk: SpeechChunk, place: Stretch) -> Pcm:
    sound = chunk.pcm[place.start : place.end]
    rate = chunk.sample_rate
    length = round(len(sound) / place.speed)
    if place.pitch != 1 and len(sound):
        # Higher sound is shorter sound, which is then drawn out again.
        raised = soxr.resample(sound, rate * place.pitch, rate).astype(np.float32)
        return _faded_in(sound, _drawn(raised, length, rate), round(_FADE_S * rate))
    return _drawn(sound, length, rate) if length != len(sound) else sound


def _drawn(sound: Pcm, length: int, rate: int) -> Pcm:
    """The sound in another length at the same pitch; its first and last samples stay what they are."""
    piece, search = round(_PIECE_S * rate), round(_SEARCH_S * rate)
    if min(len(sound), length) < 3 * piece:
        at = np.linspace(0, max(len(sound) - 1, 0), length)
        return np.interp(at, np.arange(len(sound)), sound).astype(np.float32) if len(sound) else sound
    rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(piece) + 0.5) / piece)).astype(np.float32)
    out = np.zeros(length, np.float32)
    out[:piece] = sound[:piece]
    done = following = piece
    while length - done > 2 * piece and following + piece <= len(sound):
        ideal = round(done * (len(sound) - piece) / (length - piece))
        start = _best(sound, following, ideal, piece, search)
        going, coming = sound[following : following + piece], sound[start : start + piece]
        out[done : done + piece] = going * (1 - rise) + coming * rise
        done, following = done + piece, start + piece
    rest = length - done
    fade = min(piece, rest, len(sound) - following)
    last = sound[len(sound) - rest :].copy()
    last[:fade] = last[:fade] * rise[:fade] + sound[following : following + fade] * (1 - rise[:fade])
    out[done:] = last
    return out


def _best(sound: Pcm, following: int, ideal: int, piece: int, search: int) -> int:
    """Where near `ideal` the sound is most like what would follow of itself."""
    low = max(0, ideal - search)
    high = min(len(sound) - piece, ideal + search)
    if high <= low:
        return max(0, min(ideal, len(sound) - piece))
    wanted = sound[following : following + piece]
    field = sound[low : high + piece]
    likeness = np.correlate(field, wanted, "valid")
    energy = np.cumsum(np.concatenate([[0.0], np.square(field, dtype=np.float64)]))
    level = np.sqrt(energy[piece:] - energy[:-piece]) + 1e-6
    return low + int(np.argmax(likeness / level))


def _faded_in(natural: Pcm, changed: Pcm, fade: int) -> Pcm:
    """The changed sound, joined at both ends to the natural one that stands around it."""
    fade = min(fade, len(natural) // 2, len(changed) // 2)
    if not fade:
        return changed
    rise = np.linspace(0, 1, fade, dtype=np.float32)
    out = changed.copy()
    out[:fade] = out[:fade] * rise + natural[:fade] * (1 - rise)
    out[-fade:] = out[-fade:] * rise[::-1] + natural[-fade:] * (1 - rise[::-1])
    return out


def _scaled(pcm: Pcm, gains: npt.NDArray[np.float32], rate: int) -> Pcm:
    """Gains with ramps between them; what would clip is bent as it is for a loud voice."""
    if np.all(gains == 1):
        return pcm
    ramp = round(_RAMP_S * rate)
    around = np.pad(gains, (ramp // 2, ramp - ramp // 2 - 1), mode="edge")
    sums = np.cumsum(np.concatenate([[0.0], around]))
    smooth = ((sums[ramp:] - sums[:-ramp]) / ramp).astype(np.float32)
    out = pcm.copy()
    is_changed = np.abs(smooth - 1) > 1e-4
    out[is_changed] = louder(pcm[is_changed] * smooth[is_changed], 100)
    return out
