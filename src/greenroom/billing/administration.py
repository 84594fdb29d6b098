"""What the operator does with money and packages. Each change is noted in the audit record under the name
of its actor.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from greenroom.billing import lifecycle, orders
from greenroom.billing.agreements import sign_special_agreement
from greenroom.billing.errors import OrderNotFoundError, ResourceNotFoundError
from greenroom.billing.invoices import Invoice, make_invoice, parse_month
from greenroom.billing.ledger import Fault, Ledger, Posting, described
from greenroom.billing.models import EntryKind, Notice, Order, Resource
from greenroom.billing.money import MICROS, format_micros
from greenroom.billing.products import PRODUCTS, Item, Source, Term, find_product, product_names
from greenroom.billing.repository.ledger import LedgerRepository, Session
from greenroom.billing.repository.rows import (
    all_notices,
    all_orders,
    all_resources,
    project_of_order,
    project_of_resource,
)
from greenroom.billing.statements import statement_row
from greenroom.billing.wire import SpecialAgreementSignReq
from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor, find_tenant, note
from greenroom.runtime import Context, Runtime
from greenroom.settings import PriceName
from greenroom.tenants.repository import TenantRepository
from greenroom.tenants.service import scope_of_project

Row = dict[str, Any]
Place = tuple[str, str]
"""A tenant's name and the region of its project."""


@dataclass(slots=True, frozen=True)
class Allocation:
    """What an administrator gives a tenant."""

    item: str
    amount: int
    """Units: avatars, channels, whole minutes."""
    months: int
    by_provider: bool = False


async def list_prices(runtime: Runtime) -> list[Row]:
    """Everything that can have a price, and its price."""
    prices = runtime.settings.prices
    return [
        {
            "name": name,
            "price": format_micros(int(prices.get(name, 0) * MICROS)),
            "currency": runtime.settings.currency,
            "title": PRODUCTS[Item(name.partition(".")[0])].title,
        }
        for name in PriceName.__args__  # type: ignore[attr-defined]
    ]


async def list_resources(runtime: Runtime, tenant: str | None) -> list[Row]:
    async with runtime.sessions.read() as session:
        names, tenant_id = await _names(session, tenant)
        return [_resource(row, names) for row in await all_resources(session, tenant_id)]


async def allocate(runtime: Runtime, actor: Actor, place: Place, wanted: Allocation) -> list[Row]:
    """Give packages for nothing.

    Raises:
        InvalidParameterError: no such item, or an amount or a time that makes no sense.
    """
    product = find_product(wanted.item)
    if product is None:
        raise InvalidParameterError(f"there is no item {wanted.item!r}: take one of {product_names()}")
    limit = orders.MAX_PACKAGES if product.is_single else 1_000_000
    if not 1 <= wanted.amount <= limit or not 1 <= wanted.months <= 1200:
        raise InvalidParameterError(f"give 1 to {limit} {product.unit} for 1 to 1200 months")
    source = Source.SP_ALLOCATED if wanted.by_provider else Source.ADMIN_ALLOCATED
    async with changing_project(runtime, actor, place, ("allocate", product.item)) as context:
        line = orders.OrderLine(
            item=product.item,
            amount=wanted.amount,
            term=int(Term.MONTH),
            count=wanted.months,
            auto_renew=False,
            amount_micros=0,
        )
        made = await orders.add_packages(context, line, source, None)
        await Ledger(runtime, context.session).post(
            Posting(
                tenant_id=context.tenant_id,
                project_id=context.project_id,
                kind=EntryKind.ALLOCATION,
                key=f"allocation:{made[0].id}",
                amount_micros=0,
                item=product.item,
                subject_id=made[0].id,
                details={"amount": wanted.amount, "resources": [resource.id for resource in made]},
            )
        )
        return [_resource(row, {context.tenant_id: place[0]}) for row in made]


async def renew(runtime: Runtime, actor: Actor, resource_id: str) -> Row:
    """Raises what `lifecycle.renew` raises."""
    async with _changing_resource(runtime, actor, resource_id, "renew") as context:
        return _resource(await lifecycle.renew(context, resource_id), {})


async def set_auto_renew(runtime: Runtime, actor: Actor, resource_id: str, on: bool) -> Row:
    """Raises what `lifecycle.set_auto_renew` raises."""
    async with _changing_resource(runtime, actor, resource_id, "autoRenew") as context:
        return _resource(await lifecycle.set_auto_renew(context, resource_id, on), {})


async def switch_pay_per_use(runtime: Runtime, actor: Actor, place: Place, on: bool) -> None:
    """As if the tenant signed the agreement, or withdrew it."""
    async with changing_project(runtime, actor, place, ("payPerUse", "on" if on else "off")) as context:
        body = SpecialAgreementSignReq(agreement_type="AUTO_PAY", to_sign=on)
        await sign_special_agreement(context, body)


