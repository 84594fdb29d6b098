"""Handing assets over: one project offers, the other accepts or refuses; what it accepts is its own."""

from __future__ import annotations

from datetime import timedelta

from greenroom.api.wire import ErrorResponse
from greenroom.assets.copying import copy_objects
from greenroom.assets.errors import AssetStateError, TransferNotFoundError
from greenroom.assets.freezing import is_withheld
from greenroom.assets.models import Asset, AssetFile, AssetTransfer
from greenroom.assets.repository import AssetRepository, TransferRepository, any_asset
from greenroom.assets.service import require_own_asset
from greenroom.assets.states import (
    AssetState,
    AssetType,
    FileState,
    TransferState,
    TransferType,
)
from greenroom.assets.usage import note_removed, note_stored
from greenroom.assets.views import asset_summary, plain
from greenroom.assets.wire import (
    BillResources,
    ExecuteTransferAssetActionResponse,
    ListTransferAssetJobsQuery,
    ListTransferAssetJobsResponse,
    TransAcceptResponse,
    TransferAssetJobInfo,
    TransferAssetReq,
)
from greenroom.clock import wire_time
from greenroom.errors import InvalidParameterError, NotFoundError
from greenroom.runtime import Context
from greenroom.tenants.service import scope_of_project

OFFER_LIFE = timedelta(days=7)
_TYPES = {AssetType.VOICE_MODEL, AssetType.HUMAN_MODEL_2D, AssetType.HUMAN_MODEL}
"""Voice and image models alone can be handed over (service overview, chapter 3)."""
_MOVED = {AssetState.ACTIVED, AssetState.UNACTIVED}
_ACTIONS = ("cancel", "accept", "reject", "accept_confirm")


async def transfer_asset(context: Context, body: TransferAssetReq) -> AssetTransfer:
    """Offer assets to another project.

    Raises:
        AssetNotFoundError, AssetStateError: an asset is not there, not finished, or offered already.
        InvalidParameterError: not a model, no such project, or nothing that could be given back.
    """
    dest = body.dest_project_id
    if dest == context.project_id:
        raise InvalidParameterError("dest_project_id is the project itself: name another one")
    try:
        scope = await scope_of_project(context.runtime, dest)
    except NotFoundError:
        raise InvalidParameterError(
            f"dest_project_id {dest} is no project: ask the receiver for its id"
        ) from None
    is_back = body.transfer_type == TransferType.TRANSFER_BACK
    if is_back:
        await _check_return(context, body)
    if body.auto_accept and scope.tenant_id != context.tenant_id and not is_back:
        raise InvalidParameterError(
            "auto_accept is for projects of one tenant and for giving back: the receiver has to accept"
        )
    assets = [await _offered(context, asset_id) for asset_id in dict.fromkeys(body.asset_ids)]
    row = AssetTransfer(
        id=context.new_id(),
        type=body.transfer_type,
        state=TransferState.PROCESSING,
        dest_tenant_id=scope.tenant_id,
        dest_project_id=dest,
        summaries=[_summary(context, asset) for asset in assets],
        memo=body.memo,
        auto_active=body.auto_active,
        is_need_billing=bool(body.is_need_billing),
        original_job_id=body.transfer_job_id if is_back else None,
        expires_at=context.now() + OFFER_LIFE,
    )
    await TransferRepository(context).add(row)
    if body.auto_accept:
        await _hand_over(context, row)
    return row


async def _check_return(context: Context, body: TransferAssetReq) -> None:
    """Only what came by a transfer can go back, to where it came from."""
    found = TransferRepository(context)
    original = await found.sent_or_received(body.transfer_job_id) if body.transfer_job_id else None
    fits = (
        original is not None
        and original.state == TransferState.ACCEPT
        and original.dest_project_id == context.project_id
        and original.project_id == body.dest_project_id
        and set(body.asset_ids) <= set(original.asset_ids)
    )
    if not fits:
        raise InvalidParameterError(
            "transfer_job_id names no accepted transfer that brought these assets from dest_project_id: "
            "send that of the transfer to undo"
        )


async def _offered(context: Context, asset_id: str) -> Asset:
    asset = await require_own_asset(context, asset_id)
    if asset.type not in _TYPES:
        raise InvalidParameterError(
            f"the asset {asset_id} is of type {asset.type}: only voice and image models can be transferred"
        )
    if asset.state not in _MOVED:
        raise AssetStateError(
            f"the asset {asset_id} is {asset.state}: only one that is ACTIVED or UNACTIVED can be transferred"
        )
    if asset_id in await TransferRepository(context).offered_assets():
        raise AssetStateError(f"the asset {asset_id} is offered already: cancel that transfer first")
    return asset


def _summary(context: Context, asset: Asset) -> dict[str, object]:
    """Without links, which would outlive their hour in the row."""
    shown = asset_summary(context, asset).model_copy(update={"cover_url": None, "thumbnail_url": None})
    kept: dict[str, object] = plain(shown)
    return kept


async def list_transfer_asset_jobs(
    context: Context, query: ListTransferAssetJobsQuery
) -> ListTransferAssetJobsResponse:
    page = await TransferRepository(context).page_of(query)
    return ListTransferAssetJobsResponse(count=page.count, jobs=[transfer_info(row) for row in page.rows])


async def show_transfer_asset_job(context: Context, job_id: str) -> TransferAssetJobInfo:
    """Raises TransferNotFoundError."""
    return transfer_info(await _require(context, job_id))


