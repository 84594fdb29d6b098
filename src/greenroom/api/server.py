"""Runs the application: one server a data folder, with the worker beside it, stopped gracefully."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import structlog
import uvicorn
from filelock import FileLock, Timeout

from greenroom.api.app import Api, create_app
from greenroom.clock import system_clock
from greenroom.db.migrate import migrate
from greenroom.jobs.worker import embedded_worker
from greenroom.logs import STANDARD_ERROR
from greenroom.runtime import Runtime
from greenroom.settings import Settings

log = structlog.get_logger(__name__)

STOP_GRACE_S = 20
HOUSEKEEPING_S = 60


class ServerError(Exception):
    """The server cannot start; the text says why and what to do."""


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. `announce` gets the one line that says the server is ready.

    Raises:
        ServerError: another server uses the data folder, the port is taken, or the certificate that signs
            videos cannot be used.
    """
    configure_logs(settings.log_format)
    if settings.embedded_worker:
        check_certificate(settings)
    # With a database server, more servers may run on the folder, for the API alone.
    may_share = settings.database_url is not None and not settings.embedded_worker
    with _only_server(settings.data_dir, may_share) as is_first:
        migrate(settings)
        listener = _listen(settings)
        port = listener.getsockname()[1]
        url = f"http://{_reachable(settings.host)}:{port}"
        async with AsyncExitStack() as stack:
            stack.callback(listener.close)
            runtime = Runtime.open(settings)
            runtime.local_url = settings.public_url or url
            stack.push_async_callback(runtime.close)
            app = create_app(runtime)
            stack.push_async_callback(app.close)
            # What is loaded now stays: a search through it for garbage would hold up every request.
            gc.collect()
            gc.freeze()
            await stack.enter_async_context(_housekeeper(app))
            await stack.enter_async_context(embedded_worker(runtime))
            await stack.enter_async_context(_sweeper(runtime))
            stack.push_async_callback(_close_listener)
            if is_first:
                stack.enter_context(_server_file(settings, port, url))
            server = _Server(_uvicorn_config(app, settings))
            await _run(
                server, listener, lambda: announce(f"Greenroom is ready at {url} (region {settings.region})")
            )


def check_certificate(settings: Settings) -> None:
    """Raises ServerError: the first video would fail by the certificate, hours after the start."""
    from greenroom.provenance.certificate import require_usable_certificate
    from greenroom.provenance.errors import SigningError

    try:
        require_usable_certificate(settings, system_clock())
    except SigningError as error:
        raise ServerError(error.message) from None


async def _close_listener() -> None:
    """End the process that checks recordings of voices, where there is one."""
    from greenroom.voices.modeling.listening import close_listener

    await close_listener()


def _uvicorn_config(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=STOP_GRACE_S,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, but the signals are ours: it would raise them again after its own end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(server: uvicorn.Server, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until a signal says stop; `ready` is called once connections are accepted."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():
        await asyncio.sleep(0.01)
    if server.started:
        ready()
    await task


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio switches Nagle's delay off; without, each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise ServerError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): stop what uses that port, "
            "or choose another with --port (0 picks a free one)"
        ) from None
    listener.setblocking(False)
    return listener


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


class _only_server:
    """Holds the data folder's lock. The system frees it when the process ends, however it ends."""

    def __init__(self, data_dir: Path, may_share: bool) -> None:
        self._data_dir = data_dir
        self._may_share = may_share
        self._lock = FileLock(data_dir / "server.lock")

    def __enter__(self) -> bool:
        """True: this is the only or first one. Raises ServerError: there must not be another."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            if self._may_share:
                return False
            raise ServerError(
                f"a server already runs on the data folder {self._data_dir}{self._who()}: "
                "stop it first, or choose another folder with --data"
            ) from None
        return True

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _who(self) -> str:
        with suppress(OSError, ValueError, KeyError):
            found = json.loads((self._data_dir / "server.json").read_text())
            return f" (process {found['pid']}, port {found['port']})"
        return ""


class _server_file:
    """`server.json` says where the server of a data folder is, while it runs."""

    def __init__(self, settings: Settings, port: int, url: str) -> None:
        self._path = settings.data_dir / "server.json"
        self._content = {"pid": os.getpid(), "port": port, "url": url, "region": settings.region}

    def __enter__(self) -> None:
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self._content))
        temporary.replace(self._path)

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)


@asynccontextmanager
async def _housekeeper(app: Api) -> AsyncIterator[None]:
    """Lets the application forget what it needs no more, once a minute, until the block ends."""

    async def work() -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            try:
                await app.keep_house()
            except Exception:
                log.exception("housekeeping failed")

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _sweeper(runtime: Runtime) -> AsyncIterator[None]:
    """Runs what time brings to assets, packages and videos now and again and again, until the block ends.

    Stores what the system's assets need, once.
    """
    from greenroom.assets.sweep import recover, sweep_forever
    from greenroom.assets.system import store_system_files
    from greenroom.billing.sweep import sweep_forever as sweep_packages
    from greenroom.video.retention import sweep_forever as sweep_videos

    if runtime.settings.database_url is None:
        await recover(runtime)
    tasks = [
        asyncio.create_task(work)
        for work in (
            sweep_forever(runtime),
            sweep_packages(runtime),
            sweep_videos(runtime),
            store_system_files(runtime),
        )
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def configure_logs(form: str) -> None:
    """structlog and the standard library's warnings, to standard error: text for people or JSON lines."""
    renderer: structlog.typing.Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=STANDARD_ERROR),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
