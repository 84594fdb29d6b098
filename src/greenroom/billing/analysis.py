"""Statistics: how much was made, in all and day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

from greenroom.billing.money import round_half_up
from greenroom.billing.products import PRODUCTS, Business, Item, Unit
from greenroom.billing.repository.ledger import LedgerRepository, UsageFilter
from greenroom.billing.wire import (
    ResourceUsageInfo,
    ShowSummaryUsageDataQuery,
    ShowSummaryUsageDataResponse,
    ShowUsageDataQuery,
    ShowUsageDataResponse,
    TimeResourceUsageInfo,
    parse_moment,
)
from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ITEMS = {Business.VIDEO_2D: (Item.VIDEO, Item.VIDEO_FLEXUS), Business.LIVE_2D: (Item.LIVE,)}


async def show_summary_usage_data(
    context: Context, query: ShowSummaryUsageDataQuery
) -> ShowSummaryUsageDataResponse:
    """Raises InvalidParameterError: the resource type is not one of the business type's."""
    business, items = _wanted(query.business_type, query.resource_type)
    wanted = _filter(context, items, query.user_id)
    ledger = LedgerRepository(context.session)
    steps = sum((await ledger.used(wanted)).values())
    return ShowSummaryUsageDataResponse(
        resource_type=query.resource_type or str(items[0]),
        business_type=business,
        number=await ledger.number(wanted),
        usage=_in_unit(items[0], steps, query.unit),
        unit=query.unit,
    )


async def show_usage_data(context: Context, query: ShowUsageDataQuery) -> ShowUsageDataResponse:
    """A page of the days (UTC) within the period on which something was made, oldest first.

    Raises:
        InvalidParameterError: the period ends before it starts, or the types do not fit together.
    """
    since, until = parse_moment(query.start_time), parse_moment(query.end_time)
    if until < since:
        raise InvalidParameterError("end_time is before start_time: exchange them")
    _, items = _wanted(query.business_type, query.resource_type)
    wanted = _filter(context, items, query.user_id, since, until)
    count, rows = await LedgerRepository(context.session).used_by_day(wanted, query.offset, query.limit)
    days = [
        TimeResourceUsageInfo(
            time=wire_time(_EPOCH + timedelta(days=day)),
            resources_usage=[_info(item, steps, query.unit) for _, item, steps in found],
        )
        for day, found in groupby(rows, key=lambda row: row[0])
    ]
    return ShowUsageDataResponse(count=count, time_list=days)


def _wanted(business: str | None, resource: str | None) -> tuple[Business, Sequence[Item]]:
    """Raises InvalidParameterError."""
    chosen = Business(business) if business else Business.VIDEO_2D
    items = _ITEMS[chosen]
    if resource is None:
        return chosen, items
    if Item(resource) not in items:
        raise InvalidParameterError(
            f"resource_type {resource} is not one of {chosen}: leave out one of the two"
        )
    return chosen, (Item(resource),)


def _filter(
    context: Context,
    items: Sequence[Item],
    user_id: str | None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> UsageFilter:
    """X-App-UserId goes before `user_id`: one user never sees another's."""
    user = context.app_user_id or user_id or None
    return UsageFilter(context.project_id, items, user, since, until)


def _info(item: Item, steps: int, unit: str) -> ResourceUsageInfo:
    product = PRODUCTS[item]
    return ResourceUsageInfo(
        resource_type=item,
        business_type=product.business,
        sub_resource_type=item if product.is_flexus else None,
        is_sub_resource=product.is_flexus,
        usage=_in_unit(item, steps, unit),
        unit=unit if product.unit is Unit.MIN else product.unit,
    )


def _in_unit(item: Item, steps: int, unit: str) -> float:
    """With two decimals."""
    product = PRODUCTS[item]
    hours = 60 if unit == "HOUR" else 1
    return round_half_up(steps * 100, product.scale * hours) / 100
