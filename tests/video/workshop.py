"""A data folder whose video jobs a test runs itself, one by one, without a server and without waiting."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import av
from tests.prepared import migrate_new, prepare

from greenroom.assets.system.models import STORE_FOLDER
from greenroom.cast.catalogue import load_cast
from greenroom.db.migrate import load_models
from greenroom.jobs.dbos_engine import DbosEngine
from greenroom.jobs.engine import JsonValue
from greenroom.jobs.kinds import load_kind
from greenroom.jobs.models import JobRow, JobState
from greenroom.jobs.repository import JobRepository
from greenroom.jobs.running import JobRunner
from greenroom.runtime import Context, Runtime, Scope
from greenroom.settings import Settings
from greenroom.tenants.service import ensure_project
from greenroom.video.models import VideoJob
from greenroom.video.repository import VideoJobRepository
from greenroom.video.service import create_video
from greenroom.video.wire import Create2DDigitalHumanVideoReq

VOICE = "piper-en_US-joe"
Answer = TypeVar("Answer")


class Workshop:
    """One tenant's project. Jobs are submitted as ever; `run` is the worker."""

    def __init__(self, data: Path, **settings: Any) -> None:
        self._runner = asyncio.Runner()
        self.settings = Settings(data=data, review="off", **settings)
        load_models()
        if self.settings.database_url is None and not data.exists():
            prepare(data)
        migrate_new(self.settings)
        self.runtime = Runtime.open(self.settings)
        self._engine = DbosEngine(self.settings)
        self._engine.prepare()
        self.runtime.jobs = self._engine
        self.scope = self.do(self._scope("acme"))
        self.avatar = load_cast(None, "all").presenters[0].asset_id

    async def _scope(self, tenant: str) -> Scope:
        async with self.runtime.sessions.write() as session:
            project = await ensure_project(self.runtime, session, tenant, self.settings.region)
            await session.commit()
        return Scope(tenant_id=project.tenant_id, project_id=project.id, region=self.settings.region)

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._runner.run(work)

    def inside(self, work: Callable[[Context], Awaitable[Answer]], tenant: str | None = None) -> Answer:
        """Run `work` in a transaction of the project, or of another tenant's."""

        async def run() -> Answer:
            scope = self.scope if tenant is None else await self._scope(tenant)
            async with self.runtime.transaction(scope) as context:
                return await work(context)

        return self.do(run())

    def order(self, *texts: str, name: str = "Lamps", tenant: str | None = None, **members: Any) -> str:
        """The id of a video job with a small scene for each text."""
        body = Create2DDigitalHumanVideoReq.model_validate(
            {
                "model_asset_id": self.avatar,
                "voice_config": {"voice_asset_id": VOICE},
                "video_config": {"width": 128, "height": 128, "bitrate": 500, "frame_rate": "24"},
                "shoot_scripts": [
                    {
                        "sequence_no": number,
                        "shoot_script": {"script_type": "TEXT", "text_config": {"text": text}},
                    }
                    for number, text in enumerate(texts, 1)
                ],
                "output_asset_config": {"asset_name": name},
                **members,
            }
        )

        async def create(context: Context) -> str:
            return (await create_video(context, body, reviewed=False)).job_id

        return self.inside(create, tenant)

    def run(self, job_id: str) -> JobState:
        """Run a job from where it stands to its end."""

        async def step(name: str, function: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
            return await function()

        runner = JobRunner(self.runtime, self.scope, job_id, step)
        return self.do(runner.run(load_kind, 10))

    def video(self, job_id: str) -> VideoJob:
        async def find(context: Context) -> VideoJob | None:
            return await VideoJobRepository(context).find(job_id)

        found = self.inside(find)
        assert found is not None
        return found

    def job(self, job_id: str) -> JobRow:
        async def find(context: Context) -> JobRow | None:
            return await JobRepository(context).find(job_id)

        found = self.inside(find)
        assert found is not None
        return found

    def file(self, job_id: str) -> Path:
        """The finished video."""
        return self.settings.objects_dir / self.video(job_id).video_key

    def content(self, job_id: str) -> bytes:
        """The finished video but for its content credentials, whose salt is random."""
        return without_credentials(self.file(job_id).read_bytes())

    def cast_files(self) -> list[Path]:
        return [path for path in (self.settings.objects_dir / STORE_FOLDER).rglob("*") if path.is_file()]

    def close(self) -> None:
        self._engine.close()
        self.do(self.runtime.close())
        self._runner.close()


def without_credentials(data: bytes) -> bytes:
    """An MP4 without its C2PA box, which stands on the uppermost level."""
    kept, at = b"", 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        size = struct.unpack_from(">Q", data, at + 8)[0] if size == 1 else size or len(data) - at
        if not (kind == b"uuid" and data[at + 8 : at + 12] == b"\xd8\xfe\xc3\xd6"):
            kept += data[at : at + size]
        at += size
    return kept


def packets(path: Path) -> list[bytes]:
    """The encoded pictures."""
    with av.open(str(path)) as video:
        return [bytes(packet) for packet in video.demux(video.streams.video[0])]
