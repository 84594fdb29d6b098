"""Who may make what, and what it costs."""

from __future__ import annotations

import asyncio

import pytest
from tests.billing.conftest import PRICES, OpenShop, Shop

from greenroom.billing.agreements import sign_special_agreement
from greenroom.billing.errors import InsufficientResourcesError, UserQuotaError
from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.metering import Usage, channels, charge, release, reserve, take_back
from greenroom.billing.models import EntryKind, Resource, ResourceState
from greenroom.billing.orders import OrderLine, add_packages
from greenroom.billing.products import Item, Source, Term
from greenroom.billing.quotas import create_user_quotas
from greenroom.billing.wire import CreateUserQuotaInfo, SpecialAgreementSignReq


async def sign(shop: Shop, to_sign: bool = True) -> None:
    async with shop.context() as context:
        await sign_special_agreement(
            context, SpecialAgreementSignReq(agreement_type="AUTO_PAY", to_sign=to_sign)
        )


async def give(shop: Shop, item: Item, amount: int) -> Resource:
    async with shop.context() as context:
        line = OrderLine(item, amount, int(Term.MONTH), 1, False, 0)
        return (await add_packages(context, line, Source.ADMIN_ALLOCATED, None))[0]


async def make(shop: Shop, key: str, item: Item, quantity: int, asset_id: str | None = None) -> None:
    async with shop.context() as context:
        await reserve(context, key, item, 0 if item is Item.VIDEO else quantity)
    async with shop.context() as context:
        await charge(context, Usage(key, item, quantity, subject_id=key, asset_id=asset_id))


class TestAsItComes:
    async def test_everything_may_be_made_and_is_written_down(self, open_shop: Shop) -> None:
        for number in range(3):
            await make(open_shop, f"video:{number}", Item.VIDEO, 150)
            await make(open_shop, f"modeling:{number}", Item.AVATAR, 1)
        entries = await open_shop.entries()
        assert [(entry.item, entry.quantity, entry.amount_micros) for entry in entries] == [
            (Item.VIDEO, 150, 0),
            (Item.AVATAR, 1, 0),
        ] * 3
        async with open_shop.context() as context:
            assert await channels(context, Item.DIALOG) is None

    async def test_with_prices_it_costs_what_it_costs(self, make_shop: OpenShop) -> None:
        shop = await make_shop(prices=PRICES)
        await make(shop, "video:1", Item.VIDEO, 1257)
        assert [entry.amount_micros for entry in await shop.entries()] == [3_142_500]


class TestEnforced:
    async def test_nothing_without_a_package_or_pay_per_use(self, shop: Shop) -> None:
        for item, cure in (
            (Item.VIDEO, "sign_special_agreement"),
            (Item.AVATAR, "create_meta_studio_orders"),
        ):
            with pytest.raises(InsufficientResourcesError, match=cure) as caught:
                async with shop.context() as context:
                    await reserve(context, f"x:{item}", item)
            assert (caught.value.error_code, caught.value.status) == ("MSS.20010135", 400)
        assert await shop.entries() == []
        async with shop.context() as context:
            assert await channels(context, Item.DIALOG) == 0

    async def test_pay_per_use_on_and_off(self, shop: Shop) -> None:
        await sign(shop)
        await make(shop, "video:1", Item.VIDEO, 150)
        await sign(shop, to_sign=False)
        with pytest.raises(InsufficientResourcesError):
            await make(shop, "video:2", Item.VIDEO, 150)
        assert [entry.amount_micros for entry in await shop.entries()] == [375_000]
        assert await shop.balance() == -375_000

    async def test_minutes_of_packages_go_first_and_the_rest_by_use(self, shop: Shop) -> None:
        first, second = await give(shop, Item.VIDEO, 1), await give(shop, Item.VIDEO, 2)
        await sign(shop)
        await make(shop, "video:1", Item.VIDEO, 450)
        (entry,) = await shop.entries()
        assert entry.amount_micros == 375_000  # 1.5 of 4.5 minutes
        by_use = next(row for row in await shop.resources() if row.charging_mode == "ON_DEMAND" and row.used)
        assert entry.details == {"drawn": {first.id: 100, second.id: 200, by_use.id: 150}}
        assert {row.id: row.used for row in await shop.resources()}[second.id] == 200

    async def test_what_exceeds_a_package_without_pay_per_use_costs_nothing(self, shop: Shop) -> None:
        await give(shop, Item.VIDEO, 1)
        await make(shop, "video:1", Item.VIDEO, 450)
        assert [entry.amount_micros for entry in await shop.entries()] == [0]
        with pytest.raises(InsufficientResourcesError):
            await make(shop, "video:2", Item.VIDEO, 1)

    async def test_one_package_one_avatar(self, shop: Shop) -> None:
        package = await give(shop, Item.AVATAR, 1)
        async with shop.context() as context:
            await reserve(context, "modeling:1", Item.AVATAR, 1)
        with pytest.raises(InsufficientResourcesError):  # the first one waits for its training
            async with shop.context() as context:
                await reserve(context, "modeling:2", Item.AVATAR, 1)
        async with shop.context() as context:
            await charge(context, Usage("modeling:1", Item.AVATAR, 1, "1", asset_id="ana"))
        (row,) = await shop.resources()
        assert (row.id, row.used, row.asset_id) == (package.id, 1, "ana")
        with pytest.raises(InsufficientResourcesError):
            await make(shop, "modeling:2", Item.AVATAR, 1)

    async def test_two_at_once_cannot_have_the_same_package(self, shop: Shop) -> None:
        await give(shop, Item.AVATAR, 1)

        async def try_it(key: str) -> bool:
            try:
                async with shop.context() as context:
                    await reserve(context, key, Item.AVATAR, 1)
            except InsufficientResourcesError:
                return False
            return True

        answers = await asyncio.gather(*(try_it(f"modeling:{number}") for number in range(6)))
        assert sorted(answers) == [False] * 5 + [True]

    async def test_a_package_that_has_ended_makes_nothing(self, shop: Shop) -> None:
        package = await give(shop, Item.VIDEO, 5)
        async with shop.context() as context:
            row = await context.session.merge(package)
            row.advance(ResourceState.GRACE, context.now())
        with pytest.raises(InsufficientResourcesError):
            await make(shop, "video:1", Item.VIDEO, 1)


