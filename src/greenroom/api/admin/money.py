"""Prices, packages, orders, accounts, the ledger and invoices."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from greenroom.api.admin.table import Audience, Desk, administers
from greenroom.api.admin.wire import (
    Heads,
    InvoiceQuery,
    Made,
    Money,
    MonthQuery,
    NewAllocation,
    Rows,
    Switch,
    TenantQuery,
    TimesQuery,
)
from greenroom.billing import administration, storage
from greenroom.billing.money import parse_amount
from greenroom.clock import parse_wire_time
from greenroom.errors import InvalidParameterError


@administers("GET", "/prices", "price:list")
async def list_prices(desk: Desk) -> Rows:
    return {"prices": await administration.list_prices(desk.runtime)}


@administers("GET", "/resources", "resource:list")
async def list_resources(desk: Desk, query: TenantQuery) -> Rows:
    return {"resources": await administration.list_resources(desk.runtime, query.tenant)}


@administers("POST", "/tenants/{tenant}/resources", "resource:allocate")
async def allocate_resource(desk: Desk, tenant: str, body: NewAllocation) -> Rows:
    place = tenant, body.region or desk.runtime.settings.region
    wanted = administration.Allocation(body.item, body.amount, body.months, body.by_provider)
    return {"resources": await administration.allocate(desk.runtime, desk.actor, place, wanted)}


@administers("POST", "/resources/{resource}/renew", "resource:renew")
async def renew_resource(desk: Desk, resource: str) -> Made:
    return await administration.renew(desk.runtime, desk.actor, resource)


@administers("PUT", "/resources/{resource}/auto-renew", "resource:autoRenew")
async def set_auto_renew(desk: Desk, resource: str, body: Switch) -> Made:
    return await administration.set_auto_renew(desk.runtime, desk.actor, resource, body.on)


@administers("PUT", "/tenants/{tenant}/pay-per-use", "resource:payPerUse")
async def switch_pay_per_use(desk: Desk, tenant: str, body: Switch) -> None:
    place = tenant, body.region or desk.runtime.settings.region
    await administration.switch_pay_per_use(desk.runtime, desk.actor, place, body.on)


@administers("GET", "/orders", "order:list")
async def list_orders(desk: Desk, query: TenantQuery) -> Rows:
    return {"orders": await administration.list_orders(desk.runtime, query.tenant)}


@administers("POST", "/orders/{order}/pay", "order:pay")
async def pay_order(desk: Desk, order: str) -> Made:
    return await administration.pay_order(desk.runtime, desk.actor, order)


@administers("POST", "/orders/{order}/cancel", "order:cancel")
async def cancel_order(desk: Desk, order: str) -> Made:
    return await administration.cancel_order(desk.runtime, desk.actor, order)


@administers("GET", "/accounts", "account:list")
async def list_accounts(desk: Desk) -> Rows:
    return {"accounts": await administration.list_balances(desk.runtime)}


@administers("POST", "/tenants/{tenant}/payments", "account:payIn")
async def add_payment(desk: Desk, tenant: str, body: Money) -> Made:
    place = tenant, body.region or desk.runtime.settings.region
    return await administration.add_payment(
        desk.runtime, desk.actor, place, _micros(body.amount), body.reference
    )


@administers("POST", "/tenants/{tenant}/corrections", "account:correct")
async def add_correction(desk: Desk, tenant: str, body: Money) -> Made:
    place = tenant, body.region or desk.runtime.settings.region
    return await administration.correct(desk.runtime, desk.actor, place, _micros(body.amount), body.reference)


@administers("GET", "/storage", "storage:list")
async def list_storage(desk: Desk, query: MonthQuery) -> Rows:
    return {"storage": await storage.list_storage(desk.runtime, query.month)}


@administers("GET", "/notices", "notice:list")
async def list_notices(desk: Desk, query: TenantQuery) -> Rows:
    return {"notices": await administration.list_notices(desk.runtime, query.tenant)}


@administers("GET", "/tenants/{tenant}/ledger", "ledger:show", Audience.TENANT)
async def show_ledger(desk: Desk, tenant: str, query: TimesQuery) -> Rows:
    """Oldest first."""
    since, until = (parse_wire_time(text) if text else None for text in (query.since, query.until))
    return {"entries": await administration.show_ledger(desk.runtime, tenant, since, until)}


@administers("GET", "/ledger/heads", "ledger:heads")
async def show_ledger_heads(desk: Desk) -> Made:
    return {"heads": await administration.ledger_heads(desk.runtime)}


@administers("POST", "/ledger/verify", "ledger:verify")
async def verify_ledger(desk: Desk, body: Heads | None) -> Made:
    """Every seal, chain and balance; with heads, also that nothing was cut off since."""
    heads = administration.checked_heads(body.heads) if body is not None else None
    chains, faults = await administration.verify_ledger(desk.runtime, heads)
    return {"chains": chains, "faults": faults}


@administers("GET", "/tenants/{tenant}/invoices/{month}", "invoice:show", Audience.TENANT)
async def show_invoice(desk: Desk, tenant: str, month: str, query: InvoiceQuery) -> Response:
    """Of a month such as 2026-11."""
    from greenroom.billing.invoice_pdf import invoice_pdf  # here: it costs start-up time
    from greenroom.billing.invoices import invoice_csv

    made = await administration.invoice(desk.runtime, tenant, month)
    if query.format == "csv":
        return Response(invoice_csv(made), media_type="text/csv; charset=utf-8")
    return Response(await asyncio.to_thread(invoice_pdf, made), media_type="application/pdf")


def _micros(text: str) -> int:
    """Raises InvalidParameterError."""
    try:
        return parse_amount(text)
    except ValueError as error:
        raise InvalidParameterError(f"amount: {error}") from None
