"""A trained voice on the bill: it takes a package when published, and lives as long as that is paid."""

from __future__ import annotations

from greenroom.billing.metering import Usage, charge, release, reserve, take_back
from greenroom.runtime import Context
from greenroom.voices.modeling.editions import EDITIONS, JobType
from greenroom.voices.modeling.models import VoiceJob


def charge_key(job_id: str) -> str:
    """One charge a job, however often it is committed."""
    return f"voice:{job_id}"


async def reserve_voice(context: Context, row: VoiceJob) -> None:
    """Raises billing's InsufficientResourcesError and UserQuotaError: no more voices may be made."""
    await reserve(context, charge_key(row.id), EDITIONS[JobType(row.job_type)].item, quantity=1)


async def charge_voice(context: Context, row: VoiceJob) -> None:
    """In the transaction that makes the voice an asset."""
    await charge(
        context,
        Usage(
            key=charge_key(row.id),
            item=EDITIONS[JobType(row.job_type)].item,
            quantity=1,
            subject_id=row.id,
            asset_id=row.asset_id,
            app_user_id=row.app_user_id,
        ),
    )


async def release_voice(context: Context, row: VoiceJob) -> None:
    """It was refused or deleted. What it made stays, and stays charged."""
    await release(context, charge_key(row.id))


async def take_voice_back(context: Context, row: VoiceJob) -> None:
    """It failed: it costs nothing."""
    await take_back(context, charge_key(row.id))
