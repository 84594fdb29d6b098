"""Every query on assets and their files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from greenroom.assets.models import Asset, AssetFile, AssetShare, AssetTransfer
from greenroom.assets.states import USABLE, AssetState, FileCategory, FileState, TransferState
from greenroom.assets.wire import ListAssetsQuery, ListTransferAssetJobsQuery
from greenroom.clock import parse_wire_time
from greenroom.db.repository import Page, Repository

_SORT_COLUMNS = {"create_time": Asset.created_at, "update_time": Asset.updated_at, "asset_order": Asset.order}
_EXACT_NAME = {"name", "asset_name"}
_EXACT_TAG = {"tag", "tags"}


class AssetRepository(Repository[Asset]):
    row = Asset
    together = ("files",)

    async def page_of(self, query: ListAssetsQuery) -> Page[Asset]:
        """The page of the caller's own assets, or of those shared with it, that the query asks for.

        A far page costs what a near one does: ids come from an index that holds the whole order, from its
        nearer end, and rows are read for the page alone.
        """
        filtered = self._filtered(query)
        ids = filtered.with_only_columns(Asset.id)
        count = await self.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
        length = min(query.limit, count - query.offset)
        if length <= 0:
            return Page(rows=[], count=count)
        from_end = query.offset > count // 2
        start = count - query.offset - length if from_end else query.offset
        page = ids.order_by(*_order(query, backwards=from_end)).offset(start).limit(length)
        wanted = list(await self.session.scalars(page))
        rows = {row.id: row for row in await self.session.scalars(select(Asset).where(Asset.id.in_(wanted)))}
        ordered = [rows[one] for one in (reversed(wanted) if from_end else wanted) if one in rows]
        return Page(rows=ordered, count=count)

    def _filtered(self, query: ListAssetsQuery) -> Select[Asset]:
        conditions = [*_own_conditions(query), *_tag_conditions(query), *_meta_conditions(query)]
        base = self._shared() if query.role == "SHAREE" else self.select()
        return base.where(*conditions)

    def _shared(self) -> Select[Asset]:
        """Assets of others that this project may use now."""
        return (
            select(Asset)
            .join(AssetShare, AssetShare.asset_id == Asset.id)
            .where(
                AssetShare.project_id == self.context.project_id,
                AssetShare.expires_at > self.context.now(),
                Asset.state.in_(USABLE),
            )
        )

    async def find_shared(self, asset_id: str) -> Asset | None:
        """An asset of another project that this one may use."""
        found: Asset | None = await self.session.scalar(self._shared().where(Asset.id == asset_id))
        return found

    async def find_many(self, asset_ids: Sequence[str]) -> dict[str, Asset]:
        """Those of the ids that the caller may see."""
        rows = await self.session.scalars(self.select().where(Asset.id.in_(list(dict.fromkeys(asset_ids)))))
        return {row.id: row for row in rows}

    async def with_property(self, key: str) -> Sequence[Asset]:
        """Those that have a system property of this key, the oldest first; not those deleted for good."""
        literal = json.dumps({"key": key})[1:-1]
        content = cast(Asset.system_properties, Text)
        query = self.select().where(Asset.is_gone.is_(False), func.replace(content, literal, "") != content)
        return list(await self.session.scalars(query.order_by(Asset.created_at, Asset.id)))

    async def replace_shares(self, asset_id: str, rows: Sequence[AssetShare]) -> None:
        await self.session.execute(delete(AssetShare).where(AssetShare.asset_id == asset_id))
        self.session.add_all(rows)


def _order(query: ListAssetsQuery, *, backwards: bool) -> list[Any]:
    """The order of a list, or its exact reverse. Ties go by id."""
    column: Any = _SORT_COLUMNS[query.sort_key]
    falling = query.sort_dir == "desc"
    # Of assets without an order, which come last, and of equal ones the newest comes first (the contract).
    keys = [(column, falling), (Asset.id, falling)]
    if query.sort_key == "asset_order":
        keys = [(column.is_(None), False), (column, falling), (Asset.created_at, True), (Asset.id, True)]
    return [key.desc() if down != backwards else key.asc() for key, down in keys]


class AssetFileRepository(Repository[AssetFile]):
    row = AssetFile

    def select(self) -> Select[AssetFile]:
        """With each file comes its asset, and with that the asset's other files."""
        whole = joinedload(AssetFile.asset).selectinload(Asset.files)
        return super().select().options(whole)

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
            .where(
                AssetFile.id == file_id,
                AssetFile.state == FileState.UPLOADED,
                AssetFile.job_id.is_(None),
            )
            .values(state=FileState.CREATING)
        )


async def release_all_claims(session: AsyncSession) -> None:
    """Files of all tenants that a confirmation was working on; for the start of the only server."""
    await session.execute(
        update(AssetFile)
        .where(AssetFile.state == FileState.UPLOADED, AssetFile.job_id.is_(None))
        .values(state=FileState.CREATING)
    )


async def overdue_assets(session: AsyncSession, before: datetime) -> Sequence[Asset]:
    """Assets of all tenants that wait for a main file since before a time; for the sweep only."""
    query = select(Asset).where(Asset.state == AssetState.CREATING, Asset.waiting_since < before)
    return list(await session.scalars(query))


async def any_asset(session: AsyncSession, asset_id: str) -> Asset | None:
    """An asset of any tenant: for reviews, freezes, copies and transfers, which have their own permission."""
    return await session.get(Asset, asset_id)


async def overdue_transfers(session: AsyncSession, now: datetime) -> Sequence[AssetTransfer]:
    """Offers of all tenants that nobody answered in time; for the sweep only."""
    query = select(AssetTransfer).where(
        AssetTransfer.state == TransferState.PROCESSING, AssetTransfer.expires_at <= now
    )
    return list(await session.scalars(query))


class TransferRepository(Repository[AssetTransfer]):
    """Transfers from and to the project of the context."""

    row = AssetTransfer

    async def sent_or_received(self, job_id: str) -> AssetTransfer | None:
        query = select(AssetTransfer).where(AssetTransfer.id == job_id, self._sides("ALL"))
        found: AssetTransfer | None = await self.session.scalar(query)
        return found

    async def page_of(self, query: ListTransferAssetJobsQuery) -> Page[AssetTransfer]:
        """Newest first."""
        found = select(AssetTransfer).where(self._sides(query.role or "ALL"))
        if query.state:
            found = found.where(AssetTransfer.state.in_(split(query.state)))
        if query.transfer_type:
            found = found.where(AssetTransfer.type.in_(split(query.transfer_type)))
        return await self.page(found, query.offset, query.limit, AssetTransfer.created_at.desc())

    async def offered_assets(self) -> set[str]:
        """Ids of the project's assets that are in an unanswered offer."""
        query = self.select().where(AssetTransfer.state == TransferState.PROCESSING)
        return {one for row in await self.session.scalars(query) for one in row.asset_ids}

    def _sides(self, role: str) -> ColumnElement[bool]:
        sent = AssetTransfer.project_id == self.context.project_id
        received = AssetTransfer.dest_project_id == self.context.project_id
        return {"SENDER": sent, "RECEIVER": received}.get(role, or_(sent, received))


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
        conditions.append(Asset.is_gone.is_(False))
    if query.asset_id:
        conditions.append(Asset.id.in_(query.asset_id))
    if query.app_user_id:
        conditions.append(Asset.app_user_id == query.app_user_id)
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
