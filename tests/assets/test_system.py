"""The cast as assets: lists, what may be used, and how their files come into the object store."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.assets.conftest import VirtualClock
from tests.assets.making import shown, stored_asset
from tests.cast.making import make_cast, person

from greenroom.assets import batch, service
from greenroom.assets.errors import AssetNotFoundError, AssetStateError
from greenroom.assets.states import AssetType, FileCategory
from greenroom.assets.system import store_system_files
from greenroom.assets.wire import ListAssetsQuery
from greenroom.cast.catalogue import ARCHIVE
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Runtime, Scope
from greenroom.storage.links import OBJECTS_PATH

WITHDRAWN = date(2026, 5, 1)
FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({"asset_type": "HUMAN_MODEL_2D"}, ["cast-mia", "cast-tom"]),
    ({"asset_type": "HUMAN_MODEL_2D", "sort_dir": "desc"}, ["cast-tom", "cast-mia"]),
    ({"asset_type": "HUMAN_MODEL_2D", "sort_key": "asset_order"}, ["cast-mia", "cast-tom"]),
    ({"asset_type": "HUMAN_MODEL_2D", "offset": 1, "limit": 1}, ["cast-tom"]),
    ({"name": "mIA"}, ["cast-mia"]),
    ({"name": "mia", "accurate_query_field": ["asset_name"]}, []),
    ({"tag": "synthetic"}, ["cast-mia", "cast-tom"]),
    ({"tag": "新闻主播"}, ["cast-mia", "cast-tom"]),
    ({"tag": "synthetic,teacher", "tag_combination_type": "INTERSECTION"}, []),
    ({"is_with_action_library": True}, ["cast-mia", "cast-tom"]),
    ({"human_model_2d_version": "V3_2"}, ["cast-mia", "cast-tom"]),
    ({"human_model_2d_version": "V2"}, []),
    ({"asset_type": "HUMAN_MODEL_2D", "action_editable": True}, []),
    ({"asset_type": "HUMAN_MODEL_2D", "supported_service": "LIVE_2D"}, ["cast-mia", "cast-tom"]),
    ({"asset_type": "HUMAN_MODEL_2D", "sex": "FEMALE"}, []),
    ({"asset_type": "HUMAN_MODEL_2D", "voice_provider": "HUAWEI_METASTUDIO"}, []),
    ({"asset_type": "HUMAN_MODEL_2D", "app_user_id": "u"}, []),
    ({"start_time": "2026-02-01T00:00:00Z"}, ["cast-mia", "cast-tom"]),
    ({"asset_id": ["cast-tom", "nobody"]}, ["cast-tom"]),
    ({"asset_source": "CUSTOMIZATION"}, []),
]
"""Queries, and the ids that each must list."""


@pytest.fixture
def database_url() -> str | None:
    """SQLite alone: no query is asked that another test does not ask of each database."""
    return None


@pytest.fixture
def runtime(runtime: Runtime, tmp_path: Path) -> Runtime:
    """The cast of the tests: mia, and tom, who is withdrawn in May."""
    folder = make_cast(
        tmp_path / "cast",
        person("mia"),
        person("tom", title="Tom", withdrawn=WITHDRAWN, successor="mia"),
    )
    runtime.settings = runtime.settings.model_copy(update={"cast_folder": folder})
    return runtime


async def listed(runtime: Runtime, scope: Scope, **query: Any) -> list[str]:
    asked = ListAssetsQuery.model_validate({"asset_source": "SYSTEM", "limit": 100, **query})
    async with runtime.transaction(scope, read_only=True) as context:
        return [asset.asset_id for asset in (await service.list_assets(context, asked)).assets]


def key_of(url: str | None) -> str:
    return urlsplit(url or "").path.removeprefix(OBJECTS_PATH)


class TestListAssets:
    async def test_filters(self, runtime: Runtime, scope: Scope) -> None:
        for query, expected in FILTERS:
            assert await listed(runtime, scope, **query) == expected, query

    async def test_newest_first_puts_presenters_before_voices(self, runtime: Runtime, scope: Scope) -> None:
        found = await listed(runtime, scope, sort_dir="desc")
        assert found[:2] == ["cast-tom", "cast-mia"]
        assert found[-1] == (await listed(runtime, scope))[0] == "kokoro-af_alloy"

    async def test_beside_the_own(self, runtime: Runtime, scope: Scope) -> None:
        own = await stored_asset(runtime, scope, kind="HUMAN_MODEL", tags=["synthetic"])
        both = {"asset_source": "ALL", "tag": "synthetic"}
        assert await listed(runtime, scope, **both) == ["cast-mia", "cast-tom", own]
        assert await listed(runtime, scope, **both, sort_dir="desc") == [own, "cast-tom", "cast-mia"]
        assert await listed(runtime, scope, **both, sort_dir="desc", offset=1, limit=1) == ["cast-tom"]

    async def test_the_withdrawn_are_gone_from_that_day(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        clock.now = datetime(2026, 5, 1, tzinfo=UTC)
        assert await listed(runtime, scope, asset_type="HUMAN_MODEL_2D") == ["cast-mia"]

    async def test_the_operator_hides_some(self, runtime: Runtime, scope: Scope) -> None:
        for chosen, expected in (("tom", ["cast-tom"]), ("none", [])):
            runtime.settings = runtime.settings.model_copy(update={"cast": chosen})
            assert await listed(runtime, scope, asset_type="HUMAN_MODEL_2D") == expected
        with pytest.raises(AssetNotFoundError):
            await shown(runtime, scope, "cast-tom")


class TestShowAsset:
    async def test_what_is_said_of_a_presenter(self, runtime: Runtime, scope: Scope) -> None:
        asset = await shown(runtime, scope, "cast-mia")
        assert (asset.project_id, asset.asset_name) == ("system", "Mia")
        assert "synthetic" in (asset.asset_description or "")
        meta = (asset.asset_extra_meta or {})["human_model_2d_meta"]
        assert meta["voice_asset_id"] == "piper-en_US-joe"
        assert meta["action_tag_map"] == [
            {"action_name_zh": "欢迎", "action_name_en": "Welcome", "action_duration": 3.2, "tag": "welcome"},
            {"action_name_zh": "Shrug", "action_name_en": "Shrug", "action_duration": 1.5, "tag": "shrug"},
        ]
        files = {file.asset_file_category: file for file in asset.files or []}
        assert files.keys() == {"MAIN", "COVER", "SAMPLE"}
        assert files["SAMPLE"].file_size == len(b"mia speaks")

    async def test_a_voice_has_its_sample(self, runtime: Runtime, scope: Scope) -> None:
        await store_system_files(runtime)
        (sample,) = (await shown(runtime, scope, "kokoro-af_heart")).files or []
        assert sample.asset_file_category == "SAMPLE"
        assert await runtime.objects.read_bytes(key_of(sample.download_url)) == b"a voice"

    async def test_a_withdrawn_one_says_since_when_and_whom_to_take(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        clock.now = datetime(2026, 6, 1, tzinfo=UTC)
        with pytest.raises(AssetStateError, match=r"Tom was withdrawn on 2026-05-01: take Mia \(cast-mia\)"):
            await shown(runtime, scope, "cast-tom")


class TestListAssetSummary:
    async def test_with_the_cover(self, runtime: Runtime, scope: Scope) -> None:
        await store_system_files(runtime)
        async with runtime.transaction(scope, read_only=True) as context:
            (found,) = (await batch.list_asset_summary(context, ["cast-mia"])).asset_list
        assert (await runtime.objects.read_bytes(key_of(found.cover_url)))[:2] == b"\xff\xd8"


class TestRequireUsable:
    async def test_the_package_is_in_the_store(self, runtime: Runtime, scope: Scope) -> None:
        async with runtime.transaction(scope) as context:
            row = await service.require_usable(context, "cast-mia", AssetType.HUMAN_MODEL_2D)
        main = service.file_of(row)
        assert main is not None and main.object_key is not None
        source = Path(str(runtime.settings.cast_folder)) / "mia" / ARCHIVE
        assert await runtime.objects.read_bytes(main.object_key) == source.read_bytes()

    async def test_it_becomes_no_row_of_the_tenant(self, runtime: Runtime, scope: Scope) -> None:
        async with runtime.transaction(scope) as context:
            await service.require_usable(context, "cast-mia")
        assert await listed(runtime, scope, asset_source="CUSTOMIZATION") == []

    async def test_of_another_type(self, runtime: Runtime, scope: Scope) -> None:
        async with runtime.transaction(scope) as context:
            with pytest.raises(InvalidParameterError, match="of type VOICE_MODEL"):
                await service.require_usable(context, "kokoro-af_heart", AssetType.HUMAN_MODEL_2D)

    async def test_withdrawn(self, runtime: Runtime, scope: Scope, clock: VirtualClock) -> None:
        clock.now = datetime(2026, 5, 1, tzinfo=UTC)
        async with runtime.transaction(scope) as context:
            with pytest.raises(AssetStateError, match="withdrawn on 2026-05-01"):
                await service.require_usable(context, "cast-tom")

    async def test_damaged(self, runtime: Runtime, scope: Scope) -> None:
        archive = Path(str(runtime.settings.cast_folder)) / "mia" / ARCHIVE
        archive.write_bytes(archive.read_bytes()[:-1] + b"?")
        async with runtime.transaction(scope) as context:
            with pytest.raises(AssetStateError, match="damaged: install Greenroom again"):
                await service.require_usable(context, "cast-mia")


class TestStoreSystemFiles:
    async def stored(self, runtime: Runtime) -> set[str]:
        return {info.key async for info in runtime.objects.list("system")}

    async def test_several_at_once_and_again(self, runtime: Runtime) -> None:
        await asyncio.gather(*(store_system_files(runtime) for _ in range(4)))
        found = await self.stored(runtime)
        # Three files of two presenters, a voice's sample, and the note that all is there.
        assert len(found) == 8
        await store_system_files(runtime)
        assert await self.stored(runtime) == found

    async def test_what_a_start_did_not_finish_the_next_one_does(self, runtime: Runtime) -> None:
        await store_system_files(runtime)
        found = await self.stored(runtime)
        await runtime.objects.delete(*sorted(found)[::2], next(key for key in found if "complete" in key))
        await store_system_files(runtime)
        assert await self.stored(runtime) == found

    async def test_a_damaged_file_is_left_out_and_asked_for_again(self, runtime: Runtime) -> None:
        preview = Path(str(runtime.settings.cast_folder)) / "mia" / "preview.mp4"
        whole = preview.read_bytes()
        preview.write_bytes(b"?")
        await store_system_files(runtime)
        assert len(await self.stored(runtime)) == 6
        preview.write_bytes(whole)
        await store_system_files(runtime)
        assert len(await self.stored(runtime)) == 8

    async def test_a_new_version_leaves_the_old_one(
        self, runtime: Runtime, scope: Scope, tmp_path: Path
    ) -> None:
        async def package() -> str:
            async with runtime.transaction(scope) as context:
                row = await service.require_usable(context, "cast-mia")
            main = service.file_of(row, FileCategory.MAIN)
            assert main is not None and main.object_key is not None
            return main.object_key

        old = await package()
        newer = make_cast(tmp_path / "newer", person("mia"), archive=b"newer")
        runtime.settings = runtime.settings.model_copy(update={"cast_folder": newer})
        new = await package()
        assert old != new
        assert await runtime.objects.exists(old)
        assert await runtime.objects.read_bytes(new) == b"newer"
