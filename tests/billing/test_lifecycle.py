"""A package ends: grace, freezing, deletion; and what brings it back."""

from __future__ import annotations

import pytest
from tests.billing.conftest import PRICES, OpenShop, Shop
from tests.billing.test_metering import give, make, sign

from greenroom.assets.errors import AssetNotFoundError
from greenroom.assets.service import delete_asset, restore_asset
from greenroom.billing import lifecycle
from greenroom.billing.errors import InsufficientResourcesError, ResourceStateError
from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.models import EntryKind, NoticeKind, Resource, ResourceState
from greenroom.billing.money import add_terms
from greenroom.billing.notices import set_configuration
from greenroom.billing.products import Item, Term
from greenroom.billing.repository.rows import all_notices, all_resources
from greenroom.billing.resources import bind_user_asset_resource
from greenroom.billing.sweep import sweep
from greenroom.billing.wire import BindAssetResourceReq, SetTenantNoticeConfigurationReq
from greenroom.iam.changes import Actor
from greenroom.moderation.freezing import freeze as freeze_for_content

AVATAR = "hws.resource.type.metastudio.avatarmodeling.number"


async def avatar_on_a_package(shop: Shop, **order: object) -> Resource:
    await sign(shop)
    await shop.order(AVATAR, **order)
    await make(shop, "modeling:1", Item.AVATAR, 1, asset_id="ana")
    await shop.avatar("ana")
    return await package(shop)


async def package(shop: Shop) -> Resource:
    """The tenant's first package for an avatar, as it is now."""
    async with shop.context() as context:
        rows = await all_resources(context.session, context.tenant_id)
        return next(row for row in rows if row.item == Item.AVATAR)


async def pass_time(shop: Shop, **time: float) -> tuple[str, str]:
    """Wait and sweep; the package's state and the asset's."""
    shop.wait(**time)
    await sweep(shop.studio.runtime)
    try:
        asset = str((await shop.asset("ana")).state)
    except AssetNotFoundError:
        asset = "gone"
    return str((await package(shop)).state), asset


async def test_grace_then_frozen_then_deleted(shop: Shop) -> None:
    await avatar_on_a_package(shop)
    assert await pass_time(shop, days=364) == ("ACTIVE", "ACTIVED")
    assert await pass_time(shop, days=2) == ("GRACE", "ACTIVED")
    assert await pass_time(shop, days=14.9) == ("GRACE", "ACTIVED")
    assert await pass_time(shop, days=0.2) == ("RETENTION", "BLOCK")
    asset = await shop.asset("ana")
    assert (asset.block_reason_code, "has ended" in (asset.reason or "")) == ("PACKAGE_EXPIRED", True)
    assert await pass_time(shop, days=14.9) == ("RETENTION", "BLOCK")
    assert await pass_time(shop, days=0.2) == ("RELEASED", "gone")
    async with shop.context() as context:
        told = [notice.text for notice in reversed(await all_notices(context.session, context.tenant_id))]
    for text, words in zip(
        told, ("renew it to keep", "ended: what", "is frozen", "was deleted"), strict=True
    ):
        assert words in text


async def test_a_server_that_was_off_for_a_year_deletes_nothing_at_once(shop: Shop) -> None:
    await avatar_on_a_package(shop)
    assert await pass_time(shop, days=800) == ("GRACE", "ACTIVED")
    assert await pass_time(shop, days=1) == ("GRACE", "ACTIVED")


@pytest.mark.parametrize("days", [5, 20], ids=["in grace", "while frozen"])
async def test_a_renewal_brings_it_back(shop: Shop, days: float) -> None:
    before = await avatar_on_a_package(shop)
    await pass_time(shop, days=366)
    await pass_time(shop, days=days)
    async with shop.context() as context:
        after = await lifecycle.renew(context, before.id)
        now = context.now()
    assert before.expires_at is not None and after.expires_at is not None
    start = before.expires_at if days == 5 else now
    assert after.expires_at.date() == add_terms(start, Term.YEAR, 1).date()
    assert (await pass_time(shop))[1] == "ACTIVED"
    assert (await package(shop)).state == ResourceState.ACTIVE
    assert [(entry.kind, entry.amount_micros) for entry in await shop.entries()] == [
        (EntryKind.ORDER, 300_000_000),
        (EntryKind.USAGE, 0),
        (EntryKind.RENEWAL, 300_000_000),
    ]
    assert await shop.faults() == []


async def test_it_renews_itself_once_a_term(shop: Shop) -> None:
    await avatar_on_a_package(shop, is_auto_renew=1)
    assert await pass_time(shop, days=366) == ("ACTIVE", "ACTIVED")
    assert await pass_time(shop, days=1) == ("ACTIVE", "ACTIVED")
    assert sum(entry.kind == EntryKind.RENEWAL for entry in await shop.entries()) == 1


