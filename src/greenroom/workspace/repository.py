"""Every query on agencies, codes, collections, settings and tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.db.repository import Page, Repository, Row
from greenroom.workspace.models import (
    Agency,
    AgencyRole,
    CodePurpose,
    Collection,
    ExchangeTask,
    OnceCode,
    ServiceConfig,
)
from greenroom.workspace.wire import SearchTaskQuery

MAX_TASKS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _OfTheProject(Repository[Row]):
    """What belongs to the whole project, whichever of its users asks."""

    def select(self) -> Select[Row]:
        return select(self.row).where(self.row.project_id == self.context.project_id)


class AgencyRepository(_OfTheProject[Agency]):
    row = Agency

    async def of_role(self, role: AgencyRole | None) -> Agency | None:
        """The one of a role, or with None the oldest of all."""
        query = self.select()
        if role is not None:
            query = query.where(Agency.role == role)
        found: Agency | None = await self.session.scalar(
            query.order_by(Agency.created_at, Agency.id).limit(1)
        )
        return found


class OnceCodeRepository(Repository[OnceCode]):
    row = OnceCode

    async def forget_ended(self) -> None:
        """Of this project."""
        await self.session.execute(
            delete(OnceCode).where(
                OnceCode.project_id == self.context.project_id, OnceCode.expires_at <= self.context.now()
            )
        )


async def take_code(
    session: AsyncSession, digest: str, purpose: CodePurpose, now: datetime
) -> OnceCode | None:
    """The code of whichever tenant, which is used up by this; None: there is none, or not for this any
    more.
    """
    found: OnceCode | None = await session.scalar(
        delete(OnceCode)
        .where(OnceCode.id == digest, OnceCode.purpose == purpose, OnceCode.expires_at > now)
        .returning(OnceCode)
    )
    return found


class CollectionRepository(_OfTheProject[Collection]):
    """Found by an id that names the user too."""

    row = Collection


class ServiceConfigRepository(_OfTheProject[ServiceConfig]):
    row = ServiceConfig


class ExchangeTaskRepository(Repository[ExchangeTask]):
    row = ExchangeTask

    async def search(self, query: SearchTaskQuery) -> Page[ExchangeTask]:
        """The newest first; times are inclusive."""
        statement = self.select()
        if query.resource:
            statement = statement.where(ExchangeTask.resource.in_(query.resource))
        if query.business_id:
            statement = statement.where(ExchangeTask.business_id == query.business_id)
        if query.begin_time:
            statement = statement.where(ExchangeTask.created_at >= _moment(query.begin_time))
        if query.end_time:
            statement = statement.where(ExchangeTask.created_at <= _moment(query.end_time, whole=True))
        return await self.page(statement, 0, MAX_TASKS, ExchangeTask.created_at.desc())


def _moment(digits: str, *, whole: bool = False) -> datetime:
    """The time of so many milliseconds; with `whole` the last microsecond of that millisecond."""
    milliseconds = min(int(digits), 253_402_300_799_000)
    return _EPOCH + timedelta(milliseconds=milliseconds, microseconds=999 if whole else 0)
