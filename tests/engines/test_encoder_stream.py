"""The encoder as sound comes: the same whatever the pieces, and near to what all of the sound would give."""

from __future__ import annotations

import numpy as np
import pytest

from greenroom.engines.conversion.speech import content_of
from greenroom.engines.protocols import Pcm, SpeechEngine, SpeechStyle
from greenroom.engines.whisper import stream
from greenroom.engines.whisper.encoder import FEATURE_RATE, SAMPLE_RATE, encoder, log_energy
from greenroom.engines.whisper.stream import AHEAD, STEP, EncoderStream

pytestmark = pytest.mark.media

HOP = SAMPLE_RATE // FEATURE_RATE
SAID = "Welcome to our garden, where everybody can pick flowers. Please close the gate behind you."


@pytest.fixture(scope="module")
def sound(kokoro: SpeechEngine) -> Pcm:
    import soxr

    pcm = np.concatenate([one.pcm for one in kokoro.synthesize(SAID, "kokoro-af_heart", SpeechStyle())])
    return np.asarray(soxr.resample(pcm, 24_000, SAMPLE_RATE), np.float32)


def settled(steps: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([step[:STEP] for step in steps])


def far(features: np.ndarray, whole: np.ndarray) -> float:
    """Mean square, each number by its spread; 2 for features of something else."""
    return float((((features - whole[: len(features)]) / whole.std(axis=0)) ** 2).mean())


def test_pieces_do_not_matter(sound: Pcm) -> None:
    once = EncoderStream(SAMPLE_RATE).push(sound)
    assert len(once) == (len(sound) // HOP - AHEAD) // STEP
    assert all(step.shape == (STEP + AHEAD, encoder().width) for step in once)
    follower, many = EncoderStream(SAMPLE_RATE), []
    for at in range(0, len(sound), 1_001):
        many += follower.push(sound[at : at + 1_001])
    assert np.allclose(np.stack(many), np.stack(once), atol=1e-4)


def test_it_is_near_to_what_all_of_the_sound_gives(sound: Pcm) -> None:
    whole = content_of(sound, SAMPLE_RATE)
    found = settled(EncoderStream(SAMPLE_RATE).push(sound))
    assert far(found, whole) < 0.7
    assert far(found, np.roll(whole, 25, axis=0)) > 1.2


def test_sound_of_another_rate_gives_the_same(sound: Pcm) -> None:
    import soxr

    finer = np.asarray(soxr.resample(sound, SAMPLE_RATE, 24_000, quality="VHQ"), np.float32)
    energies = log_energy(sound), log_energy(finer, 24_000)[:, : len(sound) // 160]
    loud = energies[0] > energies[0].max() - 5
    assert np.abs(energies[0] - energies[1])[loud].mean() < 0.02
    found = settled(EncoderStream(24_000).push(finer))
    assert far(found, settled(EncoderStream(SAMPLE_RATE).push(sound))) < 0.15


def test_positions_begin_anew(sound: Pcm, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than once, and what comes is no worse for it."""
    whole = content_of(sound, SAMPLE_RATE)
    monkeypatch.setattr(stream, "_LAST_POSITION", 140)
    assert far(settled(EncoderStream(SAMPLE_RATE).push(sound)), whole) < 0.8


def test_what_was_kept_counts(sound: Pcm, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = content_of(sound, SAMPLE_RATE)
    near = far(settled(EncoderStream(SAMPLE_RATE).push(sound)), whole)
    monkeypatch.setattr(stream, "KEPT", STEP)
    assert far(settled(EncoderStream(SAMPLE_RATE).push(sound)), whole) > 1.2 * near
