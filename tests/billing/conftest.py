"""A studio in the test's process with a clock that the test moves, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Clock, Studio
from tests.prepared import migrate_new

from greenroom.api.app import create_app
from greenroom.assets.models import Asset
from greenroom.assets.service import NewAsset, register_asset, require_asset
from greenroom.assets.states import AssetType
from greenroom.billing.ledger import Fault, Ledger
from greenroom.billing.models import LedgerEntry, Resource
from greenroom.billing.orders import create_orders
from greenroom.billing.repository.ledger import LedgerRepository
from greenroom.billing.repository.rows import ResourceFilter, ResourceRepository
from greenroom.billing.wire import CreateMetaStudioOrdersReq
from greenroom.iam.service import create_credentials
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings
from greenroom.tenants.service import scope_of_project

PRICES = {
    "video_time_2d_model.minute": "0.25",
    "modeling_count_2d_model.year": "300",
    "chat_channel_2d_model.month": "10",
}


@dataclass(slots=True)
class Shop:
    """The first tenant's project, and the time."""

    studio: Studio

    @asynccontextmanager
    async def context(self, user: str | None = None, *, theirs: bool = False) -> AsyncIterator[Context]:
        who = self.studio.globex if theirs else self.studio.acme
        scope = await scope_of_project(self.studio.runtime, who.project_id, user)
        async with self.studio.runtime.transaction(scope) as context:
            yield context

    def wait(self, **time: float) -> None:
        self.studio.clock.offset += timedelta(**time)

    async def entries(self, *, theirs: bool = False) -> list[LedgerEntry]:
        async with self.context(theirs=theirs) as context:
            return [entry async for entry in LedgerRepository(context.session).entries(context.tenant_id)]

    async def faults(self) -> list[Fault]:
        async with self.context() as context:
            return [fault async for fault in Ledger(self.studio.runtime, context.session).verify()]

    async def balance(self) -> int:
        async with self.context() as context:
            account = await LedgerRepository(context.session).account(context.tenant_id)
            return account.balance_micros if account else 0

    async def resources(self) -> list[Resource]:
        async with self.context() as context:
            return (await ResourceRepository(context).page_of(ResourceFilter(), 0, 100)).rows

    async def order(self, spec: str, **members: Any) -> str:
        """Placed and, where the agreement is signed, paid."""
        line = {
            "is_auto_pay": 1,
            "period_type": 3,
            "period_num": 1,
            "subscription_num": 1,
            "resource_spec_code": spec,
        } | members
        async with self.context() as context:
            body = CreateMetaStudioOrdersReq.model_validate({"cloud_services": [line]})
            return (await create_orders(context, body)).order_id

    async def avatar(self, asset_id: str) -> None:
        async with self.context() as context:
            new = NewAsset(name="Ana", type=AssetType.HUMAN_MODEL_2D, files=[], asset_id=asset_id)
            await register_asset(context, new)

    async def asset(self, asset_id: str) -> Asset:
        async with self.context() as context:
            return await require_asset(context, asset_id)


OpenShop = Callable[..., Awaitable[Shop]]


@pytest.fixture
async def make_shop(tmp_path: Path, database_url: str | None) -> AsyncIterator[OpenShop]:
    made: list[Studio] = []

    async def make(**settings: Any) -> Shop:
        clock = Clock()
        chosen = Settings(data=tmp_path, database_url=database_url, throttle="off", **settings)
        migrate_new(chosen)
        runtime = Runtime.open(chosen, clock=clock)
        acme = await create_credentials(runtime, "acme", "cn-north-4")
        globex = await create_credentials(runtime, "globex", "cn-north-4")
        made.append(Studio(runtime, create_app(runtime), acme, globex, clock))
        return Shop(made[-1])

    yield make
    for studio in made:
        await studio.app.close()
        await studio.runtime.close()


@pytest.fixture
async def shop(make_shop: OpenShop) -> Shop:
    """Prices are set, and quotas are enforced."""
    return await make_shop(quotas="enforced", prices=PRICES)


@pytest.fixture
async def open_shop(make_shop: OpenShop) -> Shop:
    """As Greenroom comes: nothing is limited, nothing costs anything."""
    return await make_shop()
