"""Photo detection: asked for, shown, and the durable job that looks at the photo."""

from __future__ import annotations

from greenroom.api.wire import ErrorResponse
from greenroom.clock import wire_time
from greenroom.errors import NotFoundError
from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JobSubmission, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.portraits.pictures import take_picture
from greenroom.runtime import Context
from greenroom.video.errors import QueueFullError
from greenroom.video.photo.models import DetectionState, PhotoDetection
from greenroom.video.photo.repository import PhotoDetectionRepository
from greenroom.video.photo.wire import (
    CreatePhotoDetectionReq,
    CreatePhotoDetectionResponse,
    ShowPhotoDetectionResponse,
)

WAITING_PER_TENANT = 20
PHOTO_REFUSED = "MSS.00000003"
_LIMITS = ChildLimits(memory_mb=3000, seconds=300)


class DetectionNotFoundError(NotFoundError):
    """No photo detection of the project has this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no photo detection has the id {job_id}: create_photo_detection makes one")


async def create_photo_detection(
    context: Context, body: CreatePhotoDetectionReq
) -> CreatePhotoDetectionResponse:
    """Put a photo into the queue to be looked at.

    Raises:
        PictureError: it is no picture.
        QueueFullError: as many photos wait as the service takes.
    """
    repository = PhotoDetectionRepository(context)
    if await repository.count_waiting() >= WAITING_PER_TENANT:
        raise QueueFullError(f"{WAITING_PER_TENANT} photos are waiting already: wait for one to be looked at")
    picture = await take_picture(context, "human_image", body.human_image)
    row = PhotoDetection(id=context.new_id(), state=DetectionState.WAITING, project_id=context.project_id)
    await context.objects.put_bytes(row.photo_key, picture.data)
    await repository.add(row)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, JobSubmission(row.id, "video.detect-photo", row.id))
    return CreatePhotoDetectionResponse(job_id=row.id)


async def show_photo_detection(context: Context, job_id: str) -> ShowPhotoDetectionResponse:
    """Raises DetectionNotFoundError."""
    row = await PhotoDetectionRepository(context).find(job_id)
    if row is None:
        raise DetectionNotFoundError(job_id)
    return ShowPhotoDetectionResponse(
        job_id=row.id,
        state=row.state,
        error_info=ErrorResponse.of(row.error_code, row.error_msg or "") if row.error_code else None,
        create_time=wire_time(row.created_at),
    )


async def run_detection(job: JobContext) -> None:
    async def look() -> JsonValue:
        async with job.transaction() as context:
            row = await PhotoDetectionRepository(context).find(job.subject_id)
            if row is None:
                raise JobCancelledError
            if row.state == DetectionState.WAITING:
                row.advance(DetectionState.PROCESSING)
            key = row.photo_key
        async with job.runtime.objects.local_copy(key, job.work_dir) as path:
            return await job.child("greenroom.portraits.looking:check", {"path": str(path)}, _LIMITS)

    found = await job.step("look", look)
    if found["text"]:
        raise JobError(PHOTO_REFUSED, found["text"])


async def end_detection(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    row = await PhotoDetectionRepository(context).find(subject_id)
    if row is None or DetectionState(row.state).is_final:
        return
    if outcome.state is JobState.SUCCEEDED:
        row.advance(DetectionState.SUCCEED)
    else:
        row.advance(DetectionState.FAILED)
        row.error_code = outcome.error_code or "MSS.00000004"
        row.error_msg = (outcome.error_msg or "The job was stopped.")[:2048]
    PhotoDetectionRepository(context).touch(row)
    key = row.photo_key

    async def tidy() -> None:
        await context.objects.delete(key)

    context.after_commit(tidy)


DETECT = JobKind(run=run_detection, ended=end_detection)
