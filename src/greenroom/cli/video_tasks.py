"""`greenroom video list`, `retry` and `preview`: what became of the videos, and what one would look like."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from greenroom.cli.errors import UserError
from greenroom.cli.video_delivery import finish_video

_Data = Annotated[Path | None, typer.Option(help="The data folder.")]
_Tenant = Annotated[str, typer.Option(help="Whose videos.")]


def list_tasks(
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    data: _Data = None,
    tenant: _Tenant = "local",
) -> None:
    """The last hundred videos: state, place in the queue, progress and time left."""
    import json

    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, run
    from greenroom.video.service import list_videos
    from greenroom.video.wire import DigitalHumanVideo, ListDigitalHumanVideoQuery

    async def work() -> list[DigitalHumanVideo]:
        query = ListDigitalHumanVideoQuery.model_validate({"sort_dir": "desc", "limit": 100})
        async with (
            open_studio(load_settings(data=data), tenant) as studio,
            studio.transaction(read_only=True) as context,
        ):
            return (await list_videos(context, query)).jobs

    jobs = run(work())
    if json_output:
        typer.echo(json.dumps([job.model_dump(exclude_none=True) for job in jobs], indent=2))
        return
    for job in jobs:
        typer.echo("  ".join(str(part) for part in _line(job)))


def _line(job: Any) -> list[str]:
    told = [job.job_id, f"{job.state:<10}", job.create_time]
    if job.queue_position is not None:
        told.append(f"no. {job.queue_position} in the queue")
    elif job.progress is not None:
        told.append(f"{job.progress} %")
    if job.remaining_time is not None:
        told.append(f"{job.remaining_time // 60}:{job.remaining_time % 60:02d} left")
    if job.error_info is not None:
        told.append(job.error_info.error_msg)
    return told


def retry(
    job: Annotated[str, typer.Argument(help="Id of the failed job: greenroom video list.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the video here too.")] = None,
    data: _Data = None,
    tenant: _Tenant = "local",
) -> None:
    """Make a failed video once more, with the order as it was. Prints the new job's id last."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import LOCAL_TENANT, open_studio, run
    from greenroom.cli.video import _VIDEO_ENDINGS, check_output
    from greenroom.video.retrying import retry_video
    from greenroom.video.service import find_video

    target = check_output(out, _VIDEO_ENDINGS) if out is not None else None

    async def work() -> str:
        async with open_studio(load_settings(data=data), tenant) as studio:
            async with studio.transaction() as context:
                made = (await find_video(context, job)).output.ending
                if target is not None and target.suffix.lower() != f".{made}":
                    raise UserError(f"the video is a .{made} file: name it {target.stem}.{made}")
                new_id = await retry_video(context, job, reviewed=tenant != LOCAL_TENANT)
            await finish_video(studio, new_id, target)
            return new_id

    print(run(work()))


def preview(
    out: Annotated[Path, typer.Option("-o", "--out", help="The MP4 to write.")],
    avatar: Annotated[str | None, typer.Option(help="A presenter's name or an avatar's id.")] = None,
    text: Annotated[str | None, typer.Option(help="What is said.")] = None,
    voice: Annotated[str | None, typer.Option(help="Id of the voice. A presenter has one.")] = None,
    script: Annotated[str | None, typer.Option(help="Id of a video script, instead of a text.")] = None,
    scene: Annotated[
        int | None, typer.Option(help="sequence_no of the script's scene; else its first.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height, where no script says it.")] = "1280x720",
    seconds: Annotated[float, typer.Option(help="How much of the scene.", min=0.5, max=30.0)] = 4.0,
    data: _Data = None,
    tenant: _Tenant = "local",
) -> None:
    """Show the beginning of one scene within seconds. It costs nothing and makes no task and no asset."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, run
    from greenroom.cli.video import check_output
    from greenroom.video.preview import write_preview

    target = check_output(out)
    settings = load_settings(data=data)
    wanted = avatar, text, voice
    order = {"script_id": script} if script is not None else _text_order(settings, wanted, size)

    async def work() -> None:
        async with open_studio(settings, tenant) as studio:
            await write_preview(studio.runtime, studio.scope, (order, scene, seconds), target)

    run(work())
    print(target)


def _text_order(
    settings: Any, wanted: tuple[str | None, str | None, str | None], size: str
) -> dict[str, Any]:
    """Raises UserError: avatar, text or voice is missing."""
    from greenroom.cli.presenters import find_presenter, voice_for_text
    from greenroom.cli.video import parse_size

    avatar, text, voice = wanted
    if avatar is None or text is None:
        raise UserError("say what is shown: give --avatar and --text, or --script")
    presenter = find_presenter(settings, avatar)
    voice = voice or (voice_for_text(presenter, text) if presenter is not None else None)
    if voice is None:
        raise UserError("a text needs a voice: give --voice (greenroom voice list shows them)")
    width, height = parse_size(size)
    return {
        "model_asset_id": presenter.asset_id if presenter is not None else avatar,
        "voice_config": {"voice_asset_id": voice},
        "video_config": {"width": width, "height": height, "bitrate": 3000},
        "shoot_scripts": [
            {"sequence_no": 0, "shoot_script": {"script_type": "TEXT", "text_config": {"text": text}}}
        ],
    }
