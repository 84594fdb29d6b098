import numpy as np

from greenroom.engines.mouth.features import feature_size, sound_features
from greenroom.engines.whisper.encoder import FEATURE_RATE
from greenroom.stage.speech import speak

RATE = 16_000


def _tone(seconds: float) -> np.ndarray:
    times = np.arange(int(RATE * seconds)) / RATE
    swell = 0.3 * (1 + np.sin(2 * np.pi * 3 * times))
    return (swell * np.sin(2 * np.pi * 220 * times)).astype(np.float32)


def test_gives_fifty_features_a_second_whatever_the_length() -> None:
    for seconds in (0.1, 1.0, 9.25):
        assert len(sound_features(_tone(seconds), RATE)) == int(np.ceil(seconds * FEATURE_RATE))


def test_no_sound_gives_no_features() -> None:
    assert sound_features(np.zeros(0, np.float32), RATE).shape == (0, feature_size())


def test_another_rate_of_the_same_sound_gives_nearly_the_same_features() -> None:
    speech = speak("Good morning, Bob.", "piper-en_US-joe")
    import soxr

    low = soxr.resample(speech.pcm, speech.sample_rate, RATE, quality="HQ")
    own, other = sound_features(speech.pcm, speech.sample_rate), sound_features(low, RATE)
    count = min(len(own), len(other))
    assert np.corrcoef(own[:count].ravel(), other[:count].ravel())[0, 1] > 0.999


def test_features_move_with_the_sound() -> None:
    speech = speak("Good morning, Bob. The map is on the big table.", "piper-en_US-joe")
    fifth = np.zeros(speech.sample_rate // 5, np.float32)
    first = _normal(sound_features(speech.pcm, speech.sample_rate))
    second = _normal(sound_features(np.concatenate([fifth, speech.pcm]), speech.sample_rate))
    agreement = [
        np.corrcoef(first[20:80].ravel(), second[20 + shift : 80 + shift].ravel())[0, 1]
        for shift in range(20)
    ]
    assert abs(int(np.argmax(agreement)) - FEATURE_RATE // 5) <= 1


def _normal(features: np.ndarray) -> np.ndarray:
    """As the driver takes them in."""
    return (features - features.mean(0)) / (features.std(0) + 1e-3)
