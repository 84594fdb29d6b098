"""What kind of file some bytes are, told by their signature and never by a name; and what hides behind them.

Signatures: the formats' own specifications, as the file(1) database collects them. A
polyglot is a file that is valid in two formats, such as a picture that is also a zip archive: the reader
that checks it sees one, the one that opens it another.
"""

from __future__ import annotations

import re
import struct
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO


class Content(StrEnum):
    """A family of formats that share one signature."""

    PROGRAM = "a program"
    SCRIPT = "a script"
    WEB_PAGE = "a web page"
    PLAYLIST = "a playlist"
    PNG = "a PNG picture"
    JPEG = "a JPEG picture"
    GIF = "a GIF picture"
    BMP = "a BMP picture"
    WEBP = "a WebP picture"
    TIFF = "a TIFF picture"
    ISO_MEDIA = "an MP4 or MOV file"
    MATROSKA = "a Matroska or WebM file"
    AVI = "an AVI file"
    FLV = "an FLV file"
    ASF = "a WMV file"
    WAV = "a WAV file"
    MP3 = "an MP3 file"
    OGG = "an Ogg file"
    FLAC = "a FLAC file"
    ZIP = "a zip archive"
    ARCHIVE = "an archive"
    PDF = "a PDF file"
    OLE = "an old Office file"
    UNKNOWN = "of no known format"


ACTIVE = frozenset({Content.PROGRAM, Content.SCRIPT, Content.WEB_PAGE, Content.PLAYLIST})
"""What no asset may be: it runs, or makes its reader fetch something."""

_HEAD_BYTES = 4096
_TAIL_BYTES = 65_535 + 22
"""The longest comment of a zip archive and its end record (APPNOTE.TXT 4.3.16)."""
_WINDOW_BYTES = 1 << 20

