"""`greenroom doctor`: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    data: Annotated[Path | None, typer.Option(help="The data folder that is to be used.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Exit code 0 if training and rendering can run here; 1 if something that they need is missing."""
    import json
    from dataclasses import asdict

    from greenroom.cli.machine import examine
    from greenroom.cli.settings import load_settings

    findings = examine(load_settings(data=data))
    fit = all(finding.present or not finding.needed for finding in findings)
    if as_json:
        print(json.dumps({"fit": fit, "findings": [asdict(finding) for finding in findings]}))
    else:
        for finding in findings:
            mark = "ok" if finding.present else ("MISSING" if finding.needed else "-")
            print(f"{mark:8} {finding.name:22} {finding.value}")
            if finding.cure and not finding.present:
                print(f"{'':8} {'':22} -> {finding.cure}")
        print()
        print(
            "This machine can train avatars and render videos."
            if fit
            else "Something needed is missing: see the lines marked MISSING."
        )
    raise typer.Exit(0 if fit else 1)
