"""The durable job of one attempt to deliver a video."""

from __future__ import annotations

from greenroom.jobs.engine import JobContext, JobKind, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.outgoing import AddressRefusedError, Outgoing, OutgoingError, OutgoingLimits
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.deliveries.repository import VideoDeliveryRepository
from greenroom.video.deliveries.service import REFUSED, end_attempt, opened
from greenroom.video.models import VideoState
from greenroom.video.repository import VideoJobRepository

_NOT_TAKEN = "MSS.00000004"
_LIMITS = OutgoingLimits(whole_s=3600)
"""A ProRes of five minutes has several gigabytes."""
_WORTH_ANOTHER_TRY = {408, 425, 429}
"""Of the client's errors; any other will be the same the next time."""


async def run_delivery(job: JobContext) -> None:
    await job.step("deliver", _Attempt(job).deliver)


class _Attempt:
    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def deliver(self) -> JsonValue:
        """The answer's status. Raises JobError: it was not taken, whatever the reason."""
        async with self._job.transaction(read_only=True) as context:
            row = await VideoDeliveryRepository(context).find(self._job.subject_id)
            video = await VideoJobRepository(context).find(self._job.subject_id)
            if row is None or video is None:
                raise JobCancelledError
            if video.state != VideoState.SUCCEED:
                raise JobError(REFUSED, f"the video is {video.state}: it is not sent")
            url, key = opened(context, row), video.video_key
            outgoing = Outgoing.of(context.settings, _LIMITS)
        try:
            async with self._job.runtime.objects.local_copy(key, self._job.work_dir) as path:
                # No Content-Type: it would be part of some signatures, and the link was made without it.
                answer = await outgoing.put_file(url, path, {})
        except ObjectNotFoundError:
            raise JobError(REFUSED, "the video was deleted before it was sent") from None
        except AddressRefusedError as error:
            raise JobError(REFUSED, str(error)) from None
        except OutgoingError as error:
            raise JobError(_NOT_TAKEN, str(error)) from None
        if not 200 <= answer.status < 300:
            is_final = 400 <= answer.status < 500 and answer.status not in _WORTH_ANOTHER_TRY
            code = REFUSED if is_final else _NOT_TAKEN
            raise JobError(code, f"the receiver answered {answer.status}; 200 to 299 means taken")
        return answer.status


DELIVER = JobKind(run=run_delivery, ended=end_attempt)
