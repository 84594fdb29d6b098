"""The life of a package after its end: grace, retention, release; and its renewal.

At its end a package makes nothing more. What it made stays usable for the grace period, is frozen for the
retention period, and is then deleted. A renewal brings package and asset back from either. The periods count
from when the sweep moved the package on, so that a server which was off for a month deletes nothing
unannounced.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from greenroom.assets import freezing
from greenroom.assets.errors import AssetNotFoundError
from greenroom.assets.models import Asset
from greenroom.assets.service import delete_asset, require_asset
from greenroom.billing.errors import InsufficientResourcesError, ResourceNotFoundError, ResourceStateError
from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.models import (
    EntryKind,
    NoticeKind,
    Order,
    OrderKind,
    OrderState,
    Resource,
    ResourceState,
)
from greenroom.billing.money import add_terms, package_micros
from greenroom.billing.notices import tell, warn_of_end
from greenroom.billing.orders import OrderLine, can_pay
from greenroom.billing.products import PRODUCTS, ChargingMode, Item, Source, Term
from greenroom.billing.repository.rows import OrderRepository, ResourceRepository
from greenroom.clock import wire_time
from greenroom.moderation.freezing import standing_freeze
from greenroom.runtime import Context

BLOCK_REASON = "PACKAGE_EXPIRED"


async def move_on(context: Context, resource_id: str) -> None:
    """Bring a package to the state that the time asks for, one step at most. For the sweep."""
    await Ledger(context.runtime, context.session).lock(context.tenant_id)
    resource = await ResourceRepository(context).reload(resource_id)
    if resource is None or resource.expires_at is None:
        return
    now, settings = context.now(), context.settings
    state = ResourceState(resource.state)
    if state is ResourceState.ACTIVE and resource.expires_at <= now:
        if not await _renew_by_itself(context, resource):
            await _end(context, resource)
    elif state is ResourceState.ACTIVE:
        await warn_of_end(context, resource)
    elif state is ResourceState.GRACE and resource.state_since + timedelta(days=settings.grace_days) <= now:
        resource.advance(ResourceState.RETENTION, now)
        await _freeze(context, resource)
        await _tell(context, resource, "frozen", "is frozen with what it made: renew it before it is deleted")
    elif state is ResourceState.RETENTION:
        await _keep_or_release(context, resource)


async def renew(context: Context, resource_id: str) -> Resource:
    """For as long again, from its end, or from now where it is frozen already. What it made is unfrozen.

    Raises:
        ResourceNotFoundError: no such resource.
        ResourceStateError: it cannot be renewed.
        InsufficientResourcesError: the balance does not cover it.
    """
    await Ledger(context.runtime, context.session).lock(context.tenant_id)
    resource = await find_resource(context, resource_id)
    if resource.charging_mode == ChargingMode.ON_DEMAND or resource.state == ResourceState.RELEASED:
        raise ResourceStateError(
            f"the resource {resource_id} is {resource.charging_mode} and {resource.state}: only "
            "a package that is not released can be renewed"
        )
    if not await _renew(context, resource):
        raise InsufficientResourcesError("the balance does not cover the renewal: pay into the account first")
    return resource


async def set_auto_renew(context: Context, resource_id: str, on: bool) -> Resource:
    """Raises ResourceNotFoundError, and ResourceStateError for what is not paid by the month or year."""
    resource = await find_resource(context, resource_id)
    if resource.charging_mode != ChargingMode.PERIODIC or resource.state == ResourceState.RELEASED:
        raise ResourceStateError(
            f"the resource {resource_id} is {resource.charging_mode} and {resource.state}: only a "
            "package by the month or year that is not released renews itself"
        )
    resource.auto_renew = on
    ResourceRepository(context).touch(resource)
    return resource


async def find_resource(context: Context, resource_id: str) -> Resource:
    """Raises ResourceNotFoundError."""
    resource = await ResourceRepository(context).reload(resource_id)
    if resource is None:
        raise ResourceNotFoundError(resource_id)
    return resource


async def unfreeze(context: Context, asset: Asset) -> None:
    """Take our freezing off an asset; one that was frozen for its content too stays frozen."""
    if asset.block_reason_code != BLOCK_REASON:
        return
    standing = await standing_freeze(context.session, "asset", asset.id)
    if standing is None:
        await freezing.unfreeze(context.session, asset, context.now())
    else:
        asset.block_reason_code, asset.reason = standing.reason_code, standing.reason


async def _keep_or_release(context: Context, resource: Resource) -> None:
    if resource.state_since + timedelta(days=context.settings.retention_days) > context.now():
        await _freeze(context, resource)
        return
    resource.advance(ResourceState.RELEASED, context.now())
    await _delete(context, resource)
    await _tell(context, resource, "released", "was deleted with what it made")


async def _end(context: Context, resource: Resource) -> None:
    resource.advance(ResourceState.GRACE, context.now())
    days = context.settings.grace_days
    await _tell(context, resource, "ended", f"has ended: what it made is frozen in {days} days")


async def _renew_by_itself(context: Context, resource: Resource) -> bool:
    """A package whose asset was deleted is not bought again."""
    if not resource.auto_renew:
        return False
    if resource.asset_id is not None and await _asset(context, resource) is None:
        resource.auto_renew = False
        return False
    return await _renew(context, resource)


async def _renew(context: Context, resource: Resource) -> bool:
    """False: the account cannot pay."""
    assert resource.expires_at is not None and resource.term is not None
    now, term, item = context.now(), Term(resource.term), Item(resource.item)
    is_ours = resource.source == Source.PURCHASED
    prices = context.settings.prices
    price = package_micros(prices, item, resource.amount, term, resource.term_count) if is_ours else 0
    if not await can_pay(context, price):
        return False
    order = await _note_renewal(context, resource, price)
    ended = resource.expires_at
    start = now if resource.state == ResourceState.RETENTION else ended
    resource.expires_at = add_terms(start, term, resource.term_count)
    await Ledger(context.runtime, context.session).post(
        Posting(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            kind=EntryKind.RENEWAL,
            key=f"renewal:{resource.id}:{wire_time(ended)}",
            amount_micros=price,
            item=item,
            subject_id=resource.id,
            details={"order_id": order.id, "until": wire_time(resource.expires_at)},
        )
    )
    if resource.state != ResourceState.ACTIVE:
        resource.advance(ResourceState.ACTIVE, now)
        asset = await _asset(context, resource)
        if asset is not None:
            await unfreeze(context, asset)
    if not PRODUCTS[item].is_single:
        resource.used = 0
    ResourceRepository(context).touch(resource)
    return True


async def _note_renewal(context: Context, resource: Resource, price_micros: int) -> Order:
    """A renewal is an order too, which is paid already."""
    line = OrderLine(
        item=resource.item,
        amount=resource.amount // PRODUCTS[Item(resource.item)].scale,
        term=int(resource.term or Term.YEAR),
        count=resource.term_count,
        auto_renew=resource.auto_renew,
        amount_micros=price_micros,
    )
    return await OrderRepository(context).add(
        Order(
            kind=OrderKind.RENEWAL,
            state=OrderState.PAID,
            lines=[{**asdict(line), "resources": [resource.id]}],
            amount_micros=price_micros,
            currency=context.settings.currency,
            paid_at=context.now(),
        )
    )


async def _asset(context: Context, resource: Resource) -> Asset | None:
    if resource.asset_id is None:
        return None
    try:
        return await require_asset(context, resource.asset_id)
    except AssetNotFoundError:
        return None


async def _freeze(context: Context, resource: Resource) -> None:
    """Twice is as once; one that was unfrozen meanwhile is frozen again."""
    asset = await _asset(context, resource)
    if asset is not None:
        why = BLOCK_REASON, "the package that it was made with has ended: renew it"
        await freezing.freeze(context.session, asset, why, context.now())


async def _delete(context: Context, resource: Resource) -> None:
    if await _asset(context, resource) is not None:
        assert resource.asset_id is not None
        await delete_asset(context, resource.asset_id, "force")


async def _tell(context: Context, resource: Resource, about: str, what: str) -> None:
    name = PRODUCTS[Item(resource.item)].title
    await tell(context, NoticeKind.RESOURCE_EXPIRE, resource, about, f"{name} ({resource.id}) {what}")
