"""Every query on assets and their files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.states import AssetState, FileCategory, FileState
from greenroom.assets.wire import ListAssetsQuery
from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository

_SORT_COLUMNS = {"create_time": Asset.created_at, "update_time": Asset.updated_at, "asset_order": Asset.order}
_EXACT_NAME = {"name", "asset_name"}
_EXACT_TAG = {"tag", "tags"}


class AssetRepository(Repository[Asset]):
    row = Asset

    async def page_of(self, query: ListAssetsQuery) -> Page[Asset]:
        """The page of the caller's own assets that the query asks for."""
        column: Any = _SORT_COLUMNS[query.sort_key]
        order = [column.desc() if query.sort_dir == "desc" else column.asc()]
        if query.sort_key == "asset_order":
            # Assets without an order come last; of equal ones the newest comes first, as the contract says.
            order = [column.is_(None), *order, Asset.created_at.desc()]
        return await self.page(self._filtered(query), query.offset, query.limit, *order)

    def _filtered(self, query: ListAssetsQuery) -> Select[Asset]:
        conditions = [*_own_conditions(query), *_tag_conditions(query), *_meta_conditions(query)]
        return self.select().where(*conditions)


class AssetFileRepository(Repository[AssetFile]):
    row = AssetFile

    async def living(self, asset_id: str, category: FileCategory) -> AssetFile | None:
        """The asset's file of a category that is there or on its way."""
        query = self.select().where(
            AssetFile.asset_id == asset_id,
            AssetFile.category == category,
            AssetFile.state.in_(
                [FileState.CREATING, FileState.UPLOADED, FileState.REVIEW, FileState.CREATED]
            ),
        )
        file: AssetFile | None = await self.session.scalar(query.limit(1))
        return file

    async def reload(self, file_id: str) -> AssetFile | None:
        """The file and its asset as they are in the database now."""
        query = self.select().where(AssetFile.id == file_id).execution_options(populate_existing=True)
        file: AssetFile | None = await self.session.scalar(query)
        return file

    async def release(self, file_id: str) -> None:
        """Undo the claim of a confirmation that came to nothing."""
        await self.session.execute(
            update(AssetFile)
            .where(AssetFile.id == file_id, AssetFile.state == FileState.UPLOADED)
            .values(state=FileState.CREATING)
        )


async def release_all_claims(session: AsyncSession) -> None:
    """Files of all tenants that a confirmation was working on; for the start of the only server."""
    await session.execute(
        update(AssetFile).where(AssetFile.state == FileState.UPLOADED).values(state=FileState.CREATING)
    )


async def overdue_assets(session: AsyncSession, before: datetime) -> Sequence[Asset]:
    """Assets of all tenants, made before a time, that still wait for a main file; for the sweep only."""
    query = select(Asset).where(Asset.state == AssetState.CREATING, Asset.created_at < before)
    return list(await session.scalars(query))


async def assets_with_automation(session: AsyncSession) -> Sequence[Asset]:
    """Assets of all tenants that have automatic operations set; for the sweep only."""
    query = select(Asset).where(
        cast(Asset.auto_operation_config, Text) != "[]",
        Asset.state.not_in([AssetState.DELETED, AssetState.DELETING]),
    )
    return list(await session.scalars(query))


def _own_conditions(query: ListAssetsQuery) -> list[ColumnElement[bool]]:
    """Conditions on the asset's own columns."""
    conditions: list[ColumnElement[bool]] = []
    if query.name:
        exact = _EXACT_NAME & set(query.accurate_query_field)
        conditions.append(
            Asset.name == query.name
            if exact
            else func.lower(Asset.name).contains(query.name.lower(), autoescape=True)
        )
    if query.start_time:
        conditions.append(Asset.created_at >= parse_wire_time(query.start_time))
    if query.end_time:
        conditions.append(Asset.created_at <= parse_wire_time(query.end_time))
    if query.asset_type:
        conditions.append(Asset.type.in_(split(query.asset_type)))
    if query.asset_state:
        conditions.append(Asset.state.in_(split(query.asset_state)))
    else:
        conditions.append(Asset.state != AssetState.DELETED)
    if query.asset_id:
        conditions.append(Asset.id.in_(query.asset_id))
    if query.app_user_id:
        conditions.append(Asset.app_user_id == query.app_user_id)
    if query.role == "SHAREE":
        conditions.append(Asset.id.is_(None))
    if query.role == "SHARER":
        conditions.append(Asset.shared_config[("shared_type",)].as_string() == "SHARED")
    if query.supported_service:
        conditions.append(_holds(Asset.supported_service, query.supported_service))
    return conditions


