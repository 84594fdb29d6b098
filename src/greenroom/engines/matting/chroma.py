"""The colour key: opacity from the key signal, the screen's colour taken out of the person's edges."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.matting.cutout import Alpha, Cutout, spread_colours
from greenroom.engines.matting.pieces import one_person
from greenroom.engines.matting.screen import Screen, ScreenHue, key_signal, plate_signal, repair_margins
from greenroom.engines.protocols import Image

F32 = npt.NDArray[np.float32]

_SOLID_RATIO = 0.40
"""Relative key signal up to which a pixel is all person: leaves denim and cool greys whole."""
_LOW, _HIGH = 0.07, 0.93
"""Shares of the person in a mixture that count as none and as all: what lies beyond is noise."""

_BARE = 127.0
"""The bare screen, in the relative key signal as it is computed."""
_UNTINTED, _TINTED = 0.12, 0.5
"""Relative key signals of a pixel with hardly anything of the screen's colour, and of the screen's shadow."""
_FAR = (40.0, 80.0)
"""Distances, of 255, from the mixtures of screen and person: from where on, and by when, a pixel is none."""
_MISSING = (0.15, 0.35)
"""How much less tint than the nearest mixture, likewise: before a dark screen distances tell little."""

_KEPT_TINT = 0.2
"""At the edge a pixel keeps its lightness, and this much of how its tint differs from the person's nearby:
cameras store colour at half the resolution, so the tint of an edge is mostly the screen's."""
_LUMA = np.array([0.0722, 0.7152, 0.2126], np.float32)


class ChromaMatter:
    """Keys frames of one footage; the screen is measured once (`screen.find_screen`).

    Two steps. The key signal tells sure person and sure screen apart. Between them each pixel is taken as a
    mixture of the screen at that place and the person's colour nearby, and its opacity is where it lies on
    the line from one to the other (all three channels count, so the matte is as sharp as the luma, and
    skin, whose key signal is far below zero, gets no coloured rim).
    """

    def __init__(self, screen: Screen) -> None:
        self.name = f"chroma-{screen.hue}"
        self.screen = screen
        signal = plate_signal(screen)
        height = signal.shape[0]
        self._expected = np.clip(signal, 1, 255).astype(np.uint8)
        self._plate = np.asarray(np.clip(screen.plate + 0.5, 0, 255), np.uint8)
        self._bare = np.zeros_like(self._expected)
        _border_mask(self._bare)
        clear = 1.0 - float(np.clip(4.0 * screen.noise, 0.08, 0.25))
        self._curve = _alpha_curve(_SOLID_RATIO, clear)
        self._rim = max(3, round(height / 96))
        self._square = np.ones((2 * self._rim + 1, 2 * self._rim + 1), np.uint8)

    def alpha(self, frame: Image) -> Alpha:
        """The person's opacity [height, width]; solid inside, 0 on the bare screen."""
        return self.cut(frame).alpha

    def cut(self, frame: Image) -> Cutout:
        """Opacity, and the person's colours freed of the screen's; outside those of the edge go on."""
        whole = repair_margins(frame, self.screen.margins)
        rough, ratio, gain = self._rough(whole)
        core = cv2.erode((rough >= 250).astype(np.uint8), self._square, borderType=cv2.BORDER_REPLICATE)
        reach = cv2.dilate((rough > 20).astype(np.uint8), self._square)
        person = spread_colours(whole, core, reach=self._rim)
        alpha = np.asarray(core * np.uint8(255), np.uint8)
        colour = np.asarray(cv2.copyTo(whole, core, person.copy()), np.uint8)
        edge = np.flatnonzero(cv2.subtract(reach, core))
        if len(edge):
            alpha.reshape(-1)[edge], colour.reshape(-1, 3)[edge] = _unmix(
                _pixels(whole, edge),
                _pixels(self._plate, edge) * np.float32(gain),
                _pixels(person, edge),
                ratio.reshape(-1)[edge].astype(np.float32) / np.float32(_BARE),
                self.screen.hue,
            )
        return Cutout(colour, _smooth(alpha))

    def _rough(self, whole: Image) -> tuple[Alpha, Alpha, float]:
        """Opacity by the key signal alone, loose pieces and holes removed; that signal, `_BARE` on the bare
        screen; and the screen's gain."""
        signal = key_signal(whole, self.screen.hue)
        gain = self._gain(signal)
        ratio = np.asarray(cv2.divide(signal, self._expected, scale=_BARE / gain), np.uint8)
        return one_person(np.asarray(cv2.LUT(ratio, self._curve), np.uint8)), ratio, gain

    def _gain(self, signal: npt.NDArray[np.uint8]) -> float:
        """How bright the screen is in this frame against the measured one: lamps flicker, cameras adapt."""
        seen = cv2.mean(signal, self._bare)[0]
        usual = cv2.mean(self._expected, self._bare)[0]
        return float(np.clip(seen / max(usual, 1.0), 0.7, 1.4))


