"""The worker inside a process: takes the lease of the data folder when it is free, then runs jobs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from greenroom.jobs.engine import JobEngine
from greenroom.jobs.leases import WorkerLease
from greenroom.runtime import Runtime
from greenroom.settings import Settings

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0


class EmbeddedWorker:
    """Runs the jobs of a data folder beside whatever else the process does.

    While another process works on the folder (a server, or a command line that renders), this one waits for
    its turn; it takes over within seconds when the other ends or dies.
    """

    def __init__(self, settings: Settings, engine: JobEngine) -> None:
        self._settings = settings
        self._engine = engine
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._working = threading.Event()
        self.fault: Exception | None = None
        """Why the jobs could not be started here, if so."""

    @property
    def is_working(self) -> bool:
        """True while this process is the one that runs the jobs."""
        return self._working.is_set()

    def start(self) -> None:
        """Begin in a thread of its own; returns at once."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="embedded-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the jobs where they stand and give the lease back. Blocking, a few seconds at most."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        lease = WorkerLease.try_acquire(self._settings.data_dir)
        while lease is None:
            if self._stop.wait(RETRY_SECONDS):
                return
            lease = WorkerLease.try_acquire(self._settings.data_dir)
        with lease:
            try:
                self._engine.start()
                self._working.set()
                self._stop.wait()
            except Exception as error:
                log.exception("the worker could not start")
                self.fault = error
            finally:
                self._working.clear()
                self._engine.stop()


@asynccontextmanager
async def embedded_worker(runtime: Runtime) -> AsyncIterator[None]:
    """The job engine of a server process: jobs can be submitted inside the block, and are run there too
    unless the settings say that this process serves the API only."""
    # DBOS takes 0.3 s to import, which a process without jobs need not wait for.
    from greenroom.jobs.dbos_engine import DbosEngine

    engine = DbosEngine(runtime.settings)
    await asyncio.to_thread(engine.prepare)
    runtime.jobs = engine
    worker = EmbeddedWorker(runtime.settings, engine) if runtime.settings.embedded_worker else None
    if worker is not None:
        worker.start()
    try:
        yield
    finally:
        if worker is not None:
            await asyncio.to_thread(worker.stop)
        runtime.jobs = None
        engine.close()
