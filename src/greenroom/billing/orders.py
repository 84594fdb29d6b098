"""Orders: placed over the API, paid from the tenant's account, cancelled; and what they bring: packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from greenroom.billing.agreements import AUTO_PAY, has_signed
from greenroom.billing.errors import InsufficientResourcesError, OrderError, OrderNotFoundError
from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.models import EntryKind, Order, OrderKind, OrderState, Resource, ResourceState
from greenroom.billing.money import add_terms, format_micros, package_micros
from greenroom.billing.products import (
    PRODUCTS,
    ChargingMode,
    Item,
    Product,
    Source,
    Term,
    find_product,
    product_names,
)
from greenroom.billing.repository.rows import OrderRepository, ResourceRepository
from greenroom.billing.wire import (
    CreateMetaStudioOrdersReq,
    CreateMetaStudioOrdersResponse,
    PublicCloudServiceOrder,
)
from greenroom.runtime import Context

MAX_PACKAGES = 1000
"""Packages in one line of an order; each is a row of its own."""
MAX_TERMS = {Term.MONTH: 60, Term.YEAR: 10, Term.ONE_OFF: 10}


@dataclass(slots=True, frozen=True)
class OrderLine:
    """`amount` units of an item, for `count` terms."""

    item: str
    amount: int
    term: int
    count: int
    auto_renew: bool
    amount_micros: int


async def create_orders(context: Context, body: CreateMetaStudioOrdersReq) -> CreateMetaStudioOrdersResponse:
    """Place an order. It is paid at once where every line says so, the agreement to pay automatically is
    signed, and the account can bear it; otherwise it waits to be paid.

    Raises:
        OrderError: a product that is not sold, or not for such a term.
    """
    lines = [_line(context, number, line) for number, line in enumerate(body.cloud_services)]
    order = Order(
        kind=OrderKind.NEW,
        state=OrderState.UNPAID,
        lines=[asdict(line) for line in lines],
        amount_micros=sum(line.amount_micros for line in lines),
        currency=context.settings.currency,
    )
    await OrderRepository(context).add(order)
    automatic = all(line.is_auto_pay for line in body.cloud_services)
    if automatic and await has_signed(context, AUTO_PAY) and await can_pay(context, order.amount_micros):
        await _settle(context, order)
    return CreateMetaStudioOrdersResponse(order_id=order.id)


async def pay_order(context: Context, order_id: str) -> Order:
    """Pay an order that waits; its packages begin now.

    Raises:
        OrderNotFoundError: no such order.
        OrderError: it does not wait to be paid.
        InsufficientResourcesError: the balance does not cover it.
    """
    order = await _waiting(context, order_id)
    if not await can_pay(context, order.amount_micros):
        raise InsufficientResourcesError(
            f"the balance does not cover {format_micros(order.amount_micros)} {order.currency}: "
            "pay into the account first"
        )
    await _settle(context, order)
    return order


async def cancel_order(context: Context, order_id: str) -> Order:
    """Raises OrderNotFoundError, and OrderError where it does not wait to be paid."""
    order = await _waiting(context, order_id)
    order.state = OrderState.CANCELLED
    OrderRepository(context).touch(order)
    return order


async def can_pay(context: Context, amount_micros: int) -> bool:
    """Locks the account until the transaction ends. Where the service is not prepaid, anything goes on
    account.
    """
    account = await Ledger(context.runtime, context.session).lock(context.tenant_id)
    return not context.settings.prepaid or amount_micros == 0 or account.balance_micros >= amount_micros


async def add_packages(
    context: Context, line: OrderLine, source: Source, order_id: str | None, ends: datetime | None = None
) -> Sequence[Resource]:
    """The packages of a line, from now on: one for each thing where a package is good for one only.

    Args:
        ends: instead of the line's terms.
    """
    product = PRODUCTS[Item(line.item)]
    now, term = context.now(), Term(line.term)
    each, number = (1, line.amount) if product.is_single else (line.amount * product.scale, 1)
    made = [
        Resource(
            item=product.item,
            charging_mode=ChargingMode.ONE_TIME if term is Term.ONE_OFF else ChargingMode.PERIODIC,
            source=source,
            order_id=order_id,
            amount=each,
            used=0,
            starts_at=now,
            expires_at=ends or add_terms(now, term, line.count),
            state=ResourceState.ACTIVE,
            state_since=now,
            term=int(term),
            term_count=line.count,
            auto_renew=line.auto_renew,
        )
        for _ in range(number)
    ]
    resources = ResourceRepository(context)
    for resource in made:
        await resources.add(resource)
    return made


def _line(context: Context, number: int, wanted: PublicCloudServiceOrder) -> OrderLine:
    """Raises OrderError."""
    place = f"cloud_services.{number}"
    product = find_product(wanted.resource_spec_code)
    if product is None:
        raise OrderError(
            f"{place}.resource_spec_code {wanted.resource_spec_code!r} is not sold here: "
            f"send one of {product_names()}"
        )
    term = _term(place, product, wanted)
    if wanted.subscription_num > MAX_PACKAGES:
        raise OrderError(
            f"{place}.subscription_num is {wanted.subscription_num}: order at most {MAX_PACKAGES} at a time"
        )
    amount = wanted.subscription_num * product.scale
    prices = context.settings.prices
    return OrderLine(
        item=product.item,
        amount=wanted.subscription_num,
        term=int(term),
        count=wanted.period_num,
        auto_renew=wanted.is_auto_renew == 1 and term is not Term.ONE_OFF,
        amount_micros=package_micros(prices, product.item, amount, term, wanted.period_num),
    )


def _term(place: str, product: Product, wanted: PublicCloudServiceOrder) -> Term:
    """Raises OrderError."""
    if not product.terms:
        way = "is paid by use" if product.by_use else "is allocated by the administrator"
        raise OrderError(f"{place}.resource_spec_code: {product.title} {way} and cannot be ordered")
    if wanted.period_type not in product.terms:
        allowed = ", ".join(f"{term.value} ({term.name.lower()})" for term in sorted(product.terms))
        raise OrderError(
            f"{place}.period_type is {wanted.period_type}: {product.title} is sold for {allowed}"
        )
    term = Term(wanted.period_type)
    if wanted.period_num > MAX_TERMS[term]:
        raise OrderError(f"{place}.period_num is {wanted.period_num}: send at most {MAX_TERMS[term]}")
    return term


async def _waiting(context: Context, order_id: str) -> Order:
    """The order, with the account locked, so that nobody else pays or cancels it."""
    await Ledger(context.runtime, context.session).lock(context.tenant_id)
    order = await OrderRepository(context).find(order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    if order.state != OrderState.UNPAID:
        raise OrderError(
            f"the order {order_id} is {order.state}: only an UNPAID one can be paid or cancelled"
        )
    return order


async def _settle(context: Context, order: Order) -> None:
    """Take the money, and give the packages."""
    details: list[dict[str, Any]] = []
    for content in order.lines:
        line = OrderLine(**content)
        made = await add_packages(context, line, Source.PURCHASED, order.id)
        details.append({**content, "resources": [resource.id for resource in made]})
    order.state, order.paid_at = OrderState.PAID, context.now()
    OrderRepository(context).touch(order)
    await Ledger(context.runtime, context.session).post(
        Posting(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            kind=EntryKind.ORDER,
            key=f"order:{order.id}",
            amount_micros=order.amount_micros,
            subject_id=order.id,
            details={"lines": details},
        )
    )
