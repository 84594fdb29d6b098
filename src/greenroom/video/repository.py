"""Queries on video jobs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository
from greenroom.db.session import Session
from greenroom.video.models import JobKindOfVideo, VideoJob, VideoState
from greenroom.video.wire import ListDigitalHumanVideoQuery

SORT_KEYS = {
    "create_time": VideoJob.created_at,
    "update_time": VideoJob.updated_at,
    "lastupdate_time": VideoJob.updated_at,
    "start_time": VideoJob.started_at,
    "end_time": VideoJob.ended_at,
    "duration": VideoJob.duration_s,
    "state": VideoJob.state,
}


class VideoJobRepository(Repository[VideoJob]):
    row = VideoJob

    async def count_waiting(self) -> int:
        """Over the whole project, whoever made them."""
        query = select(func.count()).where(
            VideoJob.project_id == self.context.project_id, VideoJob.state == VideoState.WAITING
        )
        return await self.session.scalar(query) or 0

    async def list_page(self, query: ListDigitalHumanVideoQuery) -> Page[VideoJob]:
        column = SORT_KEYS.get(query.sort_key or "create_time", VideoJob.created_at)
        order: Any = column.desc() if query.sort_dir == "desc" else column.asc()
        return await self.page(self._filtered(query), query.offset, query.limit, order)

    def _filtered(self, query: ListDigitalHumanVideoQuery) -> Select[VideoJob]:
        statement = self.select()
        if query.state:
            states = [state.strip() for state in query.state.split(",")]
            statement = statement.where(VideoJob.state.in_(states))
        if query.create_since:
            statement = statement.where(VideoJob.created_at >= parse_wire_time(query.create_since))
        if query.create_until:
            statement = statement.where(VideoJob.created_at <= parse_wire_time(query.create_until))
        if query.job_ids:
            statement = statement.where(VideoJob.id.in_(query.job_ids))
        # Cards have a list of their own.
        shown = [query.job_type] if query.job_type else [JobKindOfVideo.MODEL, JobKindOfVideo.PHOTO]
        statement = statement.where(VideoJob.job_type.in_(shown))
        for name, column, value in (
            ("script_id", VideoJob.script_id, query.script_id),
            ("asset_name", VideoJob.asset_name, query.asset_name),
            ("job_id", VideoJob.id, query.job_id),
        ):
            if value and name in query.fuzzy_query_field:
                statement = statement.where(column.icontains(value, autoescape=True))
            elif value:
                statement = statement.where(column == value)
        return statement


async def job_of_any_tenant(session: Session, job_id: str) -> VideoJob | None:
    """For the operator, who acts beyond tenants."""
    job: VideoJob | None = await session.scalar(select(VideoJob).where(VideoJob.id == job_id))
    return job


async def ended_before(
    session: Session, moment: datetime, count: int, but_not_of: Collection[str] = ()
) -> list[VideoJob]:
    """Ended jobs of all tenants, the oldest first, without those of some projects: for the sweep.

    A frozen one is not among them: it is needed to give the video free again.
    """
    query = select(VideoJob).where(
        VideoJob.ended_at < moment,
        VideoJob.state != VideoState.BLOCK,
        VideoJob.project_id.not_in(but_not_of),
    )
    return list(await session.scalars(query.order_by(VideoJob.ended_at).limit(count)))
