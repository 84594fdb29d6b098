"""Freezing by the operator: what is frozen cannot be used or fetched, and comes back as it was."""

from __future__ import annotations

import pytest
from tests.assets.making import create, shown, stored_asset

from greenroom.assets import service, uploads
from greenroom.assets.errors import AssetStateError
from greenroom.assets.replication import create_asset_by_replication_info, show_asset_replication_info
from greenroom.assets.states import AssetType
from greenroom.errors import InvalidParameterError
from greenroom.iam.changes import Actor, UnknownNameError
from greenroom.iam.service import create_credentials
from greenroom.moderation import freezing
from greenroom.moderation.errors import ReviewNotFoundError, ReviewStateError
from greenroom.moderation.models import FreezeState
from greenroom.runtime import Runtime, Scope
from greenroom.storage.holds import is_held
from greenroom.tenants.service import scope_of_project

WHY = ("COPYRIGHT", "a complaint of the owner")


async def freeze(runtime: Runtime, asset_id: str) -> str:
    return str((await freezing.freeze(runtime, Actor("eve"), "asset", asset_id, WHY))["id"])


async def act(runtime: Runtime, scope: Scope, asset_id: str, action: str) -> None:
    async with runtime.transaction(scope) as context:
        if action == "restore":
            await service.restore_asset(context, asset_id)
        else:
            await service.delete_asset(context, asset_id, None if action == "delete" else "force")


async def held(runtime: Runtime, key: str) -> bool:
    async with runtime.sessions.read() as session:
        return await is_held(session, key)


async def test_a_frozen_asset_cannot_be_used_changed_or_fetched(runtime: Runtime, scope: Scope) -> None:
    asset_id = await stored_asset(runtime, scope)
    async with runtime.transaction(scope, read_only=True) as context:
        stored = service.file_of(await service.require_usable(context, asset_id))
        assert stored is not None and stored.object_key is not None
    assert not await held(runtime, stored.object_key)
    freeze_id = await freeze(runtime, asset_id)
    info = await shown(runtime, scope, asset_id)
    assert (info.asset_state, info.block_reason_code, info.reason) == ("BLOCK", *WHY)
    assert info.files is not None
    assert [(file.state, file.download_url) for file in info.files] == [("BLOCK", None)]
    assert await held(runtime, stored.object_key), "links that were given out before stop to work"
    async with runtime.transaction(scope) as context:
        with pytest.raises(AssetStateError, match="frozen"):
            await service.require_usable(context, asset_id, AssetType.COMMON_FILE)
        with pytest.raises(AssetStateError, match="frozen"):
            await uploads.delete_file(context, info.files[0].file_id)
    with pytest.raises(ReviewStateError, match="frozen already"):
        await freeze(runtime, asset_id)
    await freezing.lift(runtime, Actor(), freeze_id)
    info = await shown(runtime, scope, asset_id)
    assert (info.asset_state, info.block_reason_code, info.reason) == ("ACTIVED", None, None)
    assert info.files is not None and info.files[0].download_url is not None
    assert not await held(runtime, stored.object_key)


@pytest.mark.parametrize(
    ("actions", "state", "after"),
    [
        (["freeze", "lift"], "ACTIVED", "the state before"),
        (["delete", "freeze"], "DELETING", "it stays in the recycle bin"),
        (["delete", "freeze", "lift"], "ACTIVED", "the one before it was deleted"),
        (["freeze", "delete", "lift"], "ACTIVED", "the one before it was deleted"),
        (["freeze", "delete", "restore"], "BLOCK", "a restore does not unfreeze"),
        (["delete", "freeze", "restore"], "BLOCK", "a restore does not unfreeze"),
        (["freeze", "delete", "restore", "lift"], "ACTIVED", "the state before"),
    ],
)
async def test_the_state_before_comes_back(
    runtime: Runtime, scope: Scope, actions: list[str], state: str, after: str
) -> None:
    asset_id = await stored_asset(runtime, scope)
    freeze_id = ""
    for action in actions:
        if action == "freeze":
            freeze_id = await freeze(runtime, asset_id)
        elif action == "lift":
            await freezing.lift(runtime, Actor(), freeze_id)
        else:
            await act(runtime, scope, asset_id, action)
    assert (await shown(runtime, scope, asset_id)).asset_state == state, after


async def test_an_asset_that_waits_for_its_file_waits_again(runtime: Runtime, scope: Scope) -> None:
    asset_id = await create(runtime, scope)
    freeze_id = await freeze(runtime, asset_id)
    await freezing.lift(runtime, Actor(), freeze_id)
    assert (await shown(runtime, scope, asset_id)).asset_state == "CREATING"


