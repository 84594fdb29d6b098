"""Users' quotas as the operator sets them, for any tenant; the tenant itself has the wire's operations."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from greenroom.billing.administration import Place, Row, changing_project, looking_into
from greenroom.billing.metering import NO_LIMIT
from greenroom.billing.quotas import ITEMS, delete_user_quotas, list_user_quotas, put_user_quota
from greenroom.billing.wire import ListUserQuotasQuery, UserQuotaDetail
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor
from greenroom.runtime import Runtime

MAX_USER_CHARACTERS = 64


async def list_quotas(runtime: Runtime, place: Place, offset: int = 0, limit: int = 100) -> list[Row]:
    """One row a user and item that has a limit or was used, by user.

    Raises:
        UnknownNameError, InvalidParameterError: no such tenant, or no project in the region.
    """
    rows: list[Row] = []
    async with looking_into(runtime, place) as context:
        query = ListUserQuotasQuery(user_id=None, offset=offset, limit=limit)
        for user in (await list_user_quotas(context, query)).assets:
            quota, usage = user.quota.to_wire(), user.usage.to_wire() if user.usage is not None else {}
            rows += [
                {"user": user.user_id, "item": str(item), "limit": quota[item], "used": usage.get(item, 0)}
                for item in ITEMS
                if quota.get(item, NO_LIMIT) != NO_LIMIT or usage.get(item, 0)
            ]
    return rows


async def set_quota(
    runtime: Runtime, actor: Actor, place: Place, user: str, limits: Mapping[str, int]
) -> Row:
    """Set some of a user's limits; the others stay, or are unlimited if the user is new here.

    Args:
        limits: by item; -1: as much as the user likes.

    Raises:
        UnknownNameError, InvalidParameterError: no such tenant, project or item, or a wrong number.
    """
    unknown = sorted(set(limits) - {str(item) for item in ITEMS})
    if unknown or not limits:
        which = f"there is no item {unknown[0]!r}" if unknown else "no limit is given"
        raise InvalidParameterError(f"{which}: give a number for one of {', '.join(ITEMS)}")
    if not 1 <= len(user) <= MAX_USER_CHARACTERS:
        raise InvalidParameterError(f"a user's name has 1 to {MAX_USER_CHARACTERS} characters")
    try:
        detail = UserQuotaDetail.model_validate(dict(limits))
    except ValidationError:
        raise InvalidParameterError(
            "a limit is a whole number from -1 (none) to 10000000 (999999999 minutes of video)"
        ) from None
    async with changing_project(runtime, actor, place, ("quota", user)) as context:
        await put_user_quota(context, user, detail)
    return {"user": user, "limits": dict(limits)}


async def delete_quota(runtime: Runtime, actor: Actor, place: Place, user: str) -> None:
    """The user has no limits any more. Raises UserQuotaNotFoundError."""
    async with changing_project(runtime, actor, place, ("quota", user)) as context:
        await delete_user_quotas(context, user)
