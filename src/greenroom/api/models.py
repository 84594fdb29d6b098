"""What several API processes must agree on: calls within the last second, and signatures already used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base, UtcTime


class RateWindow(Base):
    """The calls of one tenant to one operation in one region within the last second."""

    __tablename__ = "rate_windows"

    key: Mapped[str] = mapped_column(String(256), primary_key=True)
    hits: Mapped[list[int]] = mapped_column(JSON().with_variant(ARRAY(BigInteger), "postgresql"))
    """When they were let through: microseconds since 1970, ascending."""


class UsedSignature(Base):
    """A signed request that changed something: it cannot be sent again."""

    __tablename__ = "used_signatures"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    sender: Mapped[str] = mapped_column(String(64))
    """Address and port of the connection; see `api.replay`."""
    used_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    """From then on the clock window refuses it anyway."""
