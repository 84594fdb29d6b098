"""Invoices: what a tenant owes for a month, line by line, as CSV and as PDF."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

from greenroom.billing.models import EntryKind
from greenroom.billing.money import add_terms, format_minor, minor_units
from greenroom.billing.products import PRODUCTS, Item, Term
from greenroom.billing.repository.ledger import LedgerRepository, Session
from greenroom.billing.repository.rows import tenant_name
from greenroom.errors import InvalidParameterError
from greenroom.settings import Settings

CSV_COLUMNS = ("invoice", "description", "project_id", "quantity", "unit", "amount", "currency")
_TITLES = {
    EntryKind.USAGE: "by use",
    EntryKind.CORRECTION: "by use",
    EntryKind.ORDER: "Packages ordered",
    EntryKind.RENEWAL: "renewal",
}


@dataclass(slots=True, frozen=True)
class InvoiceLine:
    description: str
    project_id: str
    quantity: str
    unit: str
    amount: int
    """In the currency's smallest coin."""


@dataclass(slots=True, frozen=True)
class Invoice:
    """A month's. Amounts in the currency's smallest coin; the total is the sum of the lines as they are
    shown.
    """

    number: str
    tenant: str
    issuer: tuple[str, ...]
    currency: str
    first: datetime
    end: datetime
    """Not included."""
    issued: datetime
    lines: tuple[InvoiceLine, ...]
    total: int
    paid: int
    """Paid within the month."""
    balance: int
    """Of the account at its end."""

    def money(self, amount: int) -> str:
        return f"{format_minor(amount, self.currency)} {self.currency}"


def parse_month(text: str) -> datetime:
    """`2026-11` as its first moment.

    Raises:
        InvalidParameterError: another form.
    """
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidParameterError(f"the month is {text!r}: give year and month, such as 2026-11") from None


async def make_invoice(
    session: Session, settings: Settings, tenant_id: str, month: datetime, now: datetime
) -> Invoice:
    """The invoice of the month that begins at `month` (UTC)."""
    end = add_terms(month, Term.MONTH, 1)
    ledger = LedgerRepository(session)
    sums: dict[tuple[str, str, str | None], tuple[int, int]] = {}
    paid = 0
    async for entry in ledger.entries(tenant_id, month, end):
        kind = EntryKind(entry.kind)
        if kind is EntryKind.PAYMENT:
            paid -= entry.amount_micros
        elif kind is not EntryKind.ALLOCATION:
            key = (_title(kind, entry.item), entry.project_id, entry.item)
            steps, micros = sums.get(key, (0, 0))
            sums[key] = steps + entry.quantity, micros + entry.amount_micros
    name = await tenant_name(session, tenant_id)
    lines = tuple(
        _line(key, steps, minor_units(micros, settings.currency))
        for key, (steps, micros) in sorted(sums.items(), key=lambda pair: (pair[0][0], pair[0][1]))
    )
    balance = await ledger.balance_before(tenant_id, end)
    return Invoice(
        number=f"{name}-{month:%Y%m}",
        tenant=name,
        issuer=tuple(part.strip() for part in settings.invoice_issuer.split(";")),
        currency=settings.currency,
        first=month,
        end=end,
        issued=now,
        lines=lines,
        total=sum(line.amount for line in lines),
        paid=minor_units(paid, settings.currency),
        balance=minor_units(balance, settings.currency),
    )


def invoice_csv(invoice: Invoice) -> bytes:
    """UTF-8, one row a line, and the total in the last."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    for line in invoice.lines:
        amount = format_minor(line.amount, invoice.currency)
        cells = (line.description, line.project_id, line.quantity, line.unit, amount)
        writer.writerow((invoice.number, *cells, invoice.currency))
    total = format_minor(invoice.total, invoice.currency)
    writer.writerow((invoice.number, "Total", "", "", "", total, invoice.currency))
    return out.getvalue().encode()


def _title(kind: EntryKind, item: str | None) -> str:
    if item is None:
        return "Correction" if kind is EntryKind.CORRECTION else _TITLES[kind]
    product = PRODUCTS[Item(item)]
    way = "made" if product.is_single and kind is EntryKind.USAGE else _TITLES[kind]
    return f"{product.title}, {way}"


def _line(key: tuple[str, str, str | None], steps: int, amount: int) -> InvoiceLine:
    description, project_id, item = key
    if item is None or steps == 0:
        return InvoiceLine(description, project_id, quantity="", unit="", amount=amount)
    product = PRODUCTS[Item(item)]
    quantity = f"{product.shown(steps):.2f}" if product.scale > 1 else str(steps)
    return InvoiceLine(description, project_id, quantity, str(product.unit), amount)
