from pathlib import Path

import numpy as np
import pytest

from greenroom.engines.mouth.articulation import CLOSED_OPENING
from greenroom.engines.mouth.steering import Steering, fit_steering


def _lips(codes: np.ndarray) -> np.ndarray:
    """Lips that part along a curve: they touch, and then open ever faster."""
    pull = codes[:, 0] + 0.4 * codes[:, 1]
    return (0.02 * np.log1p(np.exp(2 * pull))).astype(np.float32)


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    """Codes that move smoothly, as a mouth does."""
    rng = np.random.default_rng(0)
    walk = rng.normal(size=(6000, 6)).astype(np.float32)
    for frame in range(1, len(walk)):
        walk[frame] = 0.8 * walk[frame - 1] + 0.6 * walk[frame]
    return walk


@pytest.fixture(scope="module")
def steering(codes: np.ndarray) -> Steering:
    return fit_steering(codes[:5000], _lips(codes[:5000]), CLOSED_OPENING)


def test_the_opening_of_unseen_codes_is_known(codes: np.ndarray, steering: Steering) -> None:
    unseen = codes[5000:]
    error = np.abs(steering.opening(unseen) - _lips(unseen))
    assert np.mean(error) < 0.001
    assert np.corrcoef(steering.opening(unseen), _lips(unseen))[0, 1] > 0.99


def test_lips_open_as_far_as_wanted(codes: np.ndarray, steering: Steering) -> None:
    rng = np.random.default_rng(1)
    start = codes[5000:5400]
    wanted = np.clip(_lips(start) + rng.normal(scale=0.01, size=len(start)), 0.004, 0.06).astype(np.float32)
    changed = steering.opened(start, wanted)
    assert np.mean(np.abs(_lips(changed) - wanted)) < 0.002
    # What has nothing to do with the lips stays.
    assert np.abs(changed[:, 2:] - start[:, 2:]).mean() < 0.1


def test_lips_that_are_right_already_stay(codes: np.ndarray, steering: Steering) -> None:
    start = codes[5000:5050]
    assert np.allclose(steering.opened(start, steering.opening(start)), start, atol=1e-4)


def test_it_is_the_same_after_saving(tmp_path: Path, codes: np.ndarray, steering: Steering) -> None:
    steering.save(tmp_path / "steering.npz")
    again = Steering.load(tmp_path / "steering.npz")
    assert np.array_equal(again.opening(codes[:50]), steering.opening(codes[:50]))
    assert again.mean == pytest.approx(steering.mean)
