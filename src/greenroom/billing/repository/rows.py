"""Every query on resources, orders, quotas, agreements and notices; those on the ledger stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.billing.models import (
    Agreement,
    Notice,
    NoticeConfiguration,
    NoticeKind,
    Order,
    Reservation,
    Resource,
    ResourceState,
    UserQuota,
)
from greenroom.billing.products import ChargingMode, Item, Source
from greenroom.db.repository import Page, Repository, Row
from greenroom.runtime import Context
from greenroom.tenants.models import Tenant


class _OfTheProject(Repository[Row]):
    """What belongs to the whole project, whichever of its users asks."""

    def select(self) -> Select[Row]:
        return select(self.row).where(self.row.project_id == self.context.project_id)


@dataclass(slots=True, frozen=True)
class ResourceFilter:
    """An empty or missing part means all."""

    items: Sequence[Item] = ()
    sources: Sequence[str] = ()
    resource_id: str | None = None
    order_id: str | None = None
    charging_mode: str | None = None
    expires_from: datetime | None = None
    expires_until: datetime | None = None
    frozen: bool | None = None
    states: Sequence[ResourceState] = field(
        default=(ResourceState.ACTIVE, ResourceState.GRACE, ResourceState.RETENTION)
    )


class ResourceRepository(_OfTheProject[Resource]):
    row = Resource

    async def page_of(self, wanted: ResourceFilter, offset: int, limit: int) -> Page[Resource]:
        return await self.page(self._filtered(wanted), offset, limit, Resource.created_at)

    async def totals(self, wanted: ResourceFilter) -> Sequence[tuple[Item, str, str, int, int, int]]:
        """(item, charging mode, source, resources, amount, used) of each kind."""
        kinds = (Resource.item, Resource.charging_mode, Resource.source)
        found = self._filtered(wanted).with_only_columns(
            *kinds, func.count(), func.sum(Resource.amount), func.sum(Resource.used)
        )
        rows = await self.session.execute(found.group_by(*kinds).order_by(*kinds))
        return [
            (Item(item), mode, source, int(count), int(amount), int(used))
            for item, mode, source, count, amount, used in rows
        ]

    async def reload(self, resource_id: str) -> Resource | None:
        """As it is in the database now."""
        query = self.select().where(Resource.id == resource_id).execution_options(populate_existing=True)
        found: Resource | None = await self.session.scalar(query)
        return found

    async def packages(self, item: Item) -> Sequence[Resource]:
        """Active packages and allocations with something left, the first to end first."""
        query = self.select().where(
            Resource.item == item,
            Resource.state == ResourceState.ACTIVE,
            Resource.charging_mode != ChargingMode.ON_DEMAND,
            Resource.used < Resource.amount,
        )
        return list(await self.session.scalars(query.order_by(Resource.expires_at, Resource.id)))

    async def free_packages(self, items: Sequence[Item]) -> Sequence[Resource]:
        """Active packages that nothing uses and no running job waits for, the first to end first."""
        taken = select(Reservation.resource_id).where(
            Reservation.project_id == self.context.project_id, Reservation.resource_id.is_not(None)
        )
        query = self.select().where(
            Resource.item.in_(items),
            Resource.state == ResourceState.ACTIVE,
            Resource.charging_mode != ChargingMode.ON_DEMAND,
            Resource.used < Resource.amount,
            Resource.id.not_in(taken),
        )
        return list(await self.session.scalars(query.order_by(Resource.expires_at, Resource.id)))

    async def pay_per_use(self, item: Item) -> Resource | None:
        """Pay-per-use of an item, while it is switched on."""
        query = self.select().where(
            Resource.item == item,
            Resource.charging_mode == ChargingMode.ON_DEMAND,
            Resource.state == ResourceState.ACTIVE,
        )
        found: Resource | None = await self.session.scalar(query.limit(1))
        return found

    async def channels(self, item: Item) -> int:
        """Channels of all active packages and allocations together."""
        query = select(func.coalesce(func.sum(Resource.amount), 0)).where(
            Resource.project_id == self.context.project_id,
            Resource.item == item,
            Resource.state == ResourceState.ACTIVE,
        )
        return int(await self.session.scalar(query) or 0)

    async def of_asset(self, asset_id: str) -> Resource | None:
        """The package that an asset lives on."""
        query = self.select().where(Resource.asset_id == asset_id, Resource.state != ResourceState.RELEASED)
        found: Resource | None = await self.session.scalar(query.limit(1))
        return found

    async def allocated(self, offset: int, limit: int) -> Page[Resource]:
        query = self.select().where(Resource.source.in_([Source.ADMIN_ALLOCATED, Source.SP_ALLOCATED]))
        return await self.page(query, offset, limit, Resource.created_at.desc())

    def _filtered(self, wanted: ResourceFilter) -> Select[Any]:
        query = self.select().where(Resource.state.in_(list(wanted.states)))
        if wanted.items:
            query = query.where(Resource.item.in_(list(wanted.items)))
        if wanted.sources:
            query = query.where(Resource.source.in_(list(wanted.sources)))
        if wanted.expires_from is not None:
            query = query.where(Resource.expires_at >= wanted.expires_from)
        if wanted.expires_until is not None:
            query = query.where(Resource.expires_at <= wanted.expires_until)
        if wanted.frozen is not None:
            active = Resource.state == ResourceState.ACTIVE
            query = query.where(~active if wanted.frozen else active)
        for column, value in (
            (Resource.id, wanted.resource_id),
            (Resource.order_id, wanted.order_id),
            (Resource.charging_mode, wanted.charging_mode),
        ):
            if value:
                query = query.where(column == value)
        return query


async def amount_of_tenant(session: AsyncSession, tenant_id: str, item: Item) -> int:
    """Units of all active packages and allocations of an item, over all of a tenant's projects."""
    query = select(func.coalesce(func.sum(Resource.amount), 0)).where(
        Resource.tenant_id == tenant_id, Resource.item == item, Resource.state == ResourceState.ACTIVE
    )
    return int(await session.scalar(query) or 0)


