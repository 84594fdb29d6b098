"""The base of every repository: queries that cannot leave the tenant's project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from greenroom.db.base import ScopedRow
from greenroom.db.sqlite_connection import SHORT
from greenroom.runtime import Context

Row = TypeVar("Row", bound=ScopedRow)


@dataclass(slots=True, frozen=True)
class Page(Generic[Row]):
    """One page of a list and how many rows the whole list has."""

    rows: list[Row]
    count: int


@cache
def _one(row: type[Any], together: tuple[str, ...], by_user: bool) -> Select[Any]:
    """The statement of `find`, made once: making it takes as long as running it."""
    query = select(row).where(row.project_id == bindparam("project"), row.id == bindparam("wanted"))
    if by_user:
        query = query.where(row.app_user_id == bindparam("app_user"))
    joined = [joinedload(getattr(row, name)) for name in together]
    return query.options(*joined).execution_options(**{SHORT: True})


class Repository(Generic[Row]):
    """Queries on one table, within the project of the context and, where X-App-UserId names one, the user.

    A subclass sets `row` and starts each of its queries from `self.select()`.
    """

    row: ClassVar[type[Any]]
    together: ClassVar[tuple[str, ...]] = ()
    """Relationships that `find` loads with the row, in one statement."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.session = context.session

    def select(self) -> Select[Row]:
        """Every row that the caller may see."""
        query = select(self.row).where(self.row.project_id == self.context.project_id)
        if self.context.app_user_id is not None:
            query = query.where(self.row.app_user_id == self.context.app_user_id)
        return query

    def stamp(self, row: Row) -> Row:
        """Fill the scope, the id and the times of a new row where they are not set yet."""
        now = self.context.now()
        row.id = row.id or self.context.new_id()
        row.tenant_id = self.context.tenant_id
        row.project_id = self.context.project_id
        row.app_user_id = row.app_user_id or self.context.app_user_id
        row.created_at = row.created_at or now
        row.updated_at = row.updated_at or now
        return row

    async def add(self, row: Row) -> Row:
        self.session.add(self.stamp(row))
        await self.session.flush()
        return row

    async def find(self, row_id: str) -> Row | None:
        if type(self).select is not Repository.select:
            query = self.select().where(self.row.id == row_id).execution_options(**{SHORT: True})
            return (await self.session.scalars(query)).first()
        table: Any = self.row
        user = self.context.app_user_id
        values = {"wanted": row_id, "project": self.context.project_id, "app_user": user}
        statement = _one(table, self.together, user is not None)
        return (await self.session.scalars(statement, values)).unique().first()

    async def find_locked(self, row_id: str) -> Row | None:
        """As `find`; others who ask so wait for this transaction, and the row is as they left it."""
        query = self.select().where(self.row.id == row_id).with_for_update()
        row: Row | None = await self.session.scalar(query.execution_options(populate_existing=True))
        return row

    async def remove(self, row: Row) -> None:
        await self.session.delete(row)

    def touch(self, row: Row) -> None:
        """Note that the row changed now."""
        row.updated_at = self.context.now()

    async def page(self, query: Select[Row], offset: int, limit: int, *order: Any) -> Page[Row]:
        """Rows `offset`.. of the query in the given order (ties by id) and the count of all of them."""
        count = await self.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
        rows = await self.session.scalars(query.order_by(*order, self.row.id).offset(offset).limit(limit))
        return Page(rows=list(rows.all()), count=count or 0)
