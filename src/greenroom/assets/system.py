"""Assets that every tenant sees and nobody changes: the built-in voices."""

from __future__ import annotations

from functools import cache
from typing import Any

from greenroom.assets.repository import split, split_properties
from greenroom.assets.states import AssetState, AssetType
from greenroom.assets.wire import DigitalAssetInfo, ListAssetsQuery
from greenroom.engines.protocols import Voice

SYSTEM_PROJECT = "system"
_RELEASED = "2026-01-01T00:00:00Z"
"""Built-in assets are older than any tenant's own."""

_LANGUAGES = {
    "zh": "CN", "en": "EN", "de": "GER", "fr": "fr", "ko": "Kr", "pt": "por", "ja": "JPN", "it": "Ita",
    "es": "ESP", "ru": "Russian", "nl": "Dutch", "id": "Indonesian", "vi": "Vietnamese", "ar": "Arabic",
    "tr": "Turkish", "ms": "Malay", "th": "Thai", "fi": "Finnish", "fil": "Filipino", "yue": "YY",
}  # fmt: skip
"""From BCP 47 to the wire's language names."""

PROVIDER = "HUAWEI_METASTUDIO"
"""What the wire's `voice_provider` filter calls the service's own voices."""


def wire_language(tag: str) -> str:
    """The wire's name of a BCP 47 language; UNKNOW where it has none."""
    return _LANGUAGES.get(tag.split("-")[0].lower(), "UNKNOW")


@cache
def system_assets() -> tuple[DigitalAssetInfo, ...]:
    """All of them. A voice's asset id is its voice id."""
    from greenroom.engines.registry import all_voices  # here: the engines cost start-up time

    return tuple(_voice_asset(voice, order) for order, voice in enumerate(all_voices()))


def find_system_asset(asset_id: str) -> DigitalAssetInfo | None:
    return next((asset for asset in system_assets() if asset.asset_id == asset_id), None)


def _voice_asset(voice: Voice, order: int) -> DigitalAssetInfo:
    language = wire_language(voice.language)
    meta = {
        "order": order,
        "model_type": "COMMON",
        "sex": voice.sex.value,
        "language": language,
        "languages": [language],
        "speed_ratio": 1.0,
        "volume_ratio": 1.0,
        "is_realtime_voice": True,
        "style": voice.engine[:32],
        "voice_capability": {"is_support_speed": True, "is_support_word": True, "is_support_srt": True},
    }
    return DigitalAssetInfo(
        project_id=SYSTEM_PROJECT,
        asset_id=voice.voice_id,
        asset_name=voice.name,
        asset_description=f"{voice.language} voice of {voice.engine}, {voice.licence}",
        create_time=_RELEASED,
        update_time=_RELEASED,
        asset_type=AssetType.VOICE_MODEL,
        asset_state=AssetState.ACTIVED,
        tags=[voice.language, voice.engine],
        asset_extra_meta={"voice_model_meta": meta},
        system_properties=[],
        files=[],
        asset_order=min(order, 32767),
        supported_service=["VIDEO_2D", "LIVE_2D", "CHAT_2D"],
    )


def matching_system_assets(query: ListAssetsQuery) -> list[DigitalAssetInfo]:
    """Those that the query asks for, in its order."""
    found = [asset for asset in system_assets() if _matches(asset, query)]
    return found[::-1] if query.sort_dir == "desc" else found


def _matches(asset: DigitalAssetInfo, query: ListAssetsQuery) -> bool:
    voice = (asset.asset_extra_meta or {})["voice_model_meta"]
    return (
        _matches_name(asset.asset_name, query)
        and _matches_tags(asset.tags or [], query)
        and _is_one_of(asset.asset_type, query.asset_type)
        and _is_one_of(asset.asset_state, query.asset_state)
        and (not query.asset_id or asset.asset_id in query.asset_id)
        and (not query.start_time or asset.create_time >= query.start_time)
        and (not query.end_time or asset.create_time <= query.end_time)
        and _is_one_of(voice["sex"], query.sex)
        and _is_one_of(voice["language"], query.language)
        and query.is_realtime_voice in (None, voice["is_realtime_voice"])
        and query.voice_provider in (None, PROVIDER)
        and query.supported_service in (None, *(asset.supported_service or []))
        and not _asks_for_what_voices_lack(query)
    )


def _matches_name(name: str, query: ListAssetsQuery) -> bool:
    if not query.name:
        return True
    if {"name", "asset_name"} & set(query.accurate_query_field):
        return name == query.name
    return query.name.lower() in name.lower()


def _matches_tags(tags: list[str], query: ListAssetsQuery) -> bool:
    wanted = split(query.tag)
    if not wanted:
        return True
    exact = bool({"tag", "tags"} & set(query.accurate_query_field))
    hits = [any(text == tag if exact else text.lower() in tag.lower() for tag in tags) for text in wanted]
    return all(hits) if query.tag_combination_type == "INTERSECTION" else any(hits)


def _is_one_of(value: str, wanted: str | None) -> bool:
    return not wanted or value in split(wanted)


def _asks_for_what_voices_lack(query: ListAssetsQuery) -> bool:
    wanted: list[Any] = [
        query.app_user_id,
        query.role,
        query.style_id,
        split_properties(query.system_property),
        query.action_editable,
        query.is_with_action_library,
        query.is_movable,
        query.human_model_2d_version,
        query.include_device_name,
    ]
    return any(wanted)
