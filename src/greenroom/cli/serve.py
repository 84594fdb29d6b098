"""`greenroom serve`: the API and, in the same process, a worker that runs the jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    data: Annotated[Path | None, typer.Option(help="Folder for everything the server keeps.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = None,
    region: Annotated[str | None, typer.Option(help="Region to answer for.")] = None,
) -> None:
    """Run until SIGTERM or Ctrl-C."""
    import asyncio

    from greenroom.api.server import ServerError, serve
    from greenroom.cli.errors import UserError
    from greenroom.cli.settings import load_settings

    settings = load_settings(data=data, port=port, host=host, region=region)
    try:
        asyncio.run(serve(settings, announce=lambda line: print(line, flush=True)))
    except ServerError as error:
        raise UserError(str(error)) from error
