"""Queries on business cards."""

from __future__ import annotations

from typing import Any

from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository
from greenroom.video.cards.wire import ListDigitalHumanBusinessCardQuery
from greenroom.video.models import BusinessCard, VideoJob

SORT_KEYS = {
    "create_time": BusinessCard.created_at,
    "update_time": BusinessCard.updated_at,
    "lastupdate_time": BusinessCard.updated_at,
    "start_time": VideoJob.started_at,
    "end_time": VideoJob.ended_at,
    "state": VideoJob.state,
}


class BusinessCardRepository(Repository[BusinessCard]):
    row = BusinessCard

    async def list_page(self, query: ListDigitalHumanBusinessCardQuery) -> Page[BusinessCard]:
        statement = self.select().join(VideoJob, VideoJob.id == BusinessCard.video_job_id)
        if query.state:
            states = [state.strip() for state in query.state.split(",")]
            statement = statement.where(VideoJob.state.in_(states))
        if query.create_since:
            statement = statement.where(BusinessCard.created_at >= parse_wire_time(query.create_since))
        if query.create_until:
            statement = statement.where(BusinessCard.created_at <= parse_wire_time(query.create_until))
        if query.video_asset_name:
            statement = statement.where(
                VideoJob.asset_name.icontains(query.video_asset_name, autoescape=True)
            )
        column = SORT_KEYS.get(query.sort_key or "create_time", BusinessCard.created_at)
        order: Any = column.desc() if query.sort_dir == "desc" else column.asc()
        return await self.page(statement, query.offset, query.limit, order)
