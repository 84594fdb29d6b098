"""From a model's raw sound and token times to a finished chunk of speech.

A synthesis model says where each of its tokens lies, but its tokens are not phonemes: stress and length marks
and spaces take time too, and a pause is shared out between a stop and the sound before it. Here the tokens
become phonemes that tile the sound without a gap, the true pauses are found in the sound itself, and silence
at both ends is cut to what a listener expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.g2p.front import STOPS, Word, written
from greenroom.engines.protocols import Pcm, PhonemeSpan, SpeechChunk, SpeechStyle, SpeechTextError, WordSpan

SILENCE = "sil"
STRESS = "ˈˌ"
MODIFIERS = "ːʰʲᵝ̃→↗↘↓\u032f"
_TONES = "→↗↘↓"

_HOP_S = 0.005
_QUIET_BELOW_PEAK_DB = 40.0
_SHORTEST_PAUSE_S = 0.045
"""Shorter quiet stretches are the closures of plosives."""
_SPACE_BELONGS_BEFORE = 0.4
"""Share of a space's time that still sounds as the word before it, by forced alignment of 224 words."""
_LEAD_S = 0.03
_EDGE_FADE_S = 0.005
_TAIL_FADE_S = 0.04
_PAUSE_S = {"": 0.02, ",": 0.16, ";": 0.24, ":": 0.24, "—": 0.2, "…": 0.4, ".": 0.36, "!": 0.36, "?": 0.36}
_LAST_PAUSE_S = 0.2

IPA = {
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "əʊ", "W": "aʊ", "Y": "ɔɪ", "ᵊ": "ə", "T": "ɾ", "ᵻ": "ɪ", "S": "ʃ",
    "ʤ": "dʒ", "ʧ": "tʃ", "ʣ": "dz", "ʥ": "dʑ", "ʦ": "ts", "ʨ": "tɕ", "ꭧ": "ʈʂ",
}  # fmt: skip
"""Kokoro's one-character symbols that are not IPA, as IPA."""


@dataclass(slots=True, frozen=True)
class Timed:
    """A token of the model and where it begins; it lasts until the next one begins."""

    symbol: str
    word: int
    """Index of its word in the clause; -1 for a space or a stop."""
    start: int
    """sample"""


@dataclass(slots=True)
class _Phone:
    symbol: str
    word: int
    start: int
    end: int


def check_style(style: SpeechStyle) -> None:
    """
    Raises:
        SpeechTextError: a value of the style is out of its range.
    """
    for name, value, low in (
        ("speed", style.speed_percent, 50),
        ("pitch", style.pitch_percent, 50),
        ("volume", style.volume_percent, 0),
    ):
        if not low <= value <= 200:
            raise SpeechTextError(f"The {name} is {value} and must lie between {low} and 200.")


def tokens_of(words: Sequence[Word], known: frozenset[str] | set[str]) -> list[tuple[str, int]]:
    """The symbols of a clause with the word that each belongs to; symbols the model lacks are left out."""
    tokens: list[tuple[str, int]] = []
    for index, word in enumerate(words):
        said = [(symbol, index) for symbol in word.phonemes if symbol in known]
        after = word.after.strip() + (" " if word.after.endswith(" ") and index + 1 < len(words) else "")
        tokens += said + [(symbol, -1) for symbol in after if symbol in known]
    return tokens


@dataclass(slots=True, frozen=True)
class Finish:
    """How a clause ends and how loud and high it is."""

    sample_rate: int
    stop: str
    """The stop that ends the clause, or an empty string."""
    is_last: bool
    style: SpeechStyle


def finish_clause(pcm: Pcm, timed: Sequence[Timed], words: Sequence[Word], how: Finish) -> SpeechChunk:
    """Make the chunk: phonemes tile it, its ends are trimmed, pitch and volume are as asked.

    Args:
        pcm: the model's sound for one clause, at `how.style`'s speed divided by its pitch.
        timed: the model's tokens in order, the silence before the first one not among them.
    """
    pitch = how.style.pitch_percent / 100
    if pitch != 1:
        pcm = soxr.resample(pcm, how.sample_rate * pitch, how.sample_rate).astype(np.float32)
        timed = [Timed(token.symbol, token.word, round(token.start / pitch)) for token in timed]
    phones = _tile(timed, len(pcm))
    phones = _with_pauses(phones, timed, pcm, how.sample_rate)
    pcm, phones = _trim(pcm, phones, how)
    spans = tuple(PhonemeSpan(phone.symbol, phone.start, phone.end) for phone in phones)
    scaled = louder(pcm, how.style.volume_percent)
    return SpeechChunk(scaled, how.sample_rate, spans, _word_spans(phones, words), written(words))


def _tile(timed: Sequence[Timed], length: int) -> list[_Phone]:
    """Phonemes from tokens: marks and spaces join the sound that they belong to."""
    phones: list[_Phone] = []
    waiting: int | None = None
    for index, token in enumerate(timed):
        start = min(max(token.start, 0), length)
        if token.symbol in MODIFIERS and phones:
            if token.symbol not in _TONES:
                phones[-1].symbol += token.symbol
        elif token.symbol == " ":
            following = timed[index + 1].start if index + 1 < len(timed) else token.start
            waiting = min(start + round(_SPACE_BELONGS_BEFORE * max(0, following - token.start)), length)
        elif token.symbol in STRESS:
            waiting = start if waiting is None else waiting
        elif token.word >= 0:
            begin = start if waiting is None else waiting
            phones.append(_Phone(IPA.get(token.symbol, token.symbol), token.word, begin, length))
            waiting = None
        else:
            waiting = None
    for earlier, later in pairwise(phones):
        earlier.end = later.start
    return phones


