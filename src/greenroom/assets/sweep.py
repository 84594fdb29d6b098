"""Clean-up that time brings: uploads nobody confirmed, main files that never came, automatic operations."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from greenroom.assets.freezing import freeze
from greenroom.assets.models import Asset
from greenroom.assets.repository import (
    assets_with_automation,
    overdue_assets,
    overdue_transfers,
    release_all_claims,
)
from greenroom.assets.states import AssetState, FileCategory, FileState, TransferState, advance
from greenroom.clock import parse_wire_time
from greenroom.db.session import Session
from greenroom.runtime import Runtime

log = structlog.get_logger(__name__)

INTERVAL_S = 900
MAIN_FILE_DEADLINE = timedelta(hours=24)
"""An asset whose main file has not come by then is FAILED, as the service's documentation says."""
UPLOAD_LIFE = timedelta(hours=48)
"""Longer than any upload link lives."""


async def sweep_forever(runtime: Runtime) -> None:
    """Sweep now and every quarter of an hour; a failed sweep is logged and tried again."""
    while True:
        try:
            await sweep(runtime)
        except Exception:
            log.exception("sweep failed")
        await asyncio.sleep(INTERVAL_S)


async def recover(runtime: Runtime) -> None:
    """At the start of a database's only server: what a killed one was confirming may be confirmed again."""
    async with runtime.sessions.write.begin() as session:
        await release_all_claims(session)


async def sweep(runtime: Runtime) -> None:
    """Once, over all tenants."""
    now = runtime.clock()
    async with runtime.sessions.write.begin() as session:
        for asset in await overdue_assets(session, now - MAIN_FILE_DEADLINE):
            _give_up_waiting(asset, now)
        for transfer in await overdue_transfers(session, now):
            transfer.state, transfer.finished_at, transfer.updated_at = TransferState.FAIL, now, now
            transfer.error_msg = "nobody answered it in time"
        for asset in await assets_with_automation(session):
            await _run_automation(runtime, session, asset)
    async for info in runtime.objects.list("uploads"):
        if now - info.modified > UPLOAD_LIFE:
            await runtime.objects.delete(info.key)


def _give_up_waiting(asset: Asset, now: datetime) -> None:
    main = [file for file in asset.files if file.category == FileCategory.MAIN]
    if any(file.state in (FileState.UPLOADED, FileState.REVIEW, FileState.CREATED) for file in main):
        return  # it is here, and being made ready or reviewed
    asset.state = advance(AssetState(asset.state), AssetState.FAILED)
    asset.reason = "its main file was not uploaded within 24 hours; create a new one"
    asset.updated_at, asset.waiting_since = now, None
    for file in main:
        if file.state == FileState.CREATING:
            file.state = FileState.FAILED


async def _run_automation(runtime: Runtime, session: Session, asset: Asset) -> None:
    """Carry out the operations that are due, and forget them."""
    now = runtime.clock()
    due = [item for item in asset.auto_operation_config if parse_wire_time(item["operation_time"]) <= now]
    for item in due:
        if item["operation"] == "BLOCK":
            await freeze(session, asset, ("AUTOMATIC", "automatic operation BLOCK"), now)
        elif asset.state != AssetState.DELETING:
            asset.state_before_bin = asset.state
            asset.state = advance(AssetState(asset.state), AssetState.DELETING)
            asset.reason = "automatic operation DELETE"
            asset.updated_at = now
    if due:
        asset.auto_operation_config = [item for item in asset.auto_operation_config if item not in due]
