"""What time does to assets, and what other contexts do with them."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from tests.assets.conftest import VirtualClock

from greenroom.assets import service, transfers, uploads
from greenroom.assets.errors import AssetNotFoundError, AssetStateError
from greenroom.assets.file_wire import FilesCreateReq
from greenroom.assets.repository import AssetFileRepository
from greenroom.assets.service import NewAsset, ReadyFile
from greenroom.assets.states import AssetState, AssetType, FileCategory, FileState
from greenroom.assets.sweep import recover, sweep
from greenroom.assets.wire import CreateDigitalAssetRequestBody, TransferAssetReq
from greenroom.errors import InvalidParameterError
from greenroom.iam.service import create_credentials
from greenroom.runtime import Runtime, Scope
from greenroom.storage.objects import ObjectNotFoundError

MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="


async def create(runtime: Runtime, scope: Scope, **fields: Any) -> str:
    body = CreateDigitalAssetRequestBody.model_validate({"asset_name": "a", "asset_type": "IMAGE", **fields})
    async with runtime.transaction(scope) as context:
        return (await service.create_digital_asset(context, body)).asset_id


async def state_of(runtime: Runtime, scope: Scope, asset_id: str) -> tuple[str, str | None]:
    async with runtime.transaction(scope, read_only=True) as context:
        info = await service.show_asset(context, asset_id)
        return info.asset_state, info.reason


class TestSweep:
    async def test_a_main_file_has_a_day_to_come(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        asset_id = await create(runtime, scope)
        request = FilesCreateReq(
            file_name="a.png", file_md5=MD5, file_size=9, file_type="PNG", asset_id=asset_id,
            asset_file_category=FileCategory.MAIN,
        )  # fmt: skip
        async with runtime.transaction(scope) as context:
            await uploads.create_file(context, request)
        clock.now += timedelta(hours=23, minutes=59)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "CREATING"
        clock.now += timedelta(minutes=2)
        await sweep(runtime)
        state, reason = await state_of(runtime, scope, asset_id)
        assert state == "FAILED"
        assert reason is not None
        assert "24 hours" in reason
        async with runtime.transaction(scope) as context:
            await uploads.create_file(context, request)
        assert (await state_of(runtime, scope, asset_id))[0] == "CREATING"

    async def test_forgotten_uploads_go_and_new_ones_stay(
        self, runtime: Runtime, clock: VirtualClock
    ) -> None:
        await runtime.objects.put_bytes("uploads/p/old/00000", b"1")
        await runtime.objects.put_bytes("uploads/p/new/00000", b"1")
        await runtime.objects.put_bytes("assets/p/a/old", b"1")
        for key, hours in (("uploads/p/old/00000", 49), ("uploads/p/new/00000", 47), ("assets/p/a/old", 99)):
            moment = (clock.now - timedelta(hours=hours)).timestamp()
            os.utime(runtime.settings.objects_dir / key, (moment, moment))
        await sweep(runtime)
        assert [info.key async for info in runtime.objects.list("uploads")] == ["uploads/p/new/00000"]
        assert await runtime.objects.exists("assets/p/a/old")

    async def test_automatic_operations_run_when_they_are_due(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        when = [{"operation": "DELETE", "operation_time": "2026-03-01T13:00:00Z"}]
        asset_id = await create(runtime, scope, auto_operation_config=when)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "CREATING"
        clock.now += timedelta(hours=1)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "DELETING"
        async with runtime.transaction(scope) as context:
            await service.restore_asset(context, asset_id)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "CREATING"

    async def test_a_failed_asset_has_another_day_for_a_better_file(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        """The time counts from when the file was wanted, not from when the asset was made."""
        asset_id = await create(runtime, scope)
        clock.now += timedelta(hours=25)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "FAILED"
        request = FilesCreateReq(
            file_name="a.png", file_md5=MD5, file_size=9, file_type="PNG", asset_id=asset_id,
            asset_file_category=FileCategory.MAIN,
        )  # fmt: skip
        async with runtime.transaction(scope) as context:
            await uploads.create_file(context, request)
        clock.now += timedelta(hours=23)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "CREATING"
        clock.now += timedelta(hours=2)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id))[0] == "FAILED"

    async def test_a_block_by_itself_is_a_freeze(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        when = [{"operation": "BLOCK", "operation_time": "2026-03-01T13:00:00Z"}]
        asset_id = await create(runtime, scope, auto_operation_config=when)
        clock.now += timedelta(hours=1)
        await sweep(runtime)
        assert (await state_of(runtime, scope, asset_id)) == ("BLOCK", "automatic operation BLOCK")

    async def test_an_offer_that_nobody_answers_ends(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        made = await create_credentials(runtime, "globex", "cn-north-4")
        await runtime.objects.put_bytes("assets/p/m", b"model")
        new = NewAsset("Ana", AssetType.VOICE_MODEL, [ReadyFile("assets/p/m", "a.zip", "ZIP")])
        async with runtime.transaction(scope) as context:
            asset = await service.register_asset(context, new)
            body = TransferAssetReq(asset_ids=[asset.id], dest_project_id=made.project_id)
            job_id = (await transfers.transfer_asset(context, body)).id
        clock.now += timedelta(days=7)
        await sweep(runtime)
        async with runtime.transaction(scope, read_only=True) as context:
            info = await transfers.show_transfer_asset_job(context, job_id)
        assert info.state == "FAIL"
        assert info.error_info is not None
        assert "in time" in info.error_info.error_msg


class TestConfirmFileUpload:
    async def test_a_confirmation_that_was_killed_is_taken_up_again(
        self, runtime: Runtime, scope: Scope
    ) -> None:
        """It had claimed the file and moved the bytes, but recorded nothing."""
        asset_id = await create(runtime, scope, asset_type="COMMON_FILE")
        request = FilesCreateReq(
            file_name="a.bin", file_md5=MD5, file_size=4, file_type="BIN", asset_id=asset_id,
            asset_file_category=FileCategory.MAIN,
        )  # fmt: skip
        async with runtime.transaction(scope) as context:
            file_id = (await uploads.create_file(context, request)).file_id
        async with runtime.transaction(scope) as context:
            file = await AssetFileRepository(context).find(file_id)
            assert file is not None
            file.state = FileState.UPLOADED
            await runtime.objects.put_bytes(file.final_key, b"data")
        async with runtime.transaction(scope) as context:
            with pytest.raises(AssetStateError, match="being confirmed already"):
                await uploads.confirm_file_upload(context, file_id, "CREATED")
        await recover(runtime)
        async with runtime.transaction(scope) as context:
            await uploads.confirm_file_upload(context, file_id, "CREATED")
        assert (await state_of(runtime, scope, asset_id))[0] == "ACTIVED"

    async def test_a_file_deleted_after_such_a_death_leaves_no_bytes(
        self, runtime: Runtime, scope: Scope
    ) -> None:
        asset_id = await create(runtime, scope, asset_type="COMMON_FILE")
        request = FilesCreateReq(
            file_name="a.bin", file_md5=MD5, file_size=4, file_type="BIN", asset_id=asset_id,
            asset_file_category=FileCategory.MAIN,
        )  # fmt: skip
        async with runtime.transaction(scope) as context:
            file_id = (await uploads.create_file(context, request)).file_id
        await runtime.objects.put_bytes(f"assets/{scope.project_id}/{asset_id}/{file_id}", b"data")
        async with runtime.transaction(scope) as context:
            await uploads.delete_file(context, file_id)
        assert [info.key async for info in runtime.objects.list("assets")] == []


class TestRegisterAsset:
    async def test_a_job_that_is_repeated_registers_once(self, runtime: Runtime, scope: Scope) -> None:
        await runtime.objects.put_bytes("video/p/j1/out", b"film")
        new = NewAsset(
            "Film", AssetType.VIDEO, [ReadyFile("video/p/j1/out", "film.mp4", "MP4")], asset_id="j1"
        )
        for _ in range(2):
            async with runtime.transaction(scope) as context:
                asset = await service.register_asset(context, new)
                assert (asset.id, asset.state) == ("j1", AssetState.ACTIVED)
        async with runtime.transaction(scope, read_only=True) as context:
            info = await service.show_asset(context, "j1")
            assert info.files is not None
            (file,) = info.files
            assert (file.file_size, file.file_name) == (4, "film.mp4")
            stored = service.file_of(await service.require_usable(context, "j1", AssetType.VIDEO))
            assert stored is not None
            assert stored.object_key == "video/p/j1/out"
        async with runtime.transaction(scope) as context:
            await service.delete_asset(context, "j1", "force")
        assert not await runtime.objects.exists("video/p/j1/out")

    async def test_an_object_that_is_not_there(self, runtime: Runtime, scope: Scope) -> None:
        new = NewAsset("Film", AssetType.VIDEO, [ReadyFile("nothing", "film.mp4", "MP4")])
        with pytest.raises(ObjectNotFoundError):
            async with runtime.transaction(scope) as context:
                await service.register_asset(context, new)

    async def test_what_may_be_used(self, runtime: Runtime, scope: Scope) -> None:
        waiting = await create(runtime, scope, asset_type="VIDEO")
        async with runtime.transaction(scope, read_only=True) as context:
            with pytest.raises(AssetStateError, match="upload its main file"):
                await service.require_usable(context, waiting, AssetType.VIDEO)
            with pytest.raises(InvalidParameterError, match="HUMAN_MODEL_2D"):
                await service.require_usable(context, waiting, AssetType.HUMAN_MODEL_2D)
            with pytest.raises(AssetNotFoundError):
                await service.require_usable(context, "nothing")