async def execute_transfer_asset_action(
    context: Context, job_id: str, action: str, reason: str | None
) -> ExecuteTransferAssetActionResponse:
    """cancel by the sender; accept, accept_confirm and reject by the receiver.

    With `is_need_billing`, accept tells what will be charged and accept_confirm does it.

    Raises:
        TransferNotFoundError: no such transfer of this project.
        InvalidParameterError: no such action.
        AssetStateError: the other side's action, it was answered already, or it has expired.
    """
    if action not in _ACTIONS:
        raise InvalidParameterError(f"action is {action!r}: take {', '.join(_ACTIONS)}")
    row = await _require(context, job_id)
    side, name = (
        (row.project_id, "the sending project")
        if action == "cancel"
        else (row.dest_project_id, "the receiver")
    )
    if side != context.project_id:
        raise AssetStateError(f"{action} is for {name}")
    if row.state != TransferState.PROCESSING or row.expires_at <= context.now():
        state = row.state if row.state != TransferState.PROCESSING else "too old"
        raise AssetStateError(f"the transfer {job_id} is {state}: it cannot be answered any more")
    if action in ("cancel", "reject"):
        row.state = TransferState.CANCEL if action == "cancel" else TransferState.REJECT
        row.reason, row.finished_at, row.updated_at = reason, context.now(), context.now()
        return ExecuteTransferAssetActionResponse()
    needed = await _required(context, row)
    if action == "accept_confirm" or not row.is_need_billing:
        await _hand_over(context, row)
    answer = TransAcceptResponse(is_need_billing=row.is_need_billing, required_resources=needed)
    return ExecuteTransferAssetActionResponse(accept_respone=answer)


async def _required(context: Context, row: AssetTransfer) -> list[BillResources]:
    """What the receiver needs to have for the models."""
    if not row.is_need_billing:
        return []
    counts: dict[str, int] = {}
    for asset_id in row.asset_ids:
        asset = await any_asset(context.session, asset_id)
        if asset is not None:
            kind = _resource_of(asset)
            counts[kind] = counts.get(kind, 0) + 1
    return [BillResources(resource_type=kind, resource_nums=count) for kind, count in sorted(counts.items())]


def _resource_of(asset: Asset) -> str:
    voice = asset.type == AssetType.VOICE_MODEL
    meta = asset.extra_meta.get("voice_model_meta" if voice else "human_model_2d_meta", {})
    if meta.get("is_flexus"):
        return "VOICE_FLEXUS" if voice else "2D_DIGITAL_HUMAN_FLEXUS"
    return "VOICE_BASIC" if voice else "2D_DIGITAL_HUMAN_BASIC"


async def _hand_over(context: Context, row: AssetTransfer) -> None:
    """Every asset changes its owner, or none does: then the transfer is FAIL and says why."""
    assets = [await any_asset(context.session, asset_id) for asset_id in row.asset_ids]
    ready = [
        asset
        for asset in assets
        if asset is not None
        and asset.project_id == row.project_id
        and asset.state in _MOVED
        and not await is_withheld(context.session, asset)
    ]
    row.finished_at = row.updated_at = context.now()
    if len(ready) != len(assets):
        row.state = TransferState.FAIL
        row.error_msg = "an asset was changed, frozen or deleted since it was offered"
        return
    for asset in ready:
        await _move(context, asset, row)
    row.state = TransferState.ACCEPT


async def _move(context: Context, asset: Asset, row: AssetTransfer) -> None:
    """The files' objects are copied to the new owner's folder first and removed from the old one last."""
    await AssetRepository(context).replace_shares(asset.id, [])
    moves: list[tuple[AssetFile, str, str]] = []
    for file in asset.files:
        await note_removed(context, asset, file)
        if file.state == FileState.CREATED and file.object_key is not None:
            target = f"assets/{row.dest_project_id}/{asset.id}/{file.id}"
            moves.append((file, file.object_key, target))
    await copy_objects(context, [(old, new) for _, old, new in moves])
    for part in (asset, *asset.files):
        part.tenant_id, part.project_id, part.app_user_id = row.dest_tenant_id, row.dest_project_id, None
    asset.shared_config = None
    asset.updated_at = context.now()
    if row.auto_active is not None:
        asset.state = AssetState.ACTIVED if row.auto_active else AssetState.UNACTIVED
    for file, _, target in moves:
        file.object_key = target
        note_stored(context, asset, file)
    old_keys = [old for _, old, _ in moves]

    async def remove() -> None:
        await context.objects.delete(*old_keys)

    context.after_commit(remove)


async def _require(context: Context, job_id: str) -> AssetTransfer:
    row = await TransferRepository(context).sent_or_received(job_id)
    if row is None:
        raise TransferNotFoundError(job_id)
    return row


def transfer_info(row: AssetTransfer) -> TransferAssetJobInfo:
    return TransferAssetJobInfo(
        job_id=row.id,
        transfer_type=TransferType(row.type),
        transfer_assets=row.summaries,
        state=TransferState(row.state),
        src_project_id=row.project_id,
        dest_project_id=row.dest_project_id,
        memo=row.memo,
        reason=row.reason,
        start_time=wire_time(row.created_at),
        finish_time=wire_time(row.finished_at) if row.finished_at else None,
        expire_time=wire_time(row.expires_at),
        is_need_billing=row.is_need_billing,
        error_info=ErrorResponse.of(AssetStateError.error_code, row.error_msg) if row.error_msg else None,
    )
