"""Groups of entries, and the voices that they hold for."""

from __future__ import annotations

from greenroom.assets.service import require_usable
from greenroom.assets.states import AssetType
from greenroom.runtime import Context
from greenroom.voices.vocabulary.errors import GroupNotFoundError, TakenMeanwhileError, VocabularyError
from greenroom.voices.vocabulary.models import VocabularyGroup
from greenroom.voices.vocabulary.repository import EntryRepository, GroupRepository
from greenroom.voices.vocabulary.wire import (
    IdResponse,
    ListTtscVocabularyGroupsQuery,
    ListTtscVocabularyGroupsResponse,
    SetTtscGroupAssetsRequestBody,
    TtscGroupAssetsConfig,
)

MOST_GROUPS = 100


async def create_ttsc_vocabulary_groups(context: Context, name: str | None) -> IdResponse:
    """A group without entries and voices. Raises VocabularyError: the name is taken, or too many groups."""
    rows = GroupRepository(context)
    checked = await _checked_name(context, name, None)
    if len(await rows.all()) >= MOST_GROUPS:
        raise VocabularyError(f"there are {MOST_GROUPS} groups already, which is the limit: delete one first")
    row = VocabularyGroup(name=checked, asset_ids=[])
    try:
        async with rows.once():
            await rows.add(row)
    except TakenMeanwhileError:
        await _checked_name(context, checked, None)
        raise
    return IdResponse(id=row.id)


async def update_ttsc_vocabulary_groups(context: Context, group_id: str, name: str | None) -> IdResponse:
    """Rename it. Raises GroupNotFoundError; VocabularyError: the name is taken."""
    row = await _require_group(context, group_id)
    rows, checked = GroupRepository(context), await _checked_name(context, name, group_id)
    try:
        async with rows.once():
            row.name = checked
            rows.touch(row)
    except TakenMeanwhileError:
        await _checked_name(context, checked, group_id)
        raise
    return IdResponse(id=group_id)


async def delete_ttsc_vocabulary_groups(context: Context, group_id: str) -> None:
    """With its entries. Raises GroupNotFoundError."""
    row = await _require_group(context, group_id)
    await EntryRepository(context).remove_group(group_id)
    await GroupRepository(context).remove(row)


async def list_ttsc_vocabulary_groups(
    context: Context, query: ListTtscVocabularyGroupsQuery
) -> ListTtscVocabularyGroupsResponse:
    """The newest first."""
    page = await GroupRepository(context).page_of(query.group_id, query.offset, query.limit)
    data = [
        TtscGroupAssetsConfig(group_id=row.id, group_name=row.name, asset_ids=row.asset_ids)
        for row in page.rows
    ]
    return ListTtscVocabularyGroupsResponse(count=page.count, data=data)


async def set_ttsc_group_assets(
    context: Context, group_id: str, body: SetTtscGroupAssetsRequestBody
) -> IdResponse:
    """Say for which voices the group holds, in place of those before. A voice is in one group at most.

    Raises:
        GroupNotFoundError: no such group.
        AssetNotFoundError, AssetStateError, InvalidParameterError: an asset is no voice that can be used.
        VocabularyError: a voice is in another group.
    """
    row = await _require_group(context, group_id)
    asset_ids = list(dict.fromkeys(body.asset_ids))
    taken = {
        asset_id: other.name
        for other in await GroupRepository(context).all()
        if other.id != group_id
        for asset_id in other.asset_ids
    }
    for number, asset_id in enumerate(asset_ids):
        if asset_id not in row.asset_ids:
            await require_usable(context, asset_id, AssetType.VOICE_MODEL)
        if asset_id in taken:
            raise VocabularyError(
                f"asset_ids[{number}]: the voice {asset_id} is in the group {taken[asset_id]!r}, and a voice "
                "is in one group at most: take it out there first"
            )
    row.asset_ids = asset_ids
    GroupRepository(context).touch(row)
    return IdResponse(id=row.id)


async def _require_group(context: Context, group_id: str) -> VocabularyGroup:
    row = await GroupRepository(context).find_locked(group_id)
    if row is None:
        raise GroupNotFoundError(group_id)
    return row


async def _checked_name(context: Context, name: str | None, own_id: str | None) -> str:
    checked = (name or "").strip()
    if not checked:
        raise VocabularyError("group_name is missing: give 1 to 256 characters")
    other = await GroupRepository(context).named(checked)
    if other is not None and other.id != own_id:
        raise VocabularyError(f"group_name: there is a group {checked!r} already: choose another name")
    return checked
