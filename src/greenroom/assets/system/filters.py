"""The filters of ListAssets on system assets: what they mean on a tenant's own, without a database."""

from __future__ import annotations

from typing import Any

from greenroom.assets.repository import split, split_properties
from greenroom.assets.states import AssetType
from greenroom.assets.wire import DigitalAssetInfo, ListAssetsQuery

PROVIDER = "HUAWEI_METASTUDIO"
"""What the wire's `voice_provider` filter calls the service's own voices."""


def matches(asset: DigitalAssetInfo, query: ListAssetsQuery) -> bool:
    """Whether a list for this query shows the asset."""
    return (
        _matches_name(asset.asset_name, query)
        and _matches_tags(asset.tags or [], query)
        and _is_one_of(asset.asset_type, query.asset_type)
        and _is_one_of(asset.asset_state, query.asset_state)
        and (not query.asset_id or asset.asset_id in query.asset_id)
        and (not query.start_time or asset.create_time >= query.start_time)
        and (not query.end_time or asset.create_time <= query.end_time)
        and query.supported_service in (None, *(asset.supported_service or []))
        and not _asks_for_what_nobody_owns(query)
        and _matches_voice(asset, query)
        and _matches_avatar(asset, query)
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


def _matches_voice(asset: DigitalAssetInfo, query: ListAssetsQuery) -> bool:
    voice = _meta(asset, "voice_model_meta")
    is_voice = asset.asset_type is AssetType.VOICE_MODEL
    return (
        _is_one_of(voice.get("sex"), query.sex)
        and _is_one_of(voice.get("language"), query.language)
        and query.is_realtime_voice in (None, voice.get("is_realtime_voice", False))
        and query.voice_provider in (None, PROVIDER if is_voice else None)
    )


def _matches_avatar(asset: DigitalAssetInfo, query: ListAssetsQuery) -> bool:
    """A flag that an asset does not have counts as false."""
    avatar = _meta(asset, "human_model_2d_meta")
    return (
        query.action_editable in (None, avatar.get("is_action_editable", False))
        and query.is_with_action_library in (None, avatar.get("is_with_action_library", False))
        and query.is_movable in (None, avatar.get("is_movable", False))
        and _is_one_of(avatar.get("model_version"), query.human_model_2d_version)
        and not query.include_device_name
    )


def _asks_for_what_nobody_owns(query: ListAssetsQuery) -> bool:
    """A user, a share, a style or a property: system assets have none."""
    wanted = [query.app_user_id, query.role, query.style_id, split_properties(query.system_property)]
    return any(wanted)


def _is_one_of(value: str | None, wanted: str | None) -> bool:
    return not wanted or value in split(wanted)


def _meta(asset: DigitalAssetInfo, member: str) -> dict[str, Any]:
    return dict((asset.asset_extra_meta or {}).get(member) or {})
