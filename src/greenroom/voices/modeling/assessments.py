"""Short jobs: is a recording good enough? Nothing is trained, and nothing is charged."""

from __future__ import annotations

from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JobSubmission, JsonValue
from greenroom.jobs.errors import JobCancelledError
from greenroom.jobs.models import JobState
from greenroom.runtime import Context
from greenroom.voices.modeling.assessing import assess
from greenroom.voices.modeling.editions import durations
from greenroom.voices.modeling.errors import (
    AssessmentNotFoundError,
    MaterialMissingError,
    VoiceJobStateError,
)
from greenroom.voices.modeling.models import VoiceAssessment, VoiceState, speech_language
from greenroom.voices.modeling.repository import AssessmentRepository
from greenroom.voices.modeling.uploads import SEGMENT_BYTES
from greenroom.voices.modeling.wire import (
    AssessResult,
    CreateShortJobReq,
    CreateShortJobResponse,
    ShowShortJobResponse,
)
from greenroom.voices.recordings.faults import RecordingReport

_LIMITS = ChildLimits(memory_mb=3000, seconds=300)
_NAME = "the recording"
_REASON_CHARACTERS = 256


async def create_short_job(context: Context, body: CreateShortJobReq) -> CreateShortJobResponse:
    row = VoiceAssessment(language=body.language, state=VoiceState.CREATING)
    await AssessmentRepository(context).add(row)
    url = context.upload_url(row.object_key, max_bytes=SEGMENT_BYTES)
    return CreateShortJobResponse(job_id=row.id, data_uploading_url=url)


async def commit_short_job(context: Context, job_id: str) -> None:
    """Look at the recording; one that was looked at may be replaced and committed again.

    Raises:
        AssessmentNotFoundError: no such job.
        VoiceJobStateError: it is at work.
        MaterialMissingError: nothing was uploaded.
    """
    rows = AssessmentRepository(context)
    row = await rows.find_locked(job_id)
    if row is None:
        raise AssessmentNotFoundError(job_id)
    if row.state == VoiceState.PROCESSING:
        raise VoiceJobStateError(f"the short job {job_id} is at work: wait for its end")
    if not await context.objects.exists(row.object_key):
        raise MaterialMissingError("nothing was uploaded: PUT a recording to data_uploading_url")
    assert context.runtime.jobs is not None, "the server runs no job engine"
    row.state, row.run_id = VoiceState.PROCESSING, context.new_id()
    row.report = row.error_code = row.error_msg = None
    rows.touch(row)
    await context.runtime.jobs.submit(context, JobSubmission(row.run_id, "voices.assess", row.id))


async def show_short_job(context: Context, job_id: str) -> ShowShortJobResponse:
    """Raises AssessmentNotFoundError."""
    row = await AssessmentRepository(context).find(job_id)
    if row is None:
        raise AssessmentNotFoundError(job_id)
    return ShowShortJobResponse(
        job_id=row.id,
        state=row.state,
        job_failed_code=row.error_code,
        job_failed_reason=(row.error_msg or "")[:_REASON_CHARACTERS] or None,
        create_time=int(row.created_at.timestamp()),
        lastupdate_time=int(row.updated_at.timestamp()),
        assess_result=_result(row),
    )


def _result(row: VoiceAssessment) -> AssessResult | None:
    if row.report is None:
        return None
    return assess([RecordingReport.from_json(row.report)], speech_language(row.language))


async def run_assessment(job: JobContext) -> None:
    async def look() -> JsonValue:
        async with job.transaction(read_only=True) as context:
            row = await _row(context, job.subject_id)
        objects = job.runtime.objects
        longest_s = durations(job.runtime.settings.voice_durations)["short_assess_max"]
        async with objects.local_copy(row.object_key, job.work_dir) as path:
            payload = {
                "path": str(path),
                "name": _NAME,
                "text": None,
                "language": speech_language(row.language),
                "longest_s": longest_s,
            }
            report = await job.child("greenroom.voices.modeling.materials:check_one", payload, _LIMITS)
        async with job.transaction() as context:
            row = await _row(context, job.subject_id)
            row.report = report
        return None

    await job.step("look", look)


async def _row(context: Context, row_id: str) -> VoiceAssessment:
    row = await AssessmentRepository(context).find(row_id)
    if row is None:
        raise JobCancelledError
    return row


async def end_assessment(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await AssessmentRepository(context).find(subject_id)
    if row is None:
        return
    AssessmentRepository(context).touch(row)
    if outcome.state is not JobState.SUCCEEDED:
        row.state = VoiceState.FAILED
        row.error_code, row.error_msg = outcome.error_code, outcome.error_msg or "The job was stopped."
        return
    row.state = VoiceState.SUCCEED
    assert row.report is not None
    report = RecordingReport.from_json(row.report)
    if not report.measures or not any(name == "snr_db" for name in report.measures):
        # Nothing could be measured, so there is no result to show.
        row.state, row.error_code = VoiceState.FAILED, "MSS.00000003"
        row.error_msg = " ".join(fault.line for fault in report.faults)[:2048]


ASSESS = JobKind(run=run_assessment, ended=end_assessment)
