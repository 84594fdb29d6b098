"""The rows of video scripts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from greenroom.db.base import ScopedRow


class VideoScript(ScopedRow):
    """A draft of a video: scenes, avatar, voice."""

    __tablename__ = "video_scripts"

    name: Mapped[str] = mapped_column(String(256))
    view_mode: Mapped[str | None] = mapped_column(String(16))
    content: Mapped[dict[str, Any]]
    """A `wire.ScriptContent` without the links of its sound files, which are made anew each time."""
