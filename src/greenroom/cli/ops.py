"""`greenroom ops`: the catalogue, and where each operation is done."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    name: Annotated[str | None, typer.Argument(help="An operation: CreateDigitalAsset.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="Only those that are not built yet.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    openapi: Annotated[bool, typer.Option("--openapi", help="Print the OpenAPI document.")] = False,
) -> None:
    """List the operations: implemented or missing, and the file and line."""
    import json

    from greenroom.api.catalogue import UnknownOperationError, catalogue
    from greenroom.api.extensions import all_entries, extensions, find_any
    from greenroom.api.operations import load_operations
    from greenroom.cli.errors import UserError

    if openapi:
        from greenroom.api.openapi import openapi_document

        print(json.dumps(openapi_document(), ensure_ascii=False))
        return
    try:
        entries = [find_any(name)] if name else list(all_entries().values())
    except UnknownOperationError:
        raise UserError(
            f"no operation is called {name}: `greenroom ops` lists all {len(catalogue())} of them"
        ) from None
    bound = load_operations()
    implemented, total = len(bound.keys() - extensions().keys()), len(catalogue())
    rows = [
        {
            "operation": entry.id,
            "python": entry.python,
            "method": entry.method,
            "path": entry.path,
            "context": entry.context,
            "where": bound[entry.id].location if entry.id in bound else None,
        }
        for entry in sorted(entries, key=lambda entry: (entry.context, entry.id))
        if not (missing and entry.id in bound)
    ]
    if as_json:
        print(json.dumps({"implemented": implemented, "total": total, "operations": rows}))
        return
    if name is not None and rows:
        row = rows[0]
        print(f"{row['operation']} ({row['python']}): {row['method']} {row['path']}")
        print(row["where"] or f"missing; it belongs into src/greenroom/{row['context']}/routes.py")
        return
    for row in rows:
        print(f"{row['context']:10} {row['operation']:44} {row['where'] or 'missing'}")
    print(f"{implemented} of {total} operations are implemented, {total - implemented} are missing")
    print(f"{len(extensions())} more are our own, below x-greenroom: see docs/queue.md")