async def test_it_does_not_renew_itself_for_a_deleted_avatar(shop: Shop) -> None:
    await avatar_on_a_package(shop, is_auto_renew=1)
    async with shop.context() as context:
        await delete_asset(context, "ana", "force")
    assert await pass_time(shop, days=366) == ("GRACE", "gone")
    assert all(entry.kind != EntryKind.RENEWAL for entry in await shop.entries())


async def test_without_money_it_ends(make_shop: OpenShop) -> None:
    shop = await make_shop(quotas="enforced", prices=PRICES, prepaid=True)
    async with shop.context() as context:
        posting = Posting(context.tenant_id, context.project_id, EntryKind.PAYMENT, "payment:1", -599_000_000)
        await Ledger(context.runtime, context.session).post(posting)
    before = await avatar_on_a_package(shop, is_auto_renew=1)
    assert await pass_time(shop, days=366) == ("GRACE", "ACTIVED")
    with pytest.raises(InsufficientResourcesError, match="balance"):
        async with shop.context() as context:
            await lifecycle.renew(context, before.id)
    assert await shop.balance() == 299_000_000


async def test_in_the_recycle_bin_it_is_frozen_and_unfrozen_too(shop: Shop) -> None:
    before = await avatar_on_a_package(shop)
    async with shop.context() as context:
        await delete_asset(context, "ana", None)
    await pass_time(shop, days=366)
    await pass_time(shop, days=16)
    async with shop.context() as context:
        await restore_asset(context, "ana")
    assert (await shop.asset("ana")).state == "BLOCK"
    async with shop.context() as context:
        await lifecycle.renew(context, before.id)
    assert (await shop.asset("ana")).state == "ACTIVED"


async def test_what_is_frozen_for_its_content_stays_frozen(shop: Shop) -> None:
    before = await avatar_on_a_package(shop)
    await pass_time(shop, days=366)
    await pass_time(shop, days=16)
    await freeze_for_content(shop.studio.runtime, Actor(), "asset", "ana", ("copyright", "A complaint came."))
    async with shop.context() as context:
        await lifecycle.renew(context, before.id)
    asset = await shop.asset("ana")
    assert (asset.state, asset.block_reason_code) == ("BLOCK", "copyright")


async def test_an_avatar_moves_to_another_package(shop: Shop) -> None:
    await avatar_on_a_package(shop)
    body = BindAssetResourceReq(asset_id="ana", business_type="MODELING_2D")
    with pytest.raises(ResourceStateError, match="lives on the package"):
        async with shop.context() as context:
            await bind_user_asset_resource(context, body)
    await pass_time(shop, days=366)
    await pass_time(shop, days=16)
    with pytest.raises(InsufficientResourcesError):
        async with shop.context() as context:
            await bind_user_asset_resource(context, body)
    await shop.order(AVATAR)
    async with shop.context() as context:
        await bind_user_asset_resource(context, body)
    assert (await shop.asset("ana")).state == "ACTIVED"
    assert await pass_time(shop, days=16) == ("RELEASED", "ACTIVED")


async def test_only_what_can_be_renewed_is(shop: Shop) -> None:
    await sign(shop)
    by_use = (await shop.resources())[0]
    async with shop.context() as context:
        with pytest.raises(ResourceStateError, match="ON_DEMAND"):
            await lifecycle.renew(context, by_use.id)
        with pytest.raises(ResourceStateError, match="ON_DEMAND"):
            await lifecycle.set_auto_renew(context, by_use.id, True)


async def test_a_tenant_chooses_when_and_whether_it_is_told(shop: Shop) -> None:
    async def configure(**members: object) -> None:
        async with shop.context() as context:
            body = {"type": "RESOURCE_EXPIRE", **members}
            await set_configuration(context, SetTenantNoticeConfigurationReq.model_validate(body))

    async def told() -> int:
        async with shop.context() as context:
            return len(await all_notices(context.session, context.tenant_id))

    await configure(properties='{"days": [100]}')
    await avatar_on_a_package(shop)
    await pass_time(shop, days=264)
    assert await told() == 0
    await pass_time(shop, days=2)
    await pass_time(shop, days=60)
    assert await told() == 1
    await configure(send_msg=False)
    await pass_time(shop, days=50)
    assert await told() == 1


async def test_little_left_is_told_once(shop: Shop) -> None:
    await give(shop, Item.VIDEO, 10)
    for number in range(3):
        await make(shop, f"video:{number}", Item.VIDEO, 450 if number < 2 else 10)
    async with shop.context() as context:
        notices = await all_notices(context.session, context.tenant_id)
    assert [(notice.kind, notice.text.partition(" has ")[2]) for notice in notices] == [
        (NoticeKind.RESOURCE_LEFT, "1 of 10 MIN left")
    ]
