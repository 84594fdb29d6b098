"""Queries on photo detections."""

from __future__ import annotations

from sqlalchemy import func, select

from greenroom.db.repository import Repository
from greenroom.video.photo.models import DetectionState, PhotoDetection


class PhotoDetectionRepository(Repository[PhotoDetection]):
    row = PhotoDetection

    async def count_waiting(self) -> int:
        """Over the whole project, whoever asked."""
        query = select(func.count()).where(
            PhotoDetection.project_id == self.context.project_id,
            PhotoDetection.state == DetectionState.WAITING,
        )
        return await self.session.scalar(query) or 0
