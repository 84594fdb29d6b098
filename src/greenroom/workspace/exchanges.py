"""What can be exported and imported as a table.

A context that wants to take part adds an `Exchange` here; it is called through that context's service.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from greenroom.api.validation import describe
from greenroom.assets.service import list_assets
from greenroom.assets.wire import ListAssetsQuery
from greenroom.billing.quotas import every_user_quota, put_user_quota
from greenroom.billing.statements import usage_rows
from greenroom.billing.wire import UserQuotaDetail
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context
from greenroom.workspace.errors import UnknownResourceError

Cells = Mapping[str, object]
ExportRows = Callable[[Context], AsyncIterator[Cells]]
ImportRow = Callable[[Context, Mapping[str, str]], Awaitable[None]]
_PAGE = 100


@dataclass(slots=True, frozen=True)
class Exchange:
    columns: tuple[str, ...]
    example: Mapping[str, object]
    """The row of the template."""
    rows: ExportRows
    import_row: ImportRow | None = None
    """None: it can only be exported."""


async def _quota_rows(context: Context) -> AsyncIterator[Cells]:
    for user_id, limits in await every_user_quota(context):
        yield {"user_id": user_id, **limits}


async def _import_quota(context: Context, row: Mapping[str, str]) -> None:
    """Raises InvalidParameterError: an empty user, or a limit that is no number."""
    if not 1 <= len(row["user_id"]) <= 64:
        raise InvalidParameterError("user_id must have 1 to 64 characters")
    given = {name: text for name, text in row.items() if name != "user_id" and text}
    try:
        quota = UserQuotaDetail.model_validate(given)
    except ValidationError as error:
        raise InvalidParameterError(describe(error, "row")) from None
    await put_user_quota(context, row["user_id"], quota)


async def _asset_rows(context: Context) -> AsyncIterator[Cells]:
    offset = 0
    while True:
        page = await list_assets(context, ListAssetsQuery.model_validate({"offset": offset, "limit": _PAGE}))
        for asset in page.assets:
            yield {
                "asset_id": asset.asset_id,
                "asset_name": asset.asset_name,
                "asset_type": asset.asset_type,
                "asset_state": asset.asset_state,
                "asset_description": asset.asset_description,
                "tags": ";".join(asset.tags or []),
                "create_time": asset.create_time,
                "update_time": asset.update_time,
            }
        offset += _PAGE
        if offset >= page.count:
            return


EXCHANGES: Mapping[str, Exchange] = {
    "user-quota": Exchange(
        columns=("user_id", *UserQuotaDetail.model_fields),
        example={"user_id": "user-1", **dict.fromkeys(UserQuotaDetail.model_fields, -1)},
        rows=_quota_rows,
        import_row=_import_quota,
    ),
    "digital-asset": Exchange(
        columns=(
            "asset_id",
            "asset_name",
            "asset_type",
            "asset_state",
            "asset_description",
            "tags",
            "create_time",
            "update_time",
        ),
        example={},
        rows=_asset_rows,
    ),
    "usage": Exchange(
        columns=("time", "kind", "item", "quantity", "unit", "amount", "currency", "user_id", "subject_id"),
        example={},
        rows=usage_rows,
    ),
}


def find_exchange(resource: str) -> Exchange:
    """Raises UnknownResourceError."""
    found = EXCHANGES.get(resource)
    if found is None:
        raise UnknownResourceError(
            f"{resource!r} can be neither imported nor exported: take one of {', '.join(EXCHANGES)}"
        )
    return found


def find_import(resource: str) -> tuple[Exchange, ImportRow]:
    """Raises UnknownResourceError: no such resource, or one that can only be exported."""
    exchange = find_exchange(resource)
    if exchange.import_row is None:
        names = ", ".join(name for name, one in EXCHANGES.items() if one.import_row is not None)
        raise UnknownResourceError(f"{resource!r} can only be exported: take one of {names}")
    return exchange, exchange.import_row
