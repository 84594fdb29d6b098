"""`greenroom video dialogue`: two or more presenters speak in turn, from a plain text file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenroom.cli.dialogue_file import Dialogue, read_dialogue
from greenroom.cli.errors import UserError
from greenroom.cli.video_delivery import deliver_video, remember_order, upload_file
from greenroom.media.formats import DEFAULT_OF_ENDING, Codec

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio
    from greenroom.settings import Settings

_MOST_BYTES = 1 << 20


@dataclass(slots=True, frozen=True)
class DialogueOrder:
    """What is to be made."""

    dialogue: Dialogue
    cast: dict[str, tuple[str, str]]
    """Avatar and voice by name."""
    background: str | Path | None
    size: tuple[int, int]
    framing: str
    subtitles: bool
    subtitle_file: Path | None
    codec: Codec
    out: Path


def dialogue(
    script: Annotated[Path, typer.Argument(help="A text file with lines such as Anna: Good morning.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The .mp4, .webm or .mov to write.")],
    background: Annotated[
        str | None, typer.Option(help="A colour (#RRGGBB or a name), a picture, or transparent.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height.")] = "1920x1080",
    framing: Annotated[
        str, typer.Option(help="half or head, of everyone whose line does not say it.")
    ] = "half",
    subtitles: Annotated[
        bool, typer.Option("--subtitles/--no-subtitles", help="Show what is said in the picture.")
    ] = False,
    subtitle_file: Annotated[
        Path | None, typer.Option(help="Write the subtitles here too: .srt, .vtt or .ass.")
    ] = None,
    codec: Annotated[
        str | None, typer.Option(help="H264 or H265 (.mp4), VP9 or VP8 (.webm), PRORES_4444 or QTRLE (.mov).")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose avatars.")] = "local",
) -> None:
    """Make a video in which presenters speak in turn. Prints the path last.

    Stopped with Ctrl-C, the same command goes on where it was.
    """
    from greenroom.cli.presenters import find_presenter
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run
    from greenroom.cli.video import (
        _SUBTITLE_ENDINGS,
        check_output,
        parse_background,
        parse_codec,
        parse_framing,
        parse_size,
    )

    settings = load_settings(data=data)
    text = _read(require_file(script, "dialogue"))
    read = read_dialogue(text, lambda name: find_presenter(settings, name) is not None)
    path = check_output(out, tuple(f".{ending}" for ending in DEFAULT_OF_ENDING))
    order = DialogueOrder(
        dialogue=read,
        cast=_cast(settings, read),
        background=parse_background(background),
        size=parse_size(size),
        framing=parse_framing(framing),
        subtitles=subtitles,
        subtitle_file=check_output(subtitle_file, _SUBTITLE_ENDINGS) if subtitle_file is not None else None,
        codec=parse_codec(codec, path, background),
        out=path,
    )

    async def work() -> None:
        async with open_studio(settings, tenant) as studio:
            await make_dialogue(studio, order)

    run(work())
    print(order.out)


async def make_dialogue(studio: Studio, order: DialogueOrder) -> None:
    """Render and write the file, or go on with an unfinished video of the same order."""
    from greenroom.cli.studio import digest

    said = [(line.name, line.text, line.framing) for line in order.dialogue.lines]
    parts = (
        said, sorted(order.cast.items()), order.background or "", order.size, order.framing, order.subtitles,
        order.subtitle_file is not None, order.codec,
    )  # fmt: skip
    key = digest("dialogue", *parts, studio.scope.project_id)
    submit = partial(_submit, studio, order, key)
    await deliver_video(studio, key, submit, order.out, order.subtitle_file)


async def _submit(studio: Studio, order: DialogueOrder, key: str) -> str:
    from greenroom.video.service import create_video
    from greenroom.video.wire import Create2DDigitalHumanVideoReq

    picture = await upload_file(studio, order.background) if isinstance(order.background, Path) else None
    body = Create2DDigitalHumanVideoReq.model_validate(request_of(order, picture))
    async with studio.transaction() as context:
        made = await create_video(
            context,
            body,
            order.framing,
            reviewed=False,
            subtitle_files=order.subtitle_file is not None,
        )
        await remember_order(context, made.job_id, key)
        return made.job_id


def request_of(order: DialogueOrder, picture: str | None = None) -> dict[str, Any]:
    """The body of the request. Whoever speaks first is the video's presenter, all others are their scenes'.

    Args:
        picture: a link to the picture in the background.
    """
    from greenroom.cli.video import _BITS_A_PIXEL, _TRANSPARENT

    width, height = order.size
    first = order.dialogue.lines[0].name
    background = None
    if picture is not None:
        background = [{"background_type": "IMAGE", "background_config": picture}]
    elif isinstance(order.background, str) and order.background != _TRANSPARENT:
        background = [{"background_type": "COLOR", "background_color_config": order.background}]
    scenes = []
    for number, line in enumerate(order.dialogue.lines, start=1):
        own: dict[str, Any] = {"framing": line.framing}
        if line.name != first:
            avatar, voice = order.cast[line.name]
            own |= {"model_asset_id": avatar, "voice_config": {"voice_asset_id": voice}}
        script = {"script_type": "TEXT", "text_config": {"text": line.text}, "background_config": background}
        scenes.append({"sequence_no": number, "shoot_script": script, "x_greenroom": own})
    return {
        "model_asset_id": order.cast[first][0],
        "voice_config": {"voice_asset_id": order.cast[first][1]},
        "video_config": {
            "width": width,
            "height": height,
            "codec": order.codec,
            "is_subtitle_enable": order.subtitles,
            "bitrate": max(1000, min(30_000, round(width * height * 25 * _BITS_A_PIXEL / 1000))),
        },
        "shoot_scripts": scenes,
        "output_asset_config": {"asset_name": order.out.stem[:256]},
    }


def _cast(settings: Settings, dialogue: Dialogue) -> dict[str, tuple[str, str]]:
    """Raises UserError: somebody has no voice."""
    from greenroom.cli.presenters import find_presenter, voice_for_text

    found = {}
    for name, person in dialogue.people.items():
        presenter = find_presenter(settings, person.avatar)
        voice = person.voice
        if voice is None and presenter is not None:
            voice = voice_for_text(presenter, dialogue.said_by(name))
        if voice is None:
            raise UserError(
                f"{name} needs a voice: write {name} = {person.avatar}, VOICE (greenroom voice list shows "
                "them)"
            )
        found[name] = (presenter.asset_id if presenter is not None else person.avatar, voice)
    return found


def _read(path: Path) -> str:
    """Raises UserError: it is no text."""
    if path.stat().st_size > _MOST_BYTES:
        raise UserError(f"{path} has more than {_MOST_BYTES} bytes: a video takes 100,000 characters")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is no text in UTF-8: save it as plain text") from None
