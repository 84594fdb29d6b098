"""Files of an asset: declared, uploaded by link, confirmed, removed.

A confirmation takes the file (UPLOADED), lets go of the transaction while the bytes are moved and examined,
and then writes what was found. Nothing half-made stays: bytes that fail are removed.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from greenroom.assets.cover import make_cover
from greenroom.assets.decks import submit_reading
from greenroom.assets.errors import (
    AssetFailedError,
    AssetFileNotFoundError,
    AssetStateError,
    CoverFileExistsError,
    MainFileExistsError,
)
from greenroom.assets.file_wire import (
    MAX_LARGE_FILE_BYTES,
    CreateFileResponse,
    CreateLargeFileResponse,
    FilesCreateReq,
    LargeFilesCreateReq,
)
from greenroom.assets.freezing import settle, underlying
from greenroom.assets.jobs import PREPARE
from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.probing import Examination, UnfitFileError, examine
from greenroom.assets.repository import AssetFileRepository, AssetRepository
from greenroom.assets.review import KIND, conclude, fail, file_kind, takes_long
from greenroom.assets.rules import FORMATS, DeclaredFile, check_declared
from greenroom.assets.service import drop_bytes, require_own_asset
from greenroom.assets.states import AssetState, AssetType, FailType, FileCategory, FileState, advance
from greenroom.assets.usage import note_stored
from greenroom.billing.storage import check_room
from greenroom.errors import InvalidParameterError
from greenroom.jobs.children import ChildError
from greenroom.jobs.engine import JobSubmission
from greenroom.moderation import service as moderation
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectInfo, ObjectNotFoundError

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=15)
"""How long a confirmation may work before another may take its place (its process died)."""


async def create_file(context: Context, body: FilesCreateReq) -> CreateFileResponse:
    """Declare a file; the answer's link takes exactly the declared bytes.

    Raises:
        AssetNotFoundError, AssetStateError: the asset is not there, or takes no files now.
        MainFileExistsError, CoverFileExistsError: it has this file already.
        InvalidParameterError, FileTypeMissingError, AssetFileTooLargeError: the declaration breaks a rule.
        InsufficientResourcesError: it would exceed what the tenant may store.
    """
    _check_md5(body.file_md5)
    declared = DeclaredFile(body.file_name, body.file_type, body.file_size, body.asset_file_category)
    file = await _declare(context, body.asset_id, declared)
    file.md5 = body.file_md5
    await AssetFileRepository(context).add(file)
    url = context.upload_url(file.upload_key(0), max_bytes=body.file_size, exact=True, md5=body.file_md5)
    return CreateFileResponse(file_id=file.id, upload_url=url)


async def create_large_file(context: Context, body: LargeFilesCreateReq) -> CreateLargeFileResponse:
    """Declare a file that is sent in parts, one link each; the confirmation joins them in this order.

    Raises: as `create_file`.
    """
    category = FileCategory(body.asset_file_category)
    declared = DeclaredFile(body.file_name, body.file_type, body.file_size, category)
    file = await _declare(context, body.asset_id, declared)
    file.part_count = body.file_multipart_count
    await AssetFileRepository(context).add(file)
    limit = body.file_size or _largest(file.asset)
    whole = file.part_count == 1 and body.file_size is not None
    urls = [
        context.upload_url(file.upload_key(part), max_bytes=limit, exact=whole)
        for part in range(file.part_count)
    ]
    return CreateLargeFileResponse(file_id=file.id, upload_urls=urls)


async def confirm_file_upload(context: Context, file_id: str, state: str) -> None:
    """Close an upload: CREATED takes the bytes in; FAILED and CANCELLED drop them.

    Raises:
        AssetFileNotFoundError: no such file, or its bytes were not (all) uploaded.
        InvalidParameterError: the parts have another size than declared.
        InsufficientResourcesError: it would exceed what the tenant may store; the upload stays open.
        AssetFailedError: the main file is not what the asset's type needs; the asset is FAILED.
    """
    file = await _require_file(context, file_id)
    if state != FileState.CREATED:
        await _give_up(context, file, FileState(state))
        return
    if file.state in (FileState.CREATED, FileState.REVIEW) or file.job_id is not None:
        return
    await _claim(context, file)
    try:
        await _take_in(context, file)
    except AssetFailedError:
        raise
    except Exception:
        await context.session.rollback()
        await AssetFileRepository(context).release(file_id)
        await context.commit()
        raise


async def delete_file(context: Context, file_id: str) -> None:
    """Remove a file and its bytes; an asset without its main file waits for another one (CREATING).

    Raises:
        AssetFileNotFoundError: no such file.
        AssetStateError: the asset is frozen.
    """
    file = await _require_file(context, file_id)
    asset = file.asset
    if asset.state_before_block is not None:
        raise AssetStateError(
            f"the asset {asset.id} is frozen: delete the asset as a whole, or ask the operator to unfreeze it"
        )
    await drop_bytes(context, file)
    await moderation.withdraw(context, KIND, asset.id, f"file {file.id}")
    asset.files.remove(file)
    if file.category == FileCategory.MAIN and underlying(asset) != AssetState.CREATING:
        settle(asset, AssetState.CREATING)
        asset.reason = asset.fail_type = None
        asset.waiting_since = context.now()
        AssetRepository(context).touch(asset)


async def _declare(context: Context, asset_id: str, declared: DeclaredFile) -> AssetFile:
    """A new file row, not yet added, after every check on the asset."""
    asset = await require_own_asset(context, asset_id)
    if asset.state in (AssetState.DELETING, AssetState.BLOCK):
        raise AssetStateError(f"the asset {asset_id} is {asset.state}: it takes no files; restore it first")
    check_declared(AssetType(asset.type), declared)
    await _check_vacancy(context, asset, declared.category)
    await check_room(context, asset, declared.size or 0)
    if asset.state == AssetState.FAILED and declared.category == FileCategory.MAIN:
        await _try_again(context, asset)
    now = context.now()
    return AssetFile(
        id=context.new_id(),
        asset=asset,
        asset_id=asset.id,
        app_user_id=asset.app_user_id,
        name=declared.name,
        size=declared.size,
        type=declared.type or declared.name.rpartition(".")[2],
        category=declared.category,
        state=FileState.CREATING,
        part_count=1,
        upload_expires_at=now + timedelta(seconds=context.settings.upload_link_s),
    )


async def _try_again(context: Context, asset: Asset) -> None:
    """A failed asset takes another main file, unless its texts were what failed."""
    rejected = asset.fail_type == FailType.AUTOMATIC_REVIEW_REJECT
    if rejected and not any(file.category == FileCategory.MAIN for file in asset.files):
        raise AssetStateError(
            f"the asset {asset.id} is FAILED ({asset.reason}): change its name, description or tags first"
        )
    asset.state = advance(AssetState(asset.state), AssetState.CREATING)
    asset.reason = asset.fail_type = None
    asset.waiting_since = context.now()


async def _check_vacancy(context: Context, asset: Asset, category: FileCategory) -> None:
    """An asset has one main file and one cover at most."""
    if category not in (FileCategory.MAIN, FileCategory.COVER):
        return
    existing = await AssetFileRepository(context).living(asset.id, category)
    if existing is None:
        return
    cure = (
        f"delete the file {existing.id} first"
        if existing.state == FileState.CREATED
        else f"upload to its link and confirm the file {existing.id}, or delete it first"
    )
    message = f"the asset {asset.id} already has a {category.lower()} file ({existing.name}): {cure}"
    raise MainFileExistsError(message) if category == FileCategory.MAIN else CoverFileExistsError(message)


async def _claim(context: Context, file: AssetFile) -> None:
    """Mark the file as being confirmed, and let go of the transaction for the long part."""
    now = context.now()
    if file.state == FileState.UPLOADED and now - file.updated_at < CLAIM:
        raise AssetStateError(f"the file {file.id} is being confirmed already: wait for that to end")
    if file.state not in (FileState.CREATING, FileState.UPLOADED):
        raise AssetStateError(
            f"the file {file.id} is {file.state} and cannot be confirmed: create another file for the asset"
        )
    file.state = FileState.UPLOADED
    file.updated_at = now
    await context.commit()


async def _take_in(context: Context, file: AssetFile) -> None:
    """Move the bytes to their place, look into them, review them, and record it all."""
    info = await _store(context, file)
    found, fault = await _examine(context, file)
    cover = await _cover(context, file) if found is not None else None
    plan = _ReviewPlan(None, later=False) if found is None else await _plan_review(context, file, found)
    verdict = await _review_now(context, file, plan)
    file = await _reload(context, file)
    asset = file.asset
    if fault is not None:
        await _fail(context, file, fault)
        raise AssetFailedError(f"{fault}; the asset {asset.id} is {asset.state}, create another file")
    assert found is not None
    file.object_key, file.size = file.final_key, info.size
    note_stored(context, asset, file)
    if file.category == FileCategory.MAIN:
        asset.extra_meta = _with_measures(asset, found)
    if plan.later:
        await _submit(context, file, found)
    else:
        refusal = await conclude(context, file, verdict)
        if refusal is not None:
            raise AssetFailedError(f"{refusal}; the asset {asset.id} is {asset.state}, create another file")
    await submit_reading(context, file)
    AssetFileRepository(context).touch(file)
    AssetRepository(context).touch(asset)
    if cover is not None and await AssetFileRepository(context).living(asset.id, FileCategory.COVER) is None:
        await AssetFileRepository(context).add(cover)
        note_stored(context, asset, cover)


async def _examine(context: Context, file: AssetFile) -> tuple[Examination | None, str | None]:
    """What a file is, or its fault if it is unfit."""
    try:
        return await examine(context, AssetType(file.asset.type), file), None
    except UnfitFileError as error:
        return None, str(error)


async def _cover(context: Context, file: AssetFile) -> AssetFile | None:
    asset = file.asset
    if file.category == FileCategory.MAIN and asset.type == AssetType.VIDEO and asset.needs_cover:
        return await make_cover(context, file)
    return None


@dataclass(slots=True, frozen=True)
class _ReviewPlan:
    payload: dict[str, Any] | None
    """For the child process that reviews; None: nothing to review."""
    later: bool
    """By a job, with the conversion that it also does."""


async def _plan_review(context: Context, file: AssetFile, found: Examination) -> _ReviewPlan:
    """What is to be reviewed, and when. Ends its own short transaction: a review takes seconds."""
    kind = file_kind(found.role, found.found)
    reviewed = kind is not None and await moderation.is_reviewed(context, file.asset.review_config)
    payload = await moderation.file_payload(context, kind) if reviewed and kind is not None else None
    await context.commit()
    has_jobs = context.runtime.jobs is not None
    is_long = payload is not None and kind is not None and takes_long(kind)
    return _ReviewPlan(payload, later=has_jobs and (is_long or found.needs_transcoding))


async def _review_now(context: Context, file: AssetFile, plan: _ReviewPlan) -> Verdict:
    if plan.payload is None or plan.later:
        return Verdict()
    async with context.objects.local_copy(file.final_key, context.settings.work_dir) as path:
        try:
            return await moderation.review_file_now(context.runtime, path, plan.payload)
        except ChildError as error:
            log.warning("a file could not be reviewed", file_id=file.id, kind=error.kind)
            return Verdict.of_failure(error.message)


def _with_measures(asset: Asset, found: Examination) -> dict[str, Any]:
    """`asset_extra_meta` with what was measured; what the tenant said of a deck stays beside it."""
    meta = dict(asset.extra_meta)
    for member, measured in found.meta.items():
        meta[member] = {**meta.get(member, {}), **measured} if member == "ppt_meta" else measured
    if found.needs_transcoding:
        meta["video_meta"] = {**meta["video_meta"], "video_transcoding_status": "WAITING"}
    return meta


async def _submit(context: Context, file: AssetFile, found: Examination) -> None:
    """The file stays UPLOADED until its job ends."""
    assert context.runtime.jobs is not None
    file.job_id = context.new_id()
    file.transcoding_status = "WAITING" if found.needs_transcoding else None
    await context.session.flush()
    await context.runtime.jobs.submit(context, JobSubmission(file.job_id, PREPARE, file.id))


async def _reload(context: Context, file: AssetFile) -> AssetFile:
    """The file as it is now: others may have changed it while its bytes were examined."""
    found = await AssetFileRepository(context).reload(file.id)
    if found is None:
        await context.objects.delete(file.final_key)
        raise AssetFileNotFoundError(
            f"the file {file.id} was deleted while it was confirmed: create it again"
        )
    return found


async def _store(context: Context, file: AssetFile) -> ObjectInfo:
    """Check that every part is there and that the sizes add up, and publish the whole under its final key."""
    objects = context.objects
    keys = [file.upload_key(part) for part in range(file.part_count)]
    sizes = []
    for number, key in enumerate(keys, start=1):
        try:
            sizes.append((await objects.head(key)).size)
        except ObjectNotFoundError:
            if await objects.exists(file.final_key):
                return await objects.head(file.final_key)  # a confirmation that died after this step
            part = "" if len(keys) == 1 else f" part {number} of {len(keys)} of"
            raise AssetFileNotFoundError(
                f"{part.strip() + ' ' if part else ''}the file {file.id} ({file.name}) was not uploaded: "
                "PUT its bytes to the upload link first, then confirm"
            ) from None
    total = sum(sizes)
    if file.size is not None and total != file.size:
        raise InvalidParameterError(
            f"the uploaded parts of {file.name} have {total} bytes together, but file_size is {file.size}: "
            "upload the wrong part again, or create the file with its real size"
        )
    await check_room(context, file.asset, total)
    await context.commit()  # moving the bytes may take long, and the database must not wait for it
    if len(keys) == 1:
        await objects.rename(keys[0], file.final_key)
    else:
        await objects.join(keys, file.final_key)
        await objects.delete_prefix(file.upload_folder)
    return await objects.head(file.final_key)


async def _fail(context: Context, file: AssetFile, reason: str) -> None:
    """The file is unfit: its bytes go, it says why, and so does the asset of a main file."""
    asset = file.asset
    await drop_bytes(context, file)
    file.state = FileState.FAILED
    file.reason = reason[:256]
    if file.category == FileCategory.MAIN:
        fail(asset, None, reason)
    AssetRepository(context).touch(asset)


async def _give_up(context: Context, file: AssetFile, state: FileState) -> None:
    if file.state == FileState.CREATED:
        raise AssetStateError(f"the file {file.id} is confirmed already: delete it instead")
    if file.job_id is not None:
        raise AssetStateError(f"the file {file.id} is being made ready: delete it instead")
    file.state = state
    await drop_bytes(context, file)
    AssetFileRepository(context).touch(file)


async def _require_file(context: Context, file_id: str) -> AssetFile:
    file = await AssetFileRepository(context).find(file_id)
    if file is None:
        raise AssetFileNotFoundError(
            f"no file has the id {file_id}: show its asset to find the ids of its files"
        )
    return file


def _largest(asset: Asset) -> int:
    rule = FORMATS.get(AssetType(asset.type))
    return min(MAX_LARGE_FILE_BYTES, (rule and rule.max_bytes) or MAX_LARGE_FILE_BYTES)


def _check_md5(text: str) -> None:
    try:
        valid = len(base64.b64decode(text, validate=True)) == 16
    except ValueError:  # not base64, or not even ASCII
        valid = False
    if not valid:
        raise InvalidParameterError(
            "file_md5 is not an MD5 digest: send the base64 of its 16 bytes, 24 characters "
            "(not the 32 hexadecimal digits)"
        )
