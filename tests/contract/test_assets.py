"""Digital assets over the public SDK: made, found, changed, put into the recycle bin and back."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from huaweicloudsdkmetastudio.v1 import (
    AssetExtraMeta,
    AutoOperationConfig,
    CreateDigitalAssetRequest,
    CreateDigitalAssetRequestBody,
    DeleteAssetRequest,
    HumanModel2DAssetMeta,
    ListAssetsRequest,
    ListStylesRequest,
    RestoreAssetRequest,
    ReviewConfig,
    ShowAssetRequest,
    SystemProperty,
    UpdateDigitalAssetRequest,
    UpdateDigitalAssetRequestBody,
    VoiceModelAssetMeta,
)
from tests.contract.conftest import Refusal, Upload, new_asset, refused, upload_file
from tests.contract.media_samples import png

from greenroom.engines.registry import all_voices

pytestmark = pytest.mark.contract


def show(client: Any, asset_id: str) -> Any:
    return client.show_asset(ShowAssetRequest(asset_id=asset_id))


def listed(client: Any, **filters: Any) -> list[str]:
    answer = client.list_assets(ListAssetsRequest(**{"limit": 100, **filters}))
    assert answer.count >= len(answer.assets)
    return [asset.asset_id for asset in answer.assets]


def update(client: Any, asset_id: str, **fields: Any) -> Any:
    body = UpdateDigitalAssetRequestBody(**fields)
    return client.update_digital_asset(UpdateDigitalAssetRequest(asset_id=asset_id, body=body))


def delete(client: Any, asset_id: str, mode: str | None = None) -> None:
    client.delete_asset(DeleteAssetRequest(asset_id=asset_id, mode=mode))


def restore(client: Any, asset_id: str) -> None:
    client.restore_asset(RestoreAssetRequest(asset_id=asset_id))


@pytest.fixture
def user() -> str:
    """A third-party user of this test alone: its list holds nothing but the test's own assets."""
    return f"user-{uuid4().hex}"


def new_user_asset(client: Any, user: str, name: str = "Lobby", kind: str = "IMAGE", **fields: Any) -> str:
    body = CreateDigitalAssetRequestBody(asset_name=name, asset_type=kind, **fields)
    request = CreateDigitalAssetRequest(x_app_user_id=user, body=body)
    asset_id: str = client.create_digital_asset(request).asset_id
    return asset_id


