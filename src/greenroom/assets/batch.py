"""One action on many assets: each succeeds or fails by itself, and the answer says which did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import ValidationError

from greenroom.api.wire import ErrorResponse
from greenroom.assets import service
from greenroom.assets.repository import AssetRepository
from greenroom.assets.sharing import share
from greenroom.assets.system import find_system_asset
from greenroom.assets.views import asset_summary, system_asset_summary
from greenroom.assets.wire import (
    AssetActionResult,
    AssetSharedConfig,
    BatchAssetActionReq,
    BatchExecuteAssetActionResponse,
    DigitalAssetSummary,
    ListAssetSummaryResponse,
    UpdateDigitalAssetRequestBody,
)
from greenroom.errors import GreenroomError, InvalidParameterError
from greenroom.runtime import Context

Action = Callable[[Context, str], Awaitable[object]]


async def batch_execute_asset_action(
    context: Context, body: BatchAssetActionReq
) -> BatchExecuteAssetActionResponse:
    """Those that succeeded in one result, and one for each that failed.

    Raises:
        InvalidParameterError: `params` is not what the action takes.
    """
    action = _action(body)
    done: list[str] = []
    results: list[AssetActionResult] = []
    for asset_id in dict.fromkeys(body.asset_ids):
        try:
            # A savepoint: what one asset refused half-way must not stay.
            async with context.session.begin_nested():
                await action(context, asset_id)
        except GreenroomError as error:
            info = ErrorResponse.of(error.error_code, error.message)
            results.append(AssetActionResult(ret_status="FAILED", asset_ids=[asset_id], error_info=info))
        else:
            done.append(asset_id)
    if done:
        results.insert(0, AssetActionResult(ret_status="SUCCESS", asset_ids=done))
    return BatchExecuteAssetActionResponse(results=results)


def _action(body: BatchAssetActionReq) -> Action:
    config = _shared_config(body.params) if body.action == "SHARE" else None
    actions: dict[str, Action] = {
        "DELETE": lambda context, asset_id: service.delete_asset(context, asset_id, None),
        "DELETE_FORCE": lambda context, asset_id: service.delete_asset(context, asset_id, "force"),
        "RESTORE": service.restore_asset,
        "ACTIVE": _switch("ACTIVED"),
        "UNACTIVE": _switch("UNACTIVED"),
        "SHARE": lambda context, asset_id: _share(context, asset_id, config),
        "UNSHARE": lambda context, asset_id: _share(context, asset_id, None),
    }
    return actions[body.action]


def _shared_config(params: str | None) -> AssetSharedConfig:
    """The wire does not say what `params` holds: an `AssetSharedConfig` as JSON here."""
    try:
        config = AssetSharedConfig.model_validate_json(params or "{}")
    except ValidationError:
        raise InvalidParameterError(
            'params is no JSON object such as {"allowed_project_ids": ["..."], '
            '"expire_time": "2030-01-31T23:59:59Z"}: send one'
        ) from None
    return config if config.shared_type else config.model_copy(update={"shared_type": "SHARED"})


def _switch(state: str) -> Action:
    body = UpdateDigitalAssetRequestBody.model_validate({"asset_state": state})

    async def switch(context: Context, asset_id: str) -> object:
        return await service.update_digital_asset(context, asset_id, body)

    return switch


async def _share(context: Context, asset_id: str, config: AssetSharedConfig | None) -> None:
    asset = await service.require_own_asset(context, asset_id)
    await share(context, asset, config)
    AssetRepository(context).touch(asset)


async def list_asset_summary(context: Context, asset_ids: list[str]) -> ListAssetSummaryResponse:
    """The assets that are there, in the order of the ids; others are left out."""
    own = await AssetRepository(context).find_many(asset_ids)
    found: list[DigitalAssetSummary] = []
    for asset_id in dict.fromkeys(asset_ids):
        asset = own.get(asset_id) or await AssetRepository(context).find_shared(asset_id)
        system = find_system_asset(context, asset_id)
        if asset is not None and not asset.is_gone:
            found.append(asset_summary(context, asset))
        elif system is not None:
            found.append(system_asset_summary(context, system))
    return ListAssetSummaryResponse(asset_list=found)
