"""Queries on picture modeling jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository
from greenroom.modeling.pictures.models import PictureModelingJob, PictureState
from greenroom.modeling.pictures.wire import ListPictureModelingJobsQuery

SORT_KEYS = {
    "create_time": PictureModelingJob.created_at,
    "update_time": PictureModelingJob.updated_at,
    "start_time": PictureModelingJob.started_at,
    "end_time": PictureModelingJob.ended_at,
    "name": PictureModelingJob.name,
    "state": PictureModelingJob.state,
}


class PictureModelingRepository(Repository[PictureModelingJob]):
    row = PictureModelingJob

    async def count_waiting(self) -> int:
        """Over the whole project, whoever made them."""
        query = select(func.count()).where(
            PictureModelingJob.project_id == self.context.project_id,
            PictureModelingJob.state == PictureState.WAITING,
        )
        return await self.session.scalar(query) or 0

    async def list_page(self, query: ListPictureModelingJobsQuery) -> Page[PictureModelingJob]:
        statement = self.select()
        if query.state:
            states = [state.strip() for state in query.state.split(",")]
            statement = statement.where(PictureModelingJob.state.in_(states))
        created = PictureModelingJob.created_at
        if query.create_since:
            statement = statement.where(created >= parse_wire_time(query.create_since))
        if query.create_until:
            statement = statement.where(created <= parse_wire_time(query.create_until))
        column = SORT_KEYS.get(query.sort_key or "create_time", created)
        order: Any = column.desc() if query.sort_dir == "desc" else column.asc()
        return await self.page(statement, query.offset, query.limit, order)
