"""Every query on tenants and projects."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.tenants.models import Project, RateOverride, Tenant


class TenantRepository:
    """Works across tenants: for the gate and the administrator only."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find_tenant(self, name: str) -> Tenant | None:
        tenant: Tenant | None = await self.session.scalar(select(Tenant).where(Tenant.name == name))
        return tenant

    async def tenants(self) -> Sequence[Tenant]:
        return list(await self.session.scalars(select(Tenant).order_by(Tenant.name)))

    async def overrides(self) -> Sequence[RateOverride]:
        order = (RateOverride.tenant_id, RateOverride.operation, RateOverride.region)
        return list(await self.session.scalars(select(RateOverride).order_by(*order)))

    async def override(self, tenant_id: str, operation: str, region: str) -> RateOverride | None:
        return await self.session.get(RateOverride, (tenant_id, operation, region))

    async def remove(self, row: RateOverride) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def find_project(self, tenant_id: str, name: str) -> Project | None:
        query = select(Project).where(Project.tenant_id == tenant_id, Project.name == name)
        project: Project | None = await self.session.scalar(query)
        return project

    async def project_by_id(self, project_id: str) -> Project | None:
        return await self.session.get(Project, project_id)

    async def projects_of(self, tenant_id: str, name: str | None = None) -> Sequence[Project]:
        query = select(Project).where(Project.tenant_id == tenant_id).order_by(Project.name)
        if name is not None:
            query = query.where(Project.name == name)
        return list(await self.session.scalars(query))

    async def add(self, row: Tenant | Project | RateOverride) -> None:
        self.session.add(row)
        await self.session.flush()