def _pixels(picture: Image, places: npt.NDArray[np.intp]) -> F32:
    """The pixels [n, 3] at flat indices."""
    return picture.reshape(-1, 3).take(places, axis=0).astype(np.float32)


def _unmix(mixed: F32, screen: F32, person: F32, tint: F32, hue: ScreenHue) -> tuple[Alpha, Image]:
    """Opacity and own colour of pixels [n, 3], each a mixture of its `screen` and its `person` colour.

    One that has little of the screen's `tint` (its relative key signal), and lies far from all such mixtures
    or has less tint than the nearest of them, is something else of the person, narrower than the edge: dark
    hair before light skin.
    """
    axis = person - screen
    share = ((mixed - screen) * axis).sum(axis=1) / np.maximum((axis * axis).sum(axis=1), 1.0)
    nearest = screen + np.clip(share, 0.0, 1.0)[:, None] * axis
    far = _between(np.sqrt(((mixed - nearest) ** 2).sum(axis=1)), *_FAR)
    missing = _between(_signal(nearest, hue) / np.maximum(_signal(screen, hue), 1.0) - tint, *_MISSING)
    bare = 1.0 - _between(tint, _UNTINTED, _TINTED)
    # By tint alone only where there is hardly any: cameras blur it, so that of an edge is uncertain.
    purely = 1.0 - _between(tint, _UNTINTED / 2, _TINTED / 2)
    other = np.maximum(far * bare, missing * purely)[:, None]
    share = np.maximum(share, other[:, 0])
    opacity = np.clip((share - _LOW) / (_HIGH - _LOW), 0.0, 1.0)[:, None]
    own = screen + (mixed - screen) / np.maximum(np.clip(share, 0.0, 1.0)[:, None], 0.3)
    own = other * mixed + (1.0 - other) * own
    light = ((own - person) @ _LUMA)[:, None]
    kept = _KEPT_TINT + (1.0 - _KEPT_TINT) * other
    tinted = person + light + kept * (own - person - light)
    trust = np.clip((opacity - 0.5) / 0.4, 0.0, 1.0)
    colour = np.clip(tinted * trust + person * (1.0 - trust) + 0.5, 0.0, 255.0)
    return np.round(255.0 * opacity[:, 0]).astype(np.uint8), colour.astype(np.uint8)


def _between(values: npt.NDArray[np.floating], low: float, high: float) -> F32:
    """0 up to `low`, 1 from `high` on."""
    return np.asarray(np.clip((values - low) / (high - low), 0.0, 1.0), np.float32)


def _signal(colours: F32, hue: ScreenHue) -> F32:
    """The key signal of colours [n, 3]."""
    picture = np.clip(colours, 0.0, 255.0).astype(np.uint8)[None]
    return np.asarray(key_signal(picture, hue)[0], np.float32)


def _smooth(alpha: Alpha) -> Alpha:
    """Takes the steps of single pixels out of an edge and leaves it about as wide as it was."""
    soft = cv2.GaussianBlur(alpha, (3, 3), 0.7)
    return np.asarray(cv2.LUT(soft, _NARROW), np.uint8)


def _alpha_curve(solid: float, clear: float) -> npt.NDArray[np.uint8]:
    """Table from the relative key signal to opacity, linear between the two ends."""
    ratio = np.arange(256, dtype=np.float32) / np.float32(_BARE)
    opacity = np.clip((clear - ratio) / (clear - solid), 0.0, 1.0)
    return np.asarray(np.round(255.0 * opacity), np.uint8)


def _border_mask(mask: npt.NDArray[np.uint8]) -> None:
    """Mark the strips where a screen is hardly ever covered."""
    height, width = mask.shape
    strip = max(4, height // 14)
    mask[4:strip] = 1
    mask[4 : height // 2, 4:strip] = 1
    mask[4 : height // 2, width - strip : width - 4] = 1


_NARROW = np.clip(np.round((np.arange(256) - 127.5) * 1.2 + 127.5), 0, 255).astype(np.uint8)
