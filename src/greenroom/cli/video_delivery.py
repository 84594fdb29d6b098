"""What every command that makes a video does: files in, the job to its end, files out."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio
    from greenroom.runtime import Context
    from greenroom.video.models import VideoJob


async def deliver_video(
    studio: Studio,
    key: str,
    submit: Callable[[], Awaitable[str]],
    out: Path,
    subtitle_file: Path | None = None,
    quality_file: Path | None = None,
) -> None:
    """Render and write the files, or go on with an unfinished video of the same order.

    Args:
        key: a digest of the order; `remember_order` keeps it with the job.
        submit: puts the video into the queue and answers the job's id.
    """
    unfinished = await studio.unfinished(key)
    job_id = unfinished.id if unfinished else await submit()
    await finish_video(studio, job_id, out, subtitle_file, quality_file)


async def finish_video(
    studio: Studio,
    job_id: str,
    out: Path | None,
    subtitle_file: Path | None = None,
    quality_file: Path | None = None,
) -> None:
    """Wait for a video, write its files and say how good it is.

    Raises UserError: it failed, or its report is asked for and it was not measured.
    """
    from greenroom.cli.studio import require_success, with_progress
    from greenroom.video.repository import VideoJobRepository

    require_success(await with_progress(studio, job_id, "Rendering"), "the video")
    async with studio.transaction(read_only=True) as context:
        job = await VideoJobRepository(context).find(job_id)
    assert job is not None
    await write_files(studio, job, out, subtitle_file, quality_file)


async def write_files(
    studio: Studio, job: VideoJob, out: Path | None, subtitle_file: Path | None, quality_file: Path | None
) -> None:
    """Those of a finished video; what was measured of it is told in one line on standard error.

    Raises UserError: its report is asked for and it was not measured.
    """
    from greenroom.video.quality.report import line_of

    if out is not None:
        await _fetch_object(studio, job.video_key, out)
    if subtitle_file is not None:
        name = f"subtitles{subtitle_file.suffix.lower()}"
        await _fetch_object(studio, job.subtitle_key(name), subtitle_file)
    if job.quality is not None:
        print(f"Quality: {line_of(job.quality)}", file=sys.stderr)
    if quality_file is not None:
        if job.quality is None:
            raise UserError(f"{quality_file.name} is not written: GREENROOM_QUALITY=off measures no video")
        await _fetch_object(studio, job.quality_key, quality_file)


async def remember_order(context: Context, job_id: str, key: str) -> None:
    """So that the same command goes on with this job."""
    from greenroom.jobs.repository import JobRepository

    job = await JobRepository(context).find(job_id)
    assert job is not None
    job.request_key = key


async def upload_file(studio: Studio, path: Path) -> str:
    """A link to the file in the store."""
    key = await put_file(studio, path)
    async with studio.transaction(read_only=True) as context:
        return context.download_url(key)


async def put_file(studio: Studio, path: Path) -> str:
    """The file's key in the store; what lies below `uploads/` is swept away after two days."""
    key = f"uploads/command-line/{studio.scope.project_id}/{studio.runtime.new_id()}"
    await studio.runtime.objects.put_file(key, path)
    return key


async def _fetch_object(studio: Studio, key: str, out: Path) -> None:
    """Write an object of the store to a file, which appears when it is whole."""
    building = out.with_name(f".{out.name}.part")
    try:
        await studio.runtime.objects.download(key, building)
        building.replace(out)
    finally:
        building.unlink(missing_ok=True)
