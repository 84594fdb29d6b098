"""Content review of assets: their texts when they are made or changed, their files when they are confirmed.

A refused text or main file makes the asset FAILED; a doubtful one waits for a person, and the asset stays
CREATING until then.
"""

from __future__ import annotations

from greenroom.assets.freezing import freeze, settle, underlying, unfreeze
from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.repository import AssetRepository, any_asset
from greenroom.assets.states import AssetState, AssetType, FailType, FileCategory, FileState
from greenroom.assets.usage import note_removed
from greenroom.db.session import Session
from greenroom.engines.protocols import Decision
from greenroom.errors import InvalidParameterError
from greenroom.media.inspect import Inspection, Role
from greenroom.moderation import service as moderation
from greenroom.moderation.errors import ContentRefusedError, ReviewStateError
from greenroom.moderation.service import FileKind, Subject
from greenroom.moderation.subjects import Moderated, Place
from greenroom.moderation.verdicts import Verdict
from greenroom.runtime import Context

KIND = "asset"
TEXTS = "texts"
INLINE_S = 20.0
"""Sound and video up to so long are reviewed while the confirmation waits; longer ones by a job."""


async def review_new_texts(context: Context, asset: Asset) -> None:
    """After the row is added: FAILED where the texts are refused, into the queue where they are doubtful."""
    verdict = await _review_texts(context, asset)
    if verdict.decision is Decision.REFUSE:
        asset.state = AssetState.FAILED
        asset.fail_type = FailType.AUTOMATIC_REVIEW_REJECT
        asset.reason = f"its name, description or tags did not pass the review ({verdict.reason})"[:256]
    elif verdict.decision is Decision.DOUBT:
        await moderation.ask_people(context, _subject(asset), TEXTS, verdict)


async def review_changed_texts(context: Context, asset: Asset) -> None:
    """Before a change is kept.

    Raises:
        ContentRefusedError: the new texts do not pass; the request changes nothing.
    """
    verdict = await _review_texts(context, asset)
    if verdict.decision is Decision.REFUSE:
        raise ContentRefusedError(
            f"the new name, description or tags do not pass the review ({verdict.reason}): change them"
        )
    if verdict.decision is Decision.DOUBT:
        await moderation.ask_people(context, _subject(asset), TEXTS, verdict)
    else:
        await moderation.withdraw(context, KIND, asset.id, TEXTS)
    if asset.fail_type == FailType.AUTOMATIC_REVIEW_REJECT and main_file(asset) is None:
        # The texts were what failed: with better ones the asset waits for its file again.
        settle(asset, AssetState.CREATING)
        asset.waiting_since = context.now()
        asset.fail_type = asset.reason = None


async def _review_texts(context: Context, asset: Asset) -> Verdict:
    if not await moderation.is_reviewed(context, asset.review_config):
        return Verdict()
    texts = {
        "asset_name": asset.name,
        "asset_description": asset.description,
        "tags": " / ".join(asset.tags),
    }
    return await moderation.review_texts(context, texts)


def file_kind(role: Role, found: Inspection) -> FileKind | None:
    """What of a file can be reviewed, or None."""
    media = found.media
    if role is Role.DECK:
        return FileKind("deck")
    if media is None:
        return None
    if role is Role.PICTURE:
        return FileKind("picture", has_picture=True)
    return FileKind(
        role.value,
        has_picture=media.video is not None and role is Role.VIDEO,
        has_sound=media.audio is not None,
        duration_s=media.duration_s,
    )


def takes_long(kind: FileKind) -> bool:
    return kind.kind in ("video", "sound") and kind.duration_s > INLINE_S


async def conclude(context: Context, file: AssetFile, verdict: Verdict) -> str | None:
    """Let a stored file in, put it into the queue, or refuse it; returns the reason of a refusal."""
    asset = file.asset
    is_main = file.category == FileCategory.MAIN
    if verdict.decision is Decision.REFUSE:
        reason = f"{file.name} did not pass the content review ({verdict.reason})"[:256]
        await _refuse_file(context, file, reason)
        if is_main:
            fail(asset, FailType.AUTOMATIC_REVIEW_REJECT, reason)
        return reason
    if moderation.is_for_people(context, verdict):
        file.state = FileState.REVIEW
        await moderation.ask_people(context, _subject(asset), f"file {file.id}", verdict)
        return None
    file.state = FileState.CREATED
    if is_main:
        await activate_if_ready(context, asset)
    return None


async def activate_if_ready(context: Context, asset: Asset) -> None:
    """ACTIVED once the main file is in and nobody has to decide anything any more."""
    if underlying(asset) != AssetState.CREATING or main_file(asset) is None:
        return
    if not await moderation.waits_for_people(context, KIND, asset.id):
        settle(asset, AssetState.ACTIVED)
        asset.waiting_since = None


def fail(asset: Asset, kind: FailType | None, reason: str) -> None:
    settle(asset, AssetState.FAILED)
    asset.fail_type = kind
    asset.reason = reason[:256]
    asset.waiting_since = None


def main_file(asset: Asset) -> AssetFile | None:
    """The main file that is in."""
    return next(
        (
            file
            for file in asset.files
            if file.category == FileCategory.MAIN and file.state == FileState.CREATED
        ),
        None,
    )


async def _refuse_file(context: Context, file: AssetFile, reason: str) -> None:
    """Its bytes go, and it says why."""
    await note_removed(context, file.asset, file)
    key = file.object_key or file.final_key
    file.state, file.reason, file.object_key = FileState.FAILED, reason, None
    objects = context.objects

    async def remove() -> None:
        await objects.delete(key)

    context.after_commit(remove)


def _subject(asset: Asset) -> Subject:
    return Subject(KIND, asset.id, f"{AssetType(asset.type).value} {asset.name}")


class _Assets:
    """`moderation.subjects.Moderated` of assets."""

    async def find(self, session: Session, subject_id: str) -> Place | None:
        asset = await any_asset(session, subject_id)
        if asset is None:
            return None
        return Place(asset.tenant_id, asset.project_id)

    async def approve(self, context: Context, subject_id: str) -> None:
        asset = await _require(context, subject_id)
        for file in asset.files:
            if file.state == FileState.REVIEW:
                file.state = FileState.CREATED
        await activate_if_ready(context, asset)
        AssetRepository(context).touch(asset)

    async def refuse(self, context: Context, subject_id: str, reason: str) -> None:
        asset = await _require(context, subject_id)
        for file in asset.files:
            if file.state == FileState.REVIEW:
                await _refuse_file(context, file, reason[:256])
        if underlying(asset) != AssetState.FAILED:
            fail(asset, FailType.MANUAL_REVIEW_REJECT, reason)
        AssetRepository(context).touch(asset)

    async def freeze(self, context: Context, subject_id: str, code: str, reason: str) -> None:
        asset = await _require(context, subject_id)
        if asset.is_gone:
            raise ReviewStateError(f"the asset {subject_id} is deleted for good: there is nothing to freeze")
        await freeze(context.session, asset, (code, reason), context.now())

    async def unfreeze(self, context: Context, subject_id: str) -> None:
        asset = await any_asset(context.session, subject_id)
        if asset is not None:
            await unfreeze(context.session, asset, context.now())


async def _require(context: Context, asset_id: str) -> Asset:
    asset = await AssetRepository(context).find(asset_id)
    if asset is None:
        raise InvalidParameterError(f"the asset {asset_id} is gone")
    return asset


ASSETS: Moderated = _Assets()
