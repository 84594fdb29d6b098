"""The ledger for people: rows of a table for the tenant, and of a file for the administrator."""

from __future__ import annotations

from collections.abc import AsyncIterator

from greenroom.billing.models import LedgerEntry
from greenroom.billing.money import format_micros
from greenroom.billing.products import PRODUCTS, Item
from greenroom.billing.repository.ledger import LedgerRepository
from greenroom.clock import wire_time
from greenroom.runtime import Context

COLUMNS = ("time", "kind", "item", "quantity", "unit", "amount", "currency", "user_id", "subject_id")


async def usage_rows(context: Context) -> AsyncIterator[dict[str, object]]:
    """Every entry of the project, oldest first; with X-App-UserId only that user's."""
    async for entry in LedgerRepository(context.session).entries(context.tenant_id):
        is_theirs = context.app_user_id is None or entry.app_user_id == context.app_user_id
        if entry.project_id == context.project_id and is_theirs:
            yield statement_row(entry)


def statement_row(entry: LedgerEntry) -> dict[str, object]:
    """An entry in units and money, by the names of `COLUMNS`."""
    product = PRODUCTS[Item(entry.item)] if entry.item else None
    return {
        "time": wire_time(entry.at),
        "kind": entry.kind,
        "item": entry.item or "",
        "quantity": f"{product.shown(entry.quantity):g}" if product else "",
        "unit": product.unit if product else "",
        "amount": format_micros(entry.amount_micros),
        "currency": entry.currency,
        "user_id": entry.app_user_id or "",
        "subject_id": entry.subject_id or "",
    }
