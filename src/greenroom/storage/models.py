"""Objects that nobody may fetch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import Base


class StorageHold(Base):
    """An object, or all below a folder, that download links do not give out. See `storage.holds`."""

    __tablename__ = "storage_holds"

    key: Mapped[str] = mapped_column(String(512), primary_key=True)
    """Of an object, or of a folder of the store."""
    reason: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[datetime]
