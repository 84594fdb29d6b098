"""How much each user of a tenant may make. The user is whom X-App-UserId names."""

from __future__ import annotations

from typing import Any

from greenroom.billing.errors import UserQuotaNotFoundError
from greenroom.billing.metering import NO_LIMIT
from greenroom.billing.models import UserQuota
from greenroom.billing.products import PRODUCTS, Item
from greenroom.billing.repository.ledger import LedgerRepository
from greenroom.billing.repository.rows import UserQuotaRepository
from greenroom.billing.wire import (
    CreateUserQuotaInfo,
    ListUserQuotaDetail,
    ListUserQuotasQuery,
    ListUserQuotasResponse,
    UpdateUserQuotaInfo,
    UserQuotaDetail,
    UserQuotaInfo,
)
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context

ITEMS = tuple(Item(name) for name in UserQuotaDetail.model_fields)


class UserQuotaExistsError(InvalidParameterError):
    """The user has a quota already."""


async def create_user_quotas(context: Context, body: CreateUserQuotaInfo) -> None:
    """What is left out has no limit.

    Raises:
        UserQuotaExistsError: the user has a quota.
    """
    rows = UserQuotaRepository(context)
    if await rows.of_user(body.user_id) is not None:
        raise UserQuotaExistsError(f"the user {body.user_id} has a quota: change it with update_user_quotas")
    limits = {str(item): NO_LIMIT for item in ITEMS} | body.quota.model_dump(exclude_none=True)
    await rows.add(UserQuota(user_id=body.user_id, limits=limits))


async def update_user_quotas(context: Context, user_id: str, body: UpdateUserQuotaInfo) -> None:
    """What is left out stays. Raises UserQuotaNotFoundError."""
    row = await _find(context, user_id)
    row.limits = {**row.limits, **body.quota.model_dump(exclude_none=True)}
    UserQuotaRepository(context).touch(row)


async def delete_user_quotas(context: Context, user_id: str) -> None:
    """The user has no limits any more. Raises UserQuotaNotFoundError."""
    await UserQuotaRepository(context).remove(await _find(context, user_id))


async def put_user_quota(context: Context, user_id: str, quota: UserQuotaDetail) -> None:
    """Create or change."""
    if await UserQuotaRepository(context).of_user(user_id) is None:
        await create_user_quotas(context, CreateUserQuotaInfo(user_id=user_id, quota=quota))
    else:
        await update_user_quotas(context, user_id, UpdateUserQuotaInfo(quota=quota))


async def list_user_quotas(context: Context, query: ListUserQuotasQuery) -> ListUserQuotasResponse:
    page = await UserQuotaRepository(context).page_of(query.user_id, query.offset, query.limit)
    users = [row.user_id for row in page.rows]
    used = await LedgerRepository(context.session).used_by_user(context.project_id, users)
    assets = [
        UserQuotaInfo(
            user_id=row.user_id,
            quota=_detail({item: int(row.limits.get(item, NO_LIMIT)) for item in ITEMS}),
            usage=_detail({item: PRODUCTS[item].shown(used.get((row.user_id, item), 0)) for item in ITEMS}),
        )
        for row in page.rows
    ]
    return ListUserQuotasResponse(count=page.count, assets=assets)


async def every_user_quota(context: Context) -> list[tuple[str, dict[str, int]]]:
    """User and limits, for an export."""
    return [
        (row.user_id, {str(item): int(row.limits.get(item, NO_LIMIT)) for item in ITEMS})
        for row in await UserQuotaRepository(context).every()
    ]


async def _find(context: Context, user_id: str) -> UserQuota:
    row = await UserQuotaRepository(context).of_user(user_id)
    if row is None:
        raise UserQuotaNotFoundError(user_id)
    return row


def _detail(values: dict[Item, Any]) -> ListUserQuotaDetail:
    return ListUserQuotaDetail.model_validate({str(item): value for item, value in values.items()})
