"""A video on the bill: its minutes are charged when it is published, and not at all when it is not."""

from __future__ import annotations

from collections.abc import Sequence

from greenroom.assets.errors import AssetNotFoundError
from greenroom.assets.service import require_asset
from greenroom.billing.metering import Usage, charge, release, reserve, take_back
from greenroom.billing.money import minute_steps
from greenroom.billing.products import Item
from greenroom.runtime import Context
from greenroom.video.models import VideoJob
from greenroom.video.plan import AvatarPlan


def charge_key(job_id: str) -> str:
    """One charge a job."""
    return f"video:{job_id}"


async def reserve_video(context: Context, job_id: str, avatars: Sequence[AvatarPlan]) -> None:
    """Raises billing's InsufficientResourcesError: the tenant or the user may make no more."""
    items = {await _item_of(context, avatar.asset_id) for avatar in avatars}
    # A minute is sold for a whole video: one avatar of the usual kind makes it a usual one.
    await reserve(context, charge_key(job_id), items.pop() if len(items) == 1 else Item.VIDEO)


async def charge_video(context: Context, job: VideoJob) -> None:
    """In the transaction that makes the video an asset."""
    assert job.duration_s is not None, "the video is made"
    await charge(
        context,
        Usage(
            key=charge_key(job.id),
            item=Item.VIDEO,
            quantity=minute_steps(job.duration_s),
            subject_id=job.id,
            app_user_id=job.app_user_id,
        ),
    )


async def release_video(context: Context, job_id: str) -> None:
    """It was cancelled while it waited."""
    await release(context, charge_key(job_id))


async def take_video_back(context: Context, job_id: str) -> None:
    """It failed: it costs nothing, even where it failed after it was published."""
    await take_back(context, charge_key(job_id))


async def _item_of(context: Context, avatar_asset_id: str) -> Item:
    try:
        avatar = await require_asset(context, avatar_asset_id)
    except AssetNotFoundError:  # a built-in one
        return Item.VIDEO
    meta = avatar.extra_meta.get("human_model_2d_meta") or {}
    return Item.VIDEO_FLEXUS if meta.get("is_flexus") else Item.VIDEO
