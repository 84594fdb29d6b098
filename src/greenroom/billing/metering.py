"""What other contexts call: may this be made, and what was made.

A job reserves when it is asked for, and is charged in the transaction that publishes what it made; one that
fails, is refused or is cancelled releases its reservation and costs nothing. Each call names the job by a
key, and the ledger holds one entry a key: whatever is repeated after a crash, a job is charged once.
"""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.billing.errors import InsufficientResourcesError, UserQuotaError
from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.models import EntryKind, Reservation, Resource
from greenroom.billing.money import cost_micros, price_micros
from greenroom.billing.notices import warn_of_little_left
from greenroom.billing.products import PRODUCTS, Item, Product
from greenroom.billing.repository.ledger import UsageFilter
from greenroom.billing.repository.rows import (
    ReservationRepository,
    ResourceRepository,
    UserQuotaRepository,
)
from greenroom.runtime import Context

NO_LIMIT = -1


@dataclass(slots=True, frozen=True)
class Usage:
    """What was made."""

    key: str
    """At most 64 characters, such as `video:<job id>`."""
    item: Item
    """Used where nothing was reserved; otherwise the reservation's counts."""
    quantity: int
    """In the item's steps: 1 for an avatar, hundredths of a minute for a video."""
    subject_id: str
    asset_id: str | None = None
    """What lives on the package that pays for it."""
    app_user_id: str | None = None


async def reserve(context: Context, key: str, item: Item, quantity: int = 0) -> None:
    """Make sure that something may be made, and keep a package for it where one is needed.

    Args:
        quantity: as far as it is known beforehand; what is charged is what was made in the end.

    Raises:
        UserQuotaError: the user that X-App-UserId names has made as much as the tenant allows.
        InsufficientResourcesError: nothing is left of what the tenant bought or was allocated.
    """
    ledger = Ledger(context.runtime, context.session)
    await ledger.lock(context.tenant_id)
    reservations = ReservationRepository(context)
    if await ledger.rows.find(context.tenant_id, key) or await reservations.find(key):
        return
    product = PRODUCTS[item]
    await _check_user(context, ledger, product, quantity)
    package = await _package_for(context, product)
    if package is None and context.settings.quotas == "enforced":
        await _check_pay_per_use(context, product)
    await _check_balance(context, ledger, product)
    await reservations.add(
        Reservation(id=key, item=item, quantity=quantity, resource_id=package.id if package else None)
    )


async def release(context: Context, key: str) -> None:
    """Nothing came of it: what was reserved is free again."""
    reservations = ReservationRepository(context)
    row = await reservations.find(key)
    if row is not None:
        await reservations.remove(row)


async def take_back(context: Context, key: str) -> None:
    """Nothing came of it after all, although it may have been charged: that is undone by a second entry."""
    await release(context, key)
    ledger = Ledger(context.runtime, context.session)
    await ledger.lock(context.tenant_id)
    charged = await ledger.rows.find(context.tenant_id, key)
    if charged is None or await ledger.rows.find(context.tenant_id, _undone(key)):
        return
    resources = ResourceRepository(context)
    for resource_id, steps in charged.details["drawn"].items():
        package = await resources.reload(resource_id)
        if package is not None:
            package.used, package.asset_id = max(0, package.used - steps), None
    await ledger.post(
        Posting(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            kind=EntryKind.CORRECTION,
            key=_undone(key),
            amount_micros=-charged.amount_micros,
            item=Item(charged.item) if charged.item else None,
            quantity=-charged.quantity,
            subject_id=charged.subject_id,
            app_user_id=charged.app_user_id,
        )
    )


async def charge(context: Context, usage: Usage) -> None:
    """Write down what was made and who pays: packages first, the rest by use. Once for each key."""
    ledger = Ledger(context.runtime, context.session)
    await ledger.lock(context.tenant_id)
    if await ledger.rows.find(context.tenant_id, usage.key):
        return
    reservations = ReservationRepository(context)
    reservation = await reservations.find(usage.key)
    product = PRODUCTS[Item(reservation.item) if reservation else usage.item]
    draws = await _draw(context, product, usage, reservation)
    rest = usage.quantity - sum(draws.values())
    amount_micros = await _by_use(context, product, rest, draws)
    await ledger.post(
        Posting(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            kind=EntryKind.USAGE,
            key=usage.key,
            amount_micros=amount_micros,
            item=product.item,
            quantity=usage.quantity,
            subject_id=usage.subject_id,
            app_user_id=usage.app_user_id,
            details={"drawn": draws},
        )
    )
    if reservation is not None:
        await reservations.remove(reservation)


