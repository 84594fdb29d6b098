"""A person is one piece: loose specks go, small holes are filled."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.matting.cutout import Alpha

_BARE = 20
"""Opacity of nothing but screen. A hole at the lower edge that has some is a gap beside an arm, and stays."""
_SOME = 0.05
"""Share of the rectangle around the hole: where a gap closes, much of it is its soft edges."""


def one_person(alpha: Alpha) -> Alpha:
    """Keep the largest piece and fill the holes in it; both are found on a small picture."""
    step = max(1, alpha.shape[0] // 270)
    small = alpha[::step, ::step]
    count, labels, stats, _ = cv2.connectedComponentsWithStats((small > 40).astype(np.uint8), connectivity=8)
    if count > 2:
        person = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        loose = ((labels != person) & (labels != 0)).astype(np.uint8)
        alpha = _masked(alpha, loose, step, 0)
    solid = (small > 200).astype(np.uint8)
    around = cv2.copyMakeBorder(1 - solid, 1, 0, 1, 1, cv2.BORDER_CONSTANT, value=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(around, connectivity=4)
    if count > 2:
        outside = labels[0, 0]
        most = small.size // 150
        inner = labels[1:, 1:-1]
        lowest = set(np.unique(inner[-1]).tolist()) - {0, outside}
        gaps = {label for label in lowest if _is_gap(alpha, stats[label], step)}
        holes = [i for i in range(1, count) if i not in gaps and stats[i, cv2.CC_STAT_AREA] < most]
        hole_map = np.isin(inner, [i for i in holes if i != outside]).astype(np.uint8)
        if hole_map.any():
            alpha = _masked(alpha, hole_map, step, 255)
    return alpha


def _is_gap(alpha: Alpha, stat: npt.NDArray[np.int32], step: int) -> bool:
    """Looked at in full size, since a gap of a few pixels falls between those of the small picture.

    Args:
        stat: of the hole, in the small picture with a border of one pixel.
    """
    left, top, width, height = (int(side) for side in stat[:4])
    left = max(0, left - 2)
    box = alpha[max(0, top - 1) * step : (top + height) * step, left * step : (left + width + 2) * step]
    return float((box < _BARE).mean()) >= _SOME


def _masked(alpha: Alpha, small_mask: npt.NDArray[np.uint8], step: int, value: int) -> Alpha:
    grown = cv2.dilate(small_mask, np.ones((3, 3), np.uint8)) if value == 0 else small_mask
    if step > 1:
        grown = cv2.resize(grown, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_NEAREST)
    if value == 0:
        return np.where((grown > 0) & (alpha < 255), np.uint8(0), alpha)
    return np.where(grown > 0, np.uint8(value), alpha)