class TestOnceAndNever:
    async def test_a_job_is_charged_once_however_often_it_publishes(self, shop: Shop) -> None:
        await sign(shop)
        async with shop.context() as context:
            await reserve(context, "video:1", Item.VIDEO)

        async def publish() -> None:
            async with shop.context() as context:
                await charge(context, Usage("video:1", Item.VIDEO, 150, "1"))

        await asyncio.gather(*(publish() for _ in range(8)))
        assert len(await shop.entries()) == 1
        used = [row.used for row in await shop.resources()]
        assert sorted(used) == [0, 150]

    async def test_a_crash_while_publishing_leaves_no_charge(self, shop: Shop) -> None:
        await give(shop, Item.AVATAR, 1)
        async with shop.context() as context:
            await reserve(context, "modeling:1", Item.AVATAR, 1)
        with pytest.raises(ZeroDivisionError):
            async with shop.context() as context:
                await charge(context, Usage("modeling:1", Item.AVATAR, 1, "1", asset_id="ana"))
                raise ZeroDivisionError
        assert await shop.entries() == []
        assert [(row.used, row.asset_id) for row in await shop.resources()] == [(0, None)]

    async def test_a_failed_job_gives_its_package_free(self, shop: Shop) -> None:
        await give(shop, Item.AVATAR, 1)
        async with shop.context() as context:
            await reserve(context, "modeling:1", Item.AVATAR, 1)
        async with shop.context() as context:
            await release(context, "modeling:1")
        await make(shop, "modeling:2", Item.AVATAR, 1)
        assert [entry.charge_key for entry in await shop.entries()] == ["modeling:2"]

    async def test_one_that_fails_after_it_was_charged_gets_everything_back(self, shop: Shop) -> None:
        await give(shop, Item.VIDEO, 1)
        await sign(shop)
        await make(shop, "video:1", Item.VIDEO, 250)
        for _ in range(2):
            async with shop.context() as context:
                await take_back(context, "video:1")
        entries = await shop.entries()
        assert [(entry.kind, entry.quantity, entry.amount_micros) for entry in entries] == [
            (EntryKind.USAGE, 250, 375_000),
            (EntryKind.CORRECTION, -250, -375_000),
        ]
        assert [row.used for row in await shop.resources()] == [0, 0, 0]
        assert await shop.balance() == 0


class TestUserQuotas:
    async def test_they_hold_even_where_the_tenant_has_no_limits(self, open_shop: Shop) -> None:
        quota = {"video_time_2d_model": 2, "modeling_count_2d_model": 1}
        async with open_shop.context() as context:
            await create_user_quotas(
                context, CreateUserQuotaInfo.model_validate({"user_id": "ana", "quota": quota})
            )

        async def make_as(user: str | None, key: str, item: Item, quantity: int) -> None:
            async with open_shop.context(user) as context:
                await reserve(context, key, item, 1 if item is Item.AVATAR else 0)
                await charge(context, Usage(key, item, quantity, key, app_user_id=user))

        await make_as("ana", "video:1", Item.VIDEO, 199)
        await make_as("ana", "video:2", Item.VIDEO, 300)  # what is left is not known beforehand
        with pytest.raises(UserQuotaError, match=r"used 4\.99 of 2 MIN"):
            await make_as("ana", "video:3", Item.VIDEO, 1)
        await make_as("ben", "video:4", Item.VIDEO, 1)
        await make_as(None, "video:5", Item.VIDEO, 1)
        await make_as("ana", "modeling:1", Item.AVATAR, 1)
        with pytest.raises(UserQuotaError):
            await make_as("ana", "modeling:2", Item.AVATAR, 1)
        await make_as("ana", "voice:1", Item.VOICE_BASIC, 1)

    async def test_running_jobs_count(self, open_shop: Shop) -> None:
        async with open_shop.context() as context:
            body = {"user_id": "ana", "quota": {"modeling_count_2d_model": 1}}
            await create_user_quotas(context, CreateUserQuotaInfo.model_validate(body))
        async with open_shop.context("ana") as context:
            await reserve(context, "modeling:1", Item.AVATAR, 1)
        with pytest.raises(UserQuotaError):
            async with open_shop.context("ana") as context:
                await reserve(context, "modeling:2", Item.AVATAR, 1)


class TestPrepaid:
    async def test_by_use_needs_money_on_the_account(self, make_shop: OpenShop) -> None:
        shop = await make_shop(quotas="enforced", prices=PRICES, prepaid=True)
        await sign(shop)
        with pytest.raises(InsufficientResourcesError, match="balance is used up"):
            await make(shop, "video:1", Item.VIDEO, 100)
        async with shop.context() as context:
            await Ledger(context.runtime, context.session).post(
                Posting(context.tenant_id, context.project_id, EntryKind.PAYMENT, "payment:1", -250_000)
            )
        await make(shop, "video:1", Item.VIDEO, 100)
        assert await shop.balance() == 0
        with pytest.raises(InsufficientResourcesError, match="balance is used up"):
            await make(shop, "video:2", Item.VIDEO, 100)
