"""The durable audit of the recordings. The training is a job of its own (`training_jobs`), because between
them a person may have to decide, and no worker waits for a person.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.jobs.running import INTERNAL_ERROR
from greenroom.runtime import Context
from greenroom.voices.modeling import uploads
from greenroom.voices.modeling.assessing import assess
from greenroom.voices.modeling.audit import Audit
from greenroom.voices.modeling.charging import release_voice
from greenroom.voices.modeling.editions import JobType, least_and_most_s
from greenroom.voices.modeling.logs import note
from greenroom.voices.modeling.models import VoiceEvent, VoiceJob
from greenroom.voices.modeling.repository import VoiceJobRepository
from greenroom.voices.modeling.review import after_audit
from greenroom.voices.modeling.storing import store_checked

REFUSED = "MSS.00000003"
_WORK = "greenroom.voices.modeling.materials"
_LIMITS = ChildLimits(memory_mb=6000, silent_seconds=300)


async def run_audit(job: JobContext) -> None:
    audit = _Audit(job)
    job.share(0.0, 0.2)
    await job.step("prepare", audit.prepare)
    job.share(0.2, 1.0)
    await job.step("check", audit.check)


class _Audit:
    """The steps. Each may run again after a crash; what is prepared lies in the scratch folder."""

    def __init__(self, job: JobContext) -> None:
        self.job = job
        self.folder = job.work_dir / "prepared"

    async def prepare(self) -> JsonValue:
        row = await self._seen()
        if row.create_type == "PACKAGE":
            await self._advance(VoiceEvent.SPLIT, "The package is unpacked.")
            key = uploads.package_key(row)
            async with self.job.runtime.objects.local_copy(key, self.job.work_dir) as archive:
                await self._child("split", {"archive": str(archive), "folder": str(self.folder)})
            await self._advance(VoiceEvent.ANNOTATE, "The recordings are listened to.")
        else:
            await self._collect(row)
        return None

    async def check(self) -> JsonValue:
        """Look at every recording; keep those that are good, and end the job here where they are too few."""
        row = await self._seen()
        if not self.folder.is_dir():
            await self.prepare()
        answer = await self._child("check", {"folder": str(self.folder), "language": row.speech_language})
        least_s, most_s = least_and_most_s(JobType(row.job_type), self.job.runtime.settings.voice_durations)
        audit = Audit.of(answer, least_s, most_s)
        if audit.refusal is None:
            folder = uploads.checked_folder(row, self.job.job_id)
            await store_checked(self.job.runtime.objects, folder, audit, self.folder)
        async with self.job.transaction() as context:
            kept = await self._row(context)
            result = assess(list(audit.reports), row.speech_language)
            kept.report = {
                **audit.to_json(int(context.now().timestamp())),
                "assess_result": result.to_wire() if result is not None else None,
            }
            VoiceJobRepository(context).touch(kept)
            if audit.refusal is not None:
                raise _KeepReport(audit.refusal)
            note(kept, context.now(), f"The recordings were checked: {audit.summary}")
        return None

    async def _collect(self, row: VoiceJob) -> None:
        objects = self.job.runtime.objects
        async with self.job.transaction(read_only=True) as context:
            there = await uploads.recorded_segments(context, row)
        async with AsyncExitStack() as stack:
            segments = []
            for index in sorted(there):
                key = uploads.audio_key(row, index)
                path = await stack.enter_async_context(objects.local_copy(key, self.job.work_dir))
                text = await uploads.segment_text(objects, row, index)
                segments.append({"name": f"sentence {index}", "path": str(path), "text": text})
            await self._child("collect", {"segments": segments, "folder": str(self.folder)})

    async def _child(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        return await self.job.child(f"{_WORK}:{function}", payload, _LIMITS)

    async def _advance(self, event: VoiceEvent, message: str) -> None:
        async with self.job.transaction() as context:
            row = await self._row(context)
            if row.can(event):
                row.advance(event)
                note(row, context.now(), message)
                VoiceJobRepository(context).touch(row)

    async def _seen(self) -> VoiceJob:
        async with self.job.transaction(read_only=True) as context:
            return await self._row(context)

    async def _row(self, context: Context) -> VoiceJob:
        return await row_of(context, self.job.subject_id, self.job.job_id)


async def row_of(context: Context, subject_id: str, run_id: str) -> VoiceJob:
    """The row that a run works for. Raises JobCancelledError: it was deleted, or another run works for it."""
    row = await VoiceJobRepository(context).find(subject_id)
    if row is None or row.run_id != run_id:
        raise JobCancelledError
    return row


class _KeepReport(JobError):
    """Too little is good; the report that says why is kept."""

    keep_changes = True

    def __init__(self, message: str) -> None:
        super().__init__(REFUSED, message)


async def end_audit(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await VoiceJobRepository(context).find(subject_id)
    if row is None or not row.can(VoiceEvent.REFUSED):
        return
    VoiceJobRepository(context).touch(row)
    if outcome.state is JobState.SUCCEEDED:
        await after_audit(context, row)
        return
    message = outcome.error_msg or "The job was stopped."
    row.error_code, row.error_msg = outcome.error_code or INTERNAL_ERROR, message[:2048]
    if row.can(VoiceEvent.NOT_SPLIT):
        row.advance(VoiceEvent.NOT_SPLIT)
    elif outcome.error_code == REFUSED:
        row.advance(VoiceEvent.REFUSED)
        row.reject_times += 1
    else:
        row.advance(VoiceEvent.FAILED)
    note(row, context.now(), "The check of the recordings failed.", reason=message)
    await release_voice(context, row)


AUDIT = JobKind(run=run_audit, ended=end_audit)
