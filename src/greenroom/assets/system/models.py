"""What a system asset is before it is shown: its facts without links, and the files that ship with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from greenroom.assets.states import FileCategory
from greenroom.assets.wire import DigitalAssetInfo
from greenroom.cast.catalogue import Digest, Presenter

SYSTEM_PROJECT = "system"
"""Owner of the system's assets, as the wire shows it."""
STORE_FOLDER = "system/cast"
"""Where their files lie in the object store."""


@dataclass(slots=True, frozen=True)
class SystemFile:
    """A file that ships with Greenroom and is put into the object store once."""

    file_id: str
    name: str
    type: str
    """Format, for example MP4."""
    category: FileCategory
    path: Path
    digest: Digest

    @property
    def key(self) -> str:
        """In the object store. Another content has another key, so what runs keeps what it started with."""
        return f"{STORE_FOLDER}/{self.digest.sha256[:32]}/{self.name}"


@dataclass(slots=True, frozen=True)
class SystemAsset:
    """An asset that every tenant sees and nobody changes."""

    info: DigitalAssetInfo
    """Without files: their links are made for each answer."""
    files: tuple[SystemFile, ...] = ()
    presenter: Presenter | None = None
    """Of an avatar."""

    def file(self, category: FileCategory) -> SystemFile | None:
        return next((file for file in self.files if file.category == category), None)
