import numpy as np
import pytest

from greenroom.engines.mouth.articulation import (
    CLOSED_OPENING,
    OPEN_OPENING,
    articulate,
    silent_frames,
)
from greenroom.engines.mouth.steering import Steering, fit_steering
from greenroom.engines.protocols import PhonemeSpan

RATE = 16_000
FRAME = RATE // 25


@pytest.fixture
def steering() -> Steering:
    """A person whose first code is the lip opening."""
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(4000, 4)).astype(np.float32)
    opening = np.maximum(0.03 + 0.02 * codes[:, 0], 0.001).astype(np.float32)
    return fit_steering(codes, opening, CLOSED_OPENING)


def _noise(frames: int) -> np.ndarray:
    return np.random.default_rng(1).normal(scale=0.1, size=frames * FRAME).astype(np.float32)


def _course(frames: int, first: float) -> tuple[np.ndarray, np.ndarray]:
    codes = np.zeros((frames, 4), np.float32)
    codes[:, 0] = first
    return codes, np.maximum(0.03 + 0.02 * codes[:, 0], 0.001).astype(np.float32)


def test_lips_close_for_m_and_open_again(steering: Steering) -> None:
    spans = (
        PhonemeSpan("ɑ", 0, 10 * FRAME),
        PhonemeSpan("m", 10 * FRAME, 12 * FRAME),
        PhonemeSpan("ɑ", 12 * FRAME, 25 * FRAME),
    )
    opening = steering.opening(articulate(_course(25, 1.0), steering, spans, _noise(25), RATE))
    assert opening[10:12].min() < CLOSED_OPENING
    assert opening[5] > OPEN_OPENING and opening[18] > OPEN_OPENING


def test_lips_open_on_an_open_vowel_that_the_driver_missed(steering: Steering) -> None:
    spans = (PhonemeSpan("t", 0, 8 * FRAME), PhonemeSpan("a", 8 * FRAME, 12 * FRAME))
    opening = steering.opening(articulate(_course(12, -1.4), steering, spans, _noise(12), RATE))
    assert opening[9:11].max() > OPEN_OPENING
    assert opening[2] < OPEN_OPENING


def test_the_mouth_rests_in_a_long_pause_and_not_in_a_short_one(steering: Steering) -> None:
    spans = (
        PhonemeSpan("i", 0, 10 * FRAME),
        PhonemeSpan("sil", 10 * FRAME, 13 * FRAME),
        PhonemeSpan("i", 13 * FRAME, 20 * FRAME),
        PhonemeSpan("sil", 20 * FRAME, 40 * FRAME),
    )
    codes = articulate(_course(40, 1.0), steering, spans, _noise(40), RATE)
    assert np.allclose(codes[28:38], steering.rest, atol=1e-5)
    assert steering.opening(codes)[11] > OPEN_OPENING
    steps = np.abs(np.diff(steering.opening(codes)[18:40]))
    assert steps.max() < 0.7 * (steering.opening(codes)[5] - steering.opening(steering.rest[None])[0])


def test_silence_of_a_recording_is_found_over_its_noise() -> None:
    rng = np.random.default_rng(3)
    pcm = rng.normal(scale=0.002, size=50 * FRAME).astype(np.float32)
    pcm[10 * FRAME : 30 * FRAME] += rng.normal(scale=0.2, size=20 * FRAME).astype(np.float32)
    quiet = silent_frames(pcm, RATE, 50)
    assert quiet[:9].all() and quiet[31:].all() and not quiet[11:29].any()


def test_speech_without_a_pause_holds_no_silence() -> None:
    assert not silent_frames(_noise(50), RATE, 50).any()
