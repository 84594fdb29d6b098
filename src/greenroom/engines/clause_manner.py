"""What SSML asks of a clause beyond its words: manners, marks and silences, put into its sound.

Where a whole clause is said in one manner, the model itself says it so. Where the manner changes inside a
clause, the clause is said in one go, so that its melody holds, and the words are changed in the sound. A
clause that asks for nothing is passed on untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from greenroom.engines.g2p.front import Word
from greenroom.engines.g2p.reading import Clause
from greenroom.engines.protocols import PhonemeSpan, SpeechChunk, SpeechMark, SpeechStyle, WordSpan
from greenroom.engines.sound_shape import Stretch, reshape
from greenroom.engines.ssml.manner import PLAIN

SILENCE = "sil"
_KEPT_TAIL_S = 0.04
"""A clause before a silence ends so long after its last phoneme: there its sound has faded out."""

Say = Callable[[Clause, SpeechStyle], SpeechChunk]
"""An engine's own way to say a clause; it knows nothing of manners, marks and silences."""


def say_clauses(clauses: Iterable[Clause], style: SpeechStyle, say: Say) -> Iterator[SpeechChunk]:
    """Say clauses one by one. The silence that follows a clause comes at the beginning of the next chunk."""
    owed: int | None = None
    for clause in clauses:
        manner = clause.manner
        if manner is not None:
            chunk = say(clause, manner.on(style))
        else:
            chunk = _with_manners(say(clause, style), clause.words, style)
        chunk = _with_marks(chunk, clause.words)
        if clause.silence_before_ms:
            owed = (owed or 0) + _samples(chunk, clause.silence_before_ms)
        if owed is not None:
            chunk = _later(chunk, owed - _lead(chunk))
        owed = None
        if clause.silence_after_ms is not None:
            silence = _samples(chunk, clause.silence_after_ms)
            kept = silence if clause.is_last else min(silence, round(_KEPT_TAIL_S * chunk.sample_rate))
            chunk = _ended(chunk, kept)
            owed = silence - kept
        yield chunk


def _with_manners(chunk: SpeechChunk, words: Sequence[Word], style: SpeechStyle) -> SpeechChunk:
    """The chunk with each run of words of one manner faster, higher or louder by its own factors."""
    stretches: list[Stretch] = []
    last: Word | None = None
    for word, span in _spoken(chunk, words):
        if word.manner == PLAIN:
            last = None
            continue
        if last is not None and last.manner == word.manner:
            stretches[-1] = replace(stretches[-1], end=span.end_sample)
        else:
            styled = word.manner.on(style)
            stretches.append(
                Stretch(
                    span.start_sample,
                    span.end_sample,
                    speed=styled.speed_percent / style.speed_percent,
                    pitch=styled.pitch_percent / style.pitch_percent,
                    gain=styled.volume_percent / style.volume_percent if style.volume_percent else 1.0,
                )
            )
        last = word
    return reshape(chunk, stretches)


def _with_marks(chunk: SpeechChunk, words: Sequence[Word]) -> SpeechChunk:
    if not any(word.marks for word in words):
        return chunk
    spans = _numbered(chunk, words)
    end = spans[-1][1].end_sample if spans else len(chunk.pcm)
    marks: list[SpeechMark] = []
    for index, word in enumerate(words):
        begin = next((span.start_sample for number, span in spans if number >= index), end)
        marks += [SpeechMark(mark.name, end if mark.at_end else begin, mark.is_action) for mark in word.marks]
    return replace(chunk, marks=tuple(marks))


def _spoken(chunk: SpeechChunk, words: Sequence[Word]) -> list[tuple[Word, WordSpan]]:
    return [(words[index], span) for index, span in _numbered(chunk, words)]


def _numbered(chunk: SpeechChunk, words: Sequence[Word]) -> list[tuple[int, WordSpan]]:
    """The spans with the numbers of their words: a word whose sounds a voice lacks has no span."""
    found: list[tuple[int, WordSpan]] = []
    index = 0
    for span in chunk.words:
        while index < len(words) and words[index].text != span.text:
            index += 1
        if index < len(words):
            found.append((index, span))
        index += 1
    return found


def _samples(chunk: SpeechChunk, ms: int) -> int:
    return round(ms * chunk.sample_rate / 1000)


def _lead(chunk: SpeechChunk) -> int:
    """Silence at the beginning, in samples."""
    first = chunk.phonemes[0] if chunk.phonemes else None
    return first.end_sample if first is not None and first.symbol == SILENCE else 0


def _later(chunk: SpeechChunk, samples: int) -> SpeechChunk:
    """The chunk after so much more silence."""
    if samples <= 0:
        return chunk
    phonemes = [_moved(span, samples) for span in chunk.phonemes]
    if phonemes and phonemes[0].symbol == SILENCE:
        phonemes[0] = replace(phonemes[0], start_sample=0)
    else:
        phonemes.insert(0, PhonemeSpan(SILENCE, 0, samples))
    return replace(
        chunk,
        pcm=np.concatenate([np.zeros(samples, np.float32), chunk.pcm]),
        phonemes=tuple(phonemes),
        words=tuple(
            replace(word, start_sample=word.start_sample + samples, end_sample=word.end_sample + samples)
            for word in chunk.words
        ),
        marks=tuple(replace(mark, sample=mark.sample + samples) for mark in chunk.marks),
    )


def _moved(span: PhonemeSpan, samples: int) -> PhonemeSpan:
    return PhonemeSpan(span.symbol, span.start_sample + samples, span.end_sample + samples)


def _ended(chunk: SpeechChunk, silence: int) -> SpeechChunk:
    """The chunk with exactly so much silence after its last phoneme."""
    spoken = [span for span in chunk.phonemes if span.symbol != SILENCE]
    if not spoken:
        return chunk
    end = spoken[-1].end_sample
    phonemes = chunk.phonemes[: chunk.phonemes.index(spoken[-1]) + 1]
    if silence:
        phonemes += (PhonemeSpan(SILENCE, end, end + silence),)
    pcm = np.zeros(end + silence, np.float32)
    kept = min(len(pcm), len(chunk.pcm))
    pcm[:kept] = chunk.pcm[:kept]
    return replace(chunk, pcm=pcm, phonemes=phonemes)
