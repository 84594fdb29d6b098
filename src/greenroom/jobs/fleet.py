"""The workers of a shared database: who is alive, and whose jobs must be taken over.

The engine gives a worker its own jobs back when it starts again. A machine that never comes back would keep
them; so each worker says every few seconds that it lives, and the others put the jobs of one that is silent
back into the queue. SQLite has one worker, which needs none of this.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from greenroom.jobs.models import WorkerRow
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings

log = structlog.get_logger(__name__)

_BEATS = 8
"""Signs of life in the time after which a worker counts as dead. A job of a machine that was only slow runs
twice for a while, and ends once even so."""

TakeOver = Callable[[Sequence[str]], object]
"""Puts the jobs of these workers back into the queue; may be called twice for the same worker."""


def worker_name(data_dir: Path) -> str:
    """The same at each start on this data folder of this machine, and of no other."""
    place = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:8]
    return f"{socket.gethostname()[:48]}-{place}"


async def alive(context: Context) -> int:
    """How many workers have given a sign of life; 0 where there is no fleet."""
    query = select(func.count()).select_from(WorkerRow)
    return await context.session.scalar(query.where(WorkerRow.seen_at >= _last_beat(context.runtime))) or 0


def _last_beat(runtime: Runtime) -> datetime:
    """Whoever has been silent since then counts as dead."""
    return runtime.clock() - timedelta(seconds=runtime.settings.worker_silence_s)


async def beat(runtime: Runtime, name: str, take_over: TakeOver) -> None:
    """Give a sign of life, and take over from those who have given none for too long."""
    now = runtime.clock()
    async with runtime.sessions.write() as session:
        row = await session.get(WorkerRow, name)
        if row is None:
            session.add(WorkerRow(id=name, seen_at=now))
        else:
            row.seen_at = now
        await session.commit()
    silent = WorkerRow.seen_at < _last_beat(runtime)
    async with runtime.sessions.read() as session:
        dead = list(await session.scalars(select(WorkerRow.id).where(silent)))
    if not dead:
        return
    log.warning("workers are silent: their jobs are taken over", workers=dead)
    # First the jobs: whoever dies in between leaves the rest to the next.
    await asyncio.to_thread(take_over, dead)
    async with runtime.sessions.write() as session:
        await session.execute(delete(WorkerRow).where(WorkerRow.id.in_(dead), silent))
        await session.commit()


async def leave(runtime: Runtime, name: str) -> None:
    """A planned end; what was cut off is left to whoever is there."""
    async with runtime.sessions.write() as session:
        row = await session.get(WorkerRow, name)
        if row is not None:
            # Silent from now on: the others need not wait for it.
            row.seen_at = _last_beat(runtime) - timedelta(seconds=1)
        await session.commit()


class Member:
    """Keeps a worker in the fleet, in a thread of its own, from `start` to `stop`."""

    def __init__(self, settings: Settings, name: str, take_over: TakeOver) -> None:
        self._settings, self._name, self._take_over = settings, name, take_over
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        if self._loop is not None and self._ended is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        runtime = Runtime.open(self._settings)
        try:
            while not self._ended.is_set():
                try:
                    await beat(runtime, self._name, self._take_over)
                except IntegrityError:
                    log.info("another process of this worker's name has come first", worker=self._name)
                except Exception:
                    # A database that is away must not end the thread; the next beat tries again.
                    log.warning("no sign of life could be given", worker=self._name, exc_info=True)
                self._ready.set()
                try:
                    await asyncio.wait_for(self._ended.wait(), self._settings.worker_silence_s / _BEATS)
                except TimeoutError:
                    continue
            await leave(runtime, self._name)
        except Exception:
            log.warning("the worker could not take its leave", worker=self._name, exc_info=True)
        finally:
            self._ready.set()
            await runtime.close()