class TestCreateDigitalAsset:
    def test_every_field_comes_back(self, client: Any) -> None:
        asset_id = new_asset(
            client,
            "HUMAN_MODEL_2D",
            name="接待员 Ana",
            asset_description="front desk",
            tags=["FEMALE", "企业"],
            asset_order=7,
            supported_service=["VIDEO_2D", "CHAT_2D"],
            review_config=ReviewConfig(no_need_review=True),
            asset_extra_meta=AssetExtraMeta(
                human_model_2d_meta=HumanModel2DAssetMeta(model_version="V3", model_resolution="1080P"),
                voice_model_meta=VoiceModelAssetMeta(sex="MALE"),
            ),
            system_properties=[SystemProperty(key="BACKGROUND_IMG", value="Yes")],
            auto_operation_config=[
                AutoOperationConfig(operation="DELETE", operation_time="2099-01-01T00:00:00Z")
            ],
        )
        asset = show(client, asset_id)
        assert (asset.asset_name, asset.asset_description) == ("接待员 Ana", "front desk")
        assert (asset.asset_type, asset.asset_state) == ("HUMAN_MODEL_2D", "CREATING")
        assert (asset.tags, asset.asset_order) == (["FEMALE", "企业"], 7)
        assert asset.asset_extra_meta.human_model_2d_meta.model_version == "V3"
        assert asset.asset_extra_meta.voice_model_meta is None, "the member of another type is ignored"
        assert [(item.key, item.value) for item in asset.system_properties] == [("BACKGROUND_IMG", "Yes")]
        assert asset.auto_operation_config[0].operation_time == "2099-01-01T00:00:00Z"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", asset.create_time)
        assert asset.project_id == client._credentials.project_id

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"asset_type": "PICTURE"}, ["asset_type", "'PICTURE'", "'IMAGE'"]),
            ({"asset_type": None}, ["asset_type", "missing"]),
            ({"asset_name": None}, ["asset_name", "missing"]),
            ({"asset_name": "n" * 257}, ["asset_name", "257 characters", "at most 256"]),
            ({"tags": ["t"] * 51}, ["tags", "51 items", "at most 50"]),
            ({"asset_order": 32768}, ["asset_order", "32768", "at most 32767"]),
            ({"asset_order": "first"}, ["asset_order", "'first'", "whole number"]),
            ({"supported_service": ["VIDEO_3D"]}, ["supported_service.0", "VIDEO_2D"]),
            (
                {
                    "auto_operation_config": [
                        AutoOperationConfig(operation="DELETE", operation_time="tomorrow")
                    ]
                },
                ["auto_operation_config.0.operation_time", "'tomorrow'", "2021-01-10T08:43:17Z"],
            ),
            ({"system_properties": [SystemProperty(key="DH_ID")]}, ["DH_ID", "value"]),
        ],
    )
    def test_a_wrong_field_is_named(self, client: Any, fields: dict[str, Any], words: list[str]) -> None:
        body = CreateDigitalAssetRequestBody(**{"asset_name": "a", "asset_type": "IMAGE"} | fields)
        error = refused(lambda: client.create_digital_asset(CreateDigitalAssetRequest(body=body)))
        assert (error.status, error.code) == (400, "MSS.10000003")
        for word in words:
            assert word in error.message

    def test_no_body(self, client: Any) -> None:
        error = refused(lambda: client.create_digital_asset(CreateDigitalAssetRequest()))
        assert (error.status, error.code) == (400, "MSS.10000002")


class TestShowAsset:
    def test_no_such_asset(self, client: Any) -> None:
        error = refused(lambda: show(client, "nothing"))
        assert (error.status, error.code) == (400, "MSS.10001001")
        assert "nothing" in error.message
        assert error.request_id

    def test_an_id_with_odd_characters(self, client: Any) -> None:
        assert refused(lambda: show(client, "a b~ü*?#%")).code == "MSS.10001001"

    def test_another_tenant_does_not_see_it(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client)
        assert refused(lambda: show(other_client, asset_id)).code == "MSS.10001001"

    def test_another_user_of_the_tenant_does_not_see_it(self, client: Any, user: str) -> None:
        asset_id = new_user_asset(client, user)
        assert show(client, asset_id).app_user_id == user
        request = ShowAssetRequest(asset_id=asset_id, x_app_user_id="someone-else")
        assert refused(lambda: client.show_asset(request)).code == "MSS.10001001"


