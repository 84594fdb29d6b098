"""Long lists: every order, from both ends, without gap or repeat; and a far page reads the index alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from tests.assets.conftest import VirtualClock

from greenroom.assets import service
from greenroom.assets.models import Asset
from greenroom.assets.states import AssetState, AssetType
from greenroom.assets.wire import ListAssetsQuery
from greenroom.runtime import Runtime, Scope

COUNT = 230


@pytest.fixture
async def many(runtime: Runtime, scope: Scope, clock: VirtualClock) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": f"{number * 7919 % COUNT:05d}",
            "tenant_id": scope.tenant_id,
            "project_id": scope.project_id if number % 10 else "another",
            "created_at": clock.now + timedelta(seconds=number // 3),
            "updated_at": clock.now - timedelta(seconds=number // 5),
            "name": f"asset {number}",
            "type": AssetType.IMAGE,
            "state": AssetState.DELETED if number % 11 == 0 else AssetState.ACTIVED,
            "is_gone": number % 11 == 0,
            "tags": [],
            "extra_meta": {},
            "system_properties": [],
            "order": None if number % 4 == 0 else number % 5,
            "supported_service": [],
            "auto_operation_config": [],
            "needs_cover": False,
        }
        for number in range(COUNT)
    ]
    async with runtime.sessions.write.begin() as session:
        await session.execute(insert(Asset), rows)


async def page(runtime: Runtime, scope: Scope, **query: Any) -> tuple[int, list[Any]]:
    async with runtime.transaction(scope, read_only=True) as context:
        found = await service.list_assets(context, ListAssetsQuery.model_validate(query))
        return found.count, found.assets


@pytest.mark.parametrize("key", ["create_time", "update_time", "asset_order"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_pages_are_the_list_cut_up(
    runtime: Runtime, scope: Scope, many: None, key: str, direction: str
) -> None:
    order = {"sort_key": key, "sort_dir": direction}
    count, first = await page(runtime, scope, limit=100, **order)
    _, rest = await page(runtime, scope, limit=100, offset=100, **order)
    whole = [asset.asset_id for asset in [*first, *rest]]
    assert len(whole) == len(set(whole)) == count < COUNT
    pieces: list[str] = []
    for offset in range(0, count + 14, 7):
        pieces += [
            asset.asset_id for asset in (await page(runtime, scope, limit=7, offset=offset, **order))[1]
        ]
    assert pieces == whole
    values = [getattr(asset, key) for asset in [*first, *rest]]
    if key == "asset_order":
        orders = [value for value in values if value is not None]
        assert values[len(orders) :] == [None] * (count - len(orders)), "those without an order come last"
        values = orders
    assert values == sorted(values, reverse=direction == "desc")


async def test_beyond_the_end(runtime: Runtime, scope: Scope, many: None) -> None:
    count, found = await page(runtime, scope, offset=2_000_000_000)
    assert (count > 0, found) == (True, [])


async def test_a_far_page_reads_no_rows_but_its_own(runtime: Runtime, scope: Scope, many: None) -> None:
    """SQLite says which index it takes, and that it needs no table."""
    if runtime.sessions.engine.dialect.name != "sqlite":
        pytest.skip("the plan is asked for in SQLite's words")
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    engine = runtime.sessions.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await page(runtime, scope, limit=10, offset=150)
    event.remove(engine, "before_cursor_execute", note)
    listing = [one for one in statements if "FROM assets" in one[0]]
    counted, picked, _read = listing[0], listing[1], listing[2]
    async with runtime.sessions.engine.connect() as connection:
        for statement, parameters in (counted, picked):
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            lines = " / ".join(str(row[3]) for row in plan)
            assert "COVERING INDEX ix_assets_list_" in lines, lines
            assert "TEMP B-TREE" not in lines, lines
