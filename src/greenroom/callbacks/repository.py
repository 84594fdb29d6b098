"""Queries on callbacks."""

from __future__ import annotations

from collections.abc import Sequence

from greenroom.callbacks.models import Callback
from greenroom.db.repository import Repository


class CallbackRepository(Repository[Callback]):
    row = Callback

    async def of_task(self, subject_id: str) -> Callback | None:
        query = self.select().where(Callback.subject_id == subject_id)
        found: Callback | None = await self.session.scalar(query)
        return found

    async def of_tasks(self, subject_ids: Sequence[str]) -> list[Callback]:
        return list(await self.session.scalars(self.select().where(Callback.subject_id.in_(subject_ids))))
