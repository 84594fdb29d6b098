"""Digital assets: made, listed, changed, deleted and restored; and what other contexts ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from greenroom.assets.errors import AssetNotFoundError, AssetStateError
from greenroom.assets.freezing import freeze, held_keys, is_withheld
from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.repository import AssetFileRepository, AssetRepository
from greenroom.assets.review import KIND, review_changed_texts, review_new_texts
from greenroom.assets.sharing import share
from greenroom.assets.states import (
    USABLE,
    AssetSource,
    AssetState,
    AssetType,
    FileCategory,
    FileState,
    StateChangeError,
    advance,
)
from greenroom.assets.system import (
    find_system_asset,
    matching_system_assets,
    require_offered,
    usable_row,
)
from greenroom.assets.system.models import SystemAsset
from greenroom.assets.usage import note_removed, note_stored
from greenroom.assets.views import asset_info, meta_member, plain, system_asset_info
from greenroom.assets.wire import (
    CreateDigitalAssetRequestBody,
    CreateDigitalAssetResponse,
    DigitalAssetInfo,
    ListAssetsQuery,
    ListAssetsResponse,
    SystemProperty,
    UpdateDigitalAssetRequestBody,
)
from greenroom.errors import InvalidParameterError
from greenroom.moderation import service as moderation
from greenroom.runtime import Context
from greenroom.storage.holds import is_held, release


async def create_digital_asset(
    context: Context, body: CreateDigitalAssetRequestBody
) -> CreateDigitalAssetResponse:
    """A new asset that waits for its main file; FAILED where its texts do not pass the review."""
    asset = _new_asset(context, body.asset_name, body.asset_type)
    asset.description = body.asset_description
    asset.tags = body.tags or []
    asset.extra_meta = meta_member(body.asset_type, body.asset_extra_meta)
    asset.system_properties = _with_properties([], body.system_properties or [])
    asset.order = body.asset_order
    asset.supported_service = list(body.supported_service or [])
    asset.auto_operation_config = [plain(item) for item in body.auto_operation_config or []]
    asset.review_config = plain(body.review_config)
    asset.needs_cover = bool(body.is_need_generate_cover)
    asset.waiting_since = context.now()
    await AssetRepository(context).add(asset)
    if body.shared_config is not None:
        await share(context, asset, body.shared_config)
    await review_new_texts(context, asset)
    return CreateDigitalAssetResponse(asset_id=asset.id)


async def list_assets(context: Context, query: ListAssetsQuery) -> ListAssetsResponse:
    """The caller's own assets, the built-in ones, or both; of both, the built-in ones count as the oldest."""
    if query.asset_source == AssetSource.CUSTOMIZATION:
        page = await AssetRepository(context).page_of(query)
        return ListAssetsResponse(count=page.count, assets=[asset_info(context, row) for row in page.rows])
    system = matching_system_assets(context, query)
    if query.asset_source == AssetSource.SYSTEM:
        shown = system[query.offset : query.offset + query.limit]
        return ListAssetsResponse(
            count=len(system), assets=[system_asset_info(context, asset) for asset in shown]
        )
    return await _list_both(context, query, system)


async def _list_both(
    context: Context, query: ListAssetsQuery, found: list[SystemAsset]
) -> ListAssetsResponse:
    """One list of two: built-in first when ascending, last when descending."""
    rising = query.sort_dir == "asc"
    shown = found[query.offset : query.offset + query.limit] if rising else []
    start = max(0, query.offset - len(found)) if rising else query.offset
    room = query.limit - len(shown)
    page = await AssetRepository(context).page_of(query.model_copy(update={"offset": start, "limit": room}))
    own = [asset_info(context, row) for row in page.rows]
    if not rising:
        first = max(0, query.offset - page.count)
        shown = found[first : first + query.limit - len(own)]
    system = [system_asset_info(context, asset) for asset in shown]
    both = system + own if rising else own + system
    return ListAssetsResponse(count=page.count + len(found), assets=both)


