"""Every query on vocabularies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.exc import IntegrityError

from greenroom.db.base import ScopedRow
from greenroom.db.repository import Page, Repository
from greenroom.voices.vocabulary.errors import TakenMeanwhileError
from greenroom.voices.vocabulary.models import VocabularyEntry, VocabularyGroup, VocabularySwitch

Row = TypeVar("Row", bound=ScopedRow)
_ESCAPE = "\\"


class _OfTheProject(Repository[Row]):
    """What belongs to the whole project, whichever of its users asks."""

    def select(self) -> Select[Row]:
        return select(self.row).where(self.row.project_id == self.context.project_id)

    @asynccontextmanager
    async def once(self) -> AsyncIterator[None]:
        """Write what the block changes, or nothing of it.

        Whether a key is free is asked before; with PostgreSQL another request may take it in between.

        Raises:
            TakenMeanwhileError: it did. The transaction can go on, and sees what the other wrote.
        """
        try:
            async with self.session.begin_nested():
                yield
        except IntegrityError:
            raise TakenMeanwhileError from None

    async def count(self, query: Select[Row]) -> int:
        return await self.session.scalar(select(func.count()).select_from(query.subquery())) or 0


class GroupRepository(_OfTheProject[VocabularyGroup]):
    row = VocabularyGroup

    async def named(self, name: str) -> VocabularyGroup | None:
        found: VocabularyGroup | None = await self.session.scalar(
            self.select().where(VocabularyGroup.name == name)
        )
        return found

    async def all(self) -> list[VocabularyGroup]:
        return list((await self.session.scalars(self.select().order_by(VocabularyGroup.created_at))).all())

    async def of_asset(self, asset_id: str) -> list[VocabularyGroup]:
        """A project has few groups, so their lists of assets are looked through here."""
        return [group for group in await self.all() if asset_id in group.asset_ids]

    async def page_of(self, group_id: str | None, offset: int, limit: int) -> Page[VocabularyGroup]:
        query = self.select()
        if group_id:
            query = query.where(VocabularyGroup.id == group_id)
        return await self.page(query, offset, limit, VocabularyGroup.created_at.desc())


class EntryRepository(_OfTheProject[VocabularyEntry]):
    row = VocabularyEntry

    async def of_key(self, group_id: str, key: str) -> VocabularyEntry | None:
        query = self.select().where(VocabularyEntry.group_id == group_id, VocabularyEntry.key == key)
        found: VocabularyEntry | None = await self.session.scalar(query)
        return found

    async def count_in(self, group_id: str) -> int:
        return await self.count(self.select().where(VocabularyEntry.group_id == group_id))

    async def of_groups(self, group_ids: Sequence[str]) -> list[VocabularyEntry]:
        query = self.select().where(VocabularyEntry.group_id.in_(group_ids))
        return list((await self.session.scalars(query.order_by(VocabularyEntry.id))).all())

    async def with_ids(self, ids: Sequence[str]) -> list[VocabularyEntry]:
        return list((await self.session.scalars(self.select().where(VocabularyEntry.id.in_(ids)))).all())

    async def remove_group(self, group_id: str) -> None:
        await self.session.execute(
            delete(VocabularyEntry).where(
                VocabularyEntry.project_id == self.context.project_id, VocabularyEntry.group_id == group_id
            )
        )

    def matching(
        self,
        kind: str | None,
        group_ids: Sequence[str] | None,
        search: str | None,
        times: tuple[datetime | None, datetime | None],
    ) -> Select[VocabularyEntry]:
        """Those of a kind, of some groups, with a text in key or value, made between two moments."""
        query = self.select()
        if kind is not None:
            query = query.where(VocabularyEntry.kind == kind)
        if group_ids is not None:
            query = query.where(VocabularyEntry.group_id.in_(group_ids))
        if search:
            pattern = f"%{_escaped(search)}%"
            query = query.where(
                or_(
                    VocabularyEntry.key.ilike(pattern, escape=_ESCAPE),
                    VocabularyEntry.value.ilike(pattern, escape=_ESCAPE),
                )
            )
        since, until = times
        if since is not None:
            query = query.where(VocabularyEntry.created_at >= since)
        if until is not None:
            query = query.where(VocabularyEntry.created_at <= until)
        return query


class SwitchRepository(_OfTheProject[VocabularySwitch]):
    row = VocabularySwitch

    async def of_key(self, key: str) -> VocabularySwitch | None:
        found: VocabularySwitch | None = await self.session.scalar(
            self.select().where(VocabularySwitch.key == key)
        )
        return found

    async def with_keys(self, keys: Sequence[str]) -> dict[str, str]:
        rows = await self.session.scalars(self.select().where(VocabularySwitch.key.in_(keys)))
        return {row.key: row.value for row in rows}

    async def page_of(self, key: str | None, offset: int, limit: int) -> Page[VocabularySwitch]:
        query = self.select()
        if key is not None:
            query = query.where(VocabularySwitch.key == key)
        return await self.page(query, offset, limit, VocabularySwitch.created_at)


def _escaped(text: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return text