async def list_orders(runtime: Runtime, tenant: str | None) -> list[Row]:
    async with runtime.sessions.read() as session:
        names, tenant_id = await _names(session, tenant)
        return [_order(row, names) for row in await all_orders(session, tenant_id)]


async def pay_order(runtime: Runtime, actor: Actor, order_id: str) -> Row:
    """Raises what `orders.pay_order` raises."""
    async with _changing_order(runtime, actor, order_id, "pay") as context:
        return _order(await orders.pay_order(context, order_id), {})


async def cancel_order(runtime: Runtime, actor: Actor, order_id: str) -> Row:
    """Raises what `orders.cancel_order` raises."""
    async with _changing_order(runtime, actor, order_id, "cancel") as context:
        return _order(await orders.cancel_order(context, order_id), {})


async def list_notices(runtime: Runtime, tenant: str | None) -> list[Row]:
    async with runtime.sessions.read() as session:
        names, tenant_id = await _names(session, tenant)
        return [_notice(row, names) for row in await all_notices(session, tenant_id)]


async def add_payment(runtime: Runtime, actor: Actor, place: Place, micros: int, reference: str) -> Row:
    """Money came in. The same reference again is the same payment.

    Raises:
        InvalidParameterError: nothing, or less than nothing, came in.
    """
    if micros <= 0:
        raise InvalidParameterError("a payment is more than 0: `correct` takes something back")
    return await _post(runtime, actor, place, EntryKind.PAYMENT, -micros, f"payment:{reference}")


async def correct(runtime: Runtime, actor: Actor, place: Place, micros: int, reference: str) -> Row:
    """Charge something (above 0) or give something back (below 0), with the reason."""
    return await _post(runtime, actor, place, EntryKind.CORRECTION, micros, f"correction:{reference}")


async def list_balances(runtime: Runtime) -> list[Row]:
    async with runtime.sessions.read() as session:
        names, _ = await _names(session, None)
        return [
            {
                "tenant": names.get(account.tenant_id, account.tenant_id),
                "balance": format_micros(account.balance_micros),
                "currency": runtime.settings.currency,
                "entries": account.sequence,
            }
            for account in await LedgerRepository(session).accounts()
        ]


async def show_ledger(
    runtime: Runtime, tenant: str, since: datetime | None, until: datetime | None
) -> list[Row]:
    """The tenant's entries, oldest first."""
    async with runtime.sessions.read() as session:
        row = await find_tenant(session, tenant)
        entries = LedgerRepository(session).entries(row.id, since, until)
        return [{**described(entry), **statement_row(entry)} async for entry in entries]


async def verify_ledger(runtime: Runtime, heads: Mapping[str, Any] | None) -> tuple[int, list[Row]]:
    """How many chains there are, and what is wrong with them."""
    async with runtime.sessions.read() as session:
        names, _ = await _names(session, None)
        ledger = Ledger(runtime, session)
        faults = [_fault(fault, names) async for fault in ledger.verify(heads)]
        return len(await ledger.heads()), faults


async def ledger_heads(runtime: Runtime) -> dict[str, Any]:
    async with runtime.sessions.read() as session:
        return await Ledger(runtime, session).heads()


def parse_heads(text: str) -> Mapping[str, Any]:
    """What `ledger heads` printed.

    Raises:
        InvalidParameterError: it is something else.
    """
    try:
        return checked_heads(json.loads(text))
    except ValueError:
        raise InvalidParameterError("the file is not what `greenroom admin ledger heads` prints") from None


