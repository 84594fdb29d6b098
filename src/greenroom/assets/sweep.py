"""Clean-up that time brings: uploads nobody confirmed, main files that never came, automatic operations."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from greenroom.assets.models import Asset
from greenroom.assets.repository import assets_with_automation, overdue_assets, release_all_claims
from greenroom.assets.states import AssetState, FileCategory, FileState, advance
from greenroom.clock import parse_wire_time
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
            asset.state = advance(AssetState(asset.state), AssetState.FAILED)
            asset.reason = "its main file was not uploaded within 24 hours; create a new one"
            asset.updated_at = now
            for file in asset.files:
                if file.category == FileCategory.MAIN and file.state == FileState.CREATING:
                    file.state = FileState.FAILED
        for asset in await assets_with_automation(session):
            _run_automation(runtime, asset)
    async for info in runtime.objects.list("uploads"):
        if now - info.modified > UPLOAD_LIFE:
            await runtime.objects.delete(info.key)


def _run_automation(runtime: Runtime, asset: Asset) -> None:
    """Carry out the operations that are due, and forget them."""
    now = runtime.clock()
    due = [item for item in asset.auto_operation_config if parse_wire_time(item["operation_time"]) <= now]
    for item in due:
        target = AssetState.BLOCK if item["operation"] == "BLOCK" else AssetState.DELETING
        if target == AssetState.DELETING:
            asset.state_before_bin = asset.state
        try:
            asset.state = advance(AssetState(asset.state), target)
        except ValueError:
            log.info("automatic operation does not apply", asset_id=asset.id, state=asset.state)
            continue
        asset.reason = f"automatic operation {item['operation']}"
        asset.updated_at = now
    if due:
        asset.auto_operation_config = [item for item in asset.auto_operation_config if item not in due]
