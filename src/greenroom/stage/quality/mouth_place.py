"""Where a package's mouth is painted, and how closed it can be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.engines.mouth.articulation import CLOSED_OPENING
from greenroom.engines.mouth.border import border_ring
from greenroom.engines.mouth.package import MANIFEST, STEERING, AvatarPackage
from greenroom.engines.mouth.steering import Steering

Floats = npt.NDArray[np.float32]

_PHOTO_CROP = 128
_PHOTO_STRIP = 5
"""Of the crop's pixels; what moves in a photo has faded before."""


@dataclass(slots=True, frozen=True)
class MouthPlace:
    transforms: Floats
    """[base frames, 2, 3], from a base frame to the crop of the mouth."""
    ring: npt.NDArray[np.bool_]
    """[side, side]: the border of what is painted, in the crop."""
    rest_opening: float | None
    """Lip opening over face height of the mouth at rest; None: as it is in the base frames."""


def mouth_place(folder: Path) -> MouthPlace | None:
    """Of the package in a folder; None where it holds no trained or photographed mouth."""
    from greenroom.engines.photo.painter import KIND as PHOTO_KIND

    if not (folder / MANIFEST).is_file():
        return None
    package = AvatarPackage.open(folder)
    if package.kind == PHOTO_KIND:
        return _of_photo(folder)
    steering = Steering.load(folder / STEERING)
    rest = float(steering.opening(steering.rest[None])[0])
    return MouthPlace(package.transforms(), border_ring(package.geometry().mask), rest)


def closed_below(rest_opening: float) -> float:
    """The lip opening under which this person's mouth counts as closed.

    Of somebody whose lips never quite meet, that is a little above their own rest.
    """
    return max(CLOSED_OPENING, 1.25 * rest_opening + 0.002)


def _of_photo(folder: Path) -> MouthPlace:
    """The crop holds all that moves when the mouth of a photo does; its ring is the strip along its edge."""
    from greenroom.engines.photo.mouth_drawing import reach
    from greenroom.engines.photo.mouth_shape import MouthShape
    from greenroom.engines.photo.painter import MOUTH

    shape, transforms = MouthShape.load(folder / MOUTH)
    left, top, right, bottom = reach(shape)
    scale = np.array([_PHOTO_CROP / (right - left), _PHOTO_CROP / (bottom - top)], np.float32)
    crops = transforms.copy()
    crops[:, :, 2] -= (left, top)
    crops *= scale[:, None]
    ring = np.ones((_PHOTO_CROP, _PHOTO_CROP), bool)
    ring[_PHOTO_STRIP:-_PHOTO_STRIP, _PHOTO_STRIP:-_PHOTO_STRIP] = False
    return MouthPlace(crops, ring, None)
