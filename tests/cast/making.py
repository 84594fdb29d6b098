"""A cast for tests: presenters whose files are as small as can be."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from greenroom.cast.catalogue import (
    ARCHIVE,
    COVER,
    PREVIEW,
    SAMPLES,
    Action,
    Description,
    Package,
    Person,
    digest_of,
    write_description,
)
from greenroom.engines.protocols import Sex

RELEASED = date(2026, 2, 1)


def person(name: str, **members: Any) -> Person:
    fields: dict[str, Any] = dict(
        name=name,
        title=name.capitalize(),
        role={"en": "News anchor", "zh": "新闻主播"},
        sex=Sex.FEMALE,
        age_group="young",
        voice="piper-en_US-joe",
        voices={"en": "piper-en_US-joe", "zh": "kokoro-zf_xiaoxiao"},
        introduction="Hello.",
        licence="CC0-1.0",
    )
    return Person(**{**fields, **members})


def make_cast(folder: Path, *people: Person, archive: bytes | None = None) -> Path:
    """A folder with these people, each with a package that is no avatar unless `archive` is one."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped = [replace(one, package=_package(folder / one.name, archive)) for one in people]
    (folder / SAMPLES).mkdir(exist_ok=True)
    sample = folder / SAMPLES / "kokoro-af_heart.m4a"
    sample.write_bytes(b"a voice")
    write_description(folder, Description(tuple(shipped), {"kokoro-af_heart": digest_of(sample)}))
    return folder


def _package(folder: Path, archive: bytes | None) -> Package:
    folder.mkdir(exist_ok=True)
    (folder / ARCHIVE).write_bytes(archive or _zip(folder.name))
    done, cover = cv2.imencode(".jpg", np.full((36, 64, 3), 128, np.uint8))
    assert done
    (folder / COVER).write_bytes(cover.tobytes())
    (folder / PREVIEW).write_bytes(f"{folder.name} speaks".encode())
    return Package(
        version=1,
        released=RELEASED,
        updated=RELEASED,
        width=1920,
        height=1080,
        actions=(Action("welcome", 3.2), Action("shrug", 1.5)),
        files={name: digest_of(folder / name) for name in (ARCHIVE, COVER, PREVIEW)},
    )


def _zip(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("readme.txt", text)
    return buffer.getvalue()
