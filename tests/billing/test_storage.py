"""Storage beyond the free 5 GB: what may be uploaded, and what is told about it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.assets.making import create, shown, stored_asset
from tests.billing.conftest import Shop

from greenroom.assets import uploads
from greenroom.assets.file_wire import LargeFilesCreateReq
from greenroom.assets.models import StorageEvent
from greenroom.assets.repository import AssetFileRepository
from greenroom.assets.states import FileCategory, StorageKind
from greenroom.assets.usage import FREE_BYTES
from greenroom.billing.agreements import sign_special_agreement
from greenroom.billing.errors import InsufficientResourcesError
from greenroom.billing.resources import show_resource_usage
from greenroom.billing.storage import GIGABYTE, list_storage
from greenroom.billing.wire import ResourceUsageQuery, SpecialAgreementSignReq
from greenroom.tenants.service import scope_of_project

STORAGE = "asset_storage"
FORMATS = {"VIDEO": "MP4", "HUMAN_MODEL_2D": "ZIP", "COMMON_FILE": "BIN"}


async def fill(shop: Shop, size: int) -> None:
    """As if so many bytes had been uploaded just now."""
    async with shop.context() as context:
        now = context.now().replace(microsecond=0)
        context.session.add(
            StorageEvent(
                tenant_id=context.tenant_id, project_id=context.project_id, asset_id="a", file_id="f",
                kind=StorageKind.UPLOAD, at=now, counts_from=now, delta_bytes=size,
            )
        )  # fmt: skip


async def declare(shop: Shop, size: int | None, kind: str = "VIDEO", asset_id: str | None = None) -> str:
    """A file of an asset, of a new one if none is named."""
    scope = await scope_of_project(shop.studio.runtime, shop.studio.acme.project_id)
    body = LargeFilesCreateReq(
        file_name=f"a.{FORMATS[kind].lower()}",
        file_type=FORMATS[kind],
        file_size=size,
        asset_id=asset_id or await create(shop.studio.runtime, scope, asset_type=kind),
        asset_file_category=FileCategory.MAIN,
        file_multipart_count=1,
    )
    async with shop.context() as context:
        return (await uploads.create_large_file(context, body)).file_id


async def confirm(shop: Shop, file_id: str) -> None:
    async with shop.context() as context:
        await uploads.confirm_file_upload(context, file_id, "CREATED")


async def test_the_free_space_and_not_a_byte_more(shop: Shop) -> None:
    await fill(shop, FREE_BYTES - 1000)
    await declare(shop, 1000)
    with pytest.raises(InsufficientResourcesError, match=r"5\.00 of 5\.00 GB"):
        await declare(shop, 1001)


async def test_what_was_not_declared_is_weighed_when_it_comes(shop: Shop) -> None:
    runtime = shop.studio.runtime
    scope = await scope_of_project(runtime, shop.studio.acme.project_id)
    await fill(shop, FREE_BYTES - 3)
    await stored_asset(runtime, scope, b"123")
    await fill(shop, 1 - FREE_BYTES)
    asset_id = await create(runtime, scope, asset_type="COMMON_FILE")
    file_id = await declare(shop, None, "COMMON_FILE", asset_id)
    async with shop.context() as context:
        file = await AssetFileRepository(context).find(file_id)
        assert file is not None
        await runtime.objects.put_bytes(file.upload_key(0), b"1234")
    await fill(shop, FREE_BYTES - 2)
    with pytest.raises(InsufficientResourcesError):
        await confirm(shop, file_id)
    await fill(shop, -FREE_BYTES)
    await confirm(shop, file_id)
    assert (await shown(runtime, scope, asset_id)).asset_state == "ACTIVED"


async def test_a_package_gives_room_until_it_ends(shop: Shop) -> None:
    await fill(shop, FREE_BYTES)
    async with shop.context() as context:
        await sign_special_agreement(
            context, SpecialAgreementSignReq(agreement_type="AUTO_PAY", to_sign=True)
        )
    await shop.order(STORAGE, period_type=2, subscription_num=2)
    await declare(shop, 2 * GIGABYTE)
    async with shop.context() as context:
        (row,) = (await show_resource_usage(context, ResourceUsageQuery(resource=STORAGE))).resources
    assert (row.amount, row.usage, row.unit) == (7, 5, "GB")


async def test_models_take_no_room(shop: Shop) -> None:
    await fill(shop, FREE_BYTES)
    await declare(shop, GIGABYTE, "HUMAN_MODEL_2D")


async def test_nothing_is_limited_unless_the_operator_says_so(open_shop: Shop) -> None:
    await fill(open_shop, FREE_BYTES)
    await declare(open_shop, GIGABYTE)


async def test_the_operator_sees_it_by_the_second(open_shop: Shop) -> None:
    runtime = open_shop.studio.runtime
    scope = await scope_of_project(runtime, open_shop.studio.acme.project_id)
    asset_id = await stored_asset(runtime, scope, b"1234")
    assert (await shown(runtime, scope, asset_id)).asset_state == "ACTIVED"
    await fill(open_shop, FREE_BYTES)
    open_shop.studio.clock.offset += timedelta(seconds=100)
    month = f"{runtime.clock():%Y-%m}"
    (row,) = [one for one in await list_storage(runtime, None) if one["tenant"] == "acme"]
    assert (row["counted_bytes"], row["month"]) == (FREE_BYTES + 4, month)
    assert row["excess_byte_seconds"] in range(4 * 99, 4 * 102)
