"""A trained avatar on the bill: it takes a package when published, and lives as long as that is paid."""

from __future__ import annotations

from greenroom.billing.metering import Usage, charge, release, reserve, take_back
from greenroom.billing.products import Item
from greenroom.modeling.models import TrainingJob
from greenroom.runtime import Context

SUCCESS_LOG = "SYSTEM_JOB_SUCCESS"


def charge_key(job_id: str) -> str:
    """One charge a job, however often its avatar is trained again."""
    return f"modeling:{job_id}"


async def reserve_training(context: Context, job: TrainingJob) -> None:
    """Raises billing's InsufficientResourcesError: the tenant or the user may make no more."""
    await reserve(context, charge_key(job.id), _item_of(job), quantity=1)


async def charge_training(context: Context, job: TrainingJob) -> None:
    """In the transaction that makes the avatar an asset."""
    await charge(
        context,
        Usage(
            key=charge_key(job.id),
            item=_item_of(job),
            quantity=1,
            subject_id=job.id,
            asset_id=job.asset_id,
            app_user_id=job.app_user_id,
        ),
    )


async def release_training(context: Context, job_id: str) -> None:
    """It was deleted. What it made stays, and stays charged."""
    await release(context, charge_key(job_id))


async def take_training_back(context: Context, job: TrainingJob) -> None:
    """It failed: it costs nothing, unless it made an avatar before and was only to make a better one."""
    if any(entry["log_type"] == SUCCESS_LOG for entry in job.operation_logs):
        await release(context, charge_key(job.id))
    else:
        await take_back(context, charge_key(job.id))


def _item_of(job: TrainingJob) -> Item:
    return Item.AVATAR_FLEXUS if job.options.get("is_flexus") else Item.AVATAR
