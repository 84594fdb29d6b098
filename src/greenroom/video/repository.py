"""Queries on video jobs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update

from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository
from greenroom.db.session import Session
from greenroom.video.models import JobKindOfVideo, SharedPiece, VideoJob, VideoState
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


class SharedPieceRepository(Repository[SharedPiece]):
    """Taking and finishing are single statements, so that of several workers one wins."""

    row = SharedPiece

    async def offer(self, video_id: str, kind: str, count: int) -> None:
        """Rows for pieces 0 to `count` - 1, where there are none yet."""
        query = self._of(video_id, kind).with_only_columns(SharedPiece.number)
        known = set(await self.session.scalars(query))
        for number in range(count):
            if number not in known:
                piece = SharedPiece(id=_piece_id(video_id, kind, number), video_id=video_id)
                piece.kind, piece.number, piece.is_done = kind, number, False
                self.session.add(self.stamp(piece))
        await self.session.flush()

    async def free(self, video_id: str, kind: str) -> list[int]:
        """Numbers, in order, of the pieces that nobody makes or has made."""
        query = self._of(video_id, kind).where(
            SharedPiece.is_done.is_(False), self._is_loose(self.context.now())
        )
        numbers = query.with_only_columns(SharedPiece.number).order_by(SharedPiece.number)
        return list(await self.session.scalars(numbers))

    async def take(self, video_id: str, kind: str, number: int, holder: str, until: datetime) -> bool:
        """Hold a piece until then, or go on holding it; False: it is done, or another one's."""
        now = self.context.now()
        mine = or_(self._is_loose(now), SharedPiece.holder == holder)
        statement = (
            update(SharedPiece)
            .where(SharedPiece.id == _piece_id(video_id, kind, number), SharedPiece.is_done.is_(False), mine)
            .values(holder=holder, held_until=until, updated_at=now)
            .returning(SharedPiece.id)
        )
        return await self.session.scalar(statement) is not None

    async def finish(self, video_id: str, kind: str, number: int) -> None:
        await self._set(video_id, kind, number, is_done=True)

    async def give_back(self, video_id: str, kind: str, number: int) -> None:
        """Anybody may take it now, also if it was done."""
        await self._set(video_id, kind, number, is_done=False, holder=None, held_until=None)

    async def is_done(self, video_id: str, kind: str, number: int) -> bool:
        piece = await self.find(_piece_id(video_id, kind, number))
        return piece is not None and piece.is_done

    async def counts(self, video_id: str, kind: str) -> tuple[int, int]:
        """How many there are and how many are done."""
        states = list(
            await self.session.scalars(self._of(video_id, kind).with_only_columns(SharedPiece.is_done))
        )
        return len(states), sum(states)

    async def forget(self, video_id: str) -> None:
        await self.session.execute(delete(SharedPiece).where(SharedPiece.video_id == video_id))

    def _of(self, video_id: str, kind: str) -> Select[SharedPiece]:
        return self.select().where(SharedPiece.video_id == video_id, SharedPiece.kind == kind)

    def _is_loose(self, now: datetime) -> Any:
        return or_(SharedPiece.holder.is_(None), SharedPiece.held_until < now)

    async def _set(self, video_id: str, kind: str, number: int, **values: Any) -> None:
        await self.session.execute(
            update(SharedPiece)
            .where(SharedPiece.id == _piece_id(video_id, kind, number))
            .values(updated_at=self.context.now(), **values)
        )


def _piece_id(video_id: str, kind: str, number: int) -> str:
    return f"{video_id}:{kind}-{number}"


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
