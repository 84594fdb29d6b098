"""Pictures as planes of Y'CbCr 4:2:0, BT.709, limited range: how they are coded, drawn and encoded."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from greenroom.media.colour import BGR_TO_YUV709, BT709, FULL_RANGE, matrix_of, upright

U8 = npt.NDArray[np.uint8]
Planes = tuple[U8, U8, U8]
"""Y [height, width], U and V [height / 2, width / 2]."""

BLACK_LEVELS = (16, 128, 128)
"""Y, U and V of black."""


def planes_of(frame: Any) -> list[U8]:
    """Writable views [height, width] on the planes of an 8-bit planar frame."""
    views: list[U8] = []
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        views.append(rows[:, : plane.width])
    return views


class PlaneReader:
    """Turns the decoded frames of one stream into planes; those that are coded so already are not copied."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def read(self, frame: Any) -> Planes:
        """The planes of a frame with even sides. They may be the decoder's own memory: do not write there."""
        is_ours = int(frame.colorspace) == BT709 and int(frame.color_range) != FULL_RANGE
        if frame.format.name != "yuv420p" or not is_ours:
            frame = self._converted(frame)
        y, u, v = (upright(plane, int(frame.rotation)) for plane in planes_of(frame))
        return y, u, v

    def _converted(self, frame: Any) -> Any:
        return self._reformatter.reformat(
            frame,
            format="yuv420p",
            src_colorspace=matrix_of(frame),
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG if int(frame.color_range) == FULL_RANGE else ColorRange.MPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC,
            threads=1,
        )


def i420_to_bgr(planes: Planes) -> U8:
    """Planes back to BGR [height, width, 3]; their colour is interpolated to the full size."""
    y, u, v = planes
    size = (y.shape[1], y.shape[0])
    half = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (u, v)]
    return np.asarray(cv2.transform(cv2.merge([y, *half]), _YUV709_TO_BGR), np.uint8)


def part_of(planes: Planes, x0: int, y0: int, x1: int, y1: int) -> Planes:
    """Views on a rectangle with even sides."""
    y, u, v = planes
    half = (slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2))
    return y[y0:y1, x0:x1], u[half], v[half]


def _inverse() -> npt.NDArray[np.float32]:
    turn = np.linalg.inv(BGR_TO_YUV709[:, :3].astype(np.float64))
    return np.hstack([turn, -turn @ BGR_TO_YUV709[:, 3:]]).astype(np.float32)


_YUV709_TO_BGR = _inverse()
