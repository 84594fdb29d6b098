"""Every query on words, exemptions, the review queue and freezes.

Works across tenants: for services that know the tenant, and for the operator.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.db.base import Base
from greenroom.moderation.models import (
    Freeze,
    FreezeState,
    ModeratedWord,
    ReviewExemption,
    ReviewItem,
    ReviewState,
)

STANDING = (FreezeState.FROZEN, FreezeState.APPEALED, FreezeState.UPHELD)
"""States of a freeze that holds."""


class ModerationRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, row: Base) -> None:
        self.session.add(row)
        await self.session.flush()

    async def remove(self, row: Base) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def words(self) -> Sequence[ModeratedWord]:
        return list(await self.session.scalars(select(ModeratedWord).order_by(ModeratedWord.normal)))

    async def words_stamp(self) -> tuple[int, object]:
        """Changes whenever a word comes or goes."""
        query = select(func.count(), func.max(ModeratedWord.created_at)).select_from(ModeratedWord)
        row = (await self.session.execute(query)).one()
        return int(row[0]), row[1]

    async def word(self, normal: str) -> ModeratedWord | None:
        return await self.session.get(ModeratedWord, normal)

    async def exemption(self, tenant_id: str) -> ReviewExemption | None:
        return await self.session.get(ReviewExemption, tenant_id)

    async def exemptions(self) -> Sequence[ReviewExemption]:
        return list(await self.session.scalars(select(ReviewExemption)))

    async def item(self, item_id: str) -> ReviewItem | None:
        return await self.session.get(ReviewItem, item_id)

    async def items(
        self, state: ReviewState | None, tenant_id: str | None, limit: int
    ) -> Sequence[ReviewItem]:
        """Oldest first, as a queue is worked off."""
        query = select(ReviewItem).order_by(ReviewItem.created_at, ReviewItem.id).limit(limit)
        if state is not None:
            query = query.where(ReviewItem.state == state)
        if tenant_id is not None:
            query = query.where(ReviewItem.tenant_id == tenant_id)
        return list(await self.session.scalars(query))

    async def waiting_items(self, kind: str, subject_id: str) -> Sequence[ReviewItem]:
        query = select(ReviewItem).where(
            ReviewItem.subject_kind == kind,
            ReviewItem.subject_id == subject_id,
            ReviewItem.state == ReviewState.WAITING,
        )
        return list(await self.session.scalars(query))

    async def withdraw(self, kind: str, subject_id: str, part: str | None) -> None:
        query = update(ReviewItem).where(
            ReviewItem.subject_kind == kind,
            ReviewItem.subject_id == subject_id,
            ReviewItem.state == ReviewState.WAITING,
        )
        if part is not None:
            query = query.where(ReviewItem.part == part)
        await self.session.execute(query.values(state=ReviewState.WITHDRAWN))

    async def freeze(self, freeze_id: str) -> Freeze | None:
        return await self.session.get(Freeze, freeze_id)

    async def standing_freeze(self, kind: str, subject_id: str) -> Freeze | None:
        query = select(Freeze).where(
            Freeze.subject_kind == kind, Freeze.subject_id == subject_id, Freeze.state.in_(STANDING)
        )
        found: Freeze | None = await self.session.scalar(query.limit(1))
        return found

    async def freezes(
        self, states: Sequence[FreezeState], tenant_id: str | None, limit: int
    ) -> Sequence[Freeze]:
        """Newest first."""
        query = select(Freeze).order_by(Freeze.frozen_at.desc(), Freeze.id).limit(limit)
        if states:
            query = query.where(Freeze.state.in_(states))
        if tenant_id is not None:
            query = query.where(Freeze.tenant_id == tenant_id)
        return list(await self.session.scalars(query))
