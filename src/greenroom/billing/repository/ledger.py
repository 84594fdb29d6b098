"""Every query on the ledger and its accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Select, case, func, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.billing.models import Account, EntryKind, LedgerEntry
from greenroom.billing.products import Item

Session = AsyncSession

DAY_MICROSECONDS = 86_400_000_000
_PAGE = 1000
_METERED = (EntryKind.USAGE, EntryKind.CORRECTION)


@dataclass(slots=True, frozen=True)
class UsageFilter:
    """Usage within one project; a missing part means all."""

    project_id: str
    items: Sequence[Item] = ()
    user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class LedgerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def lock_account(self, tenant_id: str) -> Account:
        """The tenant's account, made if there is none; no other transaction has it until this one ends."""
        statement = text(
            "INSERT INTO billing_accounts (tenant_id, sequence, hash, balance_micros) "
            "VALUES (:tenant_id, 0, '', 0) ON CONFLICT (tenant_id) DO NOTHING"
        )
        await self.session.execute(statement, {"tenant_id": tenant_id})
        query = (
            select(Account)
            .where(Account.tenant_id == tenant_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return (await self.session.scalars(query)).one()

    async def account(self, tenant_id: str) -> Account | None:
        return await self.session.get(Account, tenant_id)

    async def accounts(self) -> Sequence[Account]:
        return list(await self.session.scalars(select(Account).order_by(Account.tenant_id)))

    async def tenants(self) -> Sequence[str]:
        """Of every entry, whether it has an account or not."""
        query = select(LedgerEntry.tenant_id).distinct().order_by(LedgerEntry.tenant_id)
        return list(await self.session.scalars(query))

    async def find(self, tenant_id: str, key: str) -> LedgerEntry | None:
        query = select(LedgerEntry).where(LedgerEntry.tenant_id == tenant_id, LedgerEntry.charge_key == key)
        entry: LedgerEntry | None = await self.session.scalar(query)
        return entry

    async def add(self, entry: LedgerEntry) -> None:
        self.session.add(entry)
        await self.session.flush()

    async def entries(
        self, tenant_id: str, since: datetime | None = None, until: datetime | None = None
    ) -> AsyncIterator[LedgerEntry]:
        """In their order, page by page; `until` is not included."""
        query = select(LedgerEntry).where(LedgerEntry.tenant_id == tenant_id)
        if since is not None:
            query = query.where(LedgerEntry.at >= since)
        if until is not None:
            query = query.where(LedgerEntry.at < until)
        last = -1
        while True:
            page = query.where(LedgerEntry.sequence > last).order_by(LedgerEntry.sequence).limit(_PAGE)
            rows = list(await self.session.scalars(page))
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            last = rows[-1].sequence

    async def balance_before(self, tenant_id: str, moment: datetime) -> int:
        query = select(func.coalesce(func.sum(LedgerEntry.amount_micros), 0)).where(
            LedgerEntry.tenant_id == tenant_id, LedgerEntry.at < moment
        )
        return -int(await self.session.scalar(query) or 0)

    async def used(self, wanted: UsageFilter) -> dict[Item, int]:
        """Steps by item."""
        rows = await self.session.execute(
            _usage(wanted)
            .with_only_columns(LedgerEntry.item, func.sum(LedgerEntry.quantity))
            .group_by(LedgerEntry.item)
        )
        return {Item(str(item)): int(total) for item, total in rows}

    async def used_by_user(self, project_id: str, users: Sequence[str]) -> dict[tuple[str, Item], int]:
        """Steps by user and item."""
        query = (
            _usage(UsageFilter(project_id))
            .where(LedgerEntry.app_user_id.in_(users))
            .with_only_columns(LedgerEntry.app_user_id, LedgerEntry.item, func.sum(LedgerEntry.quantity))
            .group_by(LedgerEntry.app_user_id, LedgerEntry.item)
        )
        rows = await self.session.execute(query)
        return {(str(user), Item(str(item))): int(total) for user, item, total in rows}

    async def number(self, wanted: UsageFilter) -> int:
        """How many things were made, less those whose charge was undone."""
        one = case((LedgerEntry.kind == EntryKind.USAGE, 1), else_=-1)
        query = _usage(wanted).with_only_columns(func.coalesce(func.sum(one), 0))
        return int(await self.session.scalar(query) or 0)

    async def used_by_day(
        self, wanted: UsageFilter, offset: int, limit: int
    ) -> tuple[int, Sequence[tuple[int, Item, int]]]:
        """How many days have usage, and (day since 1970, item, steps) of a page of them, oldest first."""
        day = type_coerce(LedgerEntry.at, BigInteger) // DAY_MICROSECONDS
        days = _usage(wanted).with_only_columns(day.label("day")).distinct()
        count = await self.session.scalar(select(func.count()).select_from(days.subquery())) or 0
        shown = list(await self.session.scalars(days.order_by(day).offset(offset).limit(limit)))
        if not shown:
            return count, []
        query = (
            _usage(wanted)
            .where(day >= shown[0], day <= shown[-1])
            .with_only_columns(day, LedgerEntry.item, func.sum(LedgerEntry.quantity))
            .group_by(day, LedgerEntry.item)
            .order_by(day, LedgerEntry.item)
        )
        rows = await self.session.execute(query)
        return count, [(int(number), Item(str(item)), int(total)) for number, item, total in rows]


def _usage(wanted: UsageFilter) -> Select[LedgerEntry]:
    query = select(LedgerEntry).where(
        LedgerEntry.project_id == wanted.project_id,
        LedgerEntry.kind.in_(_METERED),
        LedgerEntry.item.is_not(None),
    )
    if wanted.items:
        query = query.where(LedgerEntry.item.in_(list(wanted.items)))
    if wanted.user_id is not None:
        query = query.where(LedgerEntry.app_user_id == wanted.user_id)
    if wanted.since is not None:
        query = query.where(LedgerEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(LedgerEntry.at <= wanted.until)
    return query
