"""`greenroom worker`: run the jobs of a data folder without the API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(data: Annotated[Path | None, typer.Option(help="The data folder.")] = None) -> None:
    """Run until SIGTERM or Ctrl-C. While another process runs the jobs, wait for its end."""
    import signal
    import threading

    from greenroom.api.server import configure_logs
    from greenroom.cli.settings import load_settings
    from greenroom.db.migrate import migrate
    from greenroom.jobs.dbos_engine import DbosEngine
    from greenroom.jobs.worker import EmbeddedWorker

    settings = load_settings(data=data)
    configure_logs(settings.log_format)
    migrate(settings)
    engine = DbosEngine(settings)
    engine.prepare()
    worker = EmbeddedWorker(settings, engine)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    print(f"Greenroom works on {settings.data_dir}", flush=True)
    stop.wait()
    worker.stop()
    engine.close()
