"""Switches of the vocabulary, and which entries hold for a text.

A request says with `is_vocabulary_config_enable` whether the vocabulary applies. Where it says nothing, the
tenant's switch of that name decides; it is off unless it was turned on. The switches of kinds and voices are
on unless they were turned off, and then nothing turns them on again but themselves.
"""

from __future__ import annotations

from greenroom.assets.service import require_usable
from greenroom.assets.states import AssetType
from greenroom.engines.protocols import ReadingKind, Vocabulary
from greenroom.runtime import Context
from greenroom.voices.trained.access import require_voice_access
from greenroom.voices.vocabulary.errors import TakenMeanwhileError, VocabularyError
from greenroom.voices.vocabulary.models import GENERAL, VocabularySwitch
from greenroom.voices.vocabulary.repository import EntryRepository, GroupRepository, SwitchRepository
from greenroom.voices.vocabulary.wire import (
    SaveTtscTenantConfigsRequestBody,
    ShowVocabularySwitchConfigsQuery,
    ShowVocabularySwitchConfigsResponse,
)

BY_DEFAULT = "is_vocabulary_config_enable"
_ON, _OFF = "true", "false"
_NAMED = (BY_DEFAULT, *ReadingKind)


async def save_ttsc_tenant_configs(context: Context, body: SaveTtscTenantConfigsRequestBody) -> None:
    """Turn a switch; `key` names it, `id` need not be given.

    Raises:
        VocabularyError: no such switch or value.
        AssetNotFoundError, InvalidParameterError: the key is the id of no voice.
    """
    value = body.value.lower()
    if value not in (_ON, _OFF):
        raise VocabularyError(f"value is {body.value!r}: give {_ON} or {_OFF}")
    rows = SwitchRepository(context)
    row = await rows.of_key(body.key)
    if body.id is not None and (row is None or row.id != body.id):
        raise VocabularyError(
            f"id: the switch {body.key!r} does not have the id {body.id}: leave the id out, or take that of "
            "show_vocabulary_switch_configs"
        )
    if row is None and body.key not in _NAMED:
        await _require_voice(context, body.key)
    if row is None:
        row = await _new_switch(rows, body.key, value)
    row.value = value
    rows.touch(row)


async def _new_switch(rows: SwitchRepository, key: str, value: str) -> VocabularySwitch:
    """Or the one that another request made at the same moment."""
    made = VocabularySwitch(key=key, value=value)
    try:
        async with rows.once():
            return await rows.add(made)
    except TakenMeanwhileError:
        row = await rows.of_key(key)
        if row is None:
            raise
        return row


async def show_vocabulary_switch_configs(
    context: Context, query: ShowVocabularySwitchConfigsQuery
) -> ShowVocabularySwitchConfigsResponse:
    """Those that were ever turned."""
    page = await SwitchRepository(context).page_of(query.key, query.offset, query.limit)
    data = [SaveTtscTenantConfigsRequestBody(id=row.id, key=row.key, value=row.value) for row in page.rows]
    return ShowVocabularySwitchConfigsResponse(count=page.count, data=data)


async def vocabulary_for(context: Context, voice_id: str, wanted: bool | None) -> Vocabulary:
    """The entries that hold for a text of this voice now; none where the vocabulary is off.

    An entry of a group goes before a general one of the same key. Raises as `require_voice_access` does.
    """
    await require_voice_access(context, voice_id)
    if wanted is False:
        return ()
    switches = await SwitchRepository(context).with_keys([*_NAMED, voice_id])
    by_default = switches.get(BY_DEFAULT, _OFF) == _ON
    if not (wanted or by_default) or switches.get(voice_id, _ON) == _OFF:
        return ()
    groups = [group.id for group in await GroupRepository(context).of_asset(voice_id)]
    found = {}
    for row in await EntryRepository(context).of_groups([GENERAL, *groups]):
        if switches.get(row.kind, _ON) == _ON and (row.key not in found or row.group_id != GENERAL):
            found[row.key] = row.pronunciation
    return tuple(found[key] for key in sorted(found))


async def _require_voice(context: Context, key: str) -> None:
    try:
        await require_usable(context, key, AssetType.VOICE_MODEL)
    except Exception as error:
        raise VocabularyError(
            f"key {key!r} is no switch: give {', '.join(_NAMED)}, or the id of a voice that can be used"
        ) from error
