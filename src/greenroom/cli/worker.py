"""`greenroom worker`: run the jobs of a data folder without the API."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def command(data: Annotated[Path | None, typer.Option(help="The data folder.")] = None) -> None:
    """Run until SIGTERM or Ctrl-C. While another process runs the jobs, wait for its end."""
    from greenroom.api.server import ServerError, check_certificate, configure_logs
    from greenroom.cli.errors import UserError
    from greenroom.cli.settings import load_settings
    from greenroom.db.migrate import migrate
    from greenroom.jobs.dbos_engine import DbosEngine
    from greenroom.jobs.worker import EmbeddedWorker

    settings = load_settings(data=data)
    configure_logs(settings.log_format)
    try:
        check_certificate(settings)
    except ServerError as error:
        raise UserError(str(error)) from error
    migrate(settings)
    engine = DbosEngine(settings)
    engine.prepare()
    worker = EmbeddedWorker(settings, engine)
    told_to_stop = _listen()
    worker.start()
    print(f"Greenroom works on {settings.data_dir}", flush=True)
    os.read(told_to_stop, 1)
    worker.stop()
    engine.close()


def _listen() -> int:
    """A pipe that can be read once SIGTERM or SIGINT has come.

    Python's own handlers run only when the main thread wakes: a signal that comes just before a wait would
    not end it. The byte in the pipe does.
    """
    import signal

    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.set_wakeup_fd(writable)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return readable
