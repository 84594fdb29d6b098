"""Queries on training jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository
from greenroom.db.session import Session
from greenroom.modeling.models import TrainingJob
from greenroom.modeling.wire import ListTrainingJobsQuery

SORT_KEYS = {
    "create_time": TrainingJob.created_at,
    "update_time": TrainingJob.updated_at,
    "last_update_time": TrainingJob.updated_at,
    "name": TrainingJob.name,
    "state": TrainingJob.state,
}
_OPTION_FILTERS = ("is_flexus", "is_live_copy", "is_ondemand_resource")


class TrainingJobRepository(Repository[TrainingJob]):
    row = TrainingJob

    async def list_page(self, query: ListTrainingJobsQuery) -> Page[TrainingJob]:
        statement = self._filtered(query)
        column = SORT_KEYS.get(query.sort_key or "create_time", TrainingJob.created_at)
        order: Any = column.desc() if query.sort_dir == "desc" else column.asc()
        return await self.page(statement, query.offset, query.limit, order)

    async def of_asset(self, asset_id: str) -> TrainingJob | None:
        """The job that made an avatar."""
        found: TrainingJob | None = await self.session.scalar(
            self.select().where(TrainingJob.asset_id == asset_id)
        )
        return found

    def _filtered(self, query: ListTrainingJobsQuery) -> Select[TrainingJob]:
        statement = self.select()
        if query.state:
            statement = statement.where(TrainingJob.state.in_(query.state.split(",")))
        if query.name:
            statement = statement.where(TrainingJob.name.icontains(query.name, autoescape=True))
        for column, value in (
            (TrainingJob.id, query.job_id),
            (TrainingJob.batch_name, query.batch_name),
            (TrainingJob.model_resolution, query.model_resolution),
        ):
            if value:
                statement = statement.where(column == value)
        if query.tag:
            tags = TrainingJob.options["tags"].as_string()
            statement = statement.where(tags.contains(f'"{query.tag}"', autoescape=True))
        for name in _OPTION_FILTERS:
            wanted = getattr(query, name)
            if wanted is not None:
                statement = statement.where(TrainingJob.options[name].as_boolean().is_(wanted))
        return self._within_times(statement, query)

    @staticmethod
    def _within_times(statement: Select[TrainingJob], query: ListTrainingJobsQuery) -> Select[TrainingJob]:
        created, updated = TrainingJob.created_at, TrainingJob.updated_at
        if query.create_since:
            statement = statement.where(created >= parse_wire_time(query.create_since))
        if query.create_until:
            statement = statement.where(created <= parse_wire_time(query.create_until))
        if query.update_since:
            statement = statement.where(updated >= parse_wire_time(query.update_since))
        if query.update_until:
            statement = statement.where(updated <= parse_wire_time(query.update_until))
        return statement


async def training_job_of_any_tenant(session: Session, job_id: str) -> TrainingJob | None:
    """For a link, which says itself whose job it is."""
    found: TrainingJob | None = await session.scalar(select(TrainingJob).where(TrainingJob.id == job_id))
    return found
