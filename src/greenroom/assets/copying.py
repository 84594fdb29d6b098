"""An asset anew in another project: its row, its files and their bytes."""

from __future__ import annotations

from greenroom.assets.decks import with_copied_pages
from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.states import FileState
from greenroom.runtime import Context

_CARRIED = (
    "name",
    "description",
    "type",
    "tags",
    "extra_meta",
    "system_properties",
    "order",
    "supported_service",
)


def copy_of(context: Context, source: Asset, asset_id: str) -> Asset:
    """A row for the context's project, with no files yet and no shares."""
    copy = Asset(
        id=asset_id,
        tenant_id=context.tenant_id,
        project_id=context.project_id,
        app_user_id=context.app_user_id,
        state=source.state,
        is_gone=False,
        auto_operation_config=[],
        needs_cover=False,
        files=[],
        created_at=context.now(),
        updated_at=context.now(),
    )
    for name in _CARRIED:
        setattr(copy, name, getattr(source, name))
    return copy


def copies_of_files(context: Context, source: Asset, copy: Asset) -> list[tuple[AssetFile, AssetFile]]:
    """Each stored file with a new row for the copy; the rows belong to nothing yet."""
    pairs = []
    for file in source.files:
        if file.state == FileState.CREATED and file.object_key is not None:
            pairs.append((file, _file_copy(context, file, copy)))
    copy.extra_meta = with_copied_pages(copy.extra_meta, {file.id: made.id for file, made in pairs})
    return pairs


def _file_copy(context: Context, file: AssetFile, copy: Asset) -> AssetFile:
    made = AssetFile(
        id=context.new_id(),
        tenant_id=context.tenant_id,
        project_id=context.project_id,
        app_user_id=context.app_user_id,
        asset_id=copy.id,
        name=file.name,
        md5=file.md5,
        size=file.size,
        type=file.type,
        category=file.category,
        state=FileState.CREATED,
        part_count=1,
        transcoding_status=file.transcoding_status,
        created_at=context.now(),
        updated_at=context.now(),
    )
    made.object_key = made.final_key
    return made


async def copy_objects(context: Context, pairs: list[tuple[str, str]]) -> None:
    """Copy objects by key, all or none. Takes no query, so that no transaction has to stay open."""
    done: list[str] = []
    try:
        for source, target in pairs:
            await context.objects.copy(source, target)
            done.append(target)
    except BaseException:
        await context.objects.delete(*done)
        raise