async def test_a_frozen_asset_can_be_deleted_for_good(runtime: Runtime, scope: Scope) -> None:
    asset_id = await stored_asset(runtime, scope)
    freeze_id = await freeze(runtime, asset_id)
    await act(runtime, scope, asset_id, "force")
    await freezing.lift(runtime, Actor(), freeze_id)
    assert [info.key async for info in runtime.objects.list("assets")] == []


async def test_an_appeal_is_answered_once(runtime: Runtime, scope: Scope) -> None:
    asset_id = await stored_asset(runtime, scope)
    freeze_id = await freeze(runtime, asset_id)
    with pytest.raises(ReviewStateError, match="no appeal waits"):
        await freezing.uphold(runtime, Actor(), freeze_id, "no")
    await freezing.appeal(runtime, Actor(), freeze_id, "we own it, see the contract")
    with pytest.raises(ReviewStateError, match="nothing to appeal"):
        await freezing.appeal(runtime, Actor(), freeze_id, "again")
    await freezing.uphold(runtime, Actor(), freeze_id, "the contract names another picture")
    (row,) = await freezing.list_freezes(runtime, [FreezeState.UPHELD], "acme", 10)
    assert (row["appeal"], row["answer"]) == (
        "we own it, see the contract",
        "the contract names another picture",
    )
    await freezing.appeal(runtime, Actor(), freeze_id, "here is the right contract")
    ended = await freezing.lift(runtime, Actor("mallory"), freeze_id, "you were right")
    assert (ended["state"], ended["answer"]) == ("LIFTED", "you were right")
    with pytest.raises(ReviewStateError, match="has ended"):
        await freezing.lift(runtime, Actor(), freeze_id)
    assert (await shown(runtime, scope, asset_id)).asset_state == "ACTIVED"


async def test_a_frozen_tenant_can_do_nothing_and_none_of_its_links_work(
    runtime: Runtime, scope: Scope
) -> None:
    made = await freezing.freeze(runtime, Actor(), "tenant", "acme", WHY)
    from greenroom.iam.accounts import list_tenants

    (tenant,) = await list_tenants(runtime)
    assert (tenant["enabled"], tenant["reason"]) == (False, f"frozen: {WHY[1]}")
    for key in (
        f"assets/{scope.project_id}/a/f",
        f"video/{scope.project_id}/j/x",
        f"scripts/{scope.project_id}/s",
    ):
        assert await held(runtime, key)
    assert not await held(runtime, "assets/another/a/f")
    await freezing.lift(runtime, Actor(), made["id"])
    (tenant,) = await list_tenants(runtime)
    assert (tenant["enabled"], tenant["reason"]) == (True, None)
    assert not await held(runtime, f"assets/{scope.project_id}/a/f")


async def test_nobody_takes_over_or_uses_what_a_frozen_tenant_has(runtime: Runtime, scope: Scope) -> None:
    made = await create_credentials(runtime, "globex", "cn-north-4")
    other = await scope_of_project(runtime, made.project_id)
    asset_id = await stored_asset(
        runtime,
        scope,
        shared_config={"shared_type": "SHARED", "allowed_project_ids": [other.project_id]},
    )
    async with runtime.transaction(scope, read_only=True) as context:
        note = await show_asset_replication_info(context, asset_id)
    async with runtime.transaction(other, read_only=True) as context:
        assert (await service.require_usable(context, asset_id)).id == asset_id
    frozen = await freezing.freeze(runtime, Actor(), "tenant", "acme", WHY)
    async with runtime.transaction(other, read_only=True) as context:
        with pytest.raises(AssetStateError, match="frozen with its project"):
            await service.require_usable(context, asset_id)
    async with runtime.transaction(other) as context:
        with pytest.raises(AssetStateError, match="cannot be copied now"):
            await create_asset_by_replication_info(context, note)
    await freezing.lift(runtime, Actor(), frozen["id"])
    async with runtime.transaction(other) as context:
        await create_asset_by_replication_info(context, note)


async def test_what_cannot_be_frozen(runtime: Runtime, scope: Scope) -> None:
    asset_id = await stored_asset(runtime, scope)
    with pytest.raises(ReviewNotFoundError, match="no asset has the id nothing"):
        await freeze(runtime, "nothing")
    with pytest.raises(InvalidParameterError, match="there is no kind 'room'"):
        await freezing.freeze(runtime, Actor(), "room", "x", WHY)
    with pytest.raises(UnknownNameError):
        await freezing.freeze(runtime, Actor(), "tenant", "nobody", WHY)
    with pytest.raises(InvalidParameterError, match="a reason"):
        await freezing.freeze(runtime, Actor(), "asset", asset_id, ("X", "  "))
