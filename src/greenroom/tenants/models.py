"""Tenants and their projects: a project is a tenant's space in one region."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None] = mapped_column(String(256))


class Project(Base):
    """Named after its region, as the public SDK looks it up (`GET /v3/projects?name=<region>`)."""

    __tablename__ = "projects"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class RateOverride(Base):
    """A rate of one's own in place of the contract's."""

    __tablename__ = "rate_overrides"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Or `*`: every tenant that has none of its own. Or `system`: all tenants together."""
    operation: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Id of the operation, or `*`."""
    region: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Or `*`."""
    per_second: Mapped[int] = mapped_column(Integer)
    """Calls a second; 0: as many as come."""
