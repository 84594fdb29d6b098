"""Statistics: sums and days, for all users and for one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.billing.conftest import Shop

from greenroom.billing.analysis import show_summary_usage_data, show_usage_data
from greenroom.billing.metering import Usage, charge, take_back
from greenroom.billing.products import Item
from greenroom.billing.resources import show_resource_usage
from greenroom.billing.wire import (
    ResourceUsageQuery,
    ShowSummaryUsageDataQuery,
    ShowUsageDataQuery,
    ShowUsageDataResponse,
)

FIRST = datetime(2030, 3, 1, 23, 30, tzinfo=UTC)
EVER = {"start_time": "2030-01-01T00:00:00Z", "end_time": "2031-01-01T00:00:00+08:00"}


async def make(shop: Shop, key: str, item: Item, steps: int, user: str | None = None) -> None:
    async with shop.context() as context:
        await charge(context, Usage(key, item, steps, key, app_user_id=user))


async def three_days(shop: Shop) -> None:
    """2030-03-01: 1.5 minutes of Ana's; 03-02: 2.25 of Ben's and 10 of Flexus; 03-04: one that was undone."""
    shop.studio.clock.offset = FIRST - datetime.now(UTC)
    await make(shop, "a", Item.VIDEO, 150, "ana")
    shop.wait(hours=1)
    await make(shop, "b", Item.VIDEO, 225, "ben")
    await make(shop, "c", Item.VIDEO_FLEXUS, 1000)
    await make(shop, "d", Item.AVATAR, 1)
    shop.wait(days=2)
    await make(shop, "e", Item.VIDEO, 600)
    async with shop.context() as context:
        await take_back(context, "e")


async def days(shop: Shop, user: str | None = None, **query: object) -> ShowUsageDataResponse:
    async with shop.context(user) as context:
        return await show_usage_data(context, ShowUsageDataQuery.model_validate({**EVER, **query}))


def shown(answer: ShowUsageDataResponse) -> list[tuple[str, list[tuple[str, float]]]]:
    return [
        (day.time, [(one.resource_type, one.usage) for one in day.resources_usage])
        for day in answer.time_list
    ]


async def test_day_by_day(open_shop: Shop) -> None:
    await three_days(open_shop)
    answer = await days(open_shop)
    assert answer.count == 3
    assert shown(answer) == [
        ("2030-03-01T00:00:00Z", [(Item.VIDEO, 1.5)]),
        ("2030-03-02T00:00:00Z", [(Item.VIDEO, 2.25), (Item.VIDEO_FLEXUS, 10.0)]),
        ("2030-03-04T00:00:00Z", [(Item.VIDEO, 0.0)]),
    ]
    page = await days(open_shop, offset=1, limit=1)
    assert (page.count, [time for time, _ in shown(page)]) == (3, ["2030-03-02T00:00:00Z"])
    narrow = await days(open_shop, start_time="2030-03-02T00:00:00Z", end_time="2030-03-02T23:59:59Z")
    assert [time for time, _ in shown(narrow)] == ["2030-03-02T00:00:00Z"]
    flexus = await days(open_shop, resource_type=Item.VIDEO_FLEXUS, unit="HOUR")
    assert shown(flexus) == [("2030-03-02T00:00:00Z", [(Item.VIDEO_FLEXUS, 0.17)])]


async def test_one_user_sees_only_its_own(open_shop: Shop) -> None:
    await three_days(open_shop)
    assert shown(await days(open_shop, user_id="ben")) == [("2030-03-02T00:00:00Z", [(Item.VIDEO, 2.25)])]
    as_ana = await days(open_shop, user="ana", user_id="ben")
    assert shown(as_ana) == [("2030-03-01T00:00:00Z", [(Item.VIDEO, 1.5)])]


async def test_in_all(open_shop: Shop) -> None:
    await three_days(open_shop)
    async with open_shop.context() as context:
        answer = await show_summary_usage_data(context, ShowSummaryUsageDataQuery())
        hours = await show_summary_usage_data(
            context, ShowSummaryUsageDataQuery.model_validate({"unit": "HOUR", "user_id": "ana"})
        )
        live = await show_summary_usage_data(
            context, ShowSummaryUsageDataQuery.model_validate({"business_type": "LIVE_2D"})
        )
    assert (answer.number, answer.usage, answer.unit) == (3, 13.75, "MIN")
    assert (hours.number, hours.usage, hours.unit) == (1, 0.03, "HOUR")
    assert (live.number, live.usage, live.business_type) == (0, 0, "LIVE_2D")


async def test_another_tenant_sees_nothing(open_shop: Shop) -> None:
    await three_days(open_shop)
    async with open_shop.context(theirs=True) as context:
        query = ShowUsageDataQuery.model_validate(EVER)
        assert (await show_usage_data(context, query)).count == 0
        (free,) = (await show_resource_usage(context, ResourceUsageQuery())).resources
        assert (free.business_type, free.usage) == ("ASSET_MANAGER", 0)


async def test_a_year_of_days_is_paged_in_order(open_shop: Shop) -> None:
    open_shop.studio.clock.offset = FIRST - datetime.now(UTC) - timedelta(days=40)
    for number in range(30):
        await make(open_shop, f"v{number}", Item.VIDEO, 100)
        open_shop.wait(days=1)
    times: list[str] = []
    for offset in range(0, 30, 7):
        times += [time for time, _ in shown(await days(open_shop, offset=offset, limit=7))]
    assert (len(times), times) == (30, sorted(set(times)))
