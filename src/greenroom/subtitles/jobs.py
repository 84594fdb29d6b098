"""The durable job behind subtitle files: each scene is spoken or listened to, and its SRT file stored."""

from __future__ import annotations

from typing import Any

from greenroom.callbacks.service import send_callback
from greenroom.clock import wire_time
from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.running import INTERNAL_ERROR, USERS_FAULT
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.subtitles.models import FileState, SceneFile, SubtitleJob
from greenroom.subtitles.repository import SubtitleJobRepository

_LIMITS = ChildLimits(memory_mb=3000, seconds=3600, silent_seconds=300)


async def run_subtitles(job: JobContext) -> None:
    work = _Subtitles(job)
    numbers = await work.numbers()
    for place, number in enumerate(numbers):
        job.share(place / len(numbers), (place + 1) / len(numbers))
        await job.step(f"scene-{number}", work.generate, number)


class _Subtitles:
    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def numbers(self) -> list[int]:
        async with self._job.transaction(read_only=True) as context:
            return [file.number for file in (await self._row(context)).files]

    async def generate(self, number: int) -> JsonValue:
        """A scene that cannot be done fails alone; a fault of the program ends the job."""
        async with self._job.transaction(read_only=True) as context:
            row = await self._row(context)
            file, key = _file(row, number), row.generated_key(number)
            payload = {"text": file.text, "audio": None, **(file.voice or row.voice), "look": row.style}
        try:
            answer = await self._child(file, payload)
            await self._job.runtime.objects.put_file(key, self._job.work_dir / f"{number}.srt")
        except JobError as error:
            if error.error_code == INTERNAL_ERROR:
                raise
            await self._end(number, None, error)
        else:
            await self._end(number, answer["duration_ms"], None)
        return None

    async def _child(self, file: SceneFile, payload: dict[str, Any]) -> dict[str, Any]:
        payload["out"] = str(self._job.work_dir / f"{file.number}.srt")
        if file.audio_key is None:
            return await self._job.child("greenroom.subtitles.speaking:generate", payload, _LIMITS)
        try:
            async with self._job.runtime.objects.local_copy(file.audio_key, self._job.work_dir) as path:
                payload["audio"] = str(path)
                return await self._job.child("greenroom.subtitles.speaking:generate", payload, _LIMITS)
        except ObjectNotFoundError:
            raise JobError(USERS_FAULT, "the recording was deleted: upload it again") from None

    async def _end(self, number: int, duration_ms: int | None, error: JobError | None) -> None:
        async with self._job.transaction() as context:
            row = await SubtitleJobRepository(context).find_locked(self._job.subject_id)
            if row is None:
                raise JobCancelledError
            file = _file(row, number)
            if file.state != FileState.GENERATING:
                return
            file.advance(FileState.GENERATE_FAILED if error else FileState.GENERATE_SUCCEED)
            file.duration_ms, file.generated_at = duration_ms, wire_time(context.now())
            if error is not None:
                file.error_code, file.error_msg = error.error_code, error.message
            row.put(file)
            SubtitleJobRepository(context).touch(row)

    async def _row(self, context: Context) -> SubtitleJob:
        row = await SubtitleJobRepository(context).find(self._job.subject_id)
        if row is None:
            raise JobCancelledError
        return row


def _file(row: SubtitleJob, number: int) -> SceneFile:
    return next(file for file in row.files if file.number == number)


async def end_subtitles(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """Files that the job did not come to have failed with it."""
    row = await SubtitleJobRepository(context).find_locked(subject_id)
    if row is None:
        return
    for file in row.files:
        if file.state == FileState.GENERATING:
            file.advance(FileState.GENERATE_FAILED)
            file.generated_at = wire_time(context.now())
            file.error_code = outcome.error_code or INTERNAL_ERROR
            file.error_msg = outcome.error_msg or "The job was stopped."
            row.put(file)
    SubtitleJobRepository(context).touch(row)
    has_failed = any(file.state == FileState.GENERATE_FAILED for file in row.files)
    await send_callback(context, row.id, {"result": "FAILED" if has_failed else "SUCCEED", "job_id": row.id})


GENERATE = JobKind(run=run_subtitles, ended=end_subtitles)
