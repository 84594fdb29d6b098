"""SQLite under several writers, and rows that cannot leave their project."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.prepared import migrate_new

from greenroom.assets.models import Asset
from greenroom.assets.repository import AssetRepository
from greenroom.assets.states import AssetState, AssetType
from greenroom.iam.service import create_credentials
from greenroom.runtime import Context, Runtime, Scope
from greenroom.settings import Settings


@pytest.fixture
async def runtime(tmp_path: Path, database_url: str | None) -> AsyncIterator[Runtime]:
    settings = Settings(data=tmp_path, database_url=database_url)
    migrate_new(settings)
    opened = Runtime.open(settings)
    yield opened
    await opened.close()


async def _scope(runtime: Runtime, tenant: str, user: str | None = None) -> Scope:
    made = await create_credentials(runtime, tenant, "cn-north-4")
    return Scope(tenant_id=tenant, project_id=made.project_id, region=made.region, app_user_id=user)


async def _add(context: Context, name: str = "n") -> Asset:
    row = Asset(
        name=name, type=AssetType.IMAGE, state=AssetState.CREATING, tags=[], extra_meta={},
        system_properties=[], supported_service=[], auto_operation_config=[], needs_cover=False,
    )  # fmt: skip
    return await AssetRepository(context).add(row)


async def test_writers_wait_for_each_other_instead_of_failing(runtime: Runtime) -> None:
    """Each reads first and writes later: the pattern that SQLite refuses without BEGIN IMMEDIATE."""
    scope = await _scope(runtime, "acme")
    other = Runtime.open(runtime.settings)

    async def work(through: Runtime) -> None:
        async with through.transaction(scope) as context:
            await context.session.execute(text("SELECT count(*) FROM assets"))
            await asyncio.sleep(0.01)
            await _add(context)

    await asyncio.gather(*[work(through) for through in (runtime, other) for _ in range(15)])
    await other.close()
    async with runtime.sessions.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM assets")) == 30


async def test_a_reader_is_not_held_up_by_a_writer(runtime: Runtime) -> None:
    scope = await _scope(runtime, "acme")
    async with runtime.transaction(scope) as writer:
        await _add(writer)
        async with runtime.transaction(scope, read_only=True) as reader:
            async with asyncio.timeout(5):
                assert await reader.session.scalar(text("SELECT count(*) FROM assets")) == 0


async def test_the_repository_sees_its_own_project_and_user_only(runtime: Runtime) -> None:
    acme, globex = await _scope(runtime, "acme"), await _scope(runtime, "globex")
    ana = Scope(**{**_fields(acme), "app_user_id": "ana"})
    bob = Scope(**{**_fields(acme), "app_user_id": "bob"})
    async with runtime.transaction(ana) as context:
        asset_id = (await _add(context)).id
    for scope, visible in ((acme, True), (ana, True), (bob, False), (globex, False)):
        async with runtime.transaction(scope, read_only=True) as context:
            assert (await AssetRepository(context).find(asset_id) is not None) == visible


def _fields(scope: Scope) -> dict[str, str]:
    return {"tenant_id": scope.tenant_id, "project_id": scope.project_id, "region": scope.region}


async def test_times_come_back_to_the_microsecond(runtime: Runtime) -> None:
    moment = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)
    runtime.clock = lambda: moment
    scope = await _scope(runtime, "acme")
    async with runtime.transaction(scope) as context:
        asset_id = (await _add(context)).id
    async with runtime.transaction(scope, read_only=True) as context:
        found = await AssetRepository(context).find(asset_id)
        assert found is not None
        assert found.created_at == moment
