"""Freezing: the asset cannot be used nor its files fetched; unfreezing brings the state before back."""

from __future__ import annotations

from datetime import datetime

from greenroom.assets.models import Asset
from greenroom.assets.states import AssetState, advance
from greenroom.db.session import Session
from greenroom.storage.holds import hold, is_held, release


async def freeze(session: Session, asset: Asset, why: tuple[str, str], now: datetime) -> None:
    """Freeze an asset, also in the recycle bin. Twice is as once.

    Args:
        why: the reason's code, and its text for the tenant.
    """
    if asset.state_before_block is not None or asset.state == AssetState.DELETED:
        return
    if asset.state == AssetState.DELETING:
        asset.state_before_block = asset.state_before_bin or AssetState.CREATING
        asset.state_before_bin = AssetState.BLOCK
    else:
        asset.state_before_block = asset.state
        asset.state = advance(AssetState(asset.state), AssetState.BLOCK)
    asset.block_reason_code, asset.reason = why[0][:256], why[1][:256]
    asset.updated_at = now
    await hold(session, held_keys(asset), why[1], now)


async def unfreeze(session: Session, asset: Asset, now: datetime) -> None:
    """Bring back the state before the freezing; out of the recycle bin, the one before the deletion.

    Service overview, table 4-14.
    """
    before = asset.state_before_block
    if before is None or asset.state == AssetState.DELETED:
        return
    asset.state = advance(AssetState(asset.state), AssetState(before))
    asset.state_before_bin = asset.state_before_block = None
    asset.block_reason_code = asset.reason = None
    if asset.state == AssetState.CREATING:
        asset.waiting_since = now
    asset.updated_at = now
    await release(session, held_keys(asset))


def settle(asset: Asset, state: AssetState) -> None:
    """Give an asset the state that it has beneath a freeze or the recycle bin."""
    if asset.state_before_block is not None:
        asset.state_before_block = state
    elif asset.state == AssetState.DELETING:
        asset.state_before_bin = state
    else:
        asset.state = advance(AssetState(asset.state), state)


def underlying(asset: Asset) -> AssetState:
    """The state beneath a freeze or the recycle bin."""
    if asset.state_before_block is not None:
        return AssetState(asset.state_before_block)
    if asset.state == AssetState.DELETING:
        return AssetState(asset.state_before_bin or AssetState.CREATING)
    return AssetState(asset.state)


async def is_withheld(session: Session, asset: Asset) -> bool:
    """Whether it, the task that made it or its whole tenant is frozen: nobody else may take it over then."""
    return await is_held(session, f"assets/{asset.project_id}/{asset.id}")


def held_keys(asset: Asset) -> list[str]:
    """Where the files of an asset are, or will be."""
    keys = {file.object_key for file in asset.files if file.object_key is not None}
    return sorted({f"assets/{asset.project_id}/{asset.id}", *keys})
