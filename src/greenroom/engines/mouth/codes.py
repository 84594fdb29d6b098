"""Mouth codes: what a mouth looks like in a few numbers, free of the light and the head's pose.

A code is the mouth's place among the principal components of all mouths in the footage, after what the rest
of the face already tells (its light and its pose) has been taken out by linear regression. So a code that was
made from sound fits every base frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from greenroom.engines.mouth.crops import CropGeometry

Floats = npt.NDArray[np.float32]

CODE_SIZE = 32
CODE_SIDE = 64
"""Side of the picture that is coded."""
PLACES = 4
"""The light is read at this many places above the mouth."""
SLOW_FRAMES = 20.0
"""Standard deviation over time of what counts as light and pose, frames."""
_SAMPLE = 2600
"""Frames from which the components are found: the cost grows with its square."""
_RIDGE = 1e-2


@dataclass(slots=True, frozen=True)
class MouthCoder:
    """Turns crops into codes."""

    mean: Floats
    """[pixels]: the mean mouth."""
    relight: Floats
    """[context, pixels]: how light and pose change it."""
    components: Floats
    """[CODE_SIZE, pixels], orthonormal."""
    scale: Floats
    """[CODE_SIZE]: standard deviation of each component; codes are divided by it."""
    context_mean: Floats
    context_scale: Floats
    weight: Floats
    """[pixels]: square root of the mask, three times."""

    def encode(self, crops: npt.NDArray[np.uint8], surroundings: Floats, batch: int = 512) -> Floats:
        """Codes [frames, CODE_SIZE] of crops [frames, side, side, 3] and their `surroundings_of`."""
        parts = []
        for first in range(0, len(crops), batch):
            some = slice(first, first + batch)
            context = (surroundings[some] - self.context_mean) / self.context_scale
            residual = pictures(crops[some]) * self.weight - self.mean - context @ self.relight
            parts.append(residual @ self.components.T / self.scale)
        return np.concatenate(parts).astype(np.float32)

    def basis(self, side: int) -> tuple[Floats, Floats]:
        """The code as pictures of `side`, in 0..1 units.

        Returns:
            What one step of each code adds, [CODE_SIZE, 3, side, side], and the mean mouth, [3, side, side].
        """
        weight = np.maximum(self.weight, 0.2)
        steps = self.components * self.scale[:, None] / weight
        images = np.concatenate([steps, self.mean[None] / weight]).reshape(-1, CODE_SIDE, CODE_SIDE, 3)
        small = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in images]
        planes = np.asarray(np.stack(small).transpose(0, 3, 1, 2), np.float32)
        return planes[:-1], planes[-1]

    def save(self, path: Path) -> None:
        np.savez(path, **{name: getattr(self, name) for name in self.__slots__})

    @staticmethod
    def load(path: Path) -> MouthCoder:
        with np.load(path, allow_pickle=False) as stored:
            return MouthCoder(**{name: stored[name] for name in stored.files})


def fit_coder(
    crops: npt.NDArray[np.uint8], surroundings: Floats, geometry: CropGeometry, rng: np.random.Generator
) -> MouthCoder:
    """Find the components of a person's mouth.

    Args:
        crops: [frames, side, side, 3], all of the training footage.
        surroundings: [frames, numbers], from `surroundings_of`.
    """
    chosen = np.sort(rng.permutation(len(crops))[:_SAMPLE])
    sample = np.asarray(crops[chosen])
    mask = cv2.resize(geometry.mask, (CODE_SIDE, CODE_SIDE), interpolation=cv2.INTER_AREA)
    weight = np.repeat(np.sqrt(mask).reshape(-1), 3).astype(np.float32)
    context = surroundings[chosen]
    context_mean, context_scale = context.mean(0), context.std(0) + 1e-3
    context = (context - context_mean) / context_scale
    mouths = pictures(sample) * weight
    mean = mouths.mean(0)
    mouths -= mean
    gram = context.T @ context / len(context) + _RIDGE * np.eye(context.shape[1], dtype=np.float32)
    relight = np.asarray(np.linalg.solve(gram, context.T @ mouths / len(context)), np.float32)
    mouths -= context @ relight
    values, vectors = np.linalg.eigh(np.asarray(mouths @ mouths.T, np.float64))
    best = np.argsort(values)[::-1][:CODE_SIZE]
    components = np.asarray(vectors[:, best].T @ mouths / np.sqrt(values[best])[:, None], np.float32)
    scale = np.asarray(np.sqrt(values[best] / len(mouths)), np.float32)
    return MouthCoder(mean, relight, components, scale, context_mean, context_scale, weight)


def pictures(crops: npt.NDArray[np.uint8]) -> Floats:
    """Crops as flat pictures of CODE_SIDE, float32 in 0..1."""
    small = [cv2.resize(crop, (CODE_SIDE, CODE_SIDE), interpolation=cv2.INTER_AREA) for crop in crops]
    return np.asarray(np.stack(small).reshape(len(small), -1) / np.float32(255), np.float32)


def surroundings_of(crops: npt.NDArray[np.uint8], poses: Floats, cuts: tuple[int, ...]) -> Floats:
    """What says how a face is lit and turned without saying what its mouth does, [frames, numbers].

    The mean colours above the upper lip and the head's pose, smoothed over about a second of one shot: cheeks
    and nose move with speech too, and what they tell of it must stay in the code.
    """
    rows = int(crops.shape[1] * 0.16)
    light = [cv2.resize(crop[:rows], (PLACES, 1), interpolation=cv2.INTER_AREA).reshape(-1) for crop in crops]
    context = np.concatenate([np.stack(light).astype(np.float32) / 255, poses / 10], axis=1)
    for first, last in pairwise([0, *cuts, len(context)]):
        if last > first:
            context[first:last] = gaussian_filter1d(context[first:last], SLOW_FRAMES, axis=0, mode="nearest")
    return np.asarray(context, np.float32)
