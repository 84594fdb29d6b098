"""Queries on subtitle jobs."""

from __future__ import annotations

from greenroom.db.repository import Repository
from greenroom.subtitles.models import SceneFile, SubtitleJob


class SubtitleJobRepository(Repository[SubtitleJob]):
    row = SubtitleJob

    async def of_script(self, script_id: str) -> list[SubtitleJob]:
        """The newest first."""
        query = self.select().where(SubtitleJob.script_id == script_id)
        rows = await self.session.scalars(query.order_by(SubtitleJob.created_at.desc(), SubtitleJob.id))
        return list(rows.all())

    async def newest_files(self, script_id: str) -> dict[int, tuple[SubtitleJob, SceneFile]]:
        """By scene the file that was asked for last, and its job."""
        found: dict[int, tuple[SubtitleJob, SceneFile]] = {}
        for job in await self.of_script(script_id):
            for file in job.files:
                found.setdefault(file.number, (job, file))
        return found