async def show_asset(context: Context, asset_id: str) -> DigitalAssetInfo:
    """
    Raises:
        AssetNotFoundError: no such asset.
        AssetStateError: a presenter of the cast who was withdrawn.
    """
    asset = await AssetRepository(context).find(asset_id)
    if asset is not None and asset.state != AssetState.DELETED:
        return asset_info(context, asset)
    shared = await AssetRepository(context).find_shared(asset_id)
    if shared is not None:
        return asset_info(context, shared)
    system = find_system_asset(context, asset_id)
    if system is None:
        raise AssetNotFoundError(asset_id)
    require_offered(context, system)
    return system_asset_info(context, system)


async def update_digital_asset(
    context: Context, asset_id: str, body: UpdateDigitalAssetRequestBody
) -> DigitalAssetInfo:
    """Change what the body names.

    Raises:
        AssetNotFoundError: no such asset.
        AssetStateError: it is in the recycle bin, blocked, or has no main file for the state asked for.
        InvalidParameterError: the type cannot change once there is a file.
        ContentRefusedError: the new texts do not pass the review.
    """
    asset = await require_own_asset(context, asset_id)
    if asset.state in (AssetState.DELETING, AssetState.BLOCK):
        raise AssetStateError(f"the asset {asset_id} is {asset.state} and cannot be changed: {_cure(asset)}")
    _change_type(asset, body.asset_type)
    if body.asset_state is not None:
        _change_state(asset, AssetState(body.asset_state))
    if body.asset_name is not None:
        asset.name = body.asset_name
    if body.asset_description is not None:
        asset.description = body.asset_description
    if body.tags is not None:
        asset.tags = body.tags
    if body.asset_extra_meta is not None:
        asset.extra_meta = _merged(asset.extra_meta, meta_member(asset.type, body.asset_extra_meta))
    if body.system_properties is not None:
        asset.system_properties = _with_properties(asset.system_properties, body.system_properties)
    if body.asset_order is not None:
        asset.order = body.asset_order
    if body.supported_service is not None:
        asset.supported_service = list(body.supported_service)
    if body.auto_operation_config is not None:
        asset.auto_operation_config = [plain(item) for item in body.auto_operation_config]
    if body.shared_config is not None:
        await share(context, asset, body.shared_config)
    if body.review_config is not None:
        asset.review_config = plain(body.review_config)
    if body.asset_name is not None or body.asset_description is not None or body.tags is not None:
        await review_changed_texts(context, asset)
    AssetRepository(context).touch(asset)
    return asset_info(context, asset)


async def delete_asset(context: Context, asset_id: str, mode: str | None) -> None:
    """Into the recycle bin, or with mode `force` for good.

    Raises:
        AssetNotFoundError: no such asset.
    """
    asset = await require_own_asset(context, asset_id)
    if mode == "force":
        await _delete_for_good(context, asset)
    elif asset.state != AssetState.DELETING:
        asset.state_before_bin = asset.state
        asset.state = advance(AssetState(asset.state), AssetState.DELETING)
    AssetRepository(context).touch(asset)


async def restore_asset(context: Context, asset_id: str) -> None:
    """Out of the recycle bin, to the state before.

    Raises:
        AssetNotFoundError: no such asset, or it was deleted for good.
        AssetStateError: it is not in the recycle bin.
    """
    asset = await require_own_asset(context, asset_id)
    if asset.state != AssetState.DELETING:
        raise AssetStateError(
            f"the asset {asset_id} is {asset.state}, not in the recycle bin: only an asset in the state "
            "DELETING can be restored"
        )
    asset.state = advance(AssetState(asset.state), AssetState(asset.state_before_bin or AssetState.CREATING))
    asset.state_before_bin = None
    AssetRepository(context).touch(asset)


