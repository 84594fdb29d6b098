"""Queries on deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from greenroom.db.repository import Repository
from greenroom.video.deliveries.models import VideoDelivery


class VideoDeliveryRepository(Repository[VideoDelivery]):
    row = VideoDelivery

    async def of_videos(self, job_ids: Sequence[str]) -> list[VideoDelivery]:
        return list(await self.session.scalars(self.select().where(VideoDelivery.id.in_(job_ids))))
