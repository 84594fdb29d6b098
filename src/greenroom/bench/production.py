"""What an edited scene costs in a video of many, and what a second worker saves, beside the whole video.

The jobs are those of the API, run in this process on a fresh data folder; the presenter is the cast's first.
`GREENROOM_BENCH_SCENES` and `GREENROOM_BENCH_SIZE` (`1280x720`) change the video. Two workers need a
PostgreSQL: `GREENROOM_BENCH_POSTGRESQL` is the URL of a server on which databases may be made.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenroom.bench.production_fleet import fresh_database, seconds_taken
from greenroom.bench.table import Row, Value
from greenroom.engines.protocols import EngineError

SCENES_VARIABLE, SIZE_VARIABLE = "GREENROOM_BENCH_SCENES", "GREENROOM_BENCH_SIZE"
SCENES, SIZE = 20, "640x360"
SERVER_VARIABLE = "GREENROOM_BENCH_POSTGRESQL"
SHARE_GOAL = 15
"""An edited scene of twenty costs at most one such part of the whole."""
_WORKERS_GOAL = ">= 1.8"
_VOICE = "piper-en_US-joe"


def run(scenes: int | None = None, size: str | None = None) -> list[Row]:
    """Make a video of many scenes, then the same with one of them edited.

    Raises:
        EngineError: no presenter ships, or a video failed.
    """
    count = scenes or int(os.environ.get(SCENES_VARIABLE, SCENES))
    size = size or os.environ.get(SIZE_VARIABLE, SIZE)
    texts = [_text(number) for number in range(count)]
    edited = [*texts]
    edited[count // 2] = "This one has been edited since: " + edited[count // 2]
    with tempfile.TemporaryDirectory(prefix="bench-production-") as folder:
        whole_s, again_s, edited_s = asyncio.run(_measure(Path(folder), size, (texts, texts, edited)))
        shared = _shared_rows(Path(folder) / "fleet", _order(texts, size))
    common: dict[str, Value] = {"scenes": count, "size": size, "cores": len(os.sched_getaffinity(0))}
    whole = f"the whole video: {whole_s:.1f} s"
    return [
        Row("production_whole", round(whole_s, 2), "s", "", "", common),
        Row(
            "edited_scene_share",
            round(edited_s / whole_s, 4),
            "of the whole",
            whole,
            f"<= 1/{SHARE_GOAL}" if count == SCENES else "",
            {"seconds": round(edited_s, 2), **common},
        ),
        Row(
            "unchanged_share",
            round(again_s / whole_s, 4),
            "of the whole",
            whole,
            "",
            {"seconds": round(again_s, 2), **common},
        ),
        *(replace(row, extra={**row.extra, **common}) for row in shared),
    ]


def _shared_rows(folder: Path, order: Mapping[str, Any]) -> list[Row]:
    """One worker and two, each pinned to a core."""
    server = os.environ.get(SERVER_VARIABLE)
    if not server:
        return [Row("two_workers", None, "", f"left out: {SERVER_VARIABLE} names no server", _WORKERS_GOAL)]
    taken = {}
    for workers in (1, 2):
        with fresh_database(server) as url:
            taken[workers] = seconds_taken(url, folder / str(workers), order, workers)
    return [
        Row(
            name,
            round(alone / both, 3),
            "x one worker",
            f"one worker on one core: {alone:.1f} s",
            _WORKERS_GOAL,
            {"seconds": round(both, 2)},
        )
        for name, alone, both in zip(
            ("two_workers", "two_workers_speech_at_hand"), taken[1], taken[2], strict=True
        )
    ]


def _text(number: int) -> str:
    return (
        f"This is scene {number + 1} of a longer video, and it says something about a lamp that shines all "
        "night, and about the people who sit below it and read."
    )


async def _measure(folder: Path, size: str, versions: Sequence[Sequence[str]]) -> list[float]:
    """Seconds from each order to the finished asset."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio
    from greenroom.jobs.models import JobState
    from greenroom.video.service import create_video
    from greenroom.video.wire import Create2DDigitalHumanVideoReq

    taken: list[float] = []
    async with open_studio(load_settings(data=folder)) as studio:
        for texts in versions:
            started = time.perf_counter()
            async with studio.transaction() as context:
                body = Create2DDigitalHumanVideoReq.model_validate(_order(texts, size))
                job_id = (await create_video(context, body, reviewed=False)).job_id
            row = await studio.follow(job_id, lambda stage, done: None)
            if row.state != JobState.SUCCEEDED:
                raise EngineError(f"the video failed: {row.error_msg}")
            assert row.started_at is not None and row.ended_at is not None
            # Without the wait for the worker's first look at the queue.
            taken.append(min(time.perf_counter() - started, (row.ended_at - row.started_at).total_seconds()))
    return taken


def _order(texts: Sequence[str], size: str) -> dict[str, Any]:
    from greenroom.cast.catalogue import load_cast

    presenters = load_cast(None, "all").presenters
    if not presenters:
        raise EngineError("no presenter ships with this installation: install Greenroom from its repository")
    width, _, height = size.partition("x")
    return {
        "model_asset_id": presenters[0].asset_id,
        "voice_config": {"voice_asset_id": _VOICE},
        "video_config": {"width": int(width), "height": int(height), "bitrate": 3000},
        "shoot_scripts": [
            {"sequence_no": number, "shoot_script": {"script_type": "TEXT", "text_config": {"text": text}}}
            for number, text in enumerate(texts, 1)
        ],
        "output_asset_config": {"asset_name": "Bench"},
    }
