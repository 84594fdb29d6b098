"""`greenroom video photo`: the person in a photo says a text, or speaks with a recording."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenroom.cli.errors import UserError
from greenroom.cli.video_delivery import deliver_video, remember_order, upload_file

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio


@dataclass(slots=True, frozen=True)
class PhotoVideoOrder:
    """What is to be made."""

    photo: Path
    voice_id: str | None
    text: str | None
    audio: Path | None
    background: str | Path | None
    """`#RRGGBB` or a picture; None: that of the photo."""
    agreed: bool
    out: Path


def photo(
    portrait: Annotated[Path, typer.Argument(help="A photo of one person who looks into the camera.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The MP4 to write.")],
    voice: Annotated[str | None, typer.Option(help="Id of the voice: greenroom voice list.")] = None,
    text: Annotated[str | None, typer.Option(help="What is said.")] = None,
    audio: Annotated[Path | None, typer.Option(help="A recording to speak with instead of a text.")] = None,
    background: Annotated[
        str | None, typer.Option(help="A colour (#RRGGBB or a name) or a picture; else the photo's own.")
    ] = None,
    agreed: Annotated[
        bool, typer.Option("--agreed", help="The person in the photo has agreed, or does not exist.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose video.")] = "local",
) -> None:
    """Let a photo speak. Stopped with Ctrl-C, the same command goes on where it was. Prints the path last."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run
    from greenroom.cli.video import check_output, parse_background

    if (text is None) == (audio is None):
        raise UserError("say what is spoken: give either --text or --audio")
    if text is not None and voice is None:
        raise UserError("a text needs a voice: give --voice (greenroom voice list shows them)")
    settings = load_settings(data=data)
    if settings.consent_required and not agreed:
        raise UserError("ask the person in the photo, then say so with --agreed")
    order = PhotoVideoOrder(
        photo=require_file(portrait, "photo"),
        voice_id=voice,
        text=text,
        audio=require_file(audio, "recording") if audio is not None else None,
        background=parse_background(background),
        agreed=agreed,
        out=check_output(out),
    )

    async def work() -> None:
        async with open_studio(settings, tenant) as studio:
            await make_photo_video(studio, order)

    run(work())
    print(order.out)


async def make_photo_video(studio: Studio, order: PhotoVideoOrder) -> None:
    """Render and write the file, or go on with an unfinished video of the same order."""
    from greenroom.cli.studio import digest

    parts = order.photo, order.voice_id, order.text, order.audio or "", order.background or ""
    key = digest("photo video", *parts, studio.scope.project_id)
    await deliver_video(studio, key, partial(_submit, studio, order, key), order.out)


async def _submit(studio: Studio, order: PhotoVideoOrder, key: str) -> str:
    from greenroom.video.photo.service import create_photo_video
    from greenroom.video.photo.wire import CreatePhotoDigitalHumanVideoReq

    files = {"photo": order.photo, "audio": order.audio, "background": order.background}
    links = {name: await upload_file(studio, path) for name, path in files.items() if isinstance(path, Path)}
    body = CreatePhotoDigitalHumanVideoReq.model_validate(_request(order, links))
    async with studio.transaction() as context:
        made = await create_photo_video(context, body, reviewed=False)
        await remember_order(context, made.job_id, key)
        return made.job_id


def _request(order: PhotoVideoOrder, links: dict[str, str]) -> dict[str, Any]:
    scene: dict[str, Any] = {"script_type": "TEXT", "text_config": {"text": order.text or ""}}
    if order.audio is not None:
        scene = {"script_type": "AUDIO", "audio_drive_file_external_url": links["audio"]}
    if isinstance(order.background, str):
        scene["background_config"] = [
            {"background_type": "COLOR", "background_color_config": order.background}
        ]
    elif order.background is not None:
        scene["background_config"] = [{"background_type": "IMAGE", "background_config": links["background"]}]
    return {
        "human_image": links["photo"],
        "voice_config": {"voice_asset_id": order.voice_id} if order.voice_id else None,
        "shoot_scripts": [{"sequence_no": 0, "shoot_script": scene}],
        "output_asset_config": {"asset_name": order.out.stem[:256]},
        "authorize_use_human_image": order.agreed,
    }
