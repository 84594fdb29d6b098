"""`greenroom demo`: a presenter says a text; or footage and a text become a video, in one go."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.cast.catalogue import Presenter
    from greenroom.cli.studio import Studio
    from greenroom.settings import Settings

FOOTAGE_TEXT = "Hello! This is the first thing that I say. From now on I can say anything that you write."
FOOTAGE_VOICE = "kokoro-am_michael"
FOOTAGE_BACKGROUND = "#E8EDF2"
PRESENTER_TEXT = (
    "Hello, and welcome to Greenroom! I am {title}, and I was made entirely by a computer. "
    "Write a text, choose a voice, and I will say it for you, in English or in Chinese, in a video or live. "
    "Everything runs on your own machine. So, what shall I say next?"
)
PRESENTER_ACTIONS = (("welcome", 0.2), ("explain", 6.0), ("nod", 13.0))
"""To `PRESENTER_TEXT`: name and moment in seconds, of those that the presenter has."""


def command(
    presenter: Annotated[str | None, typer.Option(help="Who speaks: greenroom avatar list.")] = None,
    footage: Annotated[
        Path | None, typer.Option(help="Train on this instead: 3 to 10 minutes of one person talking.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What the person is to say.")] = None,
    voice: Annotated[str | None, typer.Option(help="Id of the voice: greenroom voice list.")] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Learn the voice from this folder of one person's recordings instead.")
    ] = None,
    consent: Annotated[
        Path | None, typer.Option(help="The signed letter of the person filmed or recorded.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height.")] = "1280x720",
    background: Annotated[str | None, typer.Option(help="A colour or a picture.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A rough avatar in a few minutes.")] = False,
    out: Annotated[Path, typer.Option("-o", "--out", help="The MP4 to write.")] = Path("greenroom-demo.mp4"),
    data: Annotated[Path | None, typer.Option(help="The data folder.")] = None,
) -> None:
    """Make a video of a presenter, or of the person in the footage. Prints the path of the video last."""
    from greenroom.cli.presenters import choose_presenter, voice_for_text
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import require_file, run
    from greenroom.cli.video import check_output, parse_size

    settings = load_settings(data=data, training_effort="quick" if quick else None)
    canvas, place = parse_size(size), check_output(out)
    who: Presenter | _Training | None
    letter = require_file(consent, "consent letter") if consent is not None else None
    if recordings is not None and voice is not None:
        raise UserError("--voice and --recordings are two voices: give one of them")
    if letter is None and (footage is not None or recordings is not None):
        print("Use only footage and recordings of someone who agreed to it.", file=sys.stderr)
    if footage is not None:
        who = _Training(require_file(footage, "footage"), letter)
        show = _Show(text or FOOTAGE_TEXT, voice or FOOTAGE_VOICE, background or FOOTAGE_BACKGROUND)
    else:
        who = choose_presenter(settings, presenter)
        if who is None:
            raise UserError(
                "the demo needs footage: make demo FOOTAGE=clip.mp4 (or greenroom demo --footage clip.mp4)"
            )
        words = text or PRESENTER_TEXT.format(title=who.person.title)
        has = {action.name for action in who.package.actions} if text is None else set()
        actions = tuple((name, at_s) for name, at_s in PRESENTER_ACTIONS if name in has)
        show = _Show(words, voice or voice_for_text(who, words), background, actions)
    learning = _Learning(recordings, letter) if recordings is not None else None
    run(_demo(settings, who, show, canvas, place, learning))
    print(place)


@dataclass(slots=True, frozen=True)
class _Training:
    """What an avatar is made from first."""

    footage: Path
    consent: Path | None


@dataclass(slots=True, frozen=True)
class _Learning:
    """What a voice is learnt from first."""

    recordings: Path
    consent: Path | None


@dataclass(slots=True, frozen=True)
class _Show:
    text: str
    voice: str
    background: str | None
    """A colour or a picture; None for the studio's wall."""
    actions: tuple[tuple[str, float], ...] = ()


async def _demo(
    settings: Settings,
    who: Presenter | _Training,
    show: _Show,
    size: tuple[int, int],
    out: Path,
    learning: _Learning | None,
) -> None:
    from greenroom.cli.studio import open_studio
    from greenroom.cli.video import VideoOrder, make_video, parse_background

    with tempfile.TemporaryDirectory() as folder:
        wall = show.background or _studio_wall(Path(folder), size)
        background = parse_background(wall)
        async with open_studio(settings) as studio:
            await _check_speech(show.voice, show.text)
            avatar_id = (
                await _avatar(studio, who.footage, who.consent)
                if isinstance(who, _Training)
                else who.asset_id
            )
            voice = await _voice(studio, learning, Path(folder)) if learning is not None else show.voice
            order = VideoOrder(avatar_id, voice, show.text, None, background, size, out, actions=show.actions)
            await make_video(studio, order)


def _studio_wall(folder: Path, size: tuple[int, int]) -> str:
    import cv2

    from greenroom.cast.pictures import studio_wall

    path = folder / "wall.png"
    cv2.imwrite(str(path), studio_wall(size))
    return str(path)


async def _check_speech(voice: str, text: str) -> None:
    """Before the training: what cannot be said fails at once."""
    from greenroom.voices.service import check_spoken_text, require_voice

    await check_spoken_text("--text", text, require_voice("--voice", voice))


async def _voice(studio: Studio, learning: _Learning, folder: Path) -> str:
    """The voice of these recordings: one that an earlier demo learnt, or a new one."""
    from greenroom.cli.studio import digest
    from greenroom.cli.voice_training import VoiceOrder, recordings_archive, train_voice

    archive = recordings_archive(learning.recordings, folder)
    name = f"demo-{digest(archive, studio.runtime.settings.voice_modeler)[:12]}"
    found = await _find_asset(studio, "VOICE_MODEL", name)
    return found or await train_voice(
        studio, VoiceOrder(archive, name, "EN", None, "BASIC", learning.consent)
    )


async def _avatar(studio: Studio, footage: Path, consent: Path | None) -> str:
    """The avatar of this footage: one that an earlier demo trained, or a new one."""
    from greenroom.cli.avatar import train_avatar
    from greenroom.cli.studio import digest

    name = f"demo-{digest(footage, studio.runtime.settings.training_effort)[:12]}"
    found = await _find_asset(studio, "HUMAN_MODEL_2D", name)
    return found or await train_avatar(studio, footage, name, consent)


async def _find_asset(studio: Studio, kind: str, name: str) -> str | None:
    """The id of an asset that is ready and has this name."""
    from greenroom.assets.service import list_assets
    from greenroom.assets.wire import ListAssetsQuery

    query = ListAssetsQuery.model_validate(
        {"asset_type": kind, "asset_state": "ACTIVED", "name": name, "accurate_query_field": ["asset_name"]}
    )
    async with studio.transaction(read_only=True) as context:
        found = (await list_assets(context, query)).assets
    return found[0].asset_id if found else None
