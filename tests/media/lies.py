"""Files that lie, made on the spot: small, and harmless to whoever runs the tests."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path


def program() -> bytes:
    """A Windows program's headers and nothing that would run."""
    stub = b"\x0e\x1f\xba\x0e\x00\xb4\x09\xcd!\xb8\x01L\xcd!This program cannot be run in DOS mode.\r\r\n$"
    head = b"MZ" + bytes(58) + struct.pack("<I", 128) + stub
    return head.ljust(128, b"\0") + b"PE\0\0\x64\x86" + bytes(4096)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that declares a size, with the pixels of a few rows, all zero."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes((width * 3 + 1) * 4), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pptx(slides: int = 2, **more: bytes) -> bytes:
    """A deck as small as the checks take it, and entries of any name beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/presentation.xml", "<p:presentation/>")
        for number in range(1, slides + 1):
            archive.writestr(f"ppt/slides/slide{number}.xml", f"<p:sld><a:t>Slide {number}</a:t></p:sld>")
        for name, data in more.items():
            archive.writestr(name, data)
    return out.getvalue()


def zip_bomb(megabytes: int = 400) -> bytes:
    """A deck of a few hundred kilobytes that unpacks to far more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/presentation.xml", "<p:presentation/>")
        with archive.open("ppt/slides/slide1.xml", "w", force_zip64=True) as stream:
            for _ in range(megabytes):
                stream.write(bytes(1 << 20))
    return out.getvalue()


def modest_bomb() -> bytes:
    """The same, but its directory says that the slide has 100 bytes."""
    data = bytearray(zip_bomb(200))
    record = data.rfind(b"PK\x01\x02")
    assert data[record + 46 : record + 67] == b"ppt/slides/slide1.xml"
    struct.pack_into("<I", data, record + 24, 100)
    return bytes(data)


def overlapping_bomb(copies: int = 50) -> bytes:
    """Many entries that share the bytes of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("a", bytes(1 << 20))
    data = out.getvalue()
    record_at, end_at = data.find(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    record = data[record_at:end_at]
    end = bytearray(data[end_at:])
    struct.pack_into("<HHII", end, 8, copies, copies, len(record) * copies, record_at)
    return data[:record_at] + record * copies + bytes(end)


def sparse_video(path: Path, size: int) -> None:
    """An MP4's first box, and then a hole."""
    with path.open("wb") as stream:
        stream.write(struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 512))
        stream.write(struct.pack(">I4sQ", 1, b"mdat", size - 16))
        stream.truncate(size)
