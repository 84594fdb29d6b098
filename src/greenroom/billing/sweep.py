"""Moves packages on as time passes: warnings, renewals, freezing, deletion. Runs inside the server."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from greenroom.billing.lifecycle import move_on
from greenroom.billing.repository.rows import resources_to_look_at
from greenroom.runtime import Runtime
from greenroom.tenants.service import scope_of_project

log = structlog.get_logger(__name__)

INTERVAL_S = 900
LOOK_AHEAD = timedelta(days=366)
"""No warning is given earlier."""


async def sweep_forever(runtime: Runtime) -> None:
    """Sweep now and every quarter of an hour; a failed sweep is logged and tried again."""
    while True:
        try:
            await sweep(runtime)
        except Exception:
            log.exception("the sweep of the packages failed")
        await asyncio.sleep(INTERVAL_S)


async def sweep(runtime: Runtime) -> None:
    """Once, over all tenants. Each package has a transaction of its own; one that fails holds up no other."""
    async with runtime.sessions.read() as session:
        found = await resources_to_look_at(session, runtime.clock() + LOOK_AHEAD)
    for project_id, resource_id in found:
        try:
            scope = await scope_of_project(runtime, project_id)
            async with runtime.transaction(scope) as context:
                await move_on(context, resource_id)
        except Exception:
            log.exception("a package could not be moved on", resource_id=resource_id)
