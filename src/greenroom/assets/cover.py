"""The cover of an uploaded video, made in a child process with limits: the video comes from outside.

`python -m greenroom.assets.cover VIDEO COVER MEMORY_BYTES CPU_SECONDS` writes it as JPEG.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from greenroom.assets.models import AssetFile
from greenroom.assets.states import FileCategory, FileState
from greenroom.runtime import Context

log = structlog.get_logger(__name__)

MAX_COVER_BYTES = 16 << 20


async def make_cover(context: Context, file: AssetFile) -> AssetFile | None:
    """A COVER file from the first picture of a confirmed video, stored but not yet added to the asset.

    None if it cannot be made: a video without a cover is still a video.
    """
    settings = context.settings
    settings.work_dir.mkdir(parents=True, exist_ok=True)
    cover_id = context.new_id()
    key = f"assets/{file.project_id}/{file.asset_id}/{cover_id}"
    with TemporaryDirectory(dir=settings.work_dir) as folder:
        out = Path(folder) / "cover.jpg"
        async with context.objects.local_copy(file.final_key, settings.work_dir) as video:
            limits = (str(settings.probe_memory_mb << 20), str(settings.probe_timeout_s))
            command = [sys.executable, "-m", "greenroom.assets.cover", str(video), str(out), *limits]
            made = await asyncio.to_thread(_run, command, settings.probe_timeout_s)
        if not made or not out.is_file():
            log.warning("no cover", file_id=file.id)
            return None
        await context.objects.put_file(key, out)
    size = (await context.objects.head(key)).size
    return AssetFile(
        id=cover_id,
        asset_id=file.asset_id,
        app_user_id=file.app_user_id,
        name="cover.jpg",
        type="JPG",
        category=FileCategory.COVER,
        state=FileState.CREATED,
        part_count=1,
        size=size,
        object_key=key,
    )


def _run(command: list[str], timeout_s: int) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=timeout_s, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main(video: str, out: str, memory_bytes: str, cpu_s: str) -> None:
    from greenroom.media.cover import write_cover

    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_COVER_BYTES, MAX_COVER_BYTES))
    write_cover(Path(video), Path(out))


if __name__ == "__main__":
    main(*sys.argv[1:])
