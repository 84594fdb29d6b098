"""Who else may see and use an asset: projects that its owner names, until a day that the owner chooses."""

from __future__ import annotations

from datetime import datetime, timedelta

from greenroom.assets.models import Asset, AssetShare
from greenroom.assets.repository import AssetRepository
from greenroom.assets.wire import AssetSharedConfig
from greenroom.clock import parse_wire_time, wire_time
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context

DEFAULT_LIFE = timedelta(days=30)
MAX_PROJECTS = 100


async def share(context: Context, asset: Asset, config: AssetSharedConfig | None) -> None:
    """Make the asset's shares what the configuration says; None takes them away.

    Raises:
        InvalidParameterError: shared with everybody, with nobody, or until a time that is over.
    """
    kind = config.shared_type if config is not None else "PRIVATE"
    if kind == "PUBLIC":
        raise InvalidParameterError(
            "shared_config.shared_type PUBLIC is the operator's alone: send SHARED with allowed_project_ids"
        )
    if config is None or kind != "SHARED":
        asset.shared_config = {"shared_type": "PRIVATE"}
        await AssetRepository(context).replace_shares(asset.id, [])
        return
    projects = [one for one in dict.fromkeys(config.allowed_project_ids or []) if one != asset.project_id]
    if not 1 <= len(projects) <= MAX_PROJECTS:
        raise InvalidParameterError(
            f"shared_config.allowed_project_ids names {len(projects)} others: send 1 to {MAX_PROJECTS}"
        )
    until = parse_wire_time(config.expire_time) if config.expire_time else default_expiry(context.now())
    if until <= context.now():
        raise InvalidParameterError("shared_config.expire_time is over: send a time to come")
    asset.shared_config = {
        "shared_type": "SHARED",
        "expire_time": wire_time(until),
        "allowed_project_ids": projects,
    }
    rows = [AssetShare(asset_id=asset.id, project_id=one, expires_at=until) for one in projects]
    await AssetRepository(context).replace_shares(asset.id, rows)


def default_expiry(now: datetime) -> datetime:
    """Today and 30 days, at 23:59:59 (contract: flows.md, section 2)."""
    return (now + DEFAULT_LIFE).replace(hour=23, minute=59, second=59, microsecond=0)
