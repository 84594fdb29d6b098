"""The files of system assets in the object store: each is put there once, whoever comes first.

A key holds one content for ever and an object appears only when it is whole. So servers that start at the
same time may both put a file, and a new version lies beside the old one, which jobs that run may still read.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable

import structlog

from greenroom.assets.system.models import STORE_FOLDER, SystemAsset, SystemFile
from greenroom.cast.catalogue import CastError, digest_of
from greenroom.storage.objects import ObjectNotFoundError, ObjectStore

log = structlog.get_logger(__name__)


async def ensure_stored(objects: ObjectStore, file: SystemFile) -> None:
    """Put the file into the store unless it is there.

    Raises:
        CastError: what was installed is not what it should be.
    """
    try:
        if (await objects.head(file.key)).size == file.digest.size:
            return
    except ObjectNotFoundError:
        pass
    await asyncio.to_thread(_check, file)
    await objects.put_file(file.key, file.path)


async def store_all(objects: ObjectStore, assets: Iterable[SystemAsset]) -> None:
    """Put every file into the store; what cannot be is logged and left out.

    A note in the store says when this very set was complete, so that a later start asks only for the note.
    """
    files = [file for asset in assets for file in asset.files]
    note = f"{STORE_FOLDER}/complete-{_digest(files)}"
    if not files or await objects.exists(note):
        return
    complete = True
    for file in files:
        try:
            await ensure_stored(objects, file)
        except CastError as error:
            complete = False
            log.error("a file of the cast is damaged", file=file.name, reason=str(error))
    if complete:
        await objects.put_bytes(note, b"complete")


def _check(file: SystemFile) -> None:
    try:
        found = digest_of(file.path)
    except OSError as error:
        raise CastError(
            f"{file.name} of the cast is missing ({error.strerror}): install Greenroom again"
        ) from None
    if found != file.digest:
        raise CastError(f"{file.name} of the cast is damaged: install Greenroom again")


def _digest(files: Iterable[SystemFile]) -> str:
    return hashlib.sha256("\n".join(file.key for file in files).encode()).hexdigest()[:32]
