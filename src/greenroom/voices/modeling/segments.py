"""Online recording, sentence by sentence: each recording is checked at once, and confirmed or read again."""

from __future__ import annotations

from greenroom.runtime import Context
from greenroom.voices.modeling import uploads
from greenroom.voices.modeling.errors import MaterialMissingError, VoiceJobNotFoundError, VoiceJobStateError
from greenroom.voices.modeling.listening import listener
from greenroom.voices.modeling.logs import note
from greenroom.voices.modeling.models import VoiceJob, VoiceState
from greenroom.voices.modeling.repository import VoiceJobRepository
from greenroom.voices.modeling.wire import ConfirmTrainingSegmentResponse, ShowTrainingSegmentInfoResponse
from greenroom.voices.recordings import limits
from greenroom.voices.recordings.faults import RecordingReport


async def confirm_training_segment(
    context: Context, job_id: str, index: int
) -> ConfirmTrainingSegmentResponse:
    """Check the recording that was uploaded for a sentence; takes a second or two.

    Raises:
        VoiceJobNotFoundError: no such job.
        VoiceJobStateError: it takes no recordings now, or is not of the type SEGMENT.
        MaterialMissingError: nothing was uploaded at this index, or there is no such index.
    """
    row = await _recording_job(context, job_id)
    if index >= row.segment_count:
        raise MaterialMissingError(
            f"index is {index}: the job has the sentences 0 to {row.segment_count - 1}"
        )
    etag = (await uploads.recorded_segments(context, row)).get(index)
    if etag is None:
        raise MaterialMissingError(
            f"nothing was uploaded for the sentence {index}: PUT its recording to "
            f"audio_uploading_url[{index}]"
        )
    text = await uploads.segment_text(context.objects, row, index)
    await context.commit()  # listening takes a second or more, and the database must not wait for it
    async with context.objects.local_copy(uploads.audio_key(row, index), context.settings.work_dir) as path:
        report = await listener().check(
            context.runtime,
            {
                "path": str(path),
                "name": f"sentence {index}",
                "text": text,
                "language": row.speech_language,
                "longest_s": limits.LONGEST_SENTENCE_S,
            },
        )
    await _keep(context, job_id, index, etag, report)
    return ConfirmTrainingSegmentResponse(
        confirm_result=report.is_fit,
        unmatched_index_hit=list(report.unmatched),
        faults=report.to_json()["faults"] or None,
    )


async def show_training_segment_info(context: Context, job_id: str) -> ShowTrainingSegmentInfoResponse:
    """The sentences whose recordings are good; one that was replaced since has to be confirmed again.

    Raises VoiceJobNotFoundError.
    """
    row = await VoiceJobRepository(context).find(job_id)
    if row is None:
        raise VoiceJobNotFoundError(job_id)
    return ShowTrainingSegmentInfoResponse(confirmed_index=await confirmed(context, row))


async def confirmed(context: Context, row: VoiceJob) -> list[int]:
    """The indexes of the recordings that were found good and are still the same."""
    there = await uploads.recorded_segments(context, row)
    return sorted(index for index, etag in there.items() if row.confirmed.get(str(index)) == etag)


async def _keep(context: Context, job_id: str, index: int, etag: str, report: RecordingReport) -> None:
    rows = VoiceJobRepository(context)
    row = await rows.find_locked(job_id)
    if row is None:
        raise VoiceJobNotFoundError(job_id)
    kept = {key: value for key, value in row.confirmed.items() if key != str(index)}
    row.confirmed = {**kept, str(index): etag} if report.is_fit else kept
    if not report.is_fit:
        reason = " ".join(fault.line for fault in report.faults)
        note(row, context.now(), f"Sentence {index} is to be read again.", reason=reason)
    rows.touch(row)


async def _recording_job(context: Context, job_id: str) -> VoiceJob:
    row = await VoiceJobRepository(context).find(job_id)
    if row is None:
        raise VoiceJobNotFoundError(job_id)
    if row.create_type != "SEGMENT":
        raise VoiceJobStateError(
            f"the job {job_id} takes a package: sentences are confirmed in a job with create_type SEGMENT"
        )
    if not VoiceState(row.state).takes_files:
        raise VoiceJobStateError(f"the job {job_id} is {row.state} and takes no recordings now")
    return row
