"""One video made by several workers: each takes the next piece, speech first, then rendered parts.

The video's own job goes through its pieces in order; helping jobs on other workers begin at the end, so that
they meet. A piece is held for half a minute at a time; whoever dies loses it to the next. Its files travel
through the object store.
"""

from __future__ import annotations

import asyncio
import contextlib
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog

from greenroom.jobs.engine import JobContext
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.models import SharedPiece
from greenroom.video.repository import SharedPieceRepository

log = structlog.get_logger(__name__)

SPEECH, PART = "speech", "part"
HOLD_S, RENEW_S = 30, 8
_LOOK_AGAIN_S = 0.3

Files = Mapping[str, Path]
"""What a piece consists of, by names within the piece: first the file that stands for all, which comes last;
others may be missing."""
Make = Callable[[int], Awaitable[None]]


class Sharing:
    """The pieces of one video, as one of the jobs that work on it sees them."""

    def __init__(self, job: JobContext) -> None:
        self._job = job
        self._video_id = job.subject_id
        self._holder = job.job_id
        self.is_on = False
        """False: this job makes everything alone."""

    async def offer(self, kind: str, count: int) -> None:
        """Let the others see that there are so many pieces of this kind."""
        async with self._job.transaction() as context:
            await SharedPieceRepository(context).offer(self._video_id, kind, count)

    async def work(self, kind: str, number: int, files_of: Callable[[int], Files], make: Make) -> None:
        """See to it that piece `number` lies here, whoever makes it.

        While another one makes it, pieces that nobody has begun are made here.
        """
        while not _lies(files_of(number)):
            if await self._take(kind, number):
                await self._made(kind, number, files_of(number), make)
            elif await self._is_done(kind, number):
                await self._fetch(kind, number, files_of(number))
            elif not await self.help(kind, files_of, make):
                await asyncio.sleep(_LOOK_AGAIN_S)

    async def help(
        self, kind: str, files_of: Callable[[int], Files], make: Make, *, from_the_end: bool = False
    ) -> bool:
        """Make one piece that nobody has begun; False where there is none."""
        async with self._job.transaction(read_only=True) as context:
            free = await SharedPieceRepository(context).free(self._video_id, kind)
        for number in reversed(free) if from_the_end else free:
            if await self._take(kind, number):
                await self._made(kind, number, files_of(number), make)
                return True
        return False

    async def counts(self, kind: str) -> tuple[int, int]:
        """How many pieces were offered and how many are done."""
        async with self._job.transaction(read_only=True) as context:
            return await SharedPieceRepository(context).counts(self._video_id, kind)

    async def _made(self, kind: str, number: int, files: Files, make: Make) -> None:
        try:
            async with self._held(kind, number):
                if not _lies(files):
                    await make(number)
                await self._put(kind, number, files)
        except BaseException:
            # Whoever takes it next meets the same fault, or makes it.
            with contextlib.suppress(Exception):
                await asyncio.shield(self._give_back(kind, number))
            raise

    async def _put(self, kind: str, number: int, files: Files) -> None:
        some = next(iter(files.values()))
        packed = some.with_name(f"{some.name}.shared")
        await asyncio.to_thread(_pack, packed, files)
        await self._job.runtime.objects.put_file(self._key(kind, number), packed)
        packed.unlink()
        async with self._job.transaction() as context:
            await SharedPieceRepository(context).finish(self._video_id, kind, number)
        log.info("a shared piece is done", video=self._video_id, piece=f"{kind}-{number}")

    async def _fetch(self, kind: str, number: int, files: Files) -> None:
        some = next(iter(files.values()))
        packed = some.with_name(f"{some.name}.shared")
        try:
            await self._job.runtime.objects.download(self._key(kind, number), packed)
        except ObjectNotFoundError:
            await self._give_back(kind, number)
            return
        await asyncio.to_thread(_unpack, packed, files)

    async def _take(self, kind: str, number: int) -> bool:
        async with self._job.transaction() as context:
            until = context.now() + timedelta(seconds=HOLD_S)
            return await SharedPieceRepository(context).take(
                self._video_id, kind, number, self._holder, until
            )

    async def _give_back(self, kind: str, number: int) -> None:
        async with self._job.transaction() as context:
            await SharedPieceRepository(context).give_back(self._video_id, kind, number)

    async def _is_done(self, kind: str, number: int) -> bool:
        async with self._job.transaction(read_only=True) as context:
            return await SharedPieceRepository(context).is_done(self._video_id, kind, number)

    @asynccontextmanager
    async def _held(self, kind: str, number: int) -> AsyncIterator[None]:
        """Hold on to a piece for as long as its making takes."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_S)
                await self._take(kind, number)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    def _key(self, kind: str, number: int) -> str:
        return f"{SharedPiece.folder(self._job.scope.project_id, self._video_id)}/{kind}-{number}"


def _lies(files: Files) -> bool:
    return next(iter(files.values())).is_file()


def _pack(packed: Path, files: Files) -> None:
    with zipfile.ZipFile(packed, "w") as archive:
        for name, path in files.items():
            if path.is_file():
                archive.write(path, name)


def _unpack(packed: Path, files: Files) -> None:
    """Each file appears under its name only when it is whole."""
    with zipfile.ZipFile(packed) as archive:
        for name in reversed(archive.namelist()):
            path = files[name]
            building = path.with_name(f"{path.name}.part")
            with archive.open(name) as source, building.open("wb") as target:
                while block := source.read(1 << 20):
                    target.write(block)
            building.replace(path)
    packed.unlink()
