"""The durable audition job: read the text aloud in a child process and keep the sound."""

from __future__ import annotations

from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JsonValue
from greenroom.jobs.errors import JobCancelledError
from greenroom.jobs.models import JobState
from greenroom.runtime import Context
from greenroom.voices.models import Audition, AuditionState
from greenroom.voices.repository import AuditionRepository

_LIMITS = ChildLimits(memory_mb=3000, seconds=3600, silent_seconds=300)


async def run_audition(job: JobContext) -> None:
    async def speak() -> JsonValue:
        async with job.transaction(read_only=True) as context:
            row = await AuditionRepository(context).find(job.subject_id)
            if row is None:
                raise JobCancelledError
            payload, key = _payload(row), row.object_key
        path = job.work_dir / "audition.wav"
        await job.child("greenroom.voices.audition:speak", {**payload, "out": str(path)}, _LIMITS)
        await job.runtime.objects.put_file(key, path)
        return None

    await job.step("speak", speak)


def _payload(row: Audition) -> dict[str, object]:
    return {
        "text": row.text,
        "voice_id": row.voice_id,
        "speed_percent": row.speed_percent,
        "pitch_percent": row.pitch_percent,
        "volume_percent": row.volume_percent,
        "channels": row.channels,
        "vocabulary": row.vocabulary,
    }


async def end_audition(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await AuditionRepository(context).find(subject_id)
    if row is None:
        return
    if outcome.state is JobState.SUCCEEDED:
        row.advance(AuditionState.SUCCEED)
    else:
        row.advance(AuditionState.FAILED)
        row.error_code, row.error_msg = outcome.error_code, outcome.error_msg
    AuditionRepository(context).touch(row)


AUDITION = JobKind(run=run_audition, ended=end_audition)