async def resources_to_look_at(session: AsyncSession, until: datetime) -> Sequence[tuple[str, str]]:
    """(project, resource) of all tenants whose end is near or past; for the sweep only."""
    query = (
        select(Resource.project_id, Resource.id)
        .where(
            Resource.state != ResourceState.RELEASED,
            or_(Resource.state != ResourceState.ACTIVE, Resource.expires_at <= until),
            Resource.charging_mode != ChargingMode.ON_DEMAND,
        )
        .order_by(Resource.expires_at, Resource.id)
    )
    return [(project_id, resource_id) for project_id, resource_id in await session.execute(query)]


class ReservationRepository(_OfTheProject[Reservation]):
    row = Reservation

    async def quantity_of(self, user_id: str, item: Item) -> int:
        """What a user's running jobs will be charged."""
        query = select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
            Reservation.project_id == self.context.project_id,
            Reservation.app_user_id == user_id,
            Reservation.item == item,
        )
        return int(await self.session.scalar(query) or 0)


class OrderRepository(_OfTheProject[Order]):
    row = Order


async def all_orders(session: AsyncSession, tenant_id: str | None) -> Sequence[Order]:
    """Newest first; for the administrator only."""
    return list(await session.scalars(_of(Order, tenant_id).order_by(Order.created_at.desc(), Order.id)))


async def all_resources(session: AsyncSession, tenant_id: str | None) -> Sequence[Resource]:
    """Oldest first; for the administrator only."""
    return list(await session.scalars(_of(Resource, tenant_id).order_by(Resource.created_at, Resource.id)))


async def all_notices(session: AsyncSession, tenant_id: str | None) -> Sequence[Notice]:
    """Newest first; for the administrator only."""
    return list(await session.scalars(_of(Notice, tenant_id).order_by(Notice.created_at.desc(), Notice.id)))


async def tenant_name(session: AsyncSession, tenant_id: str) -> str:
    """The name of a tenant, by its id."""
    found: str | None = await session.scalar(select(Tenant.name).where(Tenant.id == tenant_id))
    return found or ""


async def project_of_order(session: AsyncSession, order_id: str) -> str | None:
    """For the administrator only."""
    found: str | None = await session.scalar(select(Order.project_id).where(Order.id == order_id))
    return found


async def project_of_resource(session: AsyncSession, resource_id: str) -> str | None:
    """For the administrator only."""
    found: str | None = await session.scalar(select(Resource.project_id).where(Resource.id == resource_id))
    return found


def _of(row: type[Any], tenant_id: str | None) -> Select[Any]:
    query = select(row)
    return query if tenant_id is None else query.where(row.tenant_id == tenant_id)


class UserQuotaRepository(_OfTheProject[UserQuota]):
    row = UserQuota

    async def of_user(self, user_id: str) -> UserQuota | None:
        found: UserQuota | None = await self.session.scalar(self.select().where(UserQuota.user_id == user_id))
        return found

    async def page_of(self, user_id: str | None, offset: int, limit: int) -> Page[UserQuota]:
        query = self.select()
        if user_id:
            query = query.where(UserQuota.user_id == user_id)
        return await self.page(query, offset, limit, UserQuota.created_at)

    async def every(self) -> Sequence[UserQuota]:
        return list(await self.session.scalars(self.select().order_by(UserQuota.user_id)))


class NoticeRepository(_OfTheProject[Notice]):
    row = Notice

    async def was_said(self, occasion: str) -> bool:
        query = self.select().where(Notice.occasion == occasion)
        return await self.session.scalar(query) is not None


class NoticeConfigurationRepository(_OfTheProject[NoticeConfiguration]):
    row = NoticeConfiguration

    async def of_kind(self, kind: NoticeKind) -> NoticeConfiguration | None:
        query = self.select().where(NoticeConfiguration.kind == kind)
        found: NoticeConfiguration | None = await self.session.scalar(query)
        return found


class AgreementRepository:
    """Agreements are the tenant's, for all its projects."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.session = context.session

    async def find(self, name: str) -> Agreement | None:
        return await self.session.get(Agreement, (self.context.tenant_id, name))

    async def sign(self, name: str, version: str) -> Agreement:
        row = await self.find(name)
        if row is None:
            row = Agreement(tenant_id=self.context.tenant_id, name=name)
            self.session.add(row)
        row.version, row.signed_at = version, self.context.now()
        await self.session.flush()
        return row

    async def withdraw(self, name: str) -> None:
        row = await self.find(name)
        if row is not None:
            await self.session.delete(row)
            await self.session.flush()