async def _delete_for_good(context: Context, asset: Asset) -> None:
    """The files go at once; the row stays as DELETED, so that a list can still name it."""
    if asset.state != AssetState.DELETING:
        asset.state = advance(AssetState(asset.state), AssetState.DELETING)
    asset.state = advance(AssetState(asset.state), AssetState.DELETED)
    asset.is_gone = True
    asset.waiting_since = None
    await release(context.session, held_keys(asset))
    await AssetRepository(context).replace_shares(asset.id, [])
    await moderation.withdraw(context, KIND, asset.id)
    for file in list(asset.files):
        await drop_bytes(context, file)
    asset.files.clear()


async def drop_bytes(context: Context, file: AssetFile) -> None:
    """Remove a file's objects once the transaction is committed; the ledger notes it now."""
    await note_removed(context, file.asset, file)
    # The final key too: a confirmation that died may have moved the bytes there without recording it.
    keys = {key for key in (file.object_key, file.final_key) if key is not None}
    folder, objects = file.upload_folder, context.objects

    async def remove() -> None:
        await objects.delete(*keys)
        await objects.delete_prefix(folder)

    context.after_commit(remove)


# What other contexts ask for


@dataclass(slots=True, frozen=True)
class ReadyFile:
    """A file whose object is already stored; the asset takes it over and deletes it with itself."""

    object_key: str
    name: str
    type: str
    """Format, for example MP4."""
    category: FileCategory = FileCategory.MAIN
    md5: str | None = None


@dataclass(slots=True, frozen=True)
class NewAsset:
    """An asset that the product itself makes: a rendered video, a trained avatar."""

    name: str
    type: AssetType
    files: Sequence[ReadyFile]
    description: str | None = None
    tags: Sequence[str] = ()
    extra_meta: dict[str, Any] = field(default_factory=dict)
    """`asset_extra_meta` as on the wire."""
    system_properties: dict[str, str] = field(default_factory=dict)
    supported_service: Sequence[str] = ()
    app_user_id: str | None = None
    asset_id: str | None = None
    """Give it where a job may be repeated: registering the same id again changes nothing."""


async def register_asset(context: Context, new: NewAsset) -> Asset:
    """Add an asset with its files, ACTIVED at once.

    Raises:
        ObjectNotFoundError: an object key holds nothing.
    """
    assets = AssetRepository(context)
    existing = await assets.find(new.asset_id) if new.asset_id else None
    if existing is not None:
        return existing
    asset = _new_asset(context, new.name, new.type)
    asset.id = new.asset_id or asset.id
    asset.state = advance(AssetState.CREATING, AssetState.ACTIVED)
    asset.description = new.description
    asset.tags = list(new.tags)
    asset.extra_meta = dict(new.extra_meta)
    asset.system_properties = [{"key": key, "value": value} for key, value in new.system_properties.items()]
    asset.supported_service = list(new.supported_service)
    asset.app_user_id = new.app_user_id
    AssetRepository(context).stamp(asset)
    files = AssetFileRepository(context)
    for ready in new.files:
        info = await context.objects.head(ready.object_key)
        asset.files.append(
            files.stamp(
                AssetFile(
                    id=context.new_id(),
                    name=ready.name,
                    type=ready.type,
                    category=ready.category,
                    md5=ready.md5,
                    size=info.size,
                    state=FileState.CREATED,
                    part_count=1,
                    object_key=ready.object_key,
                )
            )
        )
    await assets.add(asset)
    for file in asset.files:
        note_stored(context, asset, file)
    if any([await is_held(context.session, ready.object_key) for ready in new.files]):
        # The task that made it was frozen while it ran.
        await freeze(
            context.session, asset, ("TASK_FROZEN", "the task that made it is frozen"), context.now()
        )
    return asset


async def require_asset(context: Context, asset_id: str) -> Asset:
    """The tenant's own asset; deleted ones do not count. Raises AssetNotFoundError."""
    asset = await AssetRepository(context).find(asset_id)
    if asset is None or asset.state == AssetState.DELETED:
        raise AssetNotFoundError(asset_id)
    return asset


async def require_own_asset(context: Context, asset_id: str) -> Asset:
    """As `require_asset`, saying so where the id is a built-in asset's, which nobody changes."""
    try:
        return await require_asset(context, asset_id)
    except AssetNotFoundError:
        if find_system_asset(context, asset_id) is None:
            raise
    raise AssetStateError(
        f"{asset_id} is a built-in asset and cannot be changed, shared or deleted: make one of your own"
    )


