"""Finished videos are PUT to the address that their order names (`video_config.output_external_url`).

As callbacks are: each attempt is a durable job of its own, so a crash loses none, and no worker waits while
the receiver is away. The video is the tenant's asset first and stays so, whatever becomes of the delivery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from greenroom.callbacks.service import pause_after
from greenroom.jobs.engine import JobOutcome, JobSubmission
from greenroom.jobs.models import JobState
from greenroom.outgoing import Outgoing
from greenroom.runtime import Context
from greenroom.scripts.wire import VideoConfig
from greenroom.video.deliveries.models import DeliveryState, VideoDelivery
from greenroom.video.deliveries.repository import VideoDeliveryRepository
from greenroom.video.wire import ExternalOutput

log = structlog.get_logger(__name__)

KIND = "video.deliver"
FIELD = "video_config.output_external_url"
REFUSED = "MSS.10000003"
"""Error code of an attempt that would end in the same way again."""


def wanted_address(context: Context, video: VideoConfig | None) -> str | None:
    """Raises AddressRefusedError: it is none that may be sent to. Its name is looked up when it is sent."""
    url = video.output_external_url if video is not None else None
    if url is not None:
        Outgoing.of(context.settings).check(FIELD, url)
    return url


async def keep_delivery(context: Context, job_id: str, url: str | None) -> None:
    """Remember where the video goes when it is made."""
    if url is None:
        return
    row = VideoDelivery(id=job_id, state=DeliveryState.WAITING)
    row.host = (urlsplit(url).hostname or "")[:256]
    row.address = context.runtime.vault.encrypt(url, job_id)
    await VideoDeliveryRepository(context).add(row)


async def address_of(context: Context, job_id: str) -> str | None:
    """Where the video of a job goes."""
    row = await VideoDeliveryRepository(context).find(job_id)
    return None if row is None else opened(context, row)


def opened(context: Context, row: VideoDelivery) -> str:
    """The URL of a delivery, which is a secret."""
    return context.runtime.vault.decrypt(row.address, row.id)


async def shown_delivery(context: Context, job_id: str) -> ExternalOutput | None:
    """What the task says of it."""
    row = await VideoDeliveryRepository(context).find(job_id)
    if row is None:
        return None
    return ExternalOutput(state=row.state, host=row.host, attempts=row.attempts, error_msg=row.fault)


async def send_out(context: Context, job_id: str) -> None:
    """The video is made: send it, once, if it goes anywhere. Part of the caller's transaction."""
    row = await VideoDeliveryRepository(context).find(job_id)
    if row is None or row.state != DeliveryState.WAITING:
        return
    row.advance(DeliveryState.UPLOADING)
    row.due_at = context.now()
    VideoDeliveryRepository(context).touch(row)
    await _submit(context, row, 0.0)


async def end_attempt(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """`JobKind.ended` of one attempt: the video has arrived, or is sent again later, or is given up."""
    repository = VideoDeliveryRepository(context)
    row = await repository.find_locked(subject_id)
    if row is None or row.state != DeliveryState.UPLOADING:
        return
    repository.touch(row)
    if outcome.state is JobState.SUCCEEDED:
        row.advance(DeliveryState.SUCCEED)
        row.fault = None
        return
    row.attempts += 1
    row.fault = (outcome.error_msg or "it was stopped")[:512]
    pause_s = pause_after(row.attempts, context.settings.callback_first_retry_s)
    assert row.due_at is not None, "it is due"
    last_at = row.due_at + timedelta(seconds=context.settings.callback_retry_s)
    if outcome.error_code == REFUSED or context.now() + timedelta(seconds=pause_s) > last_at:
        row.advance(DeliveryState.FAILED)
        log.warning("a delivery was given up", job_id=row.id, host=row.host, fault=row.fault)
        return
    await _submit(context, row, pause_s)


async def forget_deliveries(context: Context, job_ids: Sequence[str]) -> None:
    """The tasks are deleted: so is where their videos went."""
    for row in await VideoDeliveryRepository(context).of_videos(job_ids):
        await VideoDeliveryRepository(context).remove(row)


async def _submit(context: Context, row: VideoDelivery, delay_s: float) -> None:
    assert context.runtime.jobs is not None, "the server runs no job engine"
    job_id = f"{row.id}-out-{row.attempts + 1}"
    await context.runtime.jobs.submit(context, JobSubmission(job_id, KIND, row.id, delay_s))