class TestListAssets:
    def test_pages_in_order_without_gap_or_repeat(self, client: Any, user: str) -> None:
        made = [new_user_asset(client, user, f"n{number}") for number in range(7)]
        pages = [listed(client, app_user_id=user, offset=offset, limit=3) for offset in (0, 3, 6, 9)]
        assert pages == [made[:3], made[3:6], made[6:], []]
        assert listed(client, app_user_id=user, sort_dir="desc") == made[::-1]
        assert client.list_assets(ListAssetsRequest(app_user_id=user, limit=1)).count == 7

    def test_the_default_page_has_ten(self, client: Any, user: str) -> None:
        for number in range(11):
            new_user_asset(client, user, f"n{number}")
        assert len(client.list_assets(ListAssetsRequest(x_app_user_id=user)).assets) == 10

    def test_sorted_by_update_and_by_order(self, client: Any, user: str) -> None:
        first, second, third = (new_user_asset(client, user, asset_order=order) for order in (5, 1, 3))
        update(client, first, asset_description="changed")
        assert listed(client, app_user_id=user, sort_key="update_time") == [second, third, first]
        assert listed(client, app_user_id=user, sort_key="asset_order") == [second, third, first]
        assert listed(client, app_user_id=user, sort_key="asset_order", sort_dir="desc") == [
            first,
            third,
            second,
        ]

    def test_by_name_in_part_or_exactly(self, client: Any, user: str) -> None:
        long, short = new_user_asset(client, user, "Big Lobby_1"), new_user_asset(client, user, "Lobby")
        new_user_asset(client, user, "Garden")
        assert listed(client, app_user_id=user, name="lobby") == [long, short]
        assert listed(client, app_user_id=user, name="y_1") == [long]
        assert listed(client, app_user_id=user, name="%") == []
        assert listed(client, app_user_id=user, name="Lobby", accurate_query_field=["name"]) == [short]

    def test_by_tags(self, client: Any, user: str) -> None:
        red = new_user_asset(client, user, tags=["Red", "warm"])
        dark = new_user_asset(client, user, tags=["dark red"])
        chinese = new_user_asset(client, user, tags=["企业"])
        assert listed(client, app_user_id=user, tag="red") == [red, dark]
        assert listed(client, app_user_id=user, tag="Red", accurate_query_field=["tag"]) == [red]
        assert listed(client, app_user_id=user, tag="warm,企业") == [red, chinese]
        assert listed(client, app_user_id=user, tag="warm,red", tag_combination_type="INTERSECTION") == [red]

    def test_by_type_state_and_ids(self, client: Any, user: str) -> None:
        image, video = new_user_asset(client, user), new_user_asset(client, user, kind="VIDEO")
        done = new_user_asset(client, user, kind="IMAGE")
        upload_file(client, done, Upload(png()))
        assert listed(client, app_user_id=user, asset_type="VIDEO") == [video]
        assert listed(client, app_user_id=user, asset_type="VIDEO,IMAGE") == [image, video, done]
        assert listed(client, app_user_id=user, asset_state="ACTIVED") == [done]
        assert listed(client, app_user_id=user, asset_state="ACTIVED,CREATING") == [image, video, done]
        assert listed(client, asset_id=[video, image, "nothing"]) == [image, video]

    def test_by_system_property_and_style(self, client: Any, user: str) -> None:
        both = new_user_asset(
            client,
            user,
            system_properties=[
                SystemProperty(key="BACKGROUND_IMG", value="Yes"),
                SystemProperty(key="STYLE_ID", value="system_male_001"),
            ],
        )
        one = new_user_asset(
            client, user, system_properties=[SystemProperty(key="BACKGROUND_IMG", value="Yes")]
        )
        assert listed(client, app_user_id=user, system_property="BACKGROUND_IMG:Yes") == [both, one]
        assert listed(
            client, app_user_id=user, system_property="BACKGROUND_IMG:Yes,STYLE_ID:system_male_001"
        ) == [both]
        assert listed(client, app_user_id=user, style_id="system_male_001") == [both]

    def test_by_voice(self, client: Any, user: str) -> None:
        def voice(**meta: Any) -> str:
            extra = AssetExtraMeta(voice_model_meta=VoiceModelAssetMeta(**meta))
            return new_user_asset(client, user, kind="VOICE_MODEL", asset_extra_meta=extra)

        woman = voice(sex="FEMALE", language="CN", is_realtime_voice=True)
        man = voice(sex="MALE", languages=["EN", "fr"])
        assert listed(client, app_user_id=user, sex="FEMALE") == [woman]
        assert listed(client, app_user_id=user, sex="FEMALE,MALE") == [woman, man]
        assert listed(client, app_user_id=user, language="fr") == [man]
        assert listed(client, app_user_id=user, language="CN,EN") == [woman, man]
        assert listed(client, app_user_id=user, is_realtime_voice=True) == [woman]
        assert listed(client, app_user_id=user, is_realtime_voice=False) == [man]

    def test_by_avatar(self, client: Any, user: str) -> None:
        def avatar(services: list[str], **meta: Any) -> str:
            extra = AssetExtraMeta(human_model_2d_meta=HumanModel2DAssetMeta(**meta))
            return new_user_asset(
                client, user, kind="HUMAN_MODEL_2D", asset_extra_meta=extra, supported_service=services
            )

        old = avatar(["VIDEO_2D"], model_version="V2", is_action_editable=True)
        new = avatar(
            ["VIDEO_2D", "LIVE_2D"], model_version="V3", device_names=["gpu-a"], is_with_action_library=True
        )
        assert listed(client, app_user_id=user, human_model_2d_version="V3") == [new]
        assert listed(client, app_user_id=user, action_editable=True) == [old]
        assert listed(client, app_user_id=user, action_editable=False) == [new]
        assert listed(client, app_user_id=user, is_with_action_library=True) == [new]
        assert listed(client, app_user_id=user, supported_service="LIVE_2D") == [new]
        assert listed(client, app_user_id=user, include_device_name="gpu-a") == [new]
        assert listed(client, app_user_id=user, exclude_device_name="gpu-a") == [old]

    def test_by_time(self, client: Any, user: str) -> None:
        asset_id = new_user_asset(client, user)
        assert listed(client, app_user_id=user, start_time="2020-01-01T00:00:00Z") == [asset_id]
        assert listed(client, app_user_id=user, end_time="2020-01-01T00:00:00Z") == []

    def test_the_own_list_holds_no_built_in_assets(self, client: Any) -> None:
        assert listed(client, asset_id=["kokoro-af_heart"]) == []

    def test_built_in_voices(self, client: Any) -> None:
        answer = client.list_assets(
            ListAssetsRequest(asset_source="SYSTEM", asset_type="VOICE_MODEL", limit=100)
        )
        assert answer.count == len(answer.assets) == len(all_voices())
        heart = next(asset for asset in answer.assets if asset.asset_id == "kokoro-af_heart")
        assert heart.asset_state == "ACTIVED"
        assert heart.asset_extra_meta.voice_model_meta.sex == "FEMALE"
        assert show(client, "kokoro-af_heart").asset_name == heart.asset_name
        chinese = client.list_assets(
            ListAssetsRequest(asset_source="SYSTEM", language="CN", sex="MALE", limit=100)
        ).assets
        assert chinese
        assert all(asset.asset_extra_meta.voice_model_meta.language == "CN" for asset in chinese)
        page = client.list_assets(
            ListAssetsRequest(asset_source="SYSTEM", asset_type="VOICE_MODEL", offset=3, limit=2)
        )
        assert (page.count, [asset.asset_id for asset in page.assets]) == (
            answer.count,
            [asset.asset_id for asset in answer.assets[3:5]],
        )

    @pytest.mark.parametrize("direction", ["asc", "desc"])
    def test_both_lists_in_one_without_gap_or_repeat(self, client: Any, direction: str) -> None:
        name = f"heart {uuid4().hex}"
        for _ in range(3):
            new_asset(client, name=name)
        whole = listed(client, asset_source="ALL", name="heart", sort_dir=direction)
        assert len(whole) == len(set(whole)) >= 4
        pieces: list[str] = []
        for offset in range(0, len(whole) + 2, 2):
            pieces += listed(
                client, asset_source="ALL", name="heart", sort_dir=direction, offset=offset, limit=2
            )
        assert pieces == whole

    def test_a_built_in_asset_cannot_be_changed(self, client: Any) -> None:
        for call in (
            lambda: update(client, "kokoro-af_heart", asset_name="mine"),
            lambda: delete(client, "kokoro-af_heart"),
            lambda: restore(client, "kokoro-af_heart"),
        ):
            error = refused(call)
            assert error.status == 400
            assert "built-in" in error.message

    def test_another_tenant_sees_none_of_them(self, client: Any, other_client: Any, user: str) -> None:
        asset_id = new_user_asset(client, user)
        assert listed(client, app_user_id=user) == [asset_id]
        assert listed(other_client, app_user_id=user) == []
        assert listed(other_client, asset_id=[asset_id], asset_source="ALL") == []

    @pytest.mark.parametrize(
        ("filters", "words"),
        [
            ({"limit": 101}, ["limit", "'101'", "at most 100"]),
            ({"limit": 0}, ["limit", "at least 1"]),
            ({"offset": -1}, ["offset", "at least 0"]),
            ({"limit": "ten"}, ["limit", "whole number"]),
            ({"sort_dir": "up"}, ["sort_dir", "'asc' or 'desc'"]),
            ({"sort_key": "colour"}, ["sort_key", "'create_time'"]),
            ({"asset_state": "ACTIVED,DONE"}, ["asset_state", "'DONE'", "ACTIVED"]),
            ({"asset_type": "FILM"}, ["asset_type", "'FILM'"]),
            ({"end_time": "2026-02-30T00:00:00Z"}, ["end_time", "2026-02-30"]),
            ({"start_time": "yesterday"}, ["start_time", "'yesterday'", "2021-01-10T08:43:17Z"]),
        ],
    )
    def test_a_wrong_filter_is_named(self, client: Any, filters: dict[str, Any], words: list[str]) -> None:
        error = refused(lambda: client.list_assets(ListAssetsRequest(**filters)))
        assert (error.status, error.code) == (400, "MSS.10000003")
        for word in words:
            assert word in error.message

    def test_a_user_id_in_chinese(self, client: Any) -> None:
        error: Refusal = refused(lambda: client.list_assets(ListAssetsRequest(x_app_user_id="用户")))
        assert (error.status, error.code) == (400, "MSS.10000003")
        assert "X-App-UserId" in error.message


