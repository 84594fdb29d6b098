"""`greenroom video slides`: a deck becomes a video in which a presenter reads its notes."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenroom.cli.errors import UserError
from greenroom.cli.video_delivery import deliver_video, remember_order, upload_file

if TYPE_CHECKING:
    from greenroom.cast.catalogue import Presenter
    from greenroom.cli.studio import Studio
    from greenroom.settings import Settings
    from greenroom.slides.deck import Deck
    from greenroom.slides.narration import Passage

_MOST_SCENES = 100


@dataclass(slots=True, frozen=True)
class SlidesOrder:
    """What is to be made."""

    deck: Path
    avatar_id: str
    presenter: Presenter | None
    voice_id: str | None
    size: tuple[int, int]
    layout: str
    silence_s: float
    """Of a page without notes; 0 leaves it out."""
    use_office: bool
    subtitles: bool
    subtitle_file: Path | None
    out: Path


def slides(
    deck: Annotated[Path, typer.Argument(help="A PPTX or PDF (or PPT, where LibreOffice is installed).")],
    avatar: Annotated[str, typer.Option(help="A presenter's name or an avatar's id: greenroom avatar list.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The MP4 to write.")],
    voice: Annotated[
        str | None, typer.Option(help="Id of the voice: greenroom voice list. A presenter has one.")
    ] = None,
    layout: Annotated[
        str, typer.Option(help="corner, corner-left: small over the page; side: beside the page.")
    ] = "corner",
    silence: Annotated[
        float,
        typer.Option(min=0, max=600, help="Seconds that a page without notes is shown; 0 leaves it out."),
    ] = 5.0,
    plain: Annotated[
        bool, typer.Option("--plain", help="Draw PPTX without LibreOffice, even where it is installed.")
    ] = False,
    size: Annotated[str, typer.Option(help="Width x height.")] = "1920x1080",
    subtitles: Annotated[
        bool, typer.Option("--subtitles/--no-subtitles", help="Show what is said in the picture.")
    ] = False,
    subtitle_file: Annotated[
        Path | None, typer.Option(help="Write the subtitles here too: .srt, .vtt or .ass.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
    tenant: Annotated[str, typer.Option(help="Whose avatar.")] = "local",
) -> None:
    """Make a video of a deck: a scene for each page, its notes as the text. Prints the path last.

    Stopped with Ctrl-C, the same command goes on where it was.
    """
    from greenroom.cli.presenters import find_presenter
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run
    from greenroom.cli.video import _SUBTITLE_ENDINGS, check_output, parse_size
    from greenroom.slides.layouts import Layout

    if layout not in list(Layout):
        raise UserError(f"there is no layout {layout!r}: choose one of {', '.join(Layout)}")
    settings = load_settings(data=data)
    presenter = find_presenter(settings, avatar)
    if presenter is None and voice is None:
        raise UserError("notes need a voice: give --voice (greenroom voice list shows them)")
    order = SlidesOrder(
        deck=require_file(deck, "deck"),
        avatar_id=presenter.asset_id if presenter is not None else avatar,
        presenter=presenter,
        voice_id=voice,
        size=parse_size(size),
        layout=layout,
        silence_s=0.2 if 0 < silence < 0.2 else silence,
        use_office=not plain,
        subtitles=subtitles,
        subtitle_file=check_output(subtitle_file, _SUBTITLE_ENDINGS) if subtitle_file is not None else None,
        out=check_output(out),
    )

    async def work() -> None:
        async with open_studio(settings, tenant) as studio:
            await make_slides(studio, order)

    run(work())
    print(order.out)


async def make_slides(studio: Studio, order: SlidesOrder) -> None:
    """Read, render and write the file, or go on with an unfinished video of the same order."""
    from greenroom.cli.studio import digest

    parts = (
        order.deck, order.avatar_id, order.voice_id, order.size, order.layout, order.silence_s,
        order.use_office, order.subtitles, order.subtitle_file is not None,
    )  # fmt: skip
    key = digest("slides", *parts, studio.scope.project_id)
    submit = partial(_submit, studio, order, key)
    await deliver_video(studio, key, submit, order.out, order.subtitle_file)


async def _submit(studio: Studio, order: SlidesOrder, key: str) -> str:
    from greenroom.video.service import create_video
    from greenroom.video.wire import Create2DDigitalHumanVideoReq

    await _check_people(studio, order)
    async with _read(studio.runtime.settings, order) as (folder, deck):
        _report(deck)
        passages = _passages(deck, order)
        links = await _upload_pictures(studio, order, folder, passages)
    body = Create2DDigitalHumanVideoReq.model_validate(_request(order, passages, links))
    async with studio.transaction() as context:
        made = await create_video(
            context, body, reviewed=False, subtitle_files=order.subtitle_file is not None
        )
        await remember_order(context, made.job_id, key)
        return made.job_id


async def _check_people(studio: Studio, order: SlidesOrder) -> None:
    """Before the deck is read, which takes a while. Raises GreenroomError: no such voice or avatar."""
    from greenroom.assets.service import require_usable
    from greenroom.assets.states import AssetType
    from greenroom.voices.service import require_voice

    if order.voice_id is not None:
        require_voice("--voice", order.voice_id)
    async with studio.transaction(read_only=True) as context:
        await require_usable(context, order.avatar_id, AssetType.HUMAN_MODEL_2D)


@asynccontextmanager
async def _read(settings: Settings, order: SlidesOrder) -> AsyncIterator[tuple[Path, Deck]]:
    """The deck and the folder of its pictures, read in a child process with limits."""
    from greenroom.assets.decks import READ_LIMITS, READ_TARGET
    from greenroom.cli.studio import progress_bar
    from greenroom.jobs.children import Child, ChildError
    from greenroom.slides.deck import Deck

    settings.work_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.work_dir, prefix="slides-") as name:
        folder = Path(name)
        payload = {"path": str(order.deck), "folder": str(folder / "pages"), "use_office": order.use_office}
        async with Child(folder / "read.log", READ_LIMITS) as child:
            try:
                with progress_bar("Reading") as listener:
                    answer = await child.call(READ_TARGET, payload, listener)
            except ChildError as error:
                raise UserError(
                    f"the deck cannot be read: {error.message}", 2 if error.is_user_fault else 1
                ) from None
        yield folder / "pages", Deck.from_json(answer)


def _report(deck: Deck) -> None:
    """Everything that will not look as in the deck's own program, on standard error."""
    print(f"{len(deck.pages)} pages, drawn by {deck.drawn_by}", file=sys.stderr)
    for font in deck.missing_fonts:
        print(f"font {font.name} is missing: {font.replaced_by or 'nothing'} instead", file=sys.stderr)
    for notice in deck.notices:
        print(f"note: {notice}", file=sys.stderr)


