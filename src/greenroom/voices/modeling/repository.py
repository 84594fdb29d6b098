"""Queries on voice training jobs and assessments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select

from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository
from greenroom.db.session import Session
from greenroom.voices.modeling.models import VoiceAssessment, VoiceJob
from greenroom.voices.modeling.wire import ListVoiceTrainingJobQuery

SORT_KEYS = {
    "create_time": VoiceJob.created_at,
    "lastupdate_time": VoiceJob.updated_at,
    "update_time": VoiceJob.updated_at,
    "voice_name": VoiceJob.voice_name,
    "state": VoiceJob.state,
    "job_type": VoiceJob.job_type,
}


class VoiceJobRepository(Repository[VoiceJob]):
    row = VoiceJob

    async def list_page(self, query: ListVoiceTrainingJobQuery) -> Page[VoiceJob]:
        column = SORT_KEYS.get(query.sort_key or "create_time", VoiceJob.created_at)
        order: Any = column.asc() if query.sort_dir == "asc" else column.desc()
        return await self.page(self._filtered(query), query.offset, query.limit, order)

    async def with_ids(self, ids: list[str]) -> list[VoiceJob]:
        return list(await self.session.scalars(self.select().where(VoiceJob.id.in_(ids))))

    async def of_asset(self, asset_id: str) -> VoiceJob | None:
        """The job that made a voice."""
        found: VoiceJob | None = await self.session.scalar(self.select().where(VoiceJob.asset_id == asset_id))
        return found

    def _filtered(self, query: ListVoiceTrainingJobQuery) -> Select[VoiceJob]:
        statement = self.select()
        if query.state:
            statement = statement.where(VoiceJob.state.in_(_split(query.state)))
        if query.job_type:
            statement = statement.where(VoiceJob.job_type.in_(_split(query.job_type)))
        if query.voice_name:
            statement = statement.where(VoiceJob.voice_name.icontains(query.voice_name, autoescape=True))
        for column, value in (
            (VoiceJob.id, query.job_id),
            (VoiceJob.tag, query.tag),
            (VoiceJob.batch_name, query.batch_name),
        ):
            if value:
                statement = statement.where(column == value)
        if query.is_ondemand_resource is not None:
            given = VoiceJob.options["is_ondemand_resource"].as_boolean()
            statement = statement.where(given.is_(query.is_ondemand_resource))
        for text, condition in (
            (query.create_since, VoiceJob.created_at.__ge__),
            (query.create_until, VoiceJob.created_at.__le__),
            (query.update_since, VoiceJob.updated_at.__ge__),
            (query.update_until, VoiceJob.updated_at.__le__),
        ):
            if text:
                statement = statement.where(condition(_moment(text)))
        return statement


class AssessmentRepository(Repository[VoiceAssessment]):
    row = VoiceAssessment


async def job_of_any_tenant(session: Session, job_id: str) -> VoiceJob | None:
    """For the operator, who acts beyond tenants."""
    row: VoiceJob | None = await session.scalar(select(VoiceJob).where(VoiceJob.id == job_id))
    return row


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _moment(text: str) -> datetime:
    """Seconds or milliseconds since 1970, or RFC 3339."""
    if not text.isdigit():
        return parse_wire_time(text)
    seconds = int(text) / 1000 if len(text) > 11 else int(text)
    return datetime.fromtimestamp(min(seconds, 253_402_300_799), UTC)
