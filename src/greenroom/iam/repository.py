"""Every query on access keys."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.iam.models import AccessKey
from greenroom.tenants.models import Project


class AccessKeyRepository:
    """Works across tenants: it is what finds out who the caller is."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find_with_project(self, access_key: str) -> tuple[AccessKey, Project] | None:
        query = select(AccessKey, Project).join(Project, Project.id == AccessKey.project_id)
        row = (await self.session.execute(query.where(AccessKey.id == access_key))).one_or_none()
        return None if row is None else (row[0], row[1])

    async def add(self, key: AccessKey) -> None:
        self.session.add(key)
        await self.session.flush()