def checked_heads(found: Any) -> Mapping[str, Any]:
    """Raises InvalidParameterError: these are not the ends of chains."""
    try:
        return {
            str(key): {"sequence": int(one["sequence"]), "hash": str(one["hash"])}
            for key, one in found.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise InvalidParameterError("the heads are not what `greenroom admin ledger heads` prints") from None


async def invoice(runtime: Runtime, tenant: str, month: str) -> Invoice:
    """Raises InvalidParameterError: the month has a wrong form."""
    async with runtime.sessions.read() as session:
        row = await find_tenant(session, tenant)
        return await make_invoice(session, runtime.settings, row.id, parse_month(month), runtime.clock())


async def _post(runtime: Runtime, actor: Actor, place: Place, kind: EntryKind, micros: int, key: str) -> Row:
    if not 1 <= len(key.partition(":")[2]) <= 100:
        raise InvalidParameterError("the reference must have 1 to 100 characters")
    async with changing_project(runtime, actor, place, (kind.lower(), key)) as context:
        posting = Posting(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            kind=kind,
            key=key,
            amount_micros=micros,
        )
        entry = await Ledger(runtime, context.session).post(posting)
        if entry.amount_micros != micros:
            raise InvalidParameterError(
                f"the reference was used for {format_micros(abs(entry.amount_micros))} before: give "
                "another one"
            )
        return statement_row(entry) | {"sequence": entry.sequence}


@asynccontextmanager
async def changing_project(
    runtime: Runtime, actor: Actor, place: Place, change: tuple[str, str]
) -> AsyncIterator[Context]:
    """A transaction in a tenant's project. `change` is (verb, thing), for the record.

    Raises:
        UnknownNameError, InvalidParameterError: no such tenant, or no project of it in the region.
    """
    async with _in_project(runtime, actor, await _project_id(runtime, place), change) as context:
        yield context


@asynccontextmanager
async def looking_into(runtime: Runtime, place: Place) -> AsyncIterator[Context]:
    """Like `changing_project`, but for reading."""
    scope = await scope_of_project(runtime, await _project_id(runtime, place))
    async with runtime.transaction(scope, read_only=True) as context:
        yield context


async def _project_id(runtime: Runtime, place: Place) -> str:
    tenant, region = place
    async with runtime.sessions.read() as session:
        row = await find_tenant(session, tenant)
        project = await TenantRepository(session).find_project(row.id, region)
    if project is None:
        raise InvalidParameterError(
            f"the tenant {tenant} has no project in {region}: `greenroom admin projects create` makes one"
        )
    return project.id


@asynccontextmanager
async def _changing_resource(
    runtime: Runtime, actor: Actor, resource_id: str, verb: str
) -> AsyncIterator[Context]:
    """Raises ResourceNotFoundError."""
    async with runtime.sessions.read() as session:
        project_id = await project_of_resource(session, resource_id)
    if project_id is None:
        raise ResourceNotFoundError(resource_id)
    async with _in_project(runtime, actor, project_id, (verb, resource_id)) as context:
        yield context


@asynccontextmanager
async def _changing_order(runtime: Runtime, actor: Actor, order_id: str, verb: str) -> AsyncIterator[Context]:
    """Raises OrderNotFoundError."""
    async with runtime.sessions.read() as session:
        project_id = await project_of_order(session, order_id)
    if project_id is None:
        raise OrderNotFoundError(order_id)
    async with _in_project(runtime, actor, project_id, (verb, order_id)) as context:
        yield context


@asynccontextmanager
async def _in_project(
    runtime: Runtime, actor: Actor, project_id: str, change: tuple[str, str]
) -> AsyncIterator[Context]:
    scope = await scope_of_project(runtime, project_id)
    verb, thing = change
    async with runtime.transaction(scope) as context:
        yield context
        await note(runtime, context.session, actor, (context.tenant_id, f"billing:{verb}", thing))


async def _names(session: Session, tenant: str | None) -> tuple[dict[str, str], str | None]:
    """Tenants' names by id, and the id of the one that is asked for."""
    names = {row.id: row.name for row in await TenantRepository(session).tenants()}
    return names, (await find_tenant(session, tenant)).id if tenant is not None else None


def _resource(row: Resource, names: Mapping[str, str]) -> Row:
    product = PRODUCTS[Item(row.item)]
    return {
        "id": row.id,
        "tenant": names.get(row.tenant_id, row.tenant_id),
        "project_id": row.project_id,
        "item": row.item,
        "mode": row.charging_mode,
        "source": row.source,
        "state": row.state,
        "amount": product.shown(row.amount),
        "used": product.shown(row.used),
        "unit": product.unit,
        "expires_at": wire_time(row.expires_at) if row.expires_at else None,
        "auto_renew": row.auto_renew,
        "asset_id": row.asset_id,
    }


def _order(row: Order, names: Mapping[str, str]) -> Row:
    return {
        "id": row.id,
        "tenant": names.get(row.tenant_id, row.tenant_id),
        "kind": row.kind,
        "state": row.state,
        "amount": format_micros(row.amount_micros),
        "currency": row.currency,
        "items": [f"{line['amount']} {line['item']}" for line in row.lines],
        "created_at": wire_time(row.created_at),
        "paid_at": wire_time(row.paid_at) if row.paid_at else None,
    }


def _notice(row: Notice, names: Mapping[str, str]) -> Row:
    return {
        "time": wire_time(row.created_at),
        "tenant": names.get(row.tenant_id, row.tenant_id),
        "kind": row.kind,
        "text": row.text,
    }


def _fault(fault: Fault, names: Mapping[str, str]) -> Row:
    return {
        "tenant": names.get(fault.tenant_id, fault.tenant_id),
        "entry": fault.sequence,
        "fault": fault.text,
    }