async def require_usable(context: Context, asset_id: str, *types: AssetType) -> Asset:
    """The tenant's asset, one that is shared with it, or the system's, for a job's use.

    Raises:
        AssetNotFoundError: no such asset.
        InvalidParameterError: it is of another type.
        AssetStateError: its state does not allow use, or it was withdrawn.
    """
    shared = await AssetRepository(context).find_shared(asset_id)
    if shared is not None and await is_withheld(context.session, shared):
        raise AssetStateError(f"the asset {asset_id} is frozen with its project: take another one")
    asset = shared if shared is not None else await _own_or_system(context, asset_id)
    if types and asset.type not in types:
        raise InvalidParameterError(
            f"the asset {asset_id} is of type {asset.type}: give one of type {' or '.join(types)}"
        )
    if asset.state not in USABLE:
        raise AssetStateError(f"the asset {asset_id} is {asset.state} and cannot be used: {_cure(asset)}")
    return asset


async def _own_or_system(context: Context, asset_id: str) -> Asset:
    try:
        return await require_asset(context, asset_id)
    except AssetNotFoundError:
        system = find_system_asset(context, asset_id)
        if system is None:
            raise
    return await usable_row(context, system)


def file_of(asset: Asset, category: FileCategory = FileCategory.MAIN) -> AssetFile | None:
    """The asset's stored file of a category."""
    return next(
        (file for file in asset.files if file.category == category and file.state == FileState.CREATED), None
    )


def _cure(asset: Asset) -> str:
    return {
        AssetState.CREATING: "upload its main file and confirm it first",
        AssetState.FAILED: f"{asset.reason or 'its main file is not usable'}; upload another one",
        AssetState.UNACTIVED: "set its state to ACTIVED first",
        AssetState.DELETING: "restore it from the recycle bin first",
        AssetState.BLOCK: f"it is frozen ({asset.reason or 'no reason given'}): ask the operator",
    }.get(AssetState(asset.state), "take another one")


def _new_asset(context: Context, name: str, kind: AssetType) -> Asset:
    return Asset(
        id=context.new_id(),
        name=name,
        type=kind,
        state=AssetState.CREATING,
        is_gone=False,
        tags=[],
        extra_meta={},
        system_properties=[],
        supported_service=[],
        auto_operation_config=[],
        needs_cover=False,
        files=[],
    )


def _change_type(asset: Asset, kind: AssetType | None) -> None:
    if kind is None or kind == asset.type:
        return
    if asset.files:
        raise InvalidParameterError(
            f"asset_type cannot change from {asset.type} to {kind} while the asset has files: "
            "make another asset, or delete the files first"
        )
    asset.type = kind
    asset.extra_meta = {}


def _change_state(asset: Asset, target: AssetState) -> None:
    """Only a finished asset can be switched on and off."""
    try:
        if asset.state in (AssetState.CREATING, AssetState.FAILED):
            raise StateChangeError
        asset.state = advance(AssetState(asset.state), target)
    except StateChangeError:
        raise AssetStateError(
            f"asset_state cannot become {target}: the asset is {asset.state}; {_cure(asset)}"
        ) from None


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The members that `new` names replace those of `old`, one level deep."""
    return {key: {**old.get(key, {}), **new.get(key, {})} for key in {**old, **new}}


def _with_properties(old: list[dict[str, Any]], changes: list[SystemProperty]) -> list[dict[str, Any]]:
    """Properties after the changes: DELETE removes the key, ADD (or no action) sets its value."""
    kept = {item["key"]: item for item in old}
    for change in changes:
        if change.action == "DELETE":
            kept.pop(change.key, None)
        elif change.value is None:
            raise InvalidParameterError(
                f"system_properties {change.key} has no value: send one, or action DELETE"
            )
        else:
            kept[change.key] = {"key": change.key, "value": change.value}
    return list(kept.values())