class TestUpdateDigitalAsset:
    def test_only_what_is_named_changes(self, client: Any) -> None:
        asset_id = new_asset(client, tags=["a"], asset_description="old")
        changed = update(client, asset_id, asset_name="Hall", tags=["b", "c"])
        assert (changed.asset_name, changed.tags, changed.asset_description) == ("Hall", ["b", "c"], "old")
        assert show(client, asset_id).asset_name == "Hall"

    def test_properties_are_added_and_deleted(self, client: Any) -> None:
        asset_id = new_asset(client, system_properties=[SystemProperty(key="DH_ID", value="1")])
        changed = update(
            client,
            asset_id,
            system_properties=[
                SystemProperty(action="DELETE", key="DH_ID"),
                SystemProperty(action="ADD", key="STYLE_ID", value="s"),
            ],
        )
        assert [(item.key, item.value) for item in changed.system_properties] == [("STYLE_ID", "s")]

    def test_switched_off_and_on(self, client: Any) -> None:
        asset_id = new_asset(client)
        upload_file(client, asset_id, Upload(png()))
        for state in ("UNACTIVED", "ACTIVED", "WAITING_DELETE", "ACTIVED"):
            assert update(client, asset_id, asset_state=state).asset_state == state

    def test_without_a_main_file_it_cannot_be_switched_on(self, client: Any) -> None:
        asset_id = new_asset(client)
        error = refused(lambda: update(client, asset_id, asset_state="ACTIVED"))
        assert (error.status, error.code) == (400, "MSS.10000003")
        assert "CREATING" in error.message
        assert "upload its main file" in error.message

    def test_other_states_cannot_be_set(self, client: Any) -> None:
        error = refused(lambda: update(client, new_asset(client), asset_state="DELETED"))
        assert "asset_state" in error.message
        assert "'UNACTIVED', 'ACTIVED' or 'WAITING_DELETE'" in error.message

    def test_not_in_the_recycle_bin(self, client: Any) -> None:
        asset_id = new_asset(client)
        delete(client, asset_id)
        assert "restore" in refused(lambda: update(client, asset_id, asset_name="x")).message

    def test_another_tenant_cannot(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client)
        assert refused(lambda: update(other_client, asset_id, asset_name="x")).code == "MSS.10001001"
        assert show(client, asset_id).asset_name == "Lobby"


