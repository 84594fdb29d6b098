"""Pieces that earlier jobs of a tenant made: fetched instead of made again, and kept for later ones.

A cache and no more: whatever goes wrong with it, the piece is made as if there were none. It has a limit for
each tenant; what was not used for the longest time goes first.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import structlog

from greenroom.jobs.engine import JobContext
from greenroom.reuse.keys import file_digest
from greenroom.reuse.models import KeptPiece
from greenroom.reuse.repository import PieceRepository
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError

log = structlog.get_logger(__name__)

_MB = 1_000_000
_NOTE_USE_EVERY = timedelta(minutes=10)
"""The order of use need not be finer, and each note is a write."""


class Pieces:
    """The kept pieces of the project that a job works for."""

    def __init__(self, job: JobContext) -> None:
        self._job = job
        self._limit_bytes = job.runtime.settings.reuse_mb * _MB

    async def fetch(self, key: str | None, path: Path) -> bool:
        """Put the piece at `path`, whole; False: there is none, and `path` is as it was.

        A piece that is damaged is deleted.
        """
        if key is None or self._limit_bytes == 0:
            return False
        try:
            return await self._fetch(key, path)
        except Exception:
            log.warning("a kept piece could not be fetched", job_id=self._job.job_id, exc_info=True)
            return False

    async def keep(self, key: str | None, path: Path, kind: str) -> None:
        """Keep a copy of the file for later jobs."""
        if key is None or path.stat().st_size > self._limit_bytes:
            return
        try:
            await self._keep(key, path, kind)
        except Exception:
            log.warning("a piece could not be kept", job_id=self._job.job_id, exc_info=True)

    async def drop(self, key: str | None) -> None:
        """Forget a piece; its file is swept away."""
        if key is None:
            return
        async with self._job.transaction() as context:
            await PieceRepository(context).drop(key)

    async def _fetch(self, key: str, path: Path) -> bool:
        async with self._job.transaction(read_only=True) as context:
            row = await PieceRepository(context).of_key(key)
        if row is None:
            return False
        building = path.with_name(f"{path.name}.kept")
        try:
            await self._job.runtime.objects.download(row.object_key, building)
            is_whole = await asyncio.to_thread(file_digest, building) == row.sha256
        except ObjectNotFoundError:
            is_whole = False
        if not is_whole:
            log.warning("a kept piece is damaged: it is made again", job_id=self._job.job_id, piece=key)
            building.unlink(missing_ok=True)
            await self.drop(key)
            return False
        building.replace(path)
        await self._note_use(row)
        return True

    async def _note_use(self, row: KeptPiece) -> None:
        if self._job.runtime.clock() - row.used_at < _NOTE_USE_EVERY:
            return
        async with self._job.transaction() as context:
            current = await PieceRepository(context).of_key(row.id)
            if current is not None:
                current.used_at = context.now()

    async def _keep(self, key: str, path: Path, kind: str) -> None:
        digest = await asyncio.to_thread(file_digest, path)
        row = KeptPiece(id=key, kind=kind, size_bytes=path.stat().st_size, sha256=digest)
        row.project_id = self._job.scope.project_id
        # The object first: a row always has its object, and an object without a row is swept away.
        await self._job.runtime.objects.put_file(row.object_key, path)
        async with self._job.transaction() as context:
            repository = PieceRepository(context)
            await repository.drop(key)
            row.used_at = context.now()
            await repository.add(row)
            await _make_room(context, self._limit_bytes, row)


async def _make_room(context: Context, limit_bytes: int, newest: KeptPiece) -> None:
    """Delete what was not used for the longest time until the rest fits; the newest stays."""
    repository = PieceRepository(context)
    over = await repository.size_bytes() - limit_bytes
    gone: list[str] = []
    while over > 0:
        oldest = [row for row in await repository.longest_unused(50) if row.id != newest.id]
        if not oldest:
            break
        for row in oldest:
            if over <= 0:
                break
            over -= row.size_bytes
            gone.append(row.object_key)
            await repository.remove(row)
        await context.session.flush()

    async def delete() -> None:
        await context.objects.delete(*gone)

    context.after_commit(delete)
