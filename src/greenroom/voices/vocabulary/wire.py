"""The wire models of vocabularies."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from greenroom.api.wire import EmptyOrTime, Id, PageQuery, WireModel
from greenroom.assets.wire import AssetFileInfo
from greenroom.engines.protocols import ReadingKind

SwitchText = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SaveTtscVocabularyConfigsRequestBody(WireModel):
    type: ReadingKind
    key: str | None = Field(None, max_length=200)
    value: str | None = Field(None, max_length=200)
    group_id: str | None = Field(None, max_length=64)


class IdResponse(WireModel):
    """Of what was made or changed."""

    id: str


class ListTtscVocabularyConfigsQuery(PageQuery):
    type: ReadingKind | None = None
    tts_service_name: str | None = Field(None, max_length=64)
    is_vocabulary_config_enable: str | None = Field(None, max_length=64)
    group_id: str | None = Field(None, max_length=64)
    asset_id: str | None = Field(None, max_length=48)
    start_time: EmptyOrTime = None
    end_time: EmptyOrTime = None
    search_key: str | None = Field(None, max_length=255)


class VocabularyConfig(WireModel):
    id: str
    key: str
    value: str
    type: ReadingKind
    group_id: str
    create_time: str
    update_time: str


class ListTtscVocabularyConfigsResponse(WireModel):
    count: int
    data: list[VocabularyConfig]


class DeleteTtscVocabularyConfigsRequestBody(WireModel):
    id: list[Id] = Field(min_length=1, max_length=1000)


class SaveTtscVocabularyGroupsRequestBody(WireModel):
    group_name: str | None = Field(None, min_length=1, max_length=256)


class ListTtscVocabularyGroupsQuery(PageQuery):
    group_id: str | None = Field(None, max_length=64)


class TtscGroupAssetsConfig(WireModel):
    group_id: str
    group_name: str
    asset_ids: list[str]


class ListTtscVocabularyGroupsResponse(WireModel):
    count: int
    data: list[TtscGroupAssetsConfig]


class SetTtscGroupAssetsRequestBody(WireModel):
    asset_ids: list[Id] = Field(default_factory=list, max_length=100)


class SaveTtscTenantConfigsRequestBody(WireModel):
    id: SwitchText | None = None
    key: SwitchText
    value: SwitchText


class ShowVocabularySwitchConfigsQuery(PageQuery):
    limit: int = Field(10, ge=1, le=1000)
    key: SwitchText | None = None


class ShowVocabularySwitchConfigsResponse(WireModel):
    count: int
    data: list[SaveTtscTenantConfigsRequestBody]


class ShowTtsPhoneticSymbolQuery(PageQuery):
    limit: int = Field(10, ge=1, le=1000)
    word: str = Field(min_length=1, max_length=80)


class ShowTtsPhoneticSymbolResponse(WireModel):
    data: list[str]


class CheckVoiceAssetResponse(WireModel):
    asset_id: str
    asset_name: str
    asset_type: Literal["VOICE_MODEL"] = "VOICE_MODEL"
    asset_state: str
    create_time: str
    update_time: str
    asset_extra_meta: dict[str, Any] | None = None
    files: list[AssetFileInfo] | None = None
