"""What a photo brings into the order of a video."""

from __future__ import annotations

from dataclasses import dataclass, field

from greenroom.video.models import JobKindOfVideo
from greenroom.video.plan import CardPlan, PhotoPlan


@dataclass(slots=True, frozen=True)
class PhotoOrder:
    """A person to be made from a photo, in place of an avatar."""

    data: bytes = field(repr=False)
    """The picture file, as it was sent."""
    name: str
    cut_out: bool = False
    """A scene has another background than the photo's."""
    kind: JobKindOfVideo = JobKindOfVideo.PHOTO
    card: CardPlan | None = None

    def plan(self, key: str) -> PhotoPlan:
        """`key`: the job's own copy of the file."""
        return PhotoPlan(key, self.name, self.cut_out, self.card)