def _tag_conditions(query: ListAssetsQuery) -> list[ColumnElement[bool]]:
    """Tags (comma-separated; parts of a tag match, unless asked for exactly) and system properties."""
    conditions: list[ColumnElement[bool]] = []
    if query.tag:
        exact = bool(_EXACT_TAG & set(query.accurate_query_field))
        each = [_holds(Asset.tags, tag, exact=exact) for tag in split(query.tag)]
        conditions.append(and_(*each) if query.tag_combination_type == "INTERSECTION" else or_(*each))
    for key, value in split_properties(query.system_property):
        conditions.append(_holds_property(key, value))
    if query.style_id:
        conditions.append(_holds_property("STYLE_ID", query.style_id))
    return conditions


def _meta_conditions(query: ListAssetsQuery) -> list[ColumnElement[bool]]:
    """Conditions on `asset_extra_meta`."""
    conditions: list[ColumnElement[bool]] = []
    if query.sex:
        conditions.append(_meta("voice_model_meta", "sex").as_string().in_(split(query.sex)))
    if query.language:
        wanted = split(query.language)
        spoken = Asset.extra_meta[("voice_model_meta", "languages")].as_string()
        conditions.append(
            or_(
                _meta("voice_model_meta", "language").as_string().in_(wanted),
                *[_holds(spoken, language) for language in wanted],
            )
        )
    if query.voice_provider:
        conditions.append(
            _meta("voice_model_meta", "external_voice_meta", "provider").as_string() == query.voice_provider
        )
    if query.is_realtime_voice is not None:
        conditions.append(_is(_meta("voice_model_meta", "is_realtime_voice"), query.is_realtime_voice))
    if query.action_editable is not None:
        conditions.append(_is(_meta("human_model_2d_meta", "is_action_editable"), query.action_editable))
    if query.is_with_action_library is not None:
        conditions.append(
            _is(_meta("human_model_2d_meta", "is_with_action_library"), query.is_with_action_library)
        )
    if query.is_movable is not None:
        conditions.append(_is(_meta("human_model_2d_meta", "is_movable"), query.is_movable))
    if query.human_model_2d_version:
        version = _meta("human_model_2d_meta", "model_version").as_string()
        conditions.append(version.in_(split(query.human_model_2d_version)))
    devices = _meta("human_model_2d_meta", "device_names").as_string()
    if query.include_device_name:
        conditions.append(_holds(devices, query.include_device_name))
    if query.exclude_device_name:
        conditions.append(~_holds(func.coalesce(devices, "[]"), query.exclude_device_name))
    return conditions


def split(text: str | None) -> list[str]:
    """The values of a comma-separated query parameter."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def split_properties(text: str | None) -> list[tuple[str, str]]:
    """`KEY:Value,KEY:Value` as pairs."""
    pairs = [part.partition(":") for part in split(text)]
    return [(key, value) for key, _, value in pairs]


def _meta(*path: str) -> Any:
    return Asset.extra_meta[path]


def _is(column: Any, wanted: bool) -> ColumnElement[bool]:
    """A flag that was never set counts as false."""
    return column.as_boolean().is_(True) if wanted else func.coalesce(column.as_boolean(), False).is_(False)


def _holds(column: Any, text: str, *, exact: bool = True) -> ColumnElement[bool]:
    """A JSON list of strings has this one (exact), or one with it inside in any case.

    Compares JSON text, since databases differ in how they unfold a list; replace() keeps case in all of them.
    """
    literal = json.dumps(text)
    content = cast(column, Text)
    if exact:
        return func.replace(content, literal, "") != content
    return func.lower(content).contains(literal[1:-1].lower(), autoescape=True)


def _holds_property(key: str, value: str) -> ColumnElement[bool]:
    literal = json.dumps({"key": key, "value": value})[1:-1]
    content = cast(Asset.system_properties, Text)
    return func.replace(content, literal, "") != content
