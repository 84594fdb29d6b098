"""`greenroom bench NAME`: measure, and print a table with the goal and the reference beside each figure."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer


def benchmark_names() -> list[str]:
    """The benchmarks of this version: every module of `greenroom.bench` that has a `run`."""
    spec = find_spec("greenroom.bench")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    modules = [module for folder in folders for module in folder.glob("*.py")]
    return sorted(module.stem for module in modules if "\ndef run(" in module.read_text(encoding="utf-8"))


def bench(
    name: Annotated[str, typer.Argument(help="Which benchmark: " + ", ".join(benchmark_names()) + ".")],
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure and print a table."""
    from greenroom.bench.table import as_json, as_markdown
    from greenroom.engines.protocols import EngineError

    names = benchmark_names()
    if name not in names:
        typer.echo(f"There is no benchmark '{name}'. There are: {', '.join(names)}.", err=True)
        raise typer.Exit(2)
    try:
        rows = import_module(f"greenroom.bench.{name}").run()
    except EngineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(as_json(rows) if json_output else as_markdown(rows))
