"""What a user uploads for a voice, and where each object lies."""

from __future__ import annotations

from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError, ObjectStore
from greenroom.voices.modeling.errors import MaterialMissingError
from greenroom.voices.modeling.models import VoiceJob
from greenroom.voices.modeling.packages import PackageError, decoded_text
from greenroom.voices.modeling.wire import (
    AttachmentUploadingAddress,
    CreateTrainingJobResponse,
    PackageUrl,
    SegmentUploadingUrl,
    ShowJobUploadingAddressResponse,
)
from greenroom.voices.sentences import sentences

PACKAGE_BYTES = 2 << 30
SEGMENT_BYTES = 20 << 20
TEXT_BYTES = 4096
DOCUMENT_BYTES = 100 << 20
ATTACHMENT_BYTES = 100 << 20


def package_key(row: VoiceJob) -> str:
    return f"{row.prefix}/package.zip"


def audio_key(row: VoiceJob, index: int) -> str:
    """Of the sentence `index`, from 0."""
    return f"{row.prefix}/segments/{index:04d}.audio"


def text_key(row: VoiceJob, index: int) -> str:
    return f"{row.prefix}/segments/{index:04d}.txt"


def letter_key(row: VoiceJob) -> str:
    return f"{row.prefix}/authorization-letter"


def attachment_key(row: VoiceJob, number: int) -> str:
    return f"{row.prefix}/attachments/{number:02d}"


def checked_folder(row: VoiceJob, run_id: str) -> str:
    """Of the recordings that a check found good; no link of the user reaches it."""
    return f"{row.prefix}/checked/{run_id}"


def sentence(row: VoiceJob, index: int) -> str:
    """What is to be read at `index` unless the user uploads another text."""
    return sentences(row.language, row.segment_count)[index]


async def segment_text(objects: ObjectStore, row: VoiceJob, index: int) -> str:
    """What should be said at `index`: the text that was uploaded, else our sentence.

    Raises:
        MaterialMissingError: what was uploaded is no text.
    """
    try:
        data = await objects.read_bytes(text_key(row, index))
    except ObjectNotFoundError:
        return sentence(row, index)
    try:
        return decoded_text(data, f"the text of sentence {index}").strip() or sentence(row, index)
    except PackageError as error:
        raise MaterialMissingError(str(error)) from None


def created(context: Context, row: VoiceJob) -> CreateTrainingJobResponse:
    is_package = row.create_type == "PACKAGE"
    return CreateTrainingJobResponse(
        job_id=row.id,
        training_data_uploading_url=_package_url(context, row) if is_package else None,
        segment_uploading_url=None if is_package else _segment_urls(context, row),
        authorization_letter_uploading_url=_letter_url(context, row),
    )


def addresses(context: Context, row: VoiceJob) -> ShowJobUploadingAddressResponse:
    is_package = row.create_type == "PACKAGE"
    return ShowJobUploadingAddressResponse(
        package_url=PackageUrl(training_data_uploading_url=_package_url(context, row))
        if is_package
        else None,
        segment_url=None if is_package else _segment_urls(context, row),
        authorization_letter_uploading_url=_letter_url(context, row),
    )


def attachment_addresses(
    context: Context, row: VoiceJob, first: int, end: int
) -> list[AttachmentUploadingAddress]:
    return [
        AttachmentUploadingAddress(
            number=number,
            uploading_url=context.upload_url(attachment_key(row, number), max_bytes=ATTACHMENT_BYTES),
        )
        for number in range(first, end)
    ]


async def recorded_segments(context: Context, row: VoiceJob) -> dict[int, str]:
    """The etag of each sentence's recording that is there, by index."""
    keys = {audio_key(row, index): index for index in range(row.segment_count)}
    folder = f"{row.prefix}/segments"
    return {keys[info.key]: info.etag async for info in context.objects.list(folder) if info.key in keys}


async def download_links(context: Context, row: VoiceJob) -> dict[str, str]:
    """Of what was given, by its wire name."""
    wanted = {"voice_authorization_url": letter_key(row), "training_input_source_url": package_key(row)}
    return {
        member: context.download_url(key)
        for member, key in wanted.items()
        if await context.objects.exists(key)
    }


def _package_url(context: Context, row: VoiceJob) -> str:
    return context.upload_url(package_key(row), max_bytes=PACKAGE_BYTES)


def _letter_url(context: Context, row: VoiceJob) -> str:
    return context.upload_url(letter_key(row), max_bytes=DOCUMENT_BYTES)


def _segment_urls(context: Context, row: VoiceJob) -> SegmentUploadingUrl:
    indexes = range(row.segment_count)
    return SegmentUploadingUrl(
        audio_uploading_url=[
            context.upload_url(audio_key(row, index), max_bytes=SEGMENT_BYTES) for index in indexes
        ],
        txt_uploading_url=[
            context.upload_url(text_key(row, index), max_bytes=TEXT_BYTES) for index in indexes
        ],
        segment_texts=list(sentences(row.language, row.segment_count)),
    )
