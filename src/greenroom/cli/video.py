"""`greenroom video`: an avatar says a text, or speaks with a recording."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenroom.cli.errors import UserError
from greenroom.cli.slides import slides
from greenroom.cli.video_delivery import deliver_video, put_file, remember_order, upload_file
from greenroom.cli.video_dialogue import dialogue
from greenroom.cli.video_photo import photo
from greenroom.cli.video_tasks import list_tasks, preview, retry
from greenroom.media.formats import DEFAULT_OF_ENDING, FORMATS, Codec

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio

app = typer.Typer(no_args_is_help=True)
app.command("photo")(photo)
app.command("slides")(slides)
app.command("dialogue")(dialogue)
app.command("list")(list_tasks)
app.command("retry")(retry)
app.command("preview")(preview)

_VIDEO_ENDINGS = tuple(f".{ending}" for ending in DEFAULT_OF_ENDING)
_TRANSPARENT = "transparent"

_SUBTITLE_ENDINGS = (".srt", ".vtt", ".ass")
_BITS_A_PIXEL = 0.1
"""Of every picture, as a cap; enough for a talking person at constant quality."""


@app.callback()
def _group() -> None:
    """Videos."""


@dataclass(slots=True, frozen=True)
class VideoOrder:
    """What is to be made."""

    avatar_id: str
    voice_id: str | None
    text: str | None
    audio: Path | None
    background: str | Path | None
    """`#RRGGBB`, a picture or `transparent`; None: white, or nothing where the codec can be transparent."""
    size: tuple[int, int]
    out: Path
    actions: tuple[tuple[str, float], ...] = ()
    """Name and moment in seconds."""
    framing: str = "half"
    subtitles: bool = False
    """Shown in the picture."""
    subtitle_file: Path | None = None
    codec: Codec = Codec.H264
    music: Path | None = None
    music_volume: int | None = None
    super_resolution: bool = False
    quality_file: Path | None = None


@app.command("make")
def make(
    avatar: Annotated[str, typer.Option(help="A presenter's name or an avatar's id: greenroom avatar list.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The .mp4, .webm or .mov to write.")],
    voice: Annotated[
        str | None, typer.Option(help="Id of the voice: greenroom voice list. A presenter has one.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What is said.")] = None,
    audio: Annotated[Path | None, typer.Option(help="A recording to speak with instead of a text.")] = None,
    background: Annotated[
        str | None, typer.Option(help="A colour (#RRGGBB or a name), a picture, or transparent.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height.")] = "1920x1080",
    action: Annotated[
        list[str] | None,
        typer.Option(help="NAME@SECONDS: an action to do at that moment. May be given several times."),
    ] = None,
    framing: Annotated[str, typer.Option(help="half: half body; head: head and shoulders.")] = "half",
    subtitles: Annotated[
        bool, typer.Option("--subtitles/--no-subtitles", help="Show what is said in the picture.")
    ] = False,
    subtitle_file: Annotated[
        Path | None, typer.Option(help="Write the subtitles here too: .srt, .vtt or .ass.")
    ] = None,
    codec: Annotated[
        str | None,
        typer.Option(help="H264 or H265 (.mp4), VP9 or VP8 (.webm), PRORES_4444 or QTRLE (.mov)."),
    ] = None,
    music: Annotated[Path | None, typer.Option(help="Music behind the speech: MP3, WAV or M4A.")] = None,
    music_volume: Annotated[
        int | None, typer.Option(min=0, max=100, help="Of the music: 100 is as loud as the speech; 50.")
    ] = None,
    super_resolution: Annotated[
        bool, typer.Option("--super-resolution", help="Enlarge the person better; slower.")
    ] = False,
    quality: Annotated[
        Path | None, typer.Option(help="Write what was measured of the video here: .json.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose avatar.")] = "local",
) -> None:
    """Make a video. Stopped with Ctrl-C, the same command goes on where it was. Prints the path last."""
    from greenroom.cli.presenters import find_presenter, voice_for_text
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run

    if (text is None) == (audio is None):
        raise UserError("say what is spoken: give either --text or --audio")
    settings = load_settings(data=data)
    presenter = find_presenter(settings, avatar)
    if presenter is not None and text is not None:
        voice = voice or voice_for_text(presenter, text)
    if text is not None and voice is None:
        raise UserError("a text needs a voice: give --voice (greenroom voice list shows them)")
    path = check_output(out, _VIDEO_ENDINGS)
    order = VideoOrder(
        avatar_id=presenter.asset_id if presenter is not None else avatar,
        voice_id=voice,
        text=text,
        audio=require_file(audio, "recording") if audio is not None else None,
        background=parse_background(background),
        size=parse_size(size),
        out=path,
        actions=tuple(parse_action(text) for text in action or ()),
        framing=parse_framing(framing),
        subtitles=subtitles,
        subtitle_file=check_output(subtitle_file, _SUBTITLE_ENDINGS) if subtitle_file is not None else None,
        codec=parse_codec(codec, path, background),
        music=require_file(music, "music") if music is not None else None,
        music_volume=music_volume,
        super_resolution=super_resolution,
        quality_file=check_output(quality, (".json",)) if quality is not None else None,
    )

    async def work() -> None:
        async with open_studio(settings, tenant) as studio:
            await make_video(studio, order)

    run(work())
    print(order.out)


async def make_video(studio: Studio, order: VideoOrder) -> None:
    """Render and write the file, or go on with an unfinished video of the same order."""
    from greenroom.cli.studio import digest

    audio, background = order.audio, order.background
    music = order.music or ""
    parts = (
        order.avatar_id, order.voice_id, order.text, audio or "", background or "", order.size, order.actions,
        order.framing, order.subtitles, order.subtitle_file is not None, order.codec, music,
        order.music_volume, *(["super resolution"] if order.super_resolution else []),
    )  # fmt: skip
    key = digest("video", *parts, studio.scope.project_id)
    submit = partial(_submit, studio, order, key)
    await deliver_video(studio, key, submit, order.out, order.subtitle_file, order.quality_file)


async def _submit(studio: Studio, order: VideoOrder, key: str) -> str:
    from greenroom.video.service import create_video
    from greenroom.video.wire import Create2DDigitalHumanVideoReq

    music_key = await put_file(studio, order.music) if order.music is not None else None
    links = {
        name: await upload_file(studio, path)
        for name, path in (("audio", order.audio), ("picture", order.background))
        if isinstance(path, Path)
    }
    body = Create2DDigitalHumanVideoReq.model_validate(_request(order, links))
    async with studio.transaction() as context:
        made = await create_video(
            context,
            body,
            order.framing,
            reviewed=False,
            subtitle_files=order.subtitle_file is not None,
            music_key=music_key,
        )
        await remember_order(context, made.job_id, key)
        return made.job_id


def _request(order: VideoOrder, links: dict[str, str]) -> dict[str, Any]:
    width, height = order.size
    scene: dict[str, Any] = {"script_type": "TEXT", "text_config": {"text": order.text or ""}}
    if order.audio is not None:
        scene = {"script_type": "AUDIO", "audio_drive_file_external_url": links["audio"]}
    if order.actions:
        scene["audio_drive_action_config"] = [
            {"action_tag": name, "action_start_time": at_s} for name, at_s in order.actions
        ]
    if isinstance(order.background, str) and order.background != _TRANSPARENT:
        scene["background_config"] = [
            {"background_type": "COLOR", "background_color_config": order.background}
        ]
    elif isinstance(order.background, Path):
        scene["background_config"] = [{"background_type": "IMAGE", "background_config": links["picture"]}]
    return {
        "model_asset_id": order.avatar_id,
        "voice_config": {"voice_asset_id": order.voice_id} if order.voice_id else None,
        "video_config": {
            "width": width,
            "height": height,
            "codec": order.codec,
            "is_subtitle_enable": order.subtitles,
            "is_enable_super_resolution": order.super_resolution,
            "bitrate": max(1000, min(30_000, round(width * height * 25 * _BITS_A_PIXEL / 1000))),
        },
        "shoot_scripts": [{"sequence_no": 0, "shoot_script": scene}],
        "background_music_config": {"volume": order.music_volume} if order.music is not None else None,
        "output_asset_config": {"asset_name": order.out.stem[:256]},
    }


def parse_codec(text: str | None, out: Path, background: str | None) -> Codec:
    """The codec that is named, or else the usual one of the file's ending. Raises UserError."""
    ending = out.suffix.lower().lstrip(".")
    if text is None:
        codec = DEFAULT_OF_ENDING[ending]
    else:
        try:
            codec = Codec(text.upper())
        except ValueError:
            raise UserError(f"there is no codec {text!r}: choose one of {', '.join(Codec)}") from None
    output = FORMATS[codec]
    if output.ending != ending:
        raise UserError(f"{codec} goes into a .{output.ending} file: name it {out.stem}.{output.ending}")
    if background == _TRANSPARENT and not output.has_alpha:
        raise UserError(f"a .{ending} file cannot be transparent: write a .webm or a .mov")
    return codec


