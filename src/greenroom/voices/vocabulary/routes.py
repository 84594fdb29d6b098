"""Vocabularies, phonetic symbols and the check of a voice over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.voices.vocabulary import entries, groups, service, switches
from greenroom.voices.vocabulary.wire import (
    CheckVoiceAssetResponse,
    DeleteTtscVocabularyConfigsRequestBody,
    IdResponse,
    ListTtscVocabularyConfigsQuery,
    ListTtscVocabularyConfigsResponse,
    ListTtscVocabularyGroupsQuery,
    ListTtscVocabularyGroupsResponse,
    SaveTtscTenantConfigsRequestBody,
    SaveTtscVocabularyConfigsRequestBody,
    SaveTtscVocabularyGroupsRequestBody,
    SetTtscGroupAssetsRequestBody,
    ShowTtsPhoneticSymbolQuery,
    ShowTtsPhoneticSymbolResponse,
    ShowVocabularySwitchConfigsQuery,
    ShowVocabularySwitchConfigsResponse,
)


@operation("CreateTtscVocabularyConfigs")
async def create_ttsc_vocabulary_configs(
    context: Context, body: SaveTtscVocabularyConfigsRequestBody
) -> IdResponse:
    return await entries.create_ttsc_vocabulary_configs(context, body)


@operation("SaveTtscVocabularyConfigs")
async def save_ttsc_vocabulary_configs(
    context: Context, vocabulary_id: str, body: SaveTtscVocabularyConfigsRequestBody
) -> IdResponse:
    return await entries.save_ttsc_vocabulary_configs(context, vocabulary_id, body)


@operation("ListTtscVocabularyConfigs")
async def list_ttsc_vocabulary_configs(
    context: Context, query: ListTtscVocabularyConfigsQuery
) -> ListTtscVocabularyConfigsResponse:
    return await entries.list_ttsc_vocabulary_configs(context, query)


@operation("DeleteTtscVocabularyConfigs")
async def delete_ttsc_vocabulary_configs(
    context: Context, body: DeleteTtscVocabularyConfigsRequestBody
) -> None:
    await entries.delete_ttsc_vocabulary_configs(context, body.id)


@operation("CreateTtscVocabularyGroups")
async def create_ttsc_vocabulary_groups(
    context: Context, body: SaveTtscVocabularyGroupsRequestBody
) -> IdResponse:
    return await groups.create_ttsc_vocabulary_groups(context, body.group_name)


@operation("UpdateTtscVocabularyGroups")
async def update_ttsc_vocabulary_groups(
    context: Context, group_id: str, body: SaveTtscVocabularyGroupsRequestBody
) -> IdResponse:
    return await groups.update_ttsc_vocabulary_groups(context, group_id, body.group_name)


@operation("DeleteTtscVocabularyGroups")
async def delete_ttsc_vocabulary_groups(context: Context, group_id: str) -> None:
    await groups.delete_ttsc_vocabulary_groups(context, group_id)


@operation("ListTtscVocabularyGroups")
async def list_ttsc_vocabulary_groups(
    context: Context, query: ListTtscVocabularyGroupsQuery
) -> ListTtscVocabularyGroupsResponse:
    return await groups.list_ttsc_vocabulary_groups(context, query)


@operation("SetTtscGroupAssets")
async def set_ttsc_group_assets(
    context: Context, group_id: str, body: SetTtscGroupAssetsRequestBody
) -> IdResponse:
    return await groups.set_ttsc_group_assets(context, group_id, body)


@operation("SaveTtscTenantConfigs")
async def save_ttsc_tenant_configs(context: Context, body: SaveTtscTenantConfigsRequestBody) -> None:
    await switches.save_ttsc_tenant_configs(context, body)


@operation("ShowVocabularySwitchConfigs")
async def show_vocabulary_switch_configs(
    context: Context, query: ShowVocabularySwitchConfigsQuery
) -> ShowVocabularySwitchConfigsResponse:
    return await switches.show_vocabulary_switch_configs(context, query)


@operation("ShowTtsPhoneticSymbol")
async def show_tts_phonetic_symbol(
    context: Context, query: ShowTtsPhoneticSymbolQuery
) -> ShowTtsPhoneticSymbolResponse:
    return await service.show_tts_phonetic_symbol(context, query)


@operation("CheckVoiceAsset")
async def check_voice_asset(context: Context, voice_asset_id: str) -> CheckVoiceAssetResponse:
    return await service.check_voice_asset(context, voice_asset_id)
