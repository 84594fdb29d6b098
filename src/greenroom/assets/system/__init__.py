"""Assets that every tenant sees and nobody changes: the cast's presenters and the built-in voices."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from greenroom.assets.errors import AssetStateError
from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.states import FileCategory, FileState
from greenroom.assets.system.filters import matches
from greenroom.assets.system.models import SYSTEM_PROJECT, SystemAsset
from greenroom.assets.system.presenters import presenter_assets
from greenroom.assets.system.store import ensure_stored, store_all
from greenroom.assets.system.voices import voice_assets
from greenroom.assets.wire import ListAssetsQuery
from greenroom.cast.catalogue import CastError, load_cast
from greenroom.clock import Clock
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings


@cache
def _all_assets(folder: Path | None, chosen: str) -> tuple[SystemAsset, ...]:
    cast = load_cast(folder, chosen)
    return *voice_assets(cast), *presenter_assets(cast)


def system_assets(settings: Settings, clock: Clock) -> list[SystemAsset]:
    """Those that are offered now."""
    today = clock().date()
    return [
        asset
        for asset in _all_assets(settings.cast_folder, settings.cast)
        if asset.presenter is None or asset.presenter.withdrawn_since(today) is None
    ]


def find_system_asset(context: Context, asset_id: str) -> SystemAsset | None:
    """Also one that was withdrawn, but none that the operator hides."""
    found = _all_assets(context.settings.cast_folder, context.settings.cast)
    return next((asset for asset in found if asset.info.asset_id == asset_id), None)


def matching_system_assets(context: Context, query: ListAssetsQuery) -> list[SystemAsset]:
    """Those that the query asks for, in its order; of equal ones the catalogue's order."""
    offered = system_assets(context.settings, context.runtime.clock)
    found = [asset for asset in offered if matches(asset.info, query)]
    found.sort(key=lambda asset: _sort_value(asset, query))
    return found[::-1] if query.sort_dir == "desc" else found


def _sort_value(asset: SystemAsset, query: ListAssetsQuery) -> tuple[str, int]:
    if query.sort_key == "asset_order":
        return "", asset.info.asset_order or 0
    return (asset.info.create_time if query.sort_key == "create_time" else asset.info.update_time), 0


def require_offered(context: Context, asset: SystemAsset) -> None:
    """Raises AssetStateError: the presenter was withdrawn; the text says when and whom to take instead."""
    presenter = asset.presenter
    since = presenter.withdrawn_since(context.now().date()) if presenter is not None else None
    if presenter is None or since is None:
        return
    cast = load_cast(context.settings.cast_folder, context.settings.cast)
    successor = cast.find(presenter.person.successor or "")
    cure = (
        f"take {successor.person.title} ({successor.asset_id}) instead"
        if successor is not None
        else "list the assets of type HUMAN_MODEL_2D to see who there is"
    )
    raise AssetStateError(f"{presenter.person.title} was withdrawn on {since}: {cure}")


async def usable_row(context: Context, asset: SystemAsset) -> Asset:
    """The asset as a row that belongs to no database, with its main file in the store, for a job's use.

    Raises:
        AssetStateError: it was withdrawn, or its main file is damaged.
    """
    require_offered(context, asset)
    try:
        main = asset.file(FileCategory.MAIN)
        if main is not None:
            await ensure_stored(context.objects, main)
    except CastError as error:
        raise AssetStateError(str(error)) from None
    info = asset.info
    files = [
        AssetFile(
            id=file.file_id,
            name=file.name,
            size=file.digest.size,
            type=file.type,
            category=file.category,
            state=FileState.CREATED,
            object_key=file.key,
        )
        for file in asset.files
    ]
    return Asset(
        id=info.asset_id,
        project_id=SYSTEM_PROJECT,
        name=info.asset_name,
        type=info.asset_type,
        state=info.asset_state,
        extra_meta=dict(info.asset_extra_meta or {}),
        files=files,
    )


async def store_system_files(runtime: Runtime) -> None:
    """Put the files of all system assets into the object store; for the start of a server."""
    await store_all(runtime.objects, system_assets(runtime.settings, runtime.clock))
