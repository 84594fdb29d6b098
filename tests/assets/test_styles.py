"""Styles: what the assets of a project name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from greenroom.assets import service
from greenroom.assets.style_wire import ListStylesQuery, StyleInfo
from greenroom.assets.styles import list_styles
from greenroom.portraits.styles import STYLES
from greenroom.runtime import Runtime, Scope

from .conftest import VirtualClock
from .making import create, stored_asset


def in_style(*names: str) -> list[dict[str, Any]]:
    return [{"key": "STYLE_ID", "value": name} for name in names]


async def styles(runtime: Runtime, scope: Scope, **query: Any) -> list[StyleInfo]:
    async with runtime.transaction(scope, read_only=True) as context:
        answer = await list_styles(context, ListStylesQuery.model_validate({"limit": 100, **query}))
    assert answer.count >= len(answer.styles)
    return answer.styles


async def own(runtime: Runtime, scope: Scope, **query: Any) -> list[StyleInfo]:
    """Without those that draw pictures, which everybody has."""
    return [style for style in await styles(runtime, scope, **query) if style.extra_meta is None]


async def test_a_style_is_what_its_assets_say(runtime: Runtime, scope: Scope, clock: VirtualClock) -> None:
    dusk = in_style("dusk")
    first = await stored_asset(runtime, scope, kind="MATERIAL", tags=["warm"], system_properties=dusk)
    clock.now += timedelta(hours=1)
    await stored_asset(runtime, scope, tags=["warm", "dry"], system_properties=dusk)
    clock.now += timedelta(hours=1)
    both = [*in_style("ink"), {"key": "DH_ID", "value": "d1"}]
    await create(runtime, scope, system_properties=both)
    await create(runtime, scope, system_properties=[{"key": "DH_ID", "value": "dusk"}])
    found = await own(runtime, scope)
    assert [(one.style_id, one.state) for one in found] == [("dusk", "PUBLISHED"), ("ink", "UNPUBLISHED")]
    assert [item.asset_id for item in found[0].style_assets] == [first]
    assert found[0].tags == ["warm", "dry"]
    assert (found[0].create_time, found[0].update_time) == ("2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z")


async def test_order_pages_and_filters(runtime: Runtime, scope: Scope, clock: VirtualClock) -> None:
    for name in ("a", "b", "c"):
        await create(runtime, scope, system_properties=in_style(name))
        clock.now += timedelta(hours=1)

    async def ids(**query: Any) -> list[str]:
        return [one.style_id for one in await own(runtime, scope, **query)]

    assert await ids(sort_dir="desc") == ["c", "b", "a"]
    everybodys = len(STYLES)
    assert await ids(offset=everybodys + 1, limit=1) == ["b"]
    assert await ids(create_since="2026-03-01T13:00:00Z") == ["b", "c"]
    assert await ids(create_until="2026-03-01T13:00:00Z") == ["a", "b"]
    assert await ids(state="PUBLISHED") == []
    assert await ids(state="PUBLISHED,UNPUBLISHED") == ["a", "b", "c"]


async def test_deleted_assets_have_no_style(runtime: Runtime, scope: Scope) -> None:
    asset_id = await create(runtime, scope, system_properties=in_style("dusk"))
    async with runtime.transaction(scope) as context:
        await service.delete_asset(context, asset_id, "force")
    assert await own(runtime, scope) == []


async def test_the_styles_that_draw_pictures_are_everybodys(runtime: Runtime, scope: Scope) -> None:
    found = {one.style_id: one for one in await styles(runtime, scope)}
    assert {"system_male_001", "system_female_001", "system_male_002", "system_female_002"} <= found.keys()
    assert found.keys() == STYLES.keys()
    cartoon = found["system_female_002"]
    assert (cartoon.name, cartoon.sex, cartoon.state) == ("Cartoon", "FEMALE", "PUBLISHED")
    assert cartoon.extra_meta is not None and cartoon.extra_meta.picture_modeling_enable


async def test_an_asset_drawn_in_such_a_style_makes_no_second_one(runtime: Runtime, scope: Scope) -> None:
    drawn = await stored_asset(runtime, scope, kind="MATERIAL", system_properties=in_style("oil"))
    (oil,) = [one for one in await styles(runtime, scope) if one.style_id == "oil"]
    assert [item.asset_id for item in oil.style_assets] == [drawn]
    assert oil.name == "Oil painting"
