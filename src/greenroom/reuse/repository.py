"""Queries on kept pieces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from greenroom.db.repository import Repository
from greenroom.db.session import Session
from greenroom.reuse.models import KeptPiece


class PieceRepository(Repository[KeptPiece]):
    """A project's pieces, whichever of its users they were made for."""

    row = KeptPiece

    async def of_key(self, key: str) -> KeptPiece | None:
        query = select(KeptPiece).where(KeptPiece.project_id == self.context.project_id, KeptPiece.id == key)
        found: KeptPiece | None = await self.session.scalar(query)
        return found

    async def drop(self, key: str) -> None:
        mine = (KeptPiece.project_id == self.context.project_id, KeptPiece.id == key)
        await self.session.execute(delete(KeptPiece).where(*mine))

    async def size_bytes(self) -> int:
        query = select(func.sum(KeptPiece.size_bytes)).where(KeptPiece.project_id == self.context.project_id)
        return int(await self.session.scalar(query) or 0)

    async def longest_unused(self, count: int) -> Sequence[KeptPiece]:
        query = select(KeptPiece).where(KeptPiece.project_id == self.context.project_id)
        return list(await self.session.scalars(query.order_by(KeptPiece.used_at, KeptPiece.id).limit(count)))


async def unused_since(session: Session, moment: datetime, count: int) -> Sequence[KeptPiece]:
    """Over all tenants, for the sweep."""
    query = select(KeptPiece).where(KeptPiece.used_at < moment).order_by(KeptPiece.used_at)
    return list(await session.scalars(query.limit(count)))


async def known_among(session: Session, keys: Sequence[str]) -> set[str]:
    """Over all tenants, for the sweep."""
    return set(await session.scalars(select(KeptPiece.id).where(KeptPiece.id.in_(keys))))