def parse_size(text: str) -> tuple[int, int]:
    """`1920x1080` as numbers. Raises UserError."""
    found = re.fullmatch(r"(\d{2,4})\s*[xX×]\s*(\d{2,4})", text.strip())
    if found is None:
        raise UserError(f"the size {text!r} cannot be read: write it as 1920x1080")
    return int(found[1]), int(found[2])


def parse_action(text: str) -> tuple[str, float]:
    """`welcome@0.5` as name and seconds. Raises UserError."""
    found = re.fullmatch(r"(\w+)@(\d+(?:\.\d+)?)", text.strip())
    if found is None:
        raise UserError(f"the action {text!r} cannot be read: write it as welcome@0.5, name and seconds")
    return found[1], float(found[2])


def parse_framing(text: str) -> str:
    """Raises UserError."""
    if text not in ("half", "head"):
        raise UserError(f"there is no framing {text!r}: choose half (half body) or head (head and shoulders)")
    return text


def parse_background(text: str | None) -> str | Path | None:
    """A colour as `#RRGGBB`, the path of a picture, or `transparent`. Raises UserError."""
    from PIL import ImageColor

    if text is None or text == _TRANSPARENT:
        return text
    path = Path(text)
    if path.is_file():
        return path.resolve()
    try:
        return "#{:02X}{:02X}{:02X}".format(*ImageColor.getrgb(text)[:3])
    except ValueError:
        raise UserError(
            f"the background {text!r} is neither a colour such as #00AA88 or white, nor a picture that exists"
        ) from None


def check_output(path: Path, endings: Sequence[str] = (".mp4",)) -> Path:
    """The path, absolute; found out before the work rather than after it. Raises UserError."""
    path = path.expanduser().resolve()
    if path.is_dir():
        raise UserError(f"{path} is a folder: give the name of a file that ends in {' or '.join(endings)}")
    if path.suffix.lower() not in endings:
        raise UserError(f"{path.name} does not end in {' or '.join(endings)}: give it a name that does")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe = path.with_name(f".{path.name}.part")
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror}): choose another place with -o"
        ) from None
    return path
