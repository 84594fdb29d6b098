"""Packages, orders, the ledger, quotas of users, agreements and notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.billing.products import ChargingMode, Item, Source
from greenroom.db.base import Base, ScopedRow, UtcTime


class ResourceState(StrEnum):
    ACTIVE = "ACTIVE"
    GRACE = "GRACE"
    """Ended: makes nothing more, but what it made can still be used."""
    RETENTION = "RETENTION"
    """What it made is frozen."""
    RELEASED = "RELEASED"
    """What it made is deleted; or pay-per-use was switched off."""


_S = ResourceState
TRANSITIONS: Mapping[ResourceState, frozenset[ResourceState]] = {
    _S.ACTIVE: frozenset({_S.GRACE, _S.RELEASED}),
    _S.GRACE: frozenset({_S.ACTIVE, _S.RETENTION}),
    _S.RETENTION: frozenset({_S.ACTIVE, _S.RELEASED}),
    _S.RELEASED: frozenset(),
}


class Resource(ScopedRow):
    """A package, an allocation, or pay-per-use while it is switched on. Quantities in the product's steps."""

    __tablename__ = "billing_resources"
    __table_args__ = (Index("ix_billing_resources_state_expires_at", "state", "expires_at"),)

    item: Mapped[Item] = mapped_column(String(64), index=True)
    charging_mode: Mapped[ChargingMode] = mapped_column(String(16))
    source: Mapped[Source] = mapped_column(String(16))
    order_id: Mapped[str | None] = mapped_column(String(64), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger)
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """None: pay-per-use does not expire."""
    state: Mapped[ResourceState] = mapped_column(String(16))
    state_since: Mapped[datetime] = mapped_column(UtcTime)
    term: Mapped[int | None] = mapped_column(Integer)
    """A `products.Term`, for the renewal."""
    term_count: Mapped[int] = mapped_column(Integer)
    auto_renew: Mapped[bool]
    asset_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """What was made with it, where a package is good for one thing."""

    def advance(self, state: ResourceState, now: datetime) -> None:
        """Raises ValueError: the table of transitions has no such way."""
        if state not in TRANSITIONS[ResourceState(self.state)]:
            raise ValueError(f"a resource cannot go from {self.state} to {state}")
        self.state, self.state_since, self.updated_at = state, now, now

    @property
    def left(self) -> int:
        return max(0, self.amount - self.used)


class Reservation(ScopedRow):
    """What a job that is not done yet will be charged for. Its id is the key of the charge."""

    __tablename__ = "billing_reservations"

    item: Mapped[Item] = mapped_column(String(64))
    quantity: Mapped[int] = mapped_column(BigInteger)
    resource_id: Mapped[str | None] = mapped_column(String(64), index=True)
    """The package that is kept for it."""


class OrderState(StrEnum):
    UNPAID = "UNPAID"
    PAID = "PAID"
    CANCELLED = "CANCELLED"


class OrderKind(StrEnum):
    NEW = "NEW"
    RENEWAL = "RENEWAL"


class Order(ScopedRow):
    __tablename__ = "billing_orders"

    kind: Mapped[OrderKind] = mapped_column(String(16))
    state: Mapped[OrderState] = mapped_column(String(16))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`orders.OrderLine` objects."""
    amount_micros: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    paid_at: Mapped[datetime | None] = mapped_column(UtcTime)


class EntryKind(StrEnum):
    USAGE = "USAGE"
    ORDER = "ORDER"
    RENEWAL = "RENEWAL"
    ALLOCATION = "ALLOCATION"
    PAYMENT = "PAYMENT"
    CORRECTION = "CORRECTION"


class LedgerEntry(Base):
    """Written once: triggers in the database refuse to change or delete a row, and each row seals the one
    before it (see `ledger`)."""

    __tablename__ = "billing_ledger"
    __table_args__ = (
        UniqueConstraint("tenant_id", "charge_key"),
        Index("ix_billing_ledger_project_id_item_at", "project_id", "item", "at"),
        Index("ix_billing_ledger_tenant_id_at", "tenant_id", "at"),
    )

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """1, 2, 3... without a gap for each tenant."""
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[EntryKind] = mapped_column(String(16))
    charge_key: Mapped[str] = mapped_column(String(128))
    """What is charged, once: `video:<job id>`."""
    project_id: Mapped[str] = mapped_column(String(64))
    app_user_id: Mapped[str | None] = mapped_column(String(256))
    item: Mapped[str | None] = mapped_column(String(64))
    quantity: Mapped[int] = mapped_column(BigInteger)
    """In the item's steps."""
    amount_micros: Mapped[int] = mapped_column(BigInteger)
    """What the tenant owes for it; negative: what it paid or got back."""
    currency: Mapped[str] = mapped_column(String(3))
    subject_id: Mapped[str | None] = mapped_column(String(64))
    """The job, order or resource that it is about."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Account(Base):
    """The end of a tenant's chain, and its balance. Whoever adds to the ledger locks it."""

    __tablename__ = "billing_accounts"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    balance_micros: Mapped[int] = mapped_column(BigInteger)
    """Paid less owed."""


class UserQuota(ScopedRow):
    """How much one user may make. The user is the one that X-App-UserId names."""

    __tablename__ = "billing_user_quotas"
    __table_args__ = (UniqueConstraint("project_id", "user_id"),)

    user_id: Mapped[str] = mapped_column(String(64))
    limits: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Units by item; -1: no limit."""


class Agreement(Base):
    """What a tenant has signed. Withdrawing removes the row."""

    __tablename__ = "billing_agreements"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SERVICE or AUTO_PAY."""
    version: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UtcTime)


class NoticeKind(StrEnum):
    RESOURCE_EXPIRE = "RESOURCE_EXPIRE"
    RESOURCE_LEFT = "RESOURCE_LEFT"


class NoticeConfiguration(ScopedRow):
    __tablename__ = "billing_notice_configurations"
    __table_args__ = (UniqueConstraint("project_id", "kind"),)

    kind: Mapped[NoticeKind] = mapped_column(String(32))
    send: Mapped[bool]
    properties: Mapped[str | None] = mapped_column(String(2048))


class Notice(ScopedRow):
    """Something that the tenant was told, once."""

    __tablename__ = "billing_notices"
    __table_args__ = (UniqueConstraint("project_id", "occasion"),)

    kind: Mapped[NoticeKind] = mapped_column(String(32))
    occasion: Mapped[str] = mapped_column(String(160))
    """What it is about, so that it is said once: resource, its end, days before."""
    text: Mapped[str] = mapped_column(String(1024))
