"""Styles: those that draw pictures anew, and what the project's assets name in their property STYLE_ID.

The contract lists styles but has no operation that makes one; it ties an asset to a style by that property.
Such a style is as old as its oldest asset, and PUBLISHED while one of its assets can be used. The styles of
picture modeling are there for everybody, with their assets if they have any.
"""

from __future__ import annotations

from collections.abc import Iterable

from greenroom.assets.models import Asset
from greenroom.assets.repository import AssetRepository, split
from greenroom.assets.states import USABLE, AssetType
from greenroom.assets.style_wire import (
    ListStylesQuery,
    ListStylesResponse,
    StyleAssetItem,
    StyleExtraMeta,
    StyleInfo,
    StyleState,
)
from greenroom.assets.views import asset_summary
from greenroom.clock import wire_time
from greenroom.portraits.styles import STYLES, PictureStyle
from greenroom.runtime import Context

STYLE_KEY = "STYLE_ID"
MAX_STYLE_CHARACTERS = 64
"""Of an id: longer values of the property are no styles."""
MAX_TAGS = 50
_SINCE = "2026-01-01T00:00:00Z"
"""Of the styles of picture modeling, which nobody has made."""
_SHOWN_TYPES = (AssetType.ANIMATION, AssetType.MATERIAL)
"""Types that the contract shows in a style; assets of other types count, but are not listed."""


async def list_styles(context: Context, query: ListStylesQuery) -> ListStylesResponse:
    """The page of the project's styles that the query asks for."""
    styles: dict[str, list[Asset]] = {}
    for asset in await AssetRepository(context).with_property(STYLE_KEY):
        for style_id in _styles_of(asset):
            styles.setdefault(style_id, []).append(asset)
    found = [
        _style(context, style_id, assets) for style_id, assets in styles.items() if style_id not in STYLES
    ]
    found += [_of_pictures(context, style, styles.get(style.style_id, [])) for style in STYLES.values()]
    found = [style for style in found if _fits(style, query)]
    by_update = query.sort_key == "update_time"
    found.sort(
        key=lambda style: (style.update_time if by_update else style.create_time, style.style_id),
        reverse=query.sort_dir == "desc",
    )
    return ListStylesResponse(count=len(found), styles=found[query.offset : query.offset + query.limit])


def _styles_of(asset: Asset) -> Iterable[str]:
    values = {one.get("value") or "" for one in asset.system_properties if one.get("key") == STYLE_KEY}
    return sorted(value for value in values if 0 < len(value) <= MAX_STYLE_CHARACTERS)


def _style(context: Context, style_id: str, assets: list[Asset]) -> StyleInfo:
    usable = any(asset.state in USABLE for asset in assets)
    tags = dict.fromkeys(tag for asset in assets for tag in asset.tags)
    return StyleInfo(
        name=style_id,
        style_id=style_id,
        project_id=context.project_id,
        tags=list(tags)[:MAX_TAGS],
        style_assets=[_item(context, asset) for asset in assets if asset.type in _SHOWN_TYPES],
        create_time=wire_time(min(asset.created_at for asset in assets)),
        update_time=wire_time(max(asset.updated_at for asset in assets)),
        state=StyleState.PUBLISHED if usable else StyleState.UNPUBLISHED,
    )


def _of_pictures(context: Context, style: PictureStyle, assets: list[Asset]) -> StyleInfo:
    return StyleInfo(
        name=style.name,
        description=style.description,
        sex=style.sex,
        style_id=style.style_id,
        project_id=context.project_id,
        tags=[],
        style_assets=[_item(context, asset) for asset in assets if asset.type in _SHOWN_TYPES],
        extra_meta=StyleExtraMeta(picture_modeling_enable=True),
        create_time=_SINCE,
        update_time=_SINCE,
        state=StyleState.PUBLISHED,
    )


def _item(context: Context, asset: Asset) -> StyleAssetItem:
    return StyleAssetItem.model_validate(
        {
            "asset_id": asset.id,
            "asset_type": asset.type,
            "cover_url": asset_summary(context, asset).cover_url,
        }
    )


def _fits(style: StyleInfo, query: ListStylesQuery) -> bool:
    return (
        (not query.state or style.state in split(query.state))
        and (query.create_since is None or style.create_time >= query.create_since)
        and (query.create_until is None or style.create_time <= query.create_until)
    )
