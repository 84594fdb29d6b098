"""Access keys: who may call, and for which project."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base


class AccessKeyState(StrEnum):
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


class AccessKey(Base):
    __tablename__ = "access_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The public half (AK), 20 characters."""
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    secret: Mapped[bytes]
    """The secret half (SK), encrypted by the vault with the AK as owner."""
    state: Mapped[AccessKeyState] = mapped_column(String(16))
    created_at: Mapped[datetime]