def _passages(deck: Deck, order: SlidesOrder) -> list[Passage]:
    """Raises UserError: none, or more than a script takes."""
    from greenroom.slides.narration import passages_of

    passages = passages_of(deck, skip_silent=order.silence_s == 0)
    if not passages:
        raise UserError("no page of the deck has notes: write some, or show the pages with --silence 5")
    if len(passages) > _MOST_SCENES:
        raise UserError(
            f"the deck gives {len(passages)} scenes with its steps, and a video takes {_MOST_SCENES}: "
            "take [click] marks out of the notes, or divide the deck"
        )
    silent = sorted({passage.page for passage in passages if not passage.text})
    if silent:
        pages = ", ".join(map(str, silent))
        print(f"no notes on page {pages}: shown in silence for {order.silence_s:g} s", file=sys.stderr)
    return passages


async def _upload_pictures(
    studio: Studio, order: SlidesOrder, folder: Path, passages: list[Passage]
) -> dict[str, str]:
    """A link for each picture, laid out on the canvas."""
    import asyncio

    from greenroom.slides.layouts import Layout, places
    from greenroom.slides.pictures import lay_out

    links = {}
    box = places(Layout(order.layout), order.size).page
    for name in dict.fromkeys(passage.picture for passage in passages):
        ready = folder / f"ready-{Path(name).stem}.png"
        await asyncio.to_thread(lay_out, folder / name, ready, order.size, box)
        links[name] = await upload_file(studio, ready)
        ready.unlink()
    return links


def _request(order: SlidesOrder, passages: list[Passage], links: dict[str, str]) -> dict[str, Any]:
    from greenroom.cli.presenters import voice_for_text
    from greenroom.cli.video import _BITS_A_PIXEL
    from greenroom.slides.layouts import Layout, places
    from greenroom.stage.silence import silent_text

    width, height = order.size
    person = places(Layout(order.layout), order.size).person
    human = {
        "layer_type": "HUMAN",
        "position": {"dx": person.x, "dy": person.y, "layer_index": 1},
        "size": {"width": person.width, "height": person.height},
    }
    voice = order.voice_id
    if voice is None:
        assert order.presenter is not None
        voice = voice_for_text(order.presenter, " ".join(passage.text for passage in passages))
    scenes = [
        {
            "script_type": "TEXT",
            "text_config": {"text": passage.text or silent_text(round(order.silence_s * 1000))},
            "background_config": [{"background_type": "IMAGE", "background_config": links[passage.picture]}],
            "layer_config": [human],
        }
        for passage in passages
    ]
    return {
        "model_asset_id": order.avatar_id,
        "voice_config": {"voice_asset_id": voice},
        "video_config": {
            "width": width,
            "height": height,
            "is_subtitle_enable": order.subtitles,
            "bitrate": max(1000, min(30_000, round(width * height * 25 * _BITS_A_PIXEL / 1000))),
        },
        "shoot_scripts": [
            {"sequence_no": number, "shoot_script": scene} for number, scene in enumerate(scenes, start=1)
        ],
        "output_asset_config": {"asset_name": order.out.stem[:256]},
    }
