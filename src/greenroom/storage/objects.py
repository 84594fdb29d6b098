"""Objects by key, in a local folder or in S3. Everything streams; no whole object is ever in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import obstore
from obstore.store import LocalStore, from_url

CHUNK_BYTES = 1024 * 1024


class ObjectNotFoundError(Exception):
    """No object has this key."""


@dataclass(slots=True, frozen=True)
class ObjectInfo:
    key: str
    size: int
    """bytes"""
    modified: datetime
    etag: str


class ObjectStore:
    """Keys are relative paths such as `assets/<project>/<asset>/<file>`."""

    def __init__(self, store: Any, folder: Path | None) -> None:
        self._store = store
        self._folder = folder
        """The local folder behind the store, or None when it is remote."""

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Write an object; it appears under its key only once complete. An exception leaves nothing."""
        await obstore.put_async(self._store, key, chunks, chunk_size=8 * CHUNK_BYTES)

    async def put_bytes(self, key: str, data: bytes) -> None:
        await obstore.put_async(self._store, key, data)

    async def put_file(self, key: str, path: Path) -> None:
        """Copy a local file into the store."""
        await obstore.put_async(self._store, key, path)

    async def head(self, key: str) -> ObjectInfo:
        """Raises ObjectNotFoundError."""
        try:
            return _info(await obstore.head_async(self._store, key))
        except FileNotFoundError as error:
            raise ObjectNotFoundError(key) from error

    async def exists(self, key: str) -> bool:
        try:
            await self.head(key)
        except ObjectNotFoundError:
            return False
        return True

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes `start`..`end` (exclusive; None: to the end) in chunks. Raises ObjectNotFoundError."""
        options: dict[str, Any] = {}
        if end is not None:
            options["range"] = (start, end)
        elif start:
            options["range"] = {"offset": start}
        try:
            result = await obstore.get_async(self._store, key, options=options)
        except FileNotFoundError as error:
            raise ObjectNotFoundError(key) from error
        async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)

    async def read_bytes(self, key: str) -> bytes:
        """A whole small object (manifests, subtitles)."""
        return b"".join([chunk async for chunk in self.read(key)])

    async def rename(self, source: str, target: str) -> None:
        """Move an object; what lay at `target` is replaced."""
        try:
            await obstore.rename_async(self._store, source, target)
        except FileNotFoundError as error:
            raise ObjectNotFoundError(source) from error

    async def copy(self, source: str, target: str) -> None:
        try:
            await obstore.copy_async(self._store, source, target)
        except FileNotFoundError as error:
            raise ObjectNotFoundError(source) from error

    async def join(self, sources: list[str], target: str) -> None:
        """Write the objects of `sources`, in this order, as one object."""

        async def chunks() -> AsyncIterator[bytes]:
            for key in sources:
                async for chunk in self.read(key):
                    yield chunk

        await self.put_stream(target, chunks())

    async def delete(self, *keys: str) -> None:
        """Remove objects; those that are not there are passed over."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue
            if self._folder is not None:
                self._prune_folders(key)

    async def delete_prefix(self, prefix: str) -> None:
        """Remove every object below the folder `prefix`."""
        await self.delete(*[info.key async for info in self.list(prefix)])

    async def list(self, prefix: str) -> AsyncIterator[ObjectInfo]:
        """Every object below the folder `prefix`."""
        stream = obstore.list(self._store, prefix)
        async for batch in stream:
            for entry in batch:
                yield _info(entry)

    @asynccontextmanager
    async def local_copy(self, key: str, work_dir: Path | None = None) -> AsyncIterator[Path]:
        """A local file with the object's bytes, to be read only and gone after the block.

        The local store gives its own file; a remote one is downloaded into `work_dir`.
        Raises ObjectNotFoundError.
        """
        if self._folder is not None:
            await self.head(key)
            yield self._folder / key
            return
        if work_dir is not None:
            work_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=work_dir) as folder:
            path = Path(folder) / Path(key).name
            await self.download(key, path)
            yield path

    async def download(self, key: str, path: Path) -> None:
        """Write the object's bytes to a local path."""
        async with await anyio.open_file(path, "wb") as file:
            async for chunk in self.read(key):
                await file.write(chunk)

    def _prune_folders(self, key: str) -> None:
        """Remove the folders that a delete left empty, up to the store's root."""
        assert self._folder is not None
        parent = (self._folder / key).parent
        while parent != self._folder:
            try:
                parent.rmdir()
            except OSError:
                return
            parent = parent.parent


def _info(meta: Any) -> ObjectInfo:
    return ObjectInfo(
        key=meta["path"],
        size=meta["size"],
        modified=meta["last_modified"],
        etag=(meta["e_tag"] or "").strip('"'),
    )


def open_object_store(url: str | None, folder: Path) -> ObjectStore:
    """The store behind `url` (s3://bucket/prefix, with the usual AWS_* variables), or the local folder."""
    if url is None:
        folder.mkdir(parents=True, exist_ok=True)
        return ObjectStore(LocalStore(folder), folder)
    return ObjectStore(from_url(url), None)
