"""Content review of video orders, and freezing of the tasks.

Refused texts make no order. A doubtful order waits, `WAITING` as any other, until a person has decided. The
recordings that drive scenes are listened to by a job of their own, before the video's.
"""

from __future__ import annotations

from typing import Any

from greenroom.db.session import Session
from greenroom.engines.protocols import Decision
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JobSubmission, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.jobs.repository import JobRepository
from greenroom.jobs.running import INTERNAL_ERROR, USERS_FAULT
from greenroom.moderation import service as moderation
from greenroom.moderation.errors import ContentRefusedError, ReviewStateError
from greenroom.moderation.service import FileKind, Subject
from greenroom.moderation.subjects import Moderated, Place, subject_of
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.scripts.texts import texts_of
from greenroom.storage.holds import hold, release
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.charging import release_video
from greenroom.video.models import VideoJob, VideoState
from greenroom.video.notifying import tell_end
from greenroom.video.plan import VideoPlan
from greenroom.video.queueing import submit_render
from greenroom.video.repository import VideoJobRepository, job_of_any_tenant
from greenroom.video.subtitles import SubtitleOrder
from greenroom.video.vocabulary import said_texts
from greenroom.video.wire import Create2DDigitalHumanVideoReq

KIND = "task"
TEXTS, RECORDINGS = "texts", "recordings"


def review_job_id(job_id: str) -> str:
    """Of the durable job that listens to the recordings of a video job."""
    return f"review-{job_id}"


async def review_order(
    context: Context, content: Create2DDigitalHumanVideoReq, subtitles: SubtitleOrder | None = None
) -> Verdict:
    """Its texts, before anything is made. Raises ContentRefusedError."""
    name = content.output_asset_config.asset_name if content.output_asset_config else None
    texts = {"output_asset_config.asset_name": name, **texts_of(content.shoot_scripts or [])}
    texts |= await said_texts(context, content)
    texts |= subtitles.texts if subtitles is not None else {}
    return await moderation.require_allowed(context, texts, _config(content))


async def enqueue(
    context: Context, job: VideoJob, content: Create2DDigitalHumanVideoReq, texts: Verdict
) -> None:
    """Send a new job to where it goes on: to people, to be listened to, or to be rendered."""
    is_doubtful = moderation.is_for_people(context, texts)
    if is_doubtful:
        await moderation.ask_people(context, _subject(job), TEXTS, texts)
    if (_recordings(job) or _photo(job)) and await moderation.is_reviewed(context, _config(content)):
        await _submit(context, JobSubmission(review_job_id(job.id), "video.review", job.id))
    elif not is_doubtful:
        await render(context, job)


async def render(context: Context, job: VideoJob) -> None:
    """Nothing is left to be reviewed."""
    await submit_render(context, job)


async def _submit(context: Context, submission: JobSubmission) -> None:
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, submission)


async def stop_waiting(context: Context, job: VideoJob, failure: tuple[str, str] | None = None) -> None:
    """End a job that waits, as FAILED with a code and a text or else as CANCELED; it costs nothing."""
    job.advance(VideoState.FAILED if failure else VideoState.CANCELED)
    job.ended_at = context.now()
    if failure is not None:
        job.error_code, job.error_msg = failure[0], failure[1][:2048]
    VideoJobRepository(context).touch(job)
    await moderation.withdraw(context, KIND, job.id)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    for job_id in (review_job_id(job.id), job.id):
        await context.runtime.jobs.request_cancel(context, job_id)
    await release_video(context, job.id)
    await tell_end(context, job)
    prefix = job.prefix

    async def delete() -> None:
        await context.objects.delete_prefix(prefix)

    context.after_commit(delete)


async def run_review(job: JobContext) -> None:
    """Listen to the recordings one after the other, and ask people about what is doubtful."""
    listening = _Listening(job)
    recordings = await listening.recordings()
    verdict = Verdict()
    for count, (number, key) in enumerate(recordings):
        job.share(count / len(recordings), (count + 1) / len(recordings))
        heard = await job.step(f"hear-{count}", listening.hear, number, key)
        verdict = verdict.joined(Verdict.from_json(heard))
    photo = await listening.photo()
    if photo is not None:
        seen = await job.step("photo", listening.look, photo)
        verdict = verdict.joined(Verdict.from_json(seen))
    await job.step("conclude", listening.conclude, verdict.to_json())


