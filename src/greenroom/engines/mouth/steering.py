"""How codes and the lip opening hang together for one person, and how to open or close a given mouth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_BASES = 600
_REACH, _FADE = 0.2, 0.92
"""Scale of the random weights, and how much smaller it is from one code number to the next."""
_RIDGE = 0.3
_STEPS, _LARGEST_STEP = 4, 0.02


@dataclass(slots=True, frozen=True)
class Steering:
    """Reads the lip opening off a code, and changes a code until its lips are as open as wanted."""

    inner: Floats
    """[CODE_SIZE + 1, bases]: the random layer, its last row the offsets."""
    probe: Floats
    """[bases + CODE_SIZE + 1]: what the lip opening over face height is made of."""
    spread: Floats
    """[CODE_SIZE, CODE_SIZE]: covariance of the codes around their neighbours in time."""
    rest: Floats
    """[CODE_SIZE]: the closed mouth at rest."""
    wide: Floats
    """[CODE_SIZE]: the mouth on an open vowel."""
    mean: float
    """Mean lip opening of the footage."""

    def opening(self, codes: Floats) -> Floats:
        """Lip openings [frames] of codes [frames, CODE_SIZE], over face height."""
        return np.asarray(_inputs(codes, self.inner) @ self.probe, np.float32)

    def opened(self, codes: Floats, wanted: Floats) -> Floats:
        """Codes changed as little as this person's mouths differ, until lips are as open as `wanted`.

        The change is that of the mean of a normal distribution with covariance `spread` when its opening is
        observed (Kalman 1960), linearised anew a few times.

        Args:
            codes: [frames, CODE_SIZE]
            wanted: [frames], lip opening over face height.
        """
        result = codes
        for _ in range(_STEPS):
            slope = self._slope(result)
            turned = slope @ self.spread
            gain = turned / ((turned * slope).sum(1, keepdims=True) + 1e-8)
            missing = np.clip(wanted - self.opening(result), -_LARGEST_STEP, _LARGEST_STEP)
            result = result + gain * missing[:, None]
        return np.asarray(result, np.float32)

    def moved(self, codes: Floats, towards: Floats, wanted: Floats) -> Floats:
        """Codes moved towards one mouth until the lips are as open as `wanted` says, or all the way.

        Args:
            codes: [frames, CODE_SIZE]
            towards: [CODE_SIZE], `rest` or `wide`.
            wanted: [frames]
        """
        rising = float(self.opening(towards[None])[0]) > self.opening(codes)
        low, high = np.zeros(len(codes), np.float32), np.ones(len(codes), np.float32)
        for _ in range(8):
            share = (low + high) / 2
            opening = self.opening(codes + share[:, None] * (towards - codes))
            short = np.where(rising, opening < wanted, opening > wanted)
            low, high = np.where(short, share, low), np.where(short, high, share)
        return np.asarray(codes + high[:, None] * (towards - codes), np.float32)

    def _slope(self, codes: Floats) -> Floats:
        """[frames, CODE_SIZE]: how the opening changes with each code number."""
        bases = self.inner.shape[1]
        bent = 1 - np.tanh(codes @ self.inner[:-1] + self.inner[-1]) ** 2
        linear = self.probe[bases : bases + codes.shape[1]]
        return np.asarray((bent * self.probe[:bases]) @ self.inner[:-1].T + linear, np.float32)

    def save(self, path: Path) -> None:
        np.savez(path, **{name: getattr(self, name) for name in self.__slots__})

    @staticmethod
    def load(path: Path) -> Steering:
        with np.load(path, allow_pickle=False) as stored:
            parts = {name: stored[name] for name in Steering.__slots__}
        return Steering(**{**parts, "mean": float(parts["mean"])})


def _inputs(codes: Floats, inner: Floats) -> Floats:
    bent = np.tanh(codes @ inner[:-1] + inner[-1])
    return np.concatenate([bent, codes, np.ones((len(codes), 1), np.float32)], axis=1)


def fit_steering(codes: Floats, opening: Floats, closed_below: float) -> Steering:
    """From the codes and lip openings of all frames of a person.

    The opening is a ridge regression on random bases (Rahimi and Recht 2008, "Weighted sums of random kitchen
    sinks"): lips part along a curve, not a line.

    Args:
        closed_below: lip opening below which a mouth counts as closed.
    """
    rng = np.random.default_rng(0)
    size = codes.shape[1]
    weights = rng.normal(size=(size, _BASES)) * _REACH * (_FADE ** np.arange(size))[:, None]
    inner = np.concatenate([weights, rng.uniform(-1.5, 1.5, (1, _BASES))]).astype(np.float32)
    inputs = _inputs(codes, inner).astype(np.float64)
    ridge = _RIDGE * np.eye(inputs.shape[1])
    probe = np.linalg.solve(inputs.T @ inputs + ridge, inputs.T @ opening)
    closed = opening <= np.minimum(np.percentile(opening, 25), closed_below / 2)
    if not closed.any():
        closed = opening <= np.percentile(opening, 5)
    return Steering(
        inner,
        probe.astype(np.float32),
        np.cov(np.diff(codes, axis=0).T).astype(np.float32),
        np.median(codes[closed], axis=0).astype(np.float32),
        codes[opening >= np.percentile(opening, 85)].mean(axis=0).astype(np.float32),
        float(opening.mean()),
    )
