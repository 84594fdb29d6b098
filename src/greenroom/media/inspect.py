"""Looks into a file from outside: what it is, whether it is what was declared, and its measures.

`python -m greenroom.media.inspect FILE ROLE FORMAT MEMORY_BYTES CPU_SECONDS` prints the result as JSON; a
file from outside is inspected that way, in a limited child process (`sandbox.inspect_safely`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from greenroom.media.content import ACTIVE, Content, identify, second_nature
from greenroom.media.documents import check_archive, check_deck, refuse_protected
from greenroom.media.errors import MediaError, NotMediaError
from greenroom.media.pictures import MAX_SIDE, picture_size
from greenroom.media.probe import MediaInfo, probe


class Role(StrEnum):
    """What a file is to be."""

    VIDEO = "video"
    PICTURE = "picture"
    SOUND = "sound"
    DECK = "deck"
    ARCHIVE = "archive"
    ANY = "any"
    """Anything that does not run."""


FAMILIES = {
    "mp4": Content.ISO_MEDIA, "m4v": Content.ISO_MEDIA, "mov": Content.ISO_MEDIA, "3gp": Content.ISO_MEDIA,
    "m4a": Content.ISO_MEDIA, "mkv": Content.MATROSKA, "webm": Content.MATROSKA, "avi": Content.AVI,
    "flv": Content.FLV, "wmv": Content.ASF, "wav": Content.WAV, "mp3": Content.MP3, "png": Content.PNG,
    "jpg": Content.JPEG, "jpeg": Content.JPEG, "gif": Content.GIF, "bmp": Content.BMP, "pdf": Content.PDF,
    "pptx": Content.ZIP, "ppt": Content.OLE, "zip": Content.ZIP,
}  # fmt: skip
"""The content that a declared format must have."""
_PICTURES = frozenset({Content.PNG, Content.JPEG, Content.GIF, Content.BMP})
_STILL_CODECS = {"png", "mjpeg", "bmp", "gif", "webp", "jpegls", "jpeg2000", "apng"}


@dataclass(slots=True, frozen=True)
class Inspection:
    content: Content
    media: MediaInfo | None
    """Of pictures, sound and video."""
    page_count: int | None
    """Of a deck, where it can be told."""


def inspect(path: Path, role: Role, declared: str) -> Inspection:
    """Check a file against what it is to be.

    Args:
        declared: its format in lower case, such as `mp4`; one that is not in `FAMILIES` is not compared.

    Raises:
        MediaError: it is another thing, harmful or damaged; the text says what and what to do.
    """
    if path.stat().st_size == 0:
        raise NotMediaError(f"{path.name} is empty (0 bytes). Upload it again.")
    content = identify(path)
    if role is Role.DECK:
        refuse_protected(path, content)
    _check_content(path, role, declared, content)
    other = second_nature(path, content)
    if other is not None:
        raise NotMediaError(
            f"{path.name} is {content.value}, but also holds {other}: export it anew from its program."
        )
    if role is Role.DECK:
        return Inspection(content, None, check_deck(path, content))
    if content is Content.ZIP:
        check_archive(path)
        return Inspection(content, None, None)
    if role is Role.PICTURE:
        return Inspection(content, _look_at_picture(path, content), None)
    if role in (Role.VIDEO, Role.SOUND):
        return Inspection(content, _look_at_media(path, role, declared), None)
    return Inspection(content, None, None)


def _check_content(path: Path, role: Role, declared: str, content: Content) -> None:
    if content in ACTIVE:
        raise NotMediaError(f"{path.name} is {content.value}, which no asset may be.")
    wanted = FAMILIES.get(declared)
    if wanted is None or content is wanted:
        pass
    elif content is not Content.UNKNOWN or role not in (Role.VIDEO, Role.SOUND):
        raise NotMediaError(
            f"{path.name} is declared as {declared.upper()}, but it is {content.value}: "
            "declare its real format, or convert it."
        )
    if role is Role.PICTURE and content not in _PICTURES:
        raise NotMediaError(f"{path.name} is no picture, it is {content.value}: send JPEG, PNG, BMP or GIF.")
    if role is Role.DECK and content not in (Content.ZIP, Content.PDF, Content.OLE):
        raise NotMediaError(f"{path.name} is no deck, it is {content.value}: send PPTX, PPT or PDF.")
    if role is Role.ARCHIVE and content is not Content.ZIP:
        raise NotMediaError(f"{path.name} is no package, it is {content.value}: send a zip file.")


def _look_at_picture(path: Path, content: Content) -> MediaInfo:
    width, height = picture_size(path, content)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise NotMediaError(
            f"{path.name} is {width}x{height} pixels; at most {MAX_SIDE} a side are taken: make it smaller."
        )
    info = probe(path)
    if info.video is None:
        raise NotMediaError(f"{path.name} holds no picture that can be read: save it again.")
    return info


def _look_at_media(path: Path, role: Role, declared: str) -> MediaInfo:
    info = probe(path)
    still = info.video is not None and info.video.codec in _STILL_CODECS and info.audio is None
    if role is Role.VIDEO and (info.video is None or (still and info.video.frame_count <= 1)):
        raise NotMediaError(
            f"{path.name} holds no video ({info.container}): send a file with a moving picture."
        )
    if role is Role.SOUND and info.audio is None:
        raise NotMediaError(f"{path.name} holds no sound ({info.container}): send WAV, MP3 or M4A.")
    if declared == "webm" and info.container != "webm":
        raise NotMediaError(
            f"{path.name} is declared as WEBM, but it is Matroska with other codecs: declare it as MKV."
        )
    if not info.complete:
        raise NotMediaError(
            f"{path.name} is damaged or breaks off after {info.duration_s:.1f} s, before the end that it "
            "declares: export it again and upload the new file."
        )
    return info


def main(arguments: Sequence[str]) -> int:
    """Print `{"ok": true, ...}` or `{"ok": false, "kind": ..., "message": ...}` and exit 0.

    Prints nothing and exits 1 where the memory limit, not the file, stopped the reading.
    """
    from greenroom.media.sandbox import limit_this_process, out_of_memory

    path, role, declared, memory_bytes, cpu_s = arguments
    limit_this_process(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s))
    try:
        found = inspect(Path(path), Role(role), declared)
        answer: dict[str, Any] = {
            "ok": True,
            "content": found.content.name,
            "info": found.media.to_json() if found.media is not None else None,
            "page_count": found.page_count,
        }
    except MediaError as error:
        if out_of_memory():
            return 1
        answer = {"ok": False, "kind": type(error).__name__, "message": str(error)}
    except MemoryError:
        return 1
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
