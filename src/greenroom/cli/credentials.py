"""`greenroom credentials`: access keys for a tenant. Works beside a running server: both use the database."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.administration import administer, region_of

if TYPE_CHECKING:
    from greenroom.iam.service import Credentials

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Access keys."""


@app.command("create")
def create(
    tenant: Annotated[str, typer.Option(help="Name of the tenant; made if it does not exist.")],
    data: Annotated[Path | None, typer.Option(help="The server's data folder.")] = None,
    region: Annotated[str | None, typer.Option(help="Region; that of the server if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a new key pair. The secret key is shown this once."""
    credentials = _create(tenant, data, region)
    if as_json:
        print(json.dumps(asdict(credentials)))
        return
    for name, value in asdict(credentials).items():
        print(f"{name + ':':12} {value}")


def _create(tenant: str, data: Path | None, region: str | None) -> Credentials:
    from greenroom.iam.service import create_credentials

    place = region_of(data, region)
    return administer(data, lambda runtime: create_credentials(runtime, tenant, place))
