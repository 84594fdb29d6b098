"""The rows of digital business cards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow


class BusinessCard(ScopedRow):
    """A card and the video job that makes it at present; a change of the card makes another one."""

    __tablename__ = "business_cards"

    video_job_id: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[dict[str, Any]]
    """The request without its pictures, as it is shown again."""
    has_logo: Mapped[bool] = mapped_column(default=False)

    @property
    def prefix(self) -> str:
        """Where the card's own pictures lie, as long as there is the card."""
        return f"cards/{self.project_id}/{self.id}"

    @property
    def photo_key(self) -> str:
        return f"{self.prefix}/photo"

    @property
    def logo_key(self) -> str:
        return f"{self.prefix}/logo"