class TestDeleteAsset:
    def test_the_recycle_bin_gives_it_back_as_it_was(self, client: Any, user: str) -> None:
        asset_id = new_user_asset(client, user)
        upload_file(client, asset_id, Upload(png()))
        update(client, asset_id, asset_state="UNACTIVED")
        delete(client, asset_id)
        assert show(client, asset_id).asset_state == "DELETING"
        assert listed(client, app_user_id=user) == [asset_id]
        delete(client, asset_id)
        restore(client, asset_id)
        asset = show(client, asset_id)
        assert asset.asset_state == "UNACTIVED"
        assert httpx.get(asset.files[0].download_url).content == png()

    def test_force_deletes_for_good(self, server: Any, client: Any, user: str) -> None:
        asset_id = new_user_asset(client, user)
        upload_file(client, asset_id, Upload(png()))
        url = show(client, asset_id).files[0].download_url
        delete(client, asset_id, "force")
        assert refused(lambda: show(client, asset_id)).code == "MSS.10001001"
        assert refused(lambda: restore(client, asset_id)).code == "MSS.10001001"
        assert httpx.get(url).status_code == 404
        assert listed(client, app_user_id=user) == []
        assert listed(client, app_user_id=user, asset_state="DELETED") == [asset_id]
        folder = server.data_dir / "objects" / "assets" / client._credentials.project_id / asset_id
        assert not folder.exists()

    def test_force_out_of_the_recycle_bin(self, client: Any) -> None:
        asset_id = new_asset(client)
        delete(client, asset_id)
        delete(client, asset_id, "force")
        assert refused(lambda: show(client, asset_id)).code == "MSS.10001001"

    def test_unknown_mode(self, client: Any) -> None:
        error = refused(lambda: delete(client, new_asset(client), "gently"))
        assert error.code == "MSS.10000003"
        assert "mode" in error.message
        assert "'force'" in error.message

    def test_another_tenant_cannot(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client)
        for mode in (None, "force"):
            assert refused(lambda mode=mode: delete(other_client, asset_id, mode)).code == "MSS.10001001"
        assert show(client, asset_id).asset_state == "CREATING"


