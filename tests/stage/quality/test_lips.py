"""The step of lips and sound, on openings whose place in time is known."""

from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.protocols import PhonemeSpan
from greenroom.stage.quality.lips import SpokenScene, agreement, lips_of, spoken

RATE = 16_000
_SAID = ("m", "a", "m", "a", "p", "i", "t", "æ", "b", "o", "s", "u", "m", "ɑ", "f", "e")


def phonemes() -> tuple[PhonemeSpan, ...]:
    """A second of silence, three seconds of syllables of uneven length, and a second of silence."""
    rng = np.random.default_rng(3)
    spans = [PhonemeSpan("sil", 0, RATE)]
    while (begin := spans[-1].end_sample) < 4 * RATE:
        end = begin + int(rng.integers(RATE // 20, RATE // 6))
        spans.append(PhonemeSpan(_SAID[len(spans) % len(_SAID)], begin, end))
    return (*spans, PhonemeSpan("sil", spans[-1].end_sample, spans[-1].end_sample + RATE))


def sound(spans: tuple[PhonemeSpan, ...]) -> np.ndarray:
    """Noise, loud in vowels and soft in closures."""
    pcm = np.random.default_rng(4).normal(0, 0.1, spans[-1].end_sample).astype(np.float32)
    for span in spans:
        loud = {"sil": 0.0}.get(span.symbol, 0.1 if span.symbol in "mpbtfs" else 1.0)
        pcm[span.start_sample : span.end_sample] *= loud
    return pcm


def seen(spans: tuple[PhonemeSpan, ...], late_ms: int, seconds: np.ndarray) -> np.ndarray:
    """Lips as somebody moves them who says this, so many milliseconds late, with a tracker's noise."""
    opening = np.zeros(len(seconds))
    for number, at in enumerate(seconds - late_ms / 1000):
        said = [one.symbol for one in spans if one.start_sample <= at * RATE < one.end_sample]
        opening[number] = 0.06 if said and said[0] in "aæɑoeiu" else 0.004
    return opening + np.random.default_rng(5).normal(0, 0.002, len(seconds))


SECONDS = (np.arange(0, 125, 2) + 0.5) / 25


@pytest.mark.parametrize("late_ms", [-200, 0, 200])
@pytest.mark.parametrize("knows_phonemes", [True, False])
def test_the_offset_is_found_with_and_without_phonemes(late_ms: int, knows_phonemes: bool) -> None:
    spans = phonemes()
    scene = SpokenScene(sound(spans), RATE, spans if knows_phonemes else None)
    curve = agreement(scene, SECONDS, seen(spans, late_ms, SECONDS))
    assert curve is not None
    lips = lips_of(curve)
    assert abs(lips.offset_ms - late_ms) <= 40
    assert lips.confidence > 0.5
    # The level alone is less sure of it.
    least = 0.2 if knows_phonemes else 0.1
    assert (lips.gain > least) == (late_ms != 0)


def test_sound_that_begins_late_in_the_file_counts() -> None:
    spans = phonemes()
    curve = agreement(SpokenScene(sound(spans), RATE, spans), SECONDS, seen(spans, 80, SECONDS))
    assert curve is not None
    assert lips_of(curve, sound_starts_ms=80).offset_ms == lips_of(curve).offset_ms - 80


def test_lips_that_do_not_move_or_say_little_have_no_offset() -> None:
    spans = phonemes()
    scene = SpokenScene(sound(spans), RATE, spans)
    assert agreement(scene, SECONDS, np.full(len(SECONDS), 0.05)) is None
    few = SECONDS[:16]
    assert spoken(scene, few) < 12 and agreement(scene, few, seen(spans, 0, few)) is None
    silent = SpokenScene(np.zeros(5 * RATE, np.float32), RATE, None)
    assert agreement(silent, SECONDS, seen(spans, 0, SECONDS)) is None


def test_pauses_are_at_rest_but_for_their_ends() -> None:
    spans = phonemes()
    end = spans[-1].start_sample / RATE
    scene = SpokenScene(sound(spans), RATE, spans)
    assert [scene.is_rest(at) for at in (0.0, 0.5, 0.9, 1.5)] == [True, True, False, False]
    assert [scene.is_rest(end + after) for after in (0.05, 0.4, 0.9, 7.0)] == [False, True, True, True]


def test_a_picture_that_goes_on_after_the_sound_is_at_rest_after_a_moment() -> None:
    scene = SpokenScene(np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32), RATE, None)
    assert [scene.is_rest(at) for at in (0.5, 1.05, 1.4, 3.0)] == [False, False, True, True]
