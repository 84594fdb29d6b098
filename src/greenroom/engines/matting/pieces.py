"""A person is one piece: loose specks go, small holes are filled."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.matting.cutout import Alpha

_BARE = 20
"""Opacity below which a hole at the lower edge is a gap beside an arm, and stays."""


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
        # The median, since the soft edges of a narrow gap are much of it.
        gaps = {label for label in lowest if np.median(small[inner == label]) < _BARE}
        holes = [i for i in range(1, count) if i not in gaps and stats[i, cv2.CC_STAT_AREA] < most]
        hole_map = np.isin(inner, [i for i in holes if i != outside]).astype(np.uint8)
        if hole_map.any():
            alpha = _masked(alpha, hole_map, step, 255)
    return alpha


def _masked(alpha: Alpha, small_mask: npt.NDArray[np.uint8], step: int, value: int) -> Alpha:
    grown = cv2.dilate(small_mask, np.ones((3, 3), np.uint8)) if value == 0 else small_mask
    if step > 1:
        grown = cv2.resize(grown, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_NEAREST)
    if value == 0:
        return np.where((grown > 0) & (alpha < 255), np.uint8(0), alpha)
    return np.where(grown > 0, np.uint8(value), alpha)
