"""`greenroom voice`: the built-in voices; those that are trained are in `voice_training`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from greenroom.cli.voice_training import COMMANDS

app = typer.Typer(no_args_is_help=True)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


@app.callback()
def _group() -> None:
    """Voices."""


@app.command("list")
def list_voices(
    language: Annotated[str | None, typer.Option(help="Only these, for example en, zh or en-GB.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The voices that can speak with what is installed."""
    from dataclasses import asdict

    from greenroom.cli.errors import UserError
    from greenroom.engines.protocols import EngineError
    from greenroom.engines.registry import all_voices

    try:
        voices = list(all_voices())
    except EngineError as error:
        raise UserError(str(error)) from None
    if language is not None:
        wanted = language.lower().replace("_", "-")
        spoken = sorted({voice.language for voice in voices})
        voices = [
            v for v in voices if v.language.lower() == wanted or v.language.lower().startswith(f"{wanted}-")
        ]
        if not voices:
            raise UserError(f"no voice speaks {language!r}: the languages are {', '.join(spoken)}")
    if as_json:
        print(json.dumps([asdict(voice) for voice in voices], indent=2))
        return
    for voice in voices:
        print(f"{voice.voice_id:24}  {voice.language:6}  {voice.sex:7}  {voice.name}")
