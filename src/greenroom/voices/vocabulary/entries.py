"""The entries of a tenant's vocabulary: made, changed, listed, deleted."""

from __future__ import annotations

from greenroom.clock import parse_wire_time, wire_time
from greenroom.engines.protocols import Pronunciation, ReadingKind
from greenroom.moderation.service import require_allowed
from greenroom.runtime import Context
from greenroom.voices.vocabulary.checks import checked_entry
from greenroom.voices.vocabulary.errors import (
    EntryNotFoundError,
    GroupNotFoundError,
    TakenMeanwhileError,
    VocabularyError,
)
from greenroom.voices.vocabulary.models import GENERAL, VocabularyEntry
from greenroom.voices.vocabulary.repository import EntryRepository, GroupRepository
from greenroom.voices.vocabulary.wire import (
    IdResponse,
    ListTtscVocabularyConfigsQuery,
    ListTtscVocabularyConfigsResponse,
    SaveTtscVocabularyConfigsRequestBody,
    VocabularyConfig,
)

MOST_ENTRIES = 1000
"""Of one group, and of those that stand in none."""


async def create_ttsc_vocabulary_configs(
    context: Context, body: SaveTtscVocabularyConfigsRequestBody
) -> IdResponse:
    """A new entry.

    Raises:
        VocabularyError: it cannot be followed, its key has an entry already, or there are too many.
        GroupNotFoundError: no such group.
        ContentRefusedError: a text does not pass the content review.
    """
    entry = checked_entry(body.type, body.key, body.value)
    group_id = await _group(context, body.group_id)
    rows = EntryRepository(context)
    if await rows.count_in(group_id) >= MOST_ENTRIES:
        where = "the group has" if group_id else "the entries without a group are"
        raise VocabularyError(
            f"group_id: {where} {MOST_ENTRIES} already, which is the limit: delete some, or use another group"
        )
    await _require_free(context, group_id, entry.key, None)
    await _review(context, entry)
    row = VocabularyEntry(group_id=group_id, kind=entry.kind, key=entry.key, value=entry.value)
    try:
        async with rows.once():
            await rows.add(row)
    except TakenMeanwhileError:
        await _require_free(context, group_id, entry.key, None)
        raise
    return IdResponse(id=row.id)


async def save_ttsc_vocabulary_configs(
    context: Context, entry_id: str, body: SaveTtscVocabularyConfigsRequestBody
) -> IdResponse:
    """Change an entry; members that are left out stay as they are.

    Raises as `create_ttsc_vocabulary_configs`, and EntryNotFoundError.
    """
    rows = EntryRepository(context)
    row = await rows.find_locked(entry_id)
    if row is None:
        raise EntryNotFoundError(entry_id)
    value = body.value if body.value is not None or body.type != row.kind else row.value
    entry = checked_entry(body.type, row.key if body.key is None else body.key, value)
    group_id = row.group_id if body.group_id is None else await _group(context, body.group_id)
    await _require_free(context, group_id, entry.key, row.id)
    await _review(context, entry)
    try:
        async with rows.once():
            row.group_id, row.kind, row.key, row.value = group_id, entry.kind, entry.key, entry.value
            rows.touch(row)
    except TakenMeanwhileError:
        await _require_free(context, group_id, entry.key, entry_id)
        raise
    return IdResponse(id=entry_id)


async def list_ttsc_vocabulary_configs(
    context: Context, query: ListTtscVocabularyConfigsQuery
) -> ListTtscVocabularyConfigsResponse:
    """The newest first. With `asset_id` those that hold for this voice: its groups' and the general ones."""
    since, until = (parse_wire_time(text) if text else None for text in (query.start_time, query.end_time))
    rows = EntryRepository(context)
    selected = rows.matching(
        query.type, await _groups_asked(context, query), query.search_key, (since, until)
    )
    page = await rows.page(selected, query.offset, query.limit, VocabularyEntry.created_at.desc())
    return ListTtscVocabularyConfigsResponse(count=page.count, data=[_shown(row) for row in page.rows])


async def delete_ttsc_vocabulary_configs(context: Context, ids: list[str]) -> None:
    """Raises EntryNotFoundError, and deletes none, where one is not there."""
    rows = EntryRepository(context)
    found = await rows.with_ids(ids)
    missing = set(ids) - {row.id for row in found}
    if missing:
        raise EntryNotFoundError(*sorted(missing))
    for row in found:
        await rows.remove(row)


async def _groups_asked(context: Context, query: ListTtscVocabularyConfigsQuery) -> list[str] | None:
    groups = [query.group_id] if query.group_id else None
    if not query.asset_id:
        return groups
    of_asset = {GENERAL, *(group.id for group in await GroupRepository(context).of_asset(query.asset_id))}
    return sorted(of_asset if groups is None else of_asset.intersection(groups))


async def _group(context: Context, group_id: str | None) -> str:
    if not group_id:
        return GENERAL
    if await GroupRepository(context).find(group_id) is None:
        raise GroupNotFoundError(group_id)
    return group_id


async def _require_free(context: Context, group_id: str, key: str, own_id: str | None) -> None:
    """Raises VocabularyError: the key has an entry in the group, other than `own_id`."""
    other = await EntryRepository(context).of_key(group_id, key)
    if other is not None and other.id != own_id:
        raise VocabularyError(
            f"key {key!r} has the entry {other.id} of type {other.kind} already: change that one with "
            "save_ttsc_vocabulary_configs, or delete it first"
        )


async def _review(context: Context, entry: Pronunciation) -> None:
    """Only what is refused outright: what is said with an entry is reviewed when it is said."""
    said = entry.value if entry.kind is ReadingKind.ALIAS else ""
    await require_allowed(context, {"key": entry.key, "value": said})


def _shown(row: VocabularyEntry) -> VocabularyConfig:
    return VocabularyConfig(
        id=row.id,
        key=row.key,
        value=row.value,
        type=row.kind,
        group_id=row.group_id,
        create_time=wire_time(row.created_at),
        update_time=wire_time(row.updated_at),
    )
