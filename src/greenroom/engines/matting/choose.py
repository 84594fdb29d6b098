"""Which engine cuts the person out of a given footage."""

from __future__ import annotations

from collections.abc import Sequence

from greenroom.engines.matting.chroma import ChromaMatter
from greenroom.engines.matting.cutout import Cutter
from greenroom.engines.matting.screen import find_screen
from greenroom.engines.protocols import Image


def choose_matter(frames: Sequence[Image], threads: int = 1) -> Cutter:
    """A colour key where `frames` stand before a blue or green screen, else the segmentation network.

    `frames`: at least one, better some thirty, spread evenly over the footage and all of one size.
    """
    if not frames:
        raise ValueError("choose_matter needs at least one frame")
    screen = find_screen(frames)
    if screen is not None:
        return ChromaMatter(screen)
    from greenroom.engines.matting.selfie import SelfieMatter

    return SelfieMatter(threads)
