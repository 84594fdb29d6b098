"""What the commands below `greenroom admin` share: open the data folder, work, print rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.runtime import Runtime

Answer = TypeVar("Answer")

Data = Annotated[Path | None, typer.Option("--data", help="The server's data folder.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Name of the tenant.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PasswordFromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def administer(
    data: Path | None, work: Callable[[Runtime], Awaitable[Answer]], *, with_jobs: bool = False
) -> Answer:
    """Do the work on the data folder's database, beside a running server if there is one.

    `with_jobs` is for work that submits or stops jobs; a server or worker runs them.

    Raises:
        UserError: what the work refused, in its own words.
    """
    import asyncio

    from greenroom.cli.settings import load_settings
    from greenroom.db.migrate import migrate
    from greenroom.errors import GreenroomError
    from greenroom.runtime import Runtime

    settings = load_settings(data=data)
    migrate(settings)

    async def run() -> Answer:
        runtime = Runtime.open(settings)
        if with_jobs:
            from greenroom.jobs.dbos_engine import DbosEngine

            runtime.jobs = DbosEngine(settings)
            await asyncio.to_thread(runtime.jobs.prepare)
        try:
            return await work(runtime)
        finally:
            if runtime.jobs is not None:
                runtime.jobs.close()
            await runtime.close()

    try:
        return asyncio.run(run())
    except GreenroomError as error:
        raise UserError(error.message) from error


def region_of(data: Path | None, region: str | None) -> str:
    """The region asked for, or that of the server that runs on the data folder, or that of the settings."""
    from greenroom.cli.settings import load_settings

    settings = load_settings(data=data, region=region)
    place = settings.data_dir / "server.json"
    if region is None and place.is_file():
        try:
            return str(json.loads(place.read_text())["region"])
        except (ValueError, KeyError, OSError):
            pass
    return settings.region


def read_password(from_input: bool) -> str:
    """From standard input, or asked for twice without showing it."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UserError("the password is asked for in a terminal: elsewhere give it with --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def show_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    """Print a list: JSON with everything, or a table of some columns."""
    if as_json:
        print(json.dumps(list(rows), ensure_ascii=False))
        return
    if not rows:
        print("none", file=sys.stderr)
        return
    cells = [list(columns), *[[_cell(row.get(column)) for column in columns] for row in rows]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    for row in cells:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def show_made(made: dict[str, Any], as_json: bool) -> None:
    """Print one new thing: JSON, or a line for each part."""
    if as_json:
        print(json.dumps(made, ensure_ascii=False))
        return
    for name, value in made.items():
        print(f"{name + ':':12} {_cell(value)}")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value) or "-"
    if isinstance(value, dict):
        return " in ".join(str(part) for part in value.values())
    return str(value)
