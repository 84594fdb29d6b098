"""What a tenant is told: a package ends soon or has ended, or little is left of it. Each thing once.

A notice is a row that the console and the command line show, and a line in the log. `properties` of the
configuration may be a JSON object with `days` (when to tell before the end) and `percent` (what counts as
little).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import structlog

from greenroom.billing.models import Notice, NoticeConfiguration, NoticeKind, Resource
from greenroom.billing.products import PRODUCTS, Item
from greenroom.billing.repository.rows import NoticeConfigurationRepository, NoticeRepository
from greenroom.billing.wire import (
    NoticeQuery,
    SetTenantNoticeConfigurationReq,
    ShowTenantNoticeConfigurationResponse,
)
from greenroom.clock import wire_time
from greenroom.runtime import Context

log = structlog.get_logger(__name__)

DAYS_BEFORE = (30, 7, 1)
LITTLE_PERCENT = 10


async def set_configuration(context: Context, body: SetTenantNoticeConfigurationReq) -> None:
    """What is left out stays as it is."""
    rows = NoticeConfigurationRepository(context)
    row = await rows.of_kind(NoticeKind(body.type))
    if row is None:
        row = await rows.add(NoticeConfiguration(kind=NoticeKind(body.type), send=True, properties=None))
    if body.send_msg is not None:
        row.send = body.send_msg
    if body.properties is not None:
        row.properties = body.properties
    rows.touch(row)


async def show_configuration(context: Context, query: NoticeQuery) -> ShowTenantNoticeConfigurationResponse:
    row = await NoticeConfigurationRepository(context).of_kind(NoticeKind(query.type))
    return ShowTenantNoticeConfigurationResponse(
        type=query.type,
        send_msg=row.send if row is not None else True,
        properties=(row.properties or "") if row is not None else "",
    )


async def warn_of_end(context: Context, resource: Resource) -> None:
    """Tell that an active package ends within one of the configured numbers of days."""
    if resource.expires_at is None:
        return
    days_left = (resource.expires_at - context.now()).total_seconds() / 86_400
    due = [days for days in await _days(context) if days_left <= days]
    if due and days_left > 0:
        text = f"{_name(resource)} ends at {wire_time(resource.expires_at)}: renew it to keep what it made"
        await tell(context, NoticeKind.RESOURCE_EXPIRE, resource, f"{min(due)} days", text)


async def warn_of_little_left(context: Context, resource: Resource) -> None:
    """Tell that a package is nearly used up."""
    percent = await _number(context, NoticeKind.RESOURCE_LEFT, "percent", LITTLE_PERCENT)
    if resource.amount > 0 and resource.left * 100 <= percent * resource.amount:
        product = PRODUCTS[Item(resource.item)]
        left, amount = product.shown(resource.left), product.shown(resource.amount)
        text = f"{_name(resource)} has {left:g} of {amount:g} {product.unit} left"
        await tell(context, NoticeKind.RESOURCE_LEFT, resource, "little left", text)


async def tell(context: Context, kind: NoticeKind, resource: Resource, about: str, text: str) -> None:
    """Write the notice down, unless this was said already or the tenant does not want to hear it."""
    configuration = await NoticeConfigurationRepository(context).of_kind(kind)
    if configuration is not None and not configuration.send:
        return
    end = wire_time(resource.expires_at) if resource.expires_at else "-"
    occasion = f"{kind}:{resource.id}:{end}:{about}"
    notices = NoticeRepository(context)
    if not await notices.was_said(occasion):
        await notices.add(Notice(kind=kind, occasion=occasion, text=text))
        log.info(
            "notice", kind=str(kind), project_id=context.project_id, resource_id=resource.id, about=about
        )


async def _days(context: Context) -> Sequence[int]:
    days = (await _properties(context, NoticeKind.RESOURCE_EXPIRE)).get("days")
    if isinstance(days, list) and days and all(isinstance(day, int) and 0 < day <= 365 for day in days):
        return days
    return DAYS_BEFORE


async def _number(context: Context, kind: NoticeKind, name: str, default: int) -> int:
    value = (await _properties(context, kind)).get(name)
    return value if isinstance(value, int) and 0 <= value <= 100 else default


async def _properties(context: Context, kind: NoticeKind) -> dict[str, Any]:
    row = await NoticeConfigurationRepository(context).of_kind(kind)
    try:
        found = json.loads(row.properties) if row is not None and row.properties else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}


def _name(resource: Resource) -> str:
    return f"{PRODUCTS[Item(resource.item)].title} ({resource.id})"
