"""`greenroom voice`: the built-in voices; those that are trained are in `voice_training`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from greenroom.cli.voice_convert import convert
from greenroom.cli.voice_training import COMMANDS

app = typer.Typer(no_args_is_help=True)
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
app.command("convert")(convert)


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


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What is said: a text or SSML.")],
    voice: Annotated[str, typer.Option(help="A voice of `greenroom voice list`, or a trained one.")],
    out: Annotated[Path, typer.Option(help="The WAV file to write.")] = Path("speech.wav"),
    quick: Annotated[
        bool, typer.Option("--quick", help="As in a conversation: sooner, and a little less fine.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="The data folder, for voices that were trained.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say a text with a voice, and how soon its first sound came."""
    import os
    import time

    from greenroom.cli.errors import UserError
    from greenroom.cli.settings import load_settings
    from greenroom.engines.protocols import EngineError, SpeechStyle
    from greenroom.engines.registry import QUICK, quick_engine_for, speech_engine_for
    from greenroom.stage.speech import join_chunks, write_wav
    from greenroom.storage import place

    if not os.access(out.parent, os.W_OK) or out.is_dir():
        raise UserError(f"{out} cannot be written: choose another place with --out")
    settings = load_settings(data=data)
    place.publish(settings.place)
    is_quick = quick or settings.speech_effort == QUICK
    try:
        engine = quick_engine_for(voice) if is_quick else speech_engine_for(voice)
        for _ in engine.synthesize("1", voice, SpeechStyle()):
            pass  # loads the model, which is not part of what is measured
        began = time.perf_counter()
        chunks = iter(engine.synthesize(text, voice, SpeechStyle()))
        first = next(chunks)
        first_s = time.perf_counter() - began
        said = join_chunks([first, *chunks])
    except EngineError as error:
        raise UserError(str(error)) from None
    took_s = time.perf_counter() - began
    write_wav(said, out)
    answer = {
        "path": os.fspath(out),
        "seconds": round(said.duration_s, 2),
        "first_sound_s": round(first_s, 3),
        "real_time_factor": round(took_s / said.duration_s, 3),
    }
    if as_json:
        print(json.dumps(answer))
        return
    print(
        f"{out}: {said.duration_s:.1f} s of speech; the first sound came after {1000 * first_s:.0f} ms, "
        f"all of it in {took_s / said.duration_s:.2f} of its length."
    )
