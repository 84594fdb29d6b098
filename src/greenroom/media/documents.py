"""Checks of zip archives and slide decks that come from outside, without unpacking anything to disk."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from greenroom.media.content import Content
from greenroom.media.errors import MediaError, NotMediaError

MAX_ENTRIES = 10_000
MAX_RATIO = 100
"""Unpacked to packed, over the whole archive; Office's own XML stays below 30."""
MIN_ALLOWANCE_BYTES = 100 << 20
"""So much may be in any archive, however small."""
MAX_DECK_BYTES = 1 << 30
"""Unpacked size of a deck of slides."""
MAX_SLIDES = 100
"""Table 4-7 of the service overview."""
_BLOCK = 1 << 20
_SLIDE = re.compile(r"ppt/slides/slide\d+\.xml", re.IGNORECASE)
_POWERPOINT = "PowerPoint Document".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class UnsafeArchiveError(MediaError):
    """An archive that would harm whoever unpacks it."""


def check_archive(path: Path) -> list[zipfile.ZipInfo]:
    """The entries of a zip that is safe to unpack.

    Raises:
        NotMediaError: it is damaged, or holds what cannot be read.
        UnsafeArchiveError: too many or overlapping entries, far too large unpacked, or names that leave the
            folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise NotMediaError(f"{path.name} is a damaged archive: pack it again.") from error
    if len(entries) > MAX_ENTRIES:
        raise UnsafeArchiveError(f"{path.name} holds {len(entries)} files; at most {MAX_ENTRIES} are taken.")
    total = sum(entry.file_size for entry in entries)
    if total > max(MIN_ALLOWANCE_BYTES, MAX_RATIO * path.stat().st_size):
        raise UnsafeArchiveError(
            f"{path.name} would unpack to {total} bytes, more than {MAX_RATIO} times its size: it is refused."
        )
    _check_overlap(path, entries)
    for entry in entries:
        _check_entry(path, entry)
    return entries


def _check_overlap(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes: the trick that makes megabytes unpack to petabytes (D. Fifield, 2019)."""
    end = 0
    for entry in sorted(entries, key=lambda item: item.header_offset):
        if entry.header_offset < end:
            raise UnsafeArchiveError(f"{path.name} holds files that overlap: it is refused.")
        end = entry.header_offset + 30 + entry.compress_size


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or ":" in parts[0]:
        raise UnsafeArchiveError(f"{path.name} holds a file whose name leaves its folder: it is refused.")
    if entry.flag_bits & 0x1:
        raise NotMediaError(f"{path.name} is protected by a password: save it without one.")
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        raise UnsafeArchiveError(f"{path.name} holds a link to another file: it is refused.")


def check_deck(path: Path, content: Content) -> int | None:
    """The number of slides or pages, or None where the format does not tell it cheaply.

    Raises:
        NotMediaError: no deck, damaged, protected, without slides, or more than `MAX_SLIDES`.
        UnsafeArchiveError: see `check_archive`.
    """
    if content is Content.ZIP:
        count: int | None = _check_pptx(path)
    elif content is Content.PDF:
        count = _count_pdf_pages(path)
    else:
        _check_ppt(path)
        count = None
    if count == 0:
        raise NotMediaError(f"{path.name} has no slides: add one.")
    if count is not None and count > MAX_SLIDES:
        raise NotMediaError(f"{path.name} has {count} slides; at most {MAX_SLIDES} are taken: split it.")
    return count


def _check_pptx(path: Path) -> int:
    entries = check_archive(path)
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or "ppt/presentation.xml" not in names:
        raise NotMediaError(f"{path.name} is a zip archive, but no PowerPoint file: save it as PPTX.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnsafeArchiveError(f"{path.name} holds macros: save it as PPTX without them.")
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in entries:
                for block in _blocks(archive, entry):
                    total += len(block)
                    if total > MAX_DECK_BYTES:
                        raise UnsafeArchiveError(f"{path.name} unpacks to more than 1 GiB: it is refused.")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise NotMediaError(f"{path.name} is damaged: save it again in PowerPoint.") from error
    return sum(1 for name in names if _SLIDE.fullmatch(name))


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's bytes. zipfile stops at the declared size and then finds that the checksum does not fit."""
    first = True
    is_markup = entry.filename.lower().endswith((".xml", ".rels"))
    with archive.open(entry) as stream:
        while block := stream.read(_BLOCK):
            if first and is_markup and b"<!DOCTYPE" in block[:4096]:
                raise UnsafeArchiveError("The deck's XML declares entities: it is refused.")
            first = False
            yield block


def _check_ppt(path: Path) -> None:
    """The directory of an old Office file names its parts in UTF-16 (MS-CFB 2.6)."""
    if _holds(path, _POWERPOINT):
        return
    raise NotMediaError(f"{path.name} is an Office file, but no PowerPoint file: save it as PPTX.")


def _count_pdf_pages(path: Path) -> int:
    import pypdfium2 as pdfium

    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 4096))
        if b"%%EOF" not in stream.read():
            raise NotMediaError(f"{path.name} is damaged: it breaks off before its end. Export it again.")
    try:
        document = pdfium.PdfDocument(path)
        count = len(document)
        document.close()
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise NotMediaError(f"{path.name} is protected by a password: save it without one.") from None
        raise NotMediaError(f"{path.name} is damaged: export it again.") from None
    return count


def refuse_protected(path: Path, content: Content) -> None:
    """Raises NotMediaError: an Office file with a password, which is another kind of file (MS-OFFCRYPTO)."""
    if content is Content.OLE and _holds(path, _ENCRYPTED):
        raise NotMediaError(f"{path.name} is protected by a password: save it without one.")


def _holds(path: Path, wanted: bytes) -> bool:
    overlap = b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if wanted in overlap + block:
                return True
            overlap = block[-len(wanted) :]
    return False
