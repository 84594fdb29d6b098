"""The trained voices of this installation, by their asset's id, for any process that speaks.

A voice's package is an object of its asset. It is unpacked into the data folder of the machine when it is
first spoken with there, and checked against the asset each time: one whose asset was deleted is removed and
unknown. Whether a tenant may use a voice is another question, which `access` answers before an order is
taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from greenroom.engines.modelers import open_voice
from greenroom.engines.protocols import SpeechEngine, Voice, VoicePackageError
from greenroom.engines.voice_package import MANIFEST, VoicePackage, unpack
from greenroom.storage import place as places
from greenroom.storage.objects import ObjectNotFoundError, open_object_store
from greenroom.storage.place import Place
from greenroom.voices.trained.repository import package_key

_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_opening = threading.Lock()


def find_voice(voice_id: str) -> Voice | None:
    """The voice as an engine offers it; None: no trained voice has this id.

    Raises:
        VoicePackageError: its package is damaged.
    """
    folder = _folder(voice_id)
    return VoicePackage.open(folder).voice(voice_id) if folder is not None else None


def find_engine(voice_id: str) -> SpeechEngine | None:
    """The engine that speaks with it, kept for the next call. Raises as `find_voice`; also where its modeler
    is not installed.
    """
    folder, place = _folder(voice_id), places.current()
    if folder is None or place is None:
        return None
    with _opening:
        return _engine(folder, place.voice_modeler)


@cache
def _engine(folder: Path, voice_modeler: str) -> SpeechEngine:
    return open_voice(folder, voice_modeler)


def _folder(voice_id: str) -> Path | None:
    """Its unpacked package."""
    place = places.current()
    if place is None or not _ID.fullmatch(voice_id):
        return None
    key = package_key(place.database_url, voice_id)
    home = place.voices_dir / voice_id
    if key is None:
        shutil.rmtree(home, ignore_errors=True)
        return None
    # Another object of the same asset is another package.
    folder = home / hashlib.sha256(key.encode()).hexdigest()[:12]
    if not (folder / MANIFEST).is_file():
        _fetch(place, key, folder)
    return folder


def _fetch(place: Place, key: str, folder: Path) -> None:
    """Download and unpack, once at a time on this machine."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / "fetch.lock"), TemporaryDirectory(dir=folder.parent) as scratch:
        if (folder / MANIFEST).is_file():
            return
        archive = Path(scratch) / "voice.zip"
        # In a thread of its own, for this may be called from within a loop.
        fault: list[Exception] = []
        thread = threading.Thread(target=_download, args=(place, key, archive, fault))
        thread.start()
        thread.join()
        if fault:
            raise VoicePackageError(
                f"the package of the voice {folder.parent.name} cannot be fetched"
            ) from fault[0]
        unpack(archive, folder)


def _download(place: Place, key: str, path: Path, fault: list[Exception]) -> None:
    store = open_object_store(place.objects_url, Path(place.objects_dir))
    try:
        asyncio.run(store.download(key, path))
    except (ObjectNotFoundError, OSError) as error:
        fault.append(error)