class _Listening:
    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def recordings(self) -> list[tuple[int, str]]:
        async with self._job.transaction(read_only=True) as context:
            row = await VideoJobRepository(context).find(self._job.subject_id)
            if row is None:
                raise JobCancelledError
            return _recordings(row)

    async def photo(self) -> str | None:
        async with self._job.transaction(read_only=True) as context:
            row = await VideoJobRepository(context).find(self._job.subject_id)
            return _photo(row) if row is not None else None

    async def look(self, key: str) -> JsonValue:
        """The verdict on the photo that is to speak."""
        async with self._job.transaction(read_only=True) as context:
            payload = await moderation.file_payload(context, FileKind("picture", has_picture=True))
        try:
            async with self._job.runtime.objects.local_copy(key, self._job.work_dir) as path:
                payload["path"] = str(path)
                answer = await self._job.child(moderation.REVIEW_TARGET, payload, moderation.FILE_LIMITS)
        except ObjectNotFoundError:
            raise JobError("MSS.10001004", "the photo was deleted before the video was made") from None
        except JobError as error:
            if error.error_code == USERS_FAULT:
                raise JobError(error.error_code, f"human_image: {error.message}") from error
            return Verdict.of_failure(f"human_image: {error.message}").to_json()
        return Verdict.from_json(answer).within("human_image").to_json()

    async def hear(self, number: int, key: str) -> JsonValue:
        """The verdict on one recording."""
        field = f"the recording of the scene with sequence_no {number}"
        async with self._job.transaction(read_only=True) as context:
            payload = await moderation.file_payload(context, FileKind("sound", has_sound=True))
        try:
            async with self._job.runtime.objects.local_copy(key, self._job.work_dir) as path:
                payload["path"] = str(path)
                answer = await self._job.child(moderation.REVIEW_TARGET, payload, moderation.FILE_LIMITS)
        except ObjectNotFoundError:
            raise JobError("MSS.10001004", f"{field} was deleted before the video was made") from None
        except JobError as error:
            if error.error_code == USERS_FAULT:
                raise JobError(error.error_code, f"{field}: {error.message}") from error
            return Verdict.of_failure(f"{field}: {error.message}").to_json()
        return Verdict.from_json(answer).within(f"the scene with sequence_no {number}").to_json()

    async def conclude(self, answer: dict[str, Any]) -> JsonValue:
        verdict = Verdict.from_json(answer)
        if verdict.decision is Decision.REFUSE:
            raise JobError(
                ContentRefusedError.error_code,
                f"a file of the order does not pass the content review ({verdict.reason}): change it",
            )
        async with self._job.transaction() as context:
            row = await VideoJobRepository(context).find_locked(self._job.subject_id)
            waits = row is not None and row.state == VideoState.WAITING
            if row is not None and waits and moderation.is_for_people(context, verdict):
                await moderation.ask_people(context, _subject(row), RECORDINGS, verdict)
        return None


async def end_review(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """The video is rendered now, or waits for people, or has failed."""
    row = await VideoJobRepository(context).find_locked(subject_id)
    if row is None or row.state != VideoState.WAITING:
        return
    if outcome.state is not JobState.SUCCEEDED:
        failure = (outcome.error_code or INTERNAL_ERROR, outcome.error_msg or "The review was stopped.")
        await stop_waiting(context, row, failure)
    elif not await moderation.waits_for_people(context, KIND, row.id):
        await render(context, row)


REVIEW = JobKind(run=run_review, ended=end_review)


class VideoTasks:
    """`subjects.Moderated` of video jobs."""

    async def find(self, session: Session, subject_id: str) -> Place | None:
        row = await job_of_any_tenant(session, subject_id)
        return None if row is None else Place(row.tenant_id, row.project_id)

    async def approve(self, context: Context, subject_id: str) -> None:
        """The video is rendered, unless its recordings are still listened to."""
        row = await _require(context, subject_id)
        if row.state == VideoState.WAITING and not await _is_listened_to(context, row):
            await render(context, row)

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None:
        row = await _require(context, subject_id)
        if row.state == VideoState.WAITING:
            message = f"The video did not pass the content review: {reason}"
            await stop_waiting(context, row, (ContentRefusedError.error_code, message))

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        """A finished task becomes BLOCK; one that still runs is stopped, or its video is born frozen."""
        row = await _require(context, subject_id)
        await hold(context.session, [f"assets/{row.project_id}/{row.asset_id}"], reason, context.now())
        if row.state == VideoState.SUCCEED:
            row.advance(VideoState.BLOCK)
            await _asset(context, row, "freeze", code, reason)
        elif row.state == VideoState.WAITING:
            await stop_waiting(context, row, (ReviewStateError.error_code, f"The task was frozen: {reason}"))
        elif row.state == VideoState.PROCESSING:
            assert context.runtime.jobs is not None, "the server runs no job engine"
            await context.runtime.jobs.request_cancel(context, row.id)
        VideoJobRepository(context).touch(row)

    async def unfreeze(self, context: Context, subject_id: str) -> None:
        row = await _require(context, subject_id)
        await release(context.session, [f"assets/{row.project_id}/{row.asset_id}"])
        if row.state == VideoState.BLOCK:
            row.advance(VideoState.SUCCEED)
        await _asset(context, row, "unfreeze")
        VideoJobRepository(context).touch(row)


async def _is_listened_to(context: Context, job: VideoJob) -> bool:
    row = await JobRepository(context).find(review_job_id(job.id))
    return row is not None and not JobState(row.state).is_final


def _recordings(job: VideoJob) -> list[tuple[int, str]]:
    """Number of the scene and object key."""
    scenes = VideoPlan.from_json(job.plan).scenes
    return [(scene.number, scene.audio_key) for scene in scenes if scene.audio_key is not None]


def _photo(job: VideoJob) -> str | None:
    """Object key of the photo that is to speak."""
    photo = VideoPlan.from_json(job.plan).photo
    return photo.key if photo is not None else None


def _subject(job: VideoJob) -> Subject:
    return Subject(KIND, job.id, f"video {job.asset_name}")


def _config(content: Create2DDigitalHumanVideoReq) -> dict[str, Any] | None:
    return content.review_config.model_dump() if content.review_config else None


async def _require(context: Context, job_id: str) -> VideoJob:
    row = await VideoJobRepository(context).find_locked(job_id)
    if row is None:
        raise ReviewStateError(f"the video job {job_id} is gone")
    return row


async def _asset(context: Context, row: VideoJob, action: str, *arguments: str) -> None:
    """The same to the video's asset, if it is still there."""
    assets = subject_of("asset")
    if await assets.find(context.session, row.asset_id) is not None:
        await getattr(assets, action)(context, row.asset_id, *arguments)


VIDEO_TASKS: Moderated = VideoTasks()
