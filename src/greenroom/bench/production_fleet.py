"""A long video by one worker and by two, each on a processor core of its own, on a PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from greenroom.cli.settings import load_settings
from greenroom.engines.protocols import EngineError
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import JobRepository
from greenroom.settings import Settings

_START_S = 60


def seconds_taken(
    database_url: str, folder: Path, order: Mapping[str, Any], workers: int
) -> tuple[float, float]:
    """Until a video is finished: with its speech to be made, and once more with the speech at hand.

    Args:
        database_url: of a database that nothing else uses now.
        folder: empty.

    Raises:
        EngineError: a worker did not start, or a video failed.
    """
    objects = folder / "objects"
    objects.mkdir(parents=True)
    shared = {
        "database_url": database_url,
        "objects_url": f"file://{objects}",
        "secret_key_file": str(folder / "secret.key"),
    }
    settings = load_settings(
        data=folder / "api",
        database_url=database_url,
        objects_url=shared["objects_url"],
        secret_key_file=folder / "secret.key",
        embedded_worker=False,
        review="off",
    )
    with _workers(folder, shared, workers):
        return asyncio.run(_measure(settings, order, workers))


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """A new database on the server, dropped at the end.

    Raises:
        EngineError: the server does not let us make one.
    """
    name = f"bench_{uuid.uuid4().hex[:12]}"
    plain = server_url.replace("+psycopg", "").rstrip("/")
    try:
        with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
    except psycopg.Error as error:
        raise EngineError(f"no database can be made on {plain}: {error}") from None
    try:
        yield f"{plain.replace('postgresql://', 'postgresql+psycopg://')}/{name}"
    finally:
        with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _workers(folder: Path, shared: Mapping[str, str], count: int) -> Iterator[None]:
    """Each pinned to a core, so that one alone cannot use them all."""
    cores = sorted(os.sched_getaffinity(0))
    if count > len(cores):
        raise EngineError(f"{count} workers need {count} processor cores; there are {len(cores)}")
    environment = {**os.environ, **{f"GREENROOM_{name.upper()}": value for name, value in shared.items()}}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(count):
            command = [
                sys.executable,
                "-m",
                "greenroom.cli.main",
                "worker",
                "--data",
                str(folder / f"w{number}"),
            ]
            with (folder / f"w{number}.log").open("wb") as log:
                pinned = ["taskset", "-c", str(cores[number]), *command]
                running.append(subprocess.Popen(pinned, stdout=log, stderr=log, env=environment))
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)


async def _measure(settings: Settings, order: Mapping[str, Any], workers: int) -> tuple[float, float]:
    from greenroom.cli.studio import open_studio
    from greenroom.jobs.fleet import alive

    async with open_studio(settings) as studio:
        deadline = time.monotonic() + _START_S
        while True:
            async with studio.transaction() as context:
                if await alive(context) == workers:
                    break
            if time.monotonic() > deadline:
                raise EngineError("the workers did not start: see their logs")
            await asyncio.sleep(0.2)
        first = await _one(studio, order)
        # Other sizes, so that no part is reused, but the speech is.
        return first, await _one(studio, {**order, "video_config": _larger(order["video_config"])})


def _larger(video: Mapping[str, Any]) -> dict[str, Any]:
    """Two pixels more: as much work, but other pictures."""
    return {**video, "width": video["width"] + 2}


async def _one(studio: Any, order: Mapping[str, Any]) -> float:
    from greenroom.video.service import create_video
    from greenroom.video.wire import Create2DDigitalHumanVideoReq

    body = Create2DDigitalHumanVideoReq.model_validate(order)
    async with studio.transaction() as context:
        job_id = (await create_video(context, body, reviewed=False)).job_id
    while True:
        async with studio.transaction(read_only=True) as context:
            row = await JobRepository(context).find(job_id)
        assert row is not None
        if JobState(row.state).is_final:
            break
        await asyncio.sleep(0.2)
    if row.state != JobState.SUCCEEDED:
        raise EngineError(f"the video failed: {row.error_msg}")
    assert row.started_at is not None and row.ended_at is not None
    return (row.ended_at - row.started_at).total_seconds()
