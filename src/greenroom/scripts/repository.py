"""Queries on video scripts."""

from __future__ import annotations

from greenroom.db.repository import Page, Repository
from greenroom.scripts.models import VideoScript
from greenroom.scripts.wire import ListVideoScriptsQuery


class VideoScriptRepository(Repository[VideoScript]):
    row = VideoScript

    async def list_page(self, query: ListVideoScriptsQuery) -> Page[VideoScript]:
        """The newest script first."""
        statement = self.select()
        if query.name:
            statement = statement.where(VideoScript.name.icontains(query.name, autoescape=True))
        if query.view_mode:
            statement = statement.where(VideoScript.view_mode == query.view_mode)
        return await self.page(statement, query.offset, query.limit, VideoScript.created_at.desc())