_START: tuple[tuple[bytes, Content], ...] = (
    (b"\x7fELF", Content.PROGRAM),
    (b"\xfe\xed\xfa\xce", Content.PROGRAM),
    (b"\xfe\xed\xfa\xcf", Content.PROGRAM),
    (b"\xce\xfa\xed\xfe", Content.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Content.PROGRAM),
    (b"\xca\xfe\xba\xbe", Content.PROGRAM),
    (b"\x00asm", Content.PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", Content.PROGRAM),  # a Windows shortcut
    (b"#!", Content.SCRIPT),
    (b"#EXTM3U", Content.PLAYLIST),
    (b"ffconcat version", Content.PLAYLIST),
    (b"[playlist]", Content.PLAYLIST),
    (b"v=0\r\n", Content.PLAYLIST),  # a session description names network addresses to read from
    (b"v=0\n", Content.PLAYLIST),
    (b"\x89PNG\r\n\x1a\n", Content.PNG),
    (b"\xff\xd8\xff", Content.JPEG),
    (b"GIF87a", Content.GIF),
    (b"GIF89a", Content.GIF),
    (b"II*\x00", Content.TIFF),
    (b"MM\x00*", Content.TIFF),
    (b"\x1aE\xdf\xa3", Content.MATROSKA),
    (b"FLV\x01", Content.FLV),
    (b"0&\xb2u\x8ef\xcf\x11", Content.ASF),
    (b"ID3", Content.MP3),
    (b"OggS", Content.OGG),
    (b"fLaC", Content.FLAC),
    (b"PK\x03\x04", Content.ZIP),
    (b"PK\x05\x06", Content.ZIP),
    (b"Rar!\x1a\x07", Content.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", Content.ARCHIVE),
    (b"\x1f\x8b", Content.ARCHIVE),
    (b"\xfd7zXZ\x00", Content.ARCHIVE),
    (b"(\xb5/\xfd", Content.ARCHIVE),
    (b"BZh", Content.ARCHIVE),
    (b"%PDF-", Content.PDF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content.OLE),
)
_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
"""The first box of an ISO or QuickTime file (ISO/IEC 14496-12)."""
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|svg|iframe|mpd|smil|\?php)", re.IGNORECASE)
_HIDDEN = re.compile(
    rb"<\?php|<script[\s>]|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|This program cannot be run in DOS mode",
    re.IGNORECASE,
)
_PICTURES = frozenset({Content.PNG, Content.JPEG, Content.GIF, Content.BMP, Content.WEBP, Content.TIFF})


def identify(path: Path) -> Content:
    """The family of the file's format, from its first 4 KiB."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    for signature, content in _START:
        if head.startswith(signature):
            return content
    return _by_structure(head)


def _by_structure(head: bytes) -> Content:
    if head[:4] in (b"RIFF", b"RF64", b"RIFX"):
        return {b"AVI ": Content.AVI, b"WAVE": Content.WAV, b"WEBP": Content.WEBP}.get(
            head[8:12], Content.UNKNOWN
        )
    if head[4:8] in _BOXES:
        return Content.ISO_MEDIA
    if head[:2] == b"MZ" and _has_program_header(head):
        return Content.PROGRAM
    if (
        head[:2] == b"BM"
        and len(head) > 18
        and struct.unpack_from("<I", head, 14)[0] in (12, 40, 52, 56, 108, 124)
    ):
        return Content.BMP
    if _MARKUP.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")):
        return Content.WEB_PAGE
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
        return Content.MP3
    if b"%PDF-" in head[:1024]:
        return Content.PDF  # readers take the header anywhere in the first 1024 bytes (ISO 32000-1, annex H)
    return Content.UNKNOWN


def _has_program_header(head: bytes) -> bool:
    """DOS programs carry `MZ`, Windows ones also `PE` where the field at 60 points."""
    if len(head) < 64:
        return False
    place = int(struct.unpack_from("<I", head, 60)[0])
    return head[place : place + 2] in (b"PE", b"NE", b"LE", b"LX") or b"DOS mode" in head


def second_nature(path: Path, content: Content) -> str | None:
    """What else a file of this content is or carries, or None.

    Reads all of a picture, and the first and last megabyte of anything else.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(1024)
        stream.seek(max(0, size - _TAIL_BYTES))
        if content not in (Content.ZIP, Content.OLE) and _ends_a_zip(stream.read()):
            return Content.ZIP.value
        if content is not Content.PDF and b"%PDF-" in head:
            return Content.PDF.value
        if content in (Content.ZIP, Content.PDF, Content.OLE, Content.UNKNOWN):
            return None  # text inside a document may say anything
        stream.seek(0)
        if content in _PICTURES:
            return _hidden_in(stream, size)
        found = _hidden_in(stream, min(size, _WINDOW_BYTES))
        stream.seek(max(0, size - _WINDOW_BYTES))
        return found or _hidden_in(stream, _WINDOW_BYTES)


def _hidden_in(stream: BinaryIO, limit: int) -> str | None:
    """What the next `limit` bytes hide."""
    overlap = b""
    left = limit
    while left > 0:
        block = stream.read(min(left, _WINDOW_BYTES))
        if not block:
            return None
        left -= len(block)
        match = _HIDDEN.search(overlap + block)
        if match is not None:
            text = match[0].lower()
            if text.startswith(b"<"):
                return Content.SCRIPT.value
            return Content.PROGRAM.value if text.startswith(b"this") else Content.ARCHIVE.value
        overlap = block[-64:]
    return None


def _ends_a_zip(tail: bytes) -> bool:
    """A zip's end record whose comment reaches to the end and whose directory lies just before it."""
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if len(tail) >= place + 22:
            size, comment = struct.unpack_from("<I4xH", tail, place + 12)
            whole = place + 22 + comment <= len(tail)
            directory = place - size
            if whole and (directory < 0 or size == 0 or tail[directory : directory + 4] == b"PK\x01\x02"):
                return True
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return False
