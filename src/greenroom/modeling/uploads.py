"""What a user uploads for a training, and where each object lies."""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.modeling.identity_files import SLOTS as ONCE
from greenroom.modeling.identity_files import once_link
from greenroom.modeling.models import TrainingJob
from greenroom.modeling.wire import UploadLinksResponse
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectInfo

VIDEO_PART_BYTES = 5 * 1024**3
"""Largest part of a video; the S3 limit of a single upload."""
DOCUMENT_BYTES = 100 * 1024**2

GRANT_FILE = "grant_file"
MARK_FILE = "action_mark_file"
"""JSON that says where in the video the person speaks, idles and acts: `engines.mouth.marks`."""
COVER = "cover"
SLOTS = {
    "audio": "audio_file_download_url",
    COVER: "cover_download_url",
    "id_card_image1": "id_card_image1_download_url",
    "id_card_image2": "id_card_image2_download_url",
    GRANT_FILE: "grant_file_download_url",
    "pre_beauty_image": "pre_beauty_image_download_url",
    "post_beauty_image": "post_beauty_image_download_url",
}
"""The single files by the stem of their upload member, each with its download member."""


@dataclass(slots=True, frozen=True)
class PartSet:
    """A video that is uploaded in parts: a single part is the video, several are joined."""

    folder: str
    count: int

    def part_key(self, number: int) -> str:
        """The object of part `number`, from 1."""
        return f"{self.folder}/part-{number:04d}"

    @property
    def part_keys(self) -> list[str]:
        return [self.part_key(number) for number in range(1, self.count + 1)]

    @property
    def video_key(self) -> str:
        return self.part_key(1) if self.count == 1 else f"{self.folder}/joined"

    async def uploaded(self, context: Context) -> dict[int, ObjectInfo]:
        """The parts that are there, by number."""
        found = {info.key: info async for info in context.objects.list(self.folder)}
        return {number: found[key] for number, key in enumerate(self.part_keys, start=1) if key in found}

    async def missing(self, context: Context) -> list[int]:
        there = await self.uploaded(context)
        return [number for number in range(1, self.count + 1) if number not in there]


def training_video(row: TrainingJob) -> PartSet:
    return PartSet(f"{row.prefix}/video-{row.video_version}", row.video_parts)


def action_video(row: TrainingJob) -> PartSet:
    return PartSet(f"{row.prefix}/action", row.action_parts)


def slot_key(row: TrainingJob, slot: str) -> str:
    return row.slot_key(slot)


def comment_key(row: TrainingJob, number: int, attachment: int) -> str:
    return f"{row.prefix}/comments/{number}-{attachment}"


def upload_links(context: Context, row: TrainingJob) -> UploadLinksResponse:
    """A link for every file that can be given to the job."""

    def video_links(parts: PartSet) -> list[str]:
        return [context.upload_url(key, max_bytes=VIDEO_PART_BYTES) for key in parts.part_keys]

    singles = {
        f"{slot}_upload_url": context.upload_url(slot_key(row, slot), max_bytes=DOCUMENT_BYTES)
        for slot in SLOTS
    }
    return UploadLinksResponse(
        job_id=row.id,
        training_video_upload_url=video_links(training_video(row)),
        action_video_upload_url=video_links(action_video(row)),
        **singles,
    )


def mark_link(context: Context, row: TrainingJob) -> str:
    """A link for the marks of the video."""
    return context.upload_url(slot_key(row, MARK_FILE), max_bytes=DOCUMENT_BYTES)


async def download_links(context: Context, row: TrainingJob) -> dict[str, str]:
    """A link for every file that was given, by its wire name."""
    there = {info.key async for info in context.objects.list(row.prefix)}
    wanted = {member: slot_key(row, slot) for slot, member in SLOTS.items()}
    wanted["action_mark_file_download_url"] = slot_key(row, MARK_FILE)
    wanted["training_video_download_url"] = training_video(row).video_key
    wanted["action_video_download_url"] = action_video(row).video_key
    links = {member: context.download_url(key) for member, key in wanted.items() if key in there}
    once = {SLOTS[slot]: once_link(context, row, slot) for slot in ONCE if SLOTS[slot] in links}
    return {**links, **once}


async def cover_link(context: Context, row: TrainingJob) -> str | None:
    """A link to the cover, where one was given."""
    key = slot_key(row, COVER)
    return context.download_url(key) if await context.objects.exists(key) else None