def _with_pauses(phones: list[_Phone], timed: Sequence[Timed], pcm: Pcm, sample_rate: int) -> list[_Phone]:
    """Put `sil` where the sound is quiet: before the first phoneme, at stops, and after the last one."""
    hop = round(sample_rate * _HOP_S)
    quiet = _quiet(pcm, hop)
    stops = {token.start for token in timed if token.word < 0 and token.symbol in STOPS}
    out: list[_Phone] = []
    for index, phone in enumerate(phones):
        is_last = index + 1 == len(phones)
        if not is_last and not any(phone.start < stop <= phone.end for stop in stops):
            out.append(phone)
            continue
        first, last = _longest_quiet(quiet, phone.start // hop, -(-phone.end // hop), to_end=is_last)
        begin, end = max(first * hop, phone.start), min(last * hop, phone.end)
        if is_last:
            end = phone.end
        if end - begin < _SHORTEST_PAUSE_S * sample_rate:
            out.append(phone)
            continue
        begin = max(begin, min(phone.start + 4 * hop, end))
        out.append(_Phone(phone.symbol, phone.word, phone.start, begin))
        out.append(_Phone(SILENCE, -1, begin, end))
        if end < phone.end and not is_last:
            phones[index + 1].start = end
    if out and out[0].start > 0:
        out.insert(0, _Phone(SILENCE, -1, 0, out[0].start))
    return out


def _quiet(pcm: Pcm, hop: int) -> npt.NDArray[np.bool_]:
    """[hops] True where the level is far below the loudest."""
    count = max(1, len(pcm) // hop)
    padded = np.resize(pcm, count * hop) if len(pcm) < count * hop else pcm[: count * hop]
    level = np.sqrt(np.mean(np.square(padded.reshape(count, hop), dtype=np.float64), axis=1))
    quiet: npt.NDArray[np.bool_] = level < level.max() * 10 ** (-_QUIET_BELOW_PEAK_DB / 20)
    return quiet


def _longest_quiet(quiet: npt.NDArray[np.bool_], first: int, last: int, to_end: bool) -> tuple[int, int]:
    """The longest run of quiet hops in [first, last); with `to_end` the one that reaches its end."""
    best = run = (last, last)
    for index in range(first, min(last, len(quiet))):
        if not quiet[index]:
            run = (index + 1, index + 1)
            continue
        run = (run[0] if run[0] <= index < last and run[1] == index else index, index + 1)
        if run[1] - run[0] > best[1] - best[0]:
            best = run
    if to_end:
        return run if run[1] >= min(last, len(quiet)) else (last, last)
    return best


def _trim(pcm: Pcm, phones: list[_Phone], how: Finish) -> tuple[Pcm, list[_Phone]]:
    """Cut the silence at both ends to the pause that the stop calls for, without a click."""
    rate = how.sample_rate
    if not phones:
        return pcm, phones
    spoken = [phone for phone in phones if phone.symbol != SILENCE]
    begin = max(0, min(spoken[0].start, _first_loud(pcm, rate)) - round(_LEAD_S * rate))
    end_of_sound = spoken[-1].end
    pause_s = _LAST_PAUSE_S if how.is_last else _PAUSE_S[how.stop] * 100 / how.style.speed_percent
    end = end_of_sound + round(pause_s * rate)
    out = np.zeros(end - begin, np.float32)
    fade = round(_TAIL_FADE_S * rate)
    kept = pcm[begin : min(end, end_of_sound + fade, len(pcm))].copy()
    tail = min(fade, max(len(kept) - (end_of_sound - begin), round(_EDGE_FADE_S * rate)), len(kept))
    kept[len(kept) - tail :] *= np.linspace(1, 0, tail, dtype=np.float32)
    head = min(round(_EDGE_FADE_S * rate), len(kept))
    kept[:head] *= np.linspace(0, 1, head, dtype=np.float32)
    out[: len(kept)] = kept
    moved = [
        _Phone(p.symbol, p.word, max(0, p.start - begin), p.end - begin) for p in phones if p.end > begin
    ]
    if moved[-1].symbol == SILENCE:
        moved.pop()
    if end > end_of_sound:
        moved.append(_Phone(SILENCE, -1, end_of_sound - begin, end - begin))
    return out, [phone for phone in moved if phone.end > phone.start]


def _first_loud(pcm: Pcm, sample_rate: int) -> int:
    """Where sound begins: the burst of a plosive may lie a little before its span."""
    hop = round(sample_rate * _HOP_S)
    return int(np.argmin(_quiet(pcm, hop))) * hop


def _word_spans(phones: Sequence[_Phone], words: Sequence[Word]) -> tuple[WordSpan, ...]:
    bounds: dict[int, tuple[int, int]] = {}
    for phone in phones:
        if phone.word >= 0:
            start = bounds.get(phone.word, (phone.start, 0))[0]
            bounds[phone.word] = (start, phone.end)
    return tuple(WordSpan(words[index].text, *bound) for index, bound in sorted(bounds.items()))


_KNEE = 0.8


def louder(pcm: Pcm, volume_percent: int) -> Pcm:
    """Scale; what would clip is bent into the last fifth of the range instead."""
    out = pcm * np.float32(volume_percent / 100)
    over = np.abs(out) > _KNEE
    if over.any():
        excess = (np.abs(out[over]) - _KNEE) / (1 - _KNEE)
        out[over] = np.sign(out[over]) * (_KNEE + (1 - _KNEE) * np.tanh(excess))
    return out.astype(np.float32)
