"""Pixel formats and colour matrices: where a decoded frame becomes an array.

Video that says nothing about its matrix is read as ITU-R BT.709 from 720 lines on and as BT.601 below, as
players do. Everything that we write is BT.709, limited range, and says so in the stream.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

U8 = npt.NDArray[np.uint8]

BT709 = 1
"""Matrix, primaries and transfer number of BT.709 in ITU-T H.273."""
LIMITED_RANGE = 1
FULL_RANGE = 2

_UNSPECIFIED = 2
_HD_LINES = 720
_SMALL_PIXELS = 640 * 576
_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""Small pictures will be enlarged, and their colour is stored at half the size: interpolated, it has no steps
of two pixels. Takes 1 ms at 360x288 and 19 ms at 1080p, where nobody would see it."""
_TURNS = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}

# Rows: Y, U, V from B, G, R in 0..255, with limited range offsets. ITU-R BT.709-6, section 3.
_KR, _KB = 0.2126, 0.0722
_KG = 1.0 - _KR - _KB
BGR_TO_YUV709 = np.array(
    [
        [_KB * 219 / 255, _KG * 219 / 255, _KR * 219 / 255, 16.0],
        [0.5 * 224 / 255, -_KG / (1 - _KB) * 0.5 * 224 / 255, -_KR / (1 - _KB) * 0.5 * 224 / 255, 128.0],
        [-_KB / (1 - _KR) * 0.5 * 224 / 255, -_KG / (1 - _KR) * 0.5 * 224 / 255, 0.5 * 224 / 255, 128.0],
    ],
    dtype=np.float32,
)


class FrameReader:
    """Turns the decoded frames of one stream into upright arrays with square pixels."""

    def __init__(self, pixel_format: str = "bgr24") -> None:
        """`pixel_format` is `bgr24`, `bgra` or `gray` (the luma as stored, not rescaled)."""
        self._format = pixel_format
        self._reformatter = VideoReformatter()

    def read(self, frame: Any, shown_size: tuple[int, int]) -> U8:
        """The frame as uint8 [height, width, channels] of `shown_size` (width, height)."""
        if self._format == "gray" and frame.format.name.startswith("gray"):
            picture = np.asarray(frame.to_ndarray(), np.uint8)
        else:
            picture = self._convert(frame)
        picture = upright(picture, int(frame.rotation))
        if (picture.shape[1], picture.shape[0]) != shown_size:
            picture = np.asarray(cv2.resize(picture, shown_size, interpolation=cv2.INTER_AREA), np.uint8)
        return picture

    def _convert(self, frame: Any) -> U8:
        converted = self._reformatter.reformat(
            frame,
            format=self._format,
            src_colorspace=matrix_of(frame),
            src_color_range=ColorRange.JPEG if int(frame.color_range) == FULL_RANGE else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_SMOOTH if frame.width * frame.height <= _SMALL_PIXELS else Interpolation.BILINEAR,
            threads=1,
        )
        array: U8 = np.asarray(converted.to_ndarray(), np.uint8)
        return array


def upright(picture: U8, rotation: int) -> U8:
    """A picture or plane turned as its frame's `rotation` (degrees counterclockwise) says."""
    turn = _TURNS.get(rotation % 360)
    return picture if turn is None else np.asarray(cv2.rotate(picture, turn), np.uint8)


def matrix_of(frame: Any) -> Colorspace:
    """The matrix that a frame was coded with; guessed from its height where the stream is silent."""
    known = {1: Colorspace.ITU709, 9: Colorspace.BT2020, 7: Colorspace.SMPTE240M, 4: Colorspace.FCC}
    value = int(frame.colorspace)
    if value == _UNSPECIFIED:
        return Colorspace.ITU709 if min(frame.width, frame.height) >= _HD_LINES else Colorspace.ITU601
    return known.get(value, Colorspace.ITU601)


def bgr_to_yuv709(picture: U8) -> U8:
    """BGR uint8 [h, w, 3] to YUV 4:4:4 uint8 [h, w, 3], BT.709 limited range, rounded to nearest."""
    return np.asarray(cv2.transform(picture, BGR_TO_YUV709), np.uint8)


def bgr_colour_to_yuv709(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """One BGR colour as Y, U, V."""
    y, u, v = bgr_to_yuv709(np.array([[colour]], np.uint8))[0, 0]
    return int(y), int(u), int(v)


def bgr_to_i420(picture: U8) -> tuple[U8, U8, U8]:
    """BGR [h, w, 3] with even sides to the planes Y [h, w], U and V [h/2, w/2], BT.709 limited range."""
    yuv = bgr_to_yuv709(picture)
    half = (picture.shape[1] // 2, picture.shape[0] // 2)
    y, u, v = (np.ascontiguousarray(yuv[..., i]) for i in range(3))
    return (
        y,
        np.asarray(cv2.resize(u, half, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(v, half, interpolation=cv2.INTER_AREA), np.uint8),
    )
