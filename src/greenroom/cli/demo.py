"""`greenroom demo`: footage and a text become a video, in one go."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio

DEFAULT_TEXT = "Hello! This is the first thing that I say. From now on I can say anything that you write."
DEFAULT_VOICE = "kokoro-am_michael"


def command(
    footage: Annotated[Path | None, typer.Option(help="3 to 10 minutes of one person talking.")] = None,
    text: Annotated[str, typer.Option(help="What the person is to say.")] = DEFAULT_TEXT,
    voice: Annotated[str, typer.Option(help="Id of the voice: greenroom voice list.")] = DEFAULT_VOICE,
    consent: Annotated[Path | None, typer.Option(help="The signed letter of the person filmed.")] = None,
    size: Annotated[str, typer.Option(help="Width x height.")] = "1280x720",
    background: Annotated[str, typer.Option(help="A colour or a picture.")] = "#E8EDF2",
    quick: Annotated[bool, typer.Option("--quick", help="A rough avatar in a few minutes.")] = False,
    out: Annotated[Path, typer.Option("-o", "--out", help="The MP4 to write.")] = Path("greenroom-demo.mp4"),
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
) -> None:
    """Train on the footage, then make a video of the text. Prints the path of the video last."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run
    from greenroom.cli.video import VideoOrder, check_output, make_video, parse_background, parse_size

    if footage is None:
        raise UserError(
            "the demo needs footage: make demo FOOTAGE=clip.mp4 (or greenroom demo --footage clip.mp4)"
        )
    clip = require_file(footage, "footage")
    letter = require_file(consent, "consent letter") if consent is not None else None
    if letter is None:
        print("Use only footage of someone who agreed to it.", file=sys.stderr)
    place, colour, canvas = check_output(out), parse_background(background), parse_size(size)
    settings = load_settings(data=data, training_effort="quick" if quick else None)

    async def work() -> None:
        async with open_studio(settings) as studio:
            await _check_speech(voice, text)
            avatar_id = await _avatar(studio, clip, letter)
            await make_video(studio, VideoOrder(avatar_id, voice, text, None, colour, canvas, place))

    run(work())
    print(place)


async def _check_speech(voice: str, text: str) -> None:
    """Before the training: what cannot be said fails at once."""
    from greenroom.voices.service import check_spoken_text, require_voice

    await check_spoken_text("--text", text, require_voice("--voice", voice))


async def _avatar(studio: Studio, footage: Path, consent: Path | None) -> str:
    """The avatar of this footage: one that an earlier demo trained, or a new one."""
    from greenroom.assets.service import list_assets
    from greenroom.assets.wire import ListAssetsQuery
    from greenroom.cli.avatar import train_avatar
    from greenroom.cli.studio import digest

    name = f"demo-{digest(footage, studio.runtime.settings.training_effort)[:12]}"
    query = ListAssetsQuery.model_validate(
        {
            "asset_type": "HUMAN_MODEL_2D",
            "asset_state": "ACTIVED",
            "name": name,
            "accurate_query_field": ["asset_name"],
        }
    )
    async with studio.transaction(read_only=True) as context:
        found = (await list_assets(context, query)).assets
    return found[0].asset_id if found else await train_avatar(studio, footage, name, consent)
