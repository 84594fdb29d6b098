"""A package of recordings: a zip of sound files, with the texts of all, of some or of none.

A text stands in a file of the same name (`001.wav` and `001.txt`), or in one table for all:
`transcripts.tsv`, `.csv` or `.txt`, `metadata.csv`, with a name and its text in each line, parted by a tab,
`|` or the first comma.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from greenroom.media.documents import check_archive
from greenroom.media.errors import MediaError, NotMediaError
from greenroom.voices.recordings import limits

SOUND_SUFFIXES = frozenset({".wav", ".mp3", ".m4a", ".flac", ".ogg", ".opus", ".aac", ".wma"})
TABLES = frozenset(
    {
        "transcripts.tsv",
        "transcripts.csv",
        "transcripts.txt",
        "metadata.csv",
        "metadata.txt",
        "transcript.txt",
    }
)
_TEXT_BYTES = 4 << 20
_PARTED = re.compile(r"[\t|]|,(?=\S)|，")


class PackageError(MediaError):
    """A package holds nothing that a voice could be learnt from."""


@dataclass(slots=True, frozen=True)
class Piece:
    """A sound file of the user."""

    name: str
    path: Path
    text: str | None
    may_be_long: bool = True


def read_package(archive: Path, folder: Path) -> list[Piece]:
    """Unpack the sound files into `folder` under names of our own; in the order of their names.

    Raises:
        MediaError: it is no zip, would harm whoever unpacks it, or holds no sound.
    """
    entries = [entry for entry in check_archive(archive) if not _is_passed_over(entry)]
    sounds = sorted(
        (e for e in entries if PurePosixPath(e.filename).suffix.lower() in SOUND_SUFFIXES),
        key=lambda entry: entry.filename,
    )
    if not sounds:
        raise PackageError(
            "the package holds no sound file: put WAV, MP3, M4A or FLAC files of one person into the zip"
        )
    if len(sounds) > limits.MOST_FILES:
        raise PackageError(
            f"the package holds {len(sounds)} sound files; at most {limits.MOST_FILES} are "
            "taken: leave some out"
        )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            texts = _texts(opened, entries)
            return [
                Piece(
                    entry.filename, _unpacked(opened, entry, folder, number), _text_of(entry.filename, texts)
                )
                for number, entry in enumerate(sounds)
            ]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise NotMediaError(f"{archive.name} is a damaged archive: pack it again.") from error


def parse_table(text: str) -> dict[str, str]:
    """Texts by the stem of their sound file. Lines without both, such as a heading alone, are passed over."""
    found = {}
    for line in text.splitlines():
        parts = _PARTED.split(line.strip(), maxsplit=1)
        if len(parts) == 2 and parts[0].strip() and parts[1].strip():
            # LJ Speech has a third column, the text with figures written out: the last one is taken.
            said = parts[1].split("|")[-1] if "|" in line else parts[1]
            found[_stem(parts[0].strip().strip('"'))] = said.strip().strip('"')
    return found


def _texts(opened: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Those of the tables first; a file for one recording alone goes before."""
    tables: dict[str, str] = {}
    singles: dict[str, str] = {}
    for entry in entries:
        name = PurePosixPath(entry.filename).name.lower()
        if name in TABLES:
            tables |= parse_table(_read_text(opened, entry))
        elif name.endswith((".txt", ".lab")):
            singles[_key(entry.filename)] = _read_text(opened, entry).strip()
    return {**tables, **singles}


def _text_of(name: str, texts: dict[str, str]) -> str | None:
    return texts.get(_key(name)) or texts.get(_stem(name)) or None


def _read_text(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Raises PackageError: it is no text."""
    if entry.file_size > _TEXT_BYTES:
        raise PackageError(f"{entry.filename} is too large for a text: {entry.file_size} bytes")
    return decoded_text(opened.read(entry), entry.filename)


def decoded_text(data: bytes, name: str) -> str:
    """UTF-8, with or without its mark, or GB 18030 as Chinese editors write it.

    Raises:
        PackageError: neither.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PackageError(f"{name} cannot be read: save it as UTF-8")


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, number: int) -> Path:
    path = folder / f"{number:05d}{PurePosixPath(entry.filename).suffix.lower()}"
    with opened.open(entry) as source, path.open("wb") as target:
        while block := source.read(1 << 20):
            target.write(block)
    return path


def _is_passed_over(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what systems put into archives unasked."""
    path = PurePosixPath(entry.filename)
    return entry.is_dir() or path.name.startswith(".") or "__MACOSX" in path.parts


def _key(name: str) -> str:
    """The path without its suffix."""
    return str(PurePosixPath(name).with_suffix("")).lower()


def _stem(name: str) -> str:
    path = PurePosixPath(name)
    return (path.stem if path.suffix.lower() in SOUND_SUFFIXES else path.name).lower()
