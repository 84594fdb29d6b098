"""The durable job that makes a confirmed file ready: a MOV with transparency becomes WebM, and what takes
long to review is reviewed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from greenroom.assets.errors import AssetFailedError
from greenroom.assets.models import AssetFile
from greenroom.assets.probing import measured_meta
from greenroom.assets.repository import AssetFileRepository, AssetRepository
from greenroom.assets.review import conclude, fail, file_kind
from greenroom.assets.states import FileCategory, FileState
from greenroom.assets.usage import note_removed, note_stored
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.media.errors import MediaError
from greenroom.media.inspect import Role
from greenroom.media.sandbox import inspect_safely
from greenroom.moderation import service as moderation
from greenroom.moderation.service import FileKind
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context

PREPARE = "assets.prepare"
_TRANSCODE = "greenroom.media.transcode:transcode"


async def run_prepare(job: JobContext) -> None:
    work = _Preparation(job)
    job.share(0.0, 0.6)
    converted = await job.step("convert", work.convert)
    job.share(0.6, 1.0)
    verdict = await job.step("review", work.review, converted)
    await job.step("conclude", work.conclude, converted, verdict)


class _Preparation:
    """The steps. `converted` is None, or `{key, size, md5, meta}` of the WebM."""

    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def convert(self) -> JsonValue:
        async with self._job.transaction() as context:
            file = await self._file(context)
            if file.transcoding_status is None:
                return None
            _note_transcoding(file, "TRANSCODING")
            source, target_key = str(file.object_key), f"{file.final_key}.webm"
        target = self._job.work_dir / "converted.webm"

        async def work(path: Path) -> None:
            payload = {"source": str(path), "target": str(target)}
            await self._job.child(_TRANSCODE, payload, moderation.FILE_LIMITS)

        await self._with_object(source, work)
        found = await asyncio.to_thread(inspect_safely, target, Role.VIDEO, "webm")
        await self._job.runtime.objects.put_file(target_key, target)
        digest = await asyncio.to_thread(_md5, target)
        meta = measured_meta(found, Role.VIDEO)
        return {"key": target_key, "size": target.stat().st_size, "md5": digest, "meta": meta}

    async def review(self, converted: dict[str, Any] | None) -> JsonValue:
        async with self._job.transaction(read_only=True) as context:
            file = await self._file(context)
            if not await moderation.is_reviewed(context, file.asset.review_config):
                return Verdict().to_json()
            key = converted["key"] if converted else str(file.object_key)
            role = Role.SOUND if "audio_meta" in file.asset.extra_meta else Role.VIDEO
            payload = await moderation.file_payload(context, FileKind(role.value))
        answer: dict[str, Any] = {}

        async def work(path: Path) -> None:
            found = await asyncio.to_thread(inspect_safely, path, role, "webm" if converted else "")
            kind = file_kind(role, found)
            assert kind is not None
            payload.update(asdict(kind), path=str(path))
            try:
                answer.update(
                    await self._job.child(moderation.REVIEW_TARGET, payload, moderation.FILE_LIMITS)
                )
            except JobError as error:
                answer.update(Verdict.of_failure(error.message).to_json())

        await self._with_object(key, work)
        return answer

    async def conclude(self, converted: dict[str, Any] | None, verdict: dict[str, Any]) -> JsonValue:
        async with self._job.transaction() as context:
            file = await self._file(context)
            if converted is not None:
                await _replace(context, file, converted)
            file.job_id = None
            await conclude(context, file, Verdict.from_json(verdict))
            AssetFileRepository(context).touch(file)
            AssetRepository(context).touch(file.asset)
        return None

    async def _file(self, context: Context) -> AssetFile:
        file = await AssetFileRepository(context).find(self._job.subject_id)
        if file is None or file.job_id != self._job.job_id:
            raise JobCancelledError  # it was deleted
        return file

    async def _with_object(self, key: str, work: Callable[[Path], Awaitable[None]]) -> None:
        objects = self._job.runtime.objects
        try:
            async with objects.local_copy(key, self._job.work_dir) as path:
                await work(path)
        except MediaError as error:
            raise AssetFailedError(str(error)) from error


async def _replace(context: Context, file: AssetFile, converted: dict[str, Any]) -> None:
    """The WebM takes the place of the MOV."""
    await note_removed(context, file.asset, file)
    old = file.object_key
    file.object_key, file.size, file.md5 = converted["key"], converted["size"], converted["md5"]
    file.name = f"{file.name.rpartition('.')[0] or file.name}.webm"
    file.type = "WEBM"
    note_stored(context, file.asset, file)
    file.asset.extra_meta = {**file.asset.extra_meta, **converted["meta"]}
    _note_transcoding(file, "SUCCEEDED")

    async def remove() -> None:
        if old is not None and old != converted["key"]:
            await context.objects.delete(old)

    context.after_commit(remove)


def _note_transcoding(file: AssetFile, status: str) -> None:
    file.transcoding_status = status
    asset = file.asset
    meta = {**asset.extra_meta.get("video_meta", {}), "video_transcoding_status": status}
    asset.extra_meta = {**asset.extra_meta, "video_meta": meta}


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    return base64.b64encode(digest.digest()).decode()


async def end_prepare(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """A file that could not be made ready fails, and its asset with it."""
    file = await AssetFileRepository(context).find(subject_id)
    if file is None or outcome.state is JobState.SUCCEEDED or file.job_id is None:
        return
    reason = (outcome.error_msg or "its preparation was stopped")[:256]
    file.job_id = None
    file.state, file.reason = FileState.FAILED, reason
    if file.transcoding_status is not None:
        _note_transcoding(file, "FAILED")
    if file.category == FileCategory.MAIN:
        fail(file.asset, None, reason)
    AssetRepository(context).touch(file.asset)


MAKE_READY = JobKind(run=run_prepare, ended=end_prepare)
