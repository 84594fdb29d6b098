"""Tells the receiver of a video's callback how it ended, as the contract's `CallBackConfig` says."""

from __future__ import annotations

from greenroom.callbacks.service import send_callback
from greenroom.runtime import Context
from greenroom.video.models import VideoJob, VideoState


async def tell_end(context: Context, job: VideoJob) -> None:
    """In the transaction that ends the job. A cancelled one is FAILED: the contract knows two results."""
    has_succeeded = job.state == VideoState.SUCCEED
    body = {
        "result": "SUCCEED" if has_succeeded else "FAILED",
        "asset_id": job.asset_id if has_succeeded else None,
        "job_id": job.id,
    }
    await send_callback(context, job.id, body)
