"""Mattes of a base clip, packed: what is seen again and again need not be decoded again.

A matte is clear or solid almost everywhere. Packed, it is one bit a pixel for that, squeezed, and the words
of four pixels in which anything is soft: a twentieth of its size, and unpacked in a tenth of the time that
decoding takes.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.media.colour import upright
from greenroom.media.planes import planes_of
from greenroom.stage.base_frame import Alpha, person_columns

_NOISE = 6
"""Levels by which compression may lift a fully clear or lower a fully solid matte."""
_GAIN = 255 / (255 - 2 * _NOISE)
_SOLID = 255


@dataclass(slots=True, frozen=True)
class _Packed:
    shape: tuple[int, int]
    solid: bytes
    places: npt.NDArray[np.uint32]
    """Of the words of four pixels with soft ones."""
    words: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, matte: Alpha) -> _Packed:
        """`matte` has even sides, so it is whole words."""
        solid = cv2.compare(matte, _SOLID - 1, cv2.CMP_GT)
        bits = np.packbits(np.asarray(solid, np.uint8).reshape(-1))
        soft = np.asarray(cv2.subtract(matte, solid, dst=solid), np.uint8)
        places = np.flatnonzero(soft.reshape(-1).view(np.uint32)).astype(np.uint32)
        words = matte.reshape(-1).view(np.uint32)[places]
        return cls((matte.shape[0], matte.shape[1]), zlib.compress(bits.data, 1), places, words)

    def unpacked(self) -> Alpha:
        height, width = self.shape
        flat = np.unpackbits(np.frombuffer(zlib.decompress(self.solid), np.uint8), count=height * width)
        np.multiply(flat, _SOLID, out=flat)
        flat.view(np.uint32)[self.places] = self.words
        return flat.reshape(height, width)

    @property
    def weight(self) -> int:
        return len(self.solid) + self.places.nbytes + self.words.nbytes


class MatteStore:
    """The mattes that were used last, as many as the budget holds."""

    def __init__(self, budget_bytes: int = 64 << 20) -> None:
        self._budget = budget_bytes
        self._held = 0
        self._packed: OrderedDict[int, tuple[int, _Packed]] = OrderedDict()

    def __contains__(self, index: int) -> bool:
        return index in self._packed

    def add(self, index: int, frame: Any) -> None:
        """Keep the luma of a decoded frame as the matte of base frame `index`."""
        if index in self._packed:
            return
        luma = upright(planes_of(frame)[0], int(frame.rotation))
        left, right = person_columns(luma, _NOISE)
        clean = cv2.subtract(luma[:, left:right], _NOISE)
        matte = np.asarray(cv2.convertScaleAbs(clean, dst=clean, alpha=_GAIN), np.uint8)
        self._packed[index] = left, _Packed.of(matte)
        self._held += self._packed[index][1].weight
        while self._held > self._budget and len(self._packed) > 1:
            _, (_, dropped) = self._packed.popitem(last=False)
            self._held -= dropped.weight

    def columns(self, index: int) -> tuple[int, int]:
        """The first column of the whole matte that is kept, and one past the last."""
        left, packed = self._packed[index]
        return left, left + packed.shape[1]

    def matte(self, index: int) -> Alpha:
        """[height, columns] of a matte that is there."""
        self._packed.move_to_end(index)
        return self._packed[index][1].unpacked()
