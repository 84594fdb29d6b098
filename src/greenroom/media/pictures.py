"""The size of a picture from its header, before anything is unpacked: a small file can declare a huge one."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from greenroom.media.content import Content
from greenroom.media.errors import DamagedMediaError

MAX_SIDE = 8196
"""Pixels; the largest that the wire's image_meta can say (contract: flows.md, ImageAssetMeta)."""
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's SOFn: ITU-T T.81, table B.1."""
_MOST_SEGMENTS = 10_000


def picture_size(path: Path, content: Content) -> tuple[int, int]:
    """Width and height in pixels as the header declares them.

    Raises:
        DamagedMediaError: the header is cut off or holds no size.
    """
    try:
        with path.open("rb") as stream:
            return read_size(stream, content)
    except DamagedMediaError as error:
        raise DamagedMediaError(
            f"{path.name} is damaged: its header does not say how large it is."
        ) from error


def read_size(stream: BinaryIO, content: Content) -> tuple[int, int]:
    """As `picture_size`, of an open file."""
    try:
        return _READERS[content](stream)
    except (struct.error, KeyError) as error:
        raise DamagedMediaError("The picture's header does not say how large it is.") from error


def _png(stream: BinaryIO) -> tuple[int, int]:
    stream.seek(12)
    name, width, height = struct.unpack(">4sII", stream.read(12))
    if name != b"IHDR":
        raise struct.error("no IHDR")
    return width, height


def _gif(stream: BinaryIO) -> tuple[int, int]:
    stream.seek(6)
    width, height = struct.unpack("<HH", stream.read(4))
    return width, height


def _bmp(stream: BinaryIO) -> tuple[int, int]:
    stream.seek(14)
    header = stream.read(12)
    if struct.unpack_from("<I", header)[0] == 12:
        width, height = struct.unpack_from("<HH", header, 4)
    else:
        width, height = struct.unpack_from("<ii", header, 4)
    return abs(width), abs(height)  # a negative height: the rows run from the top


def _jpeg(stream: BinaryIO) -> tuple[int, int]:
    stream.seek(2)
    for _ in range(_MOST_SEGMENTS):
        byte, marker = struct.unpack("BB", stream.read(2))
        while marker == 0xFF:
            (marker,) = struct.unpack("B", stream.read(1))
        if byte != 0xFF:
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        (length,) = struct.unpack(">H", stream.read(2))
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack(">xHH", stream.read(5))
            return width, height
        stream.seek(length - 2, 1)
    raise struct.error("no frame header")


_READERS = {Content.PNG: _png, Content.JPEG: _jpeg, Content.GIF: _gif, Content.BMP: _bmp}