class TestRestoreAsset:
    def test_only_from_the_recycle_bin(self, client: Any) -> None:
        error = refused(lambda: restore(client, new_asset(client)))
        assert (error.status, error.code) == (400, "MSS.10000003")
        assert "CREATING" in error.message

    def test_another_tenant_cannot(self, client: Any, other_client: Any) -> None:
        asset_id = new_asset(client)
        delete(client, asset_id)
        assert refused(lambda: restore(other_client, asset_id)).code == "MSS.10001001"
        assert show(client, asset_id).asset_state == "DELETING"


class TestListStyles:
    def test_of_ones_own_assets_and_of_no_others(self, client: Any, other_client: Any) -> None:
        name = f"style-{uuid4().hex}"
        new_asset(client, system_properties=[SystemProperty(key="STYLE_ID", value=name)])
        found = [style for style in _styles(client) if style.style_id == name]
        assert [(style.state, style.style_assets) for style in found] == [("UNPUBLISHED", [])]
        assert not [style for style in _styles(other_client) if style.style_id == name]

    def test_an_unknown_state(self, client: Any) -> None:
        error = refused(lambda: _styles(client, state="GONE"))
        assert error.status == 400


def _styles(client: Any, **query: Any) -> list[Any]:
    styles: list[Any] = client.list_styles(ListStylesRequest(limit=100, **query)).styles
    return styles
