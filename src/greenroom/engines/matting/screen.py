"""Find the coloured screen behind a person: which colour, and how its light varies over the picture.

The key signal of a pixel is how far its screen channels stand above the others (blue: B - max(G, R); green:
G - max(B, R); cyan: min(B, G) - R). Grey, skin and hair have none of it, so along an edge the signal falls
from the screen's own to zero in proportion to the person's opacity: Vlahos' colour difference key (US
3,595,987), here against a screen measured pixel by pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.protocols import Image

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]

_LEAST_SIGNAL = 30
"""Weakest key signal, in levels of 255, of a screen that can be keyed."""
_LEAST_BORDER_SHARE = 0.8
_MOST_BAD_LINES = 4


class ScreenHue(StrEnum):
    BLUE = "blue"
    GREEN = "green"
    CYAN = "cyan"


@dataclass(slots=True, frozen=True)
class Margins:
    """Lines along the frame's edges that the camera or an encoder spoiled."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(slots=True, frozen=True)
class Screen:
    hue: ScreenHue
    plate: F32
    """The screen without the person, BGR [height, width, 3], 0..255."""
    noise: float
    """Standard deviation of the relative key signal on the bare screen."""
    margins: Margins


def key_signal(frame: Image, hue: ScreenHue) -> U8:
    """[height, width]: levels by which the screen's channels exceed the others; 0 where they do not."""
    blue, green, red = cv2.split(frame)
    if hue is ScreenHue.BLUE:
        return np.asarray(cv2.subtract(blue, cv2.max(green, red)), np.uint8)
    if hue is ScreenHue.GREEN:
        return np.asarray(cv2.subtract(green, cv2.max(blue, red)), np.uint8)
    return np.asarray(cv2.subtract(cv2.min(blue, green), red), np.uint8)


def find_screen(frames: Sequence[Image]) -> Screen | None:
    """The screen in `frames` (some ten or more, spread over the footage), or None where there is none."""
    margins = bad_margins(frames)
    hue = _border_hue(frames, margins)
    if hue is None:
        return None
    return _measure(frames, hue, margins)


def bad_margins(frames: Sequence[Image]) -> Margins:
    """Count the outer lines that differ from the lines inside them all along, in every frame."""
    mean = np.mean([frame.astype(np.float32) for frame in frames[:24]], axis=0)

    def count(lines: F32) -> int:
        inner = lines[_MOST_BAD_LINES : 2 * _MOST_BAD_LINES]
        slope = np.abs(np.diff(inner, axis=0)).mean(axis=(0, 2))
        for number in range(_MOST_BAD_LINES, 0, -1):
            step = np.abs(lines[number - 1] - lines[number]).mean(axis=1)
            if np.median(step - 2.0 * slope) > 5.0:
                return number
        return 0

    columns = np.moveaxis(mean, 1, 0)
    return Margins(count(columns), count(mean), count(columns[::-1]), count(mean[::-1]))


def repair_margins(frame: Image, margins: Margins) -> Image:
    """The frame with its spoiled outer lines replaced by the nearest good ones."""
    if margins == Margins(0, 0, 0, 0):
        return frame
    height, width = frame.shape[:2]
    inner = frame[margins.top : height - margins.bottom, margins.left : width - margins.right]
    return np.asarray(
        cv2.copyMakeBorder(
            inner, margins.top, margins.bottom, margins.left, margins.right, cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )


def _border_hue(frames: Sequence[Image], margins: Margins) -> ScreenHue | None:
    """The hue that fills the top and the upper sides of the picture in nearly every frame."""
    best: tuple[float, ScreenHue] | None = None
    for hue in ScreenHue:
        signals = np.stack([_border(key_signal(repair_margins(frame, margins), hue)) for frame in frames])
        level = float(np.median(signals))
        share = float((signals > max(_LEAST_SIGNAL * 0.6, level * 0.4)).mean())
        if level >= _LEAST_SIGNAL and share >= _LEAST_BORDER_SHARE and (best is None or level > best[0]):
            best = (level, hue)
    return best[1] if best else None


def _border(signal: U8) -> U8:
    height, width = signal.shape
    strip = max(4, height // 14)
    side = signal[: height * 6 // 10]
    return np.concatenate([signal[:strip].ravel(), side[:, :strip].ravel(), side[:, width - strip :].ravel()])


def _measure(frames: Sequence[Image], hue: ScreenHue, margins: Margins) -> Screen:
    """Average each pixel over the frames in which it shows bare screen, and fill in what is never bare."""
    height, width = frames[0].shape[:2]
    level = float(np.median([np.median(_border(key_signal(f, hue))) for f in frames]))
    total = np.zeros((height, width, 3), np.float32)
    count = np.zeros((height, width), np.float32)
    reach = max(3, round(height / 60)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    for frame in frames:
        whole = repair_margins(frame, margins)
        bare = (key_signal(whole, hue) > 0.42 * level).astype(np.uint8)
        bare = cv2.erode(bare, kernel, borderType=cv2.BORDER_REPLICATE).astype(np.float32)
        total += whole * bare[..., None]
        count += bare
    count[count < 0.15 * len(frames)] = 0.0  # seen bare too rarely to tell it from a stray edge
    plate = _fill(total, count)
    expected = np.maximum(_signal_of(plate, hue), 1.0)
    always = count > 0.9 * len(frames)
    spreads = []
    for frame in frames[:8]:
        ratio = (key_signal(repair_margins(frame, margins), hue) / expected)[always]
        if ratio.size:
            spreads.append(1.4826 * float(np.median(np.abs(ratio - np.median(ratio)))))
    return Screen(hue, plate, float(np.median(spreads)) if spreads else 0.05, margins)


def _fill(total: F32, count: F32) -> F32:
    """Mean colour where seen; elsewhere the mean of seen neighbours at the smallest scale that has any."""
    seen = np.clip(count, 0, 1)
    mean = total / np.maximum(count, 1.0)[..., None]
    plate = mean * seen[..., None]
    done = seen.copy()
    for sigma in (3.0, 8.0, 20.0, 50.0, 120.0):
        weight = cv2.GaussianBlur(seen, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        colour = cv2.GaussianBlur(mean * seen[..., None], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        usable = ((done < 0.5) & (weight > 0.05)).astype(np.float32)
        plate += usable[..., None] * (colour / np.maximum(weight, 1e-6)[..., None])
        done = np.maximum(done, usable)
    if (done < 0.5).any():
        plate[done < 0.5] = mean[seen > 0.5].mean(axis=0)
    return np.asarray(cv2.GaussianBlur(plate, (0, 0), 1.5, borderType=cv2.BORDER_REPLICATE), np.float32)


def _signal_of(plate: F32, hue: ScreenHue) -> F32:
    blue, green, red = plate[..., 0], plate[..., 1], plate[..., 2]
    if hue is ScreenHue.BLUE:
        return np.asarray(blue - np.maximum(green, red), np.float32)
    if hue is ScreenHue.GREEN:
        return np.asarray(green - np.maximum(blue, red), np.float32)
    return np.asarray(np.minimum(blue, green) - red, np.float32)


def plate_signal(screen: Screen) -> F32:
    """The key signal of the bare screen, [height, width], at least 1."""
    return np.maximum(_signal_of(screen.plate, screen.hue), 1.0)