async def channels(context: Context, item: Item) -> int | None:
    """How many livestreams or dialogs may run at once; None: as many as you like."""
    bought = await ResourceRepository(context).channels(item)
    return None if bought == 0 and context.settings.quotas == "open" else bought


def _undone(key: str) -> str:
    return f"{key}:undone"


async def _check_user(context: Context, ledger: Ledger, product: Product, quantity: int) -> None:
    """Raises UserQuotaError."""
    user = context.app_user_id
    quota = await UserQuotaRepository(context).of_user(user) if user is not None else None
    if user is None or quota is None:
        return
    limit = int(quota.limits.get(product.item, NO_LIMIT))
    if limit == NO_LIMIT:
        return
    wanted = UsageFilter(context.project_id, items=(product.item,), user_id=user)
    used = (await ledger.rows.used(wanted)).get(product.item, 0)
    used += await ReservationRepository(context).quantity_of(user, product.item)
    if used + max(quantity, 1) > limit * product.scale:
        raise UserQuotaError(
            f"the user {user} has used {product.shown(used):g} of {limit} {product.unit} of {product.title}: "
            "raise the quota with update_user_quotas"
        )


async def _package_for(context: Context, product: Product) -> Resource | None:
    resources = ResourceRepository(context)
    if product.is_single:
        return next(iter(await resources.free_packages([product.item])), None)
    return next(iter(await resources.packages(product.item)), None)


async def _check_pay_per_use(context: Context, product: Product) -> None:
    """Raises InsufficientResourcesError."""
    if product.by_use and await ResourceRepository(context).pay_per_use(product.item):
        return
    cure = (
        "switch pay-per-use on by signing its agreement (sign_special_agreement)"
        if product.by_use
        else "buy a package (create_meta_studio_orders)"
    )
    raise InsufficientResourcesError(
        f"nothing is left of {product.title} ({product.item}): {cure}, or have the "
        "administrator allocate some"
    )


async def _check_balance(context: Context, ledger: Ledger, product: Product) -> None:
    """What is paid by use needs money on the account, where the service is prepaid.

    Raises InsufficientResourcesError.
    """
    if not (context.settings.prepaid and product.by_use):
        return
    if price_micros(context.settings.prices, product.item, None) == 0:
        return
    if await ResourceRepository(context).packages(product.item):
        return
    if (await ledger.lock(context.tenant_id)).balance_micros <= 0:
        raise InsufficientResourcesError(
            f"the balance is used up, and {product.title} is paid by use: pay into the account first"
        )


async def _draw(
    context: Context, product: Product, usage: Usage, reservation: Reservation | None
) -> dict[str, int]:
    """Take from packages; the answer is what each gave."""
    resources = ResourceRepository(context)
    if product.is_single:
        kept = reservation.resource_id if reservation else None
        package = await resources.reload(kept) if kept else await _package_for(context, product)
        if package is None or package.left == 0:
            return {}
        package.used, package.asset_id = package.used + usage.quantity, usage.asset_id
        resources.touch(package)
        return {package.id: usage.quantity}
    draws: dict[str, int] = {}
    rest = usage.quantity
    for package in await resources.packages(product.item):
        if rest == 0:
            break
        taken = min(rest, package.left)
        package.used += taken
        resources.touch(package)
        draws[package.id] = taken
        rest -= taken
        await warn_of_little_left(context, package)
    return draws


async def _by_use(context: Context, product: Product, steps: int, draws: dict[str, int]) -> int:
    """Millionths to pay for what no package covers; adds pay-per-use to what was drawn from.

    Without pay-per-use nothing is owed where quotas are enforced: the tenant has not agreed to pay.
    """
    if steps <= 0 or not product.by_use:
        return 0
    resources = ResourceRepository(context)
    switched_on = await resources.pay_per_use(product.item)
    if switched_on is not None:
        switched_on.used += steps
        draws[switched_on.id] = steps
        resources.touch(switched_on)
    elif context.settings.quotas == "enforced":
        return 0
    return cost_micros(product, steps, price_micros(context.settings.prices, product.item, None))
