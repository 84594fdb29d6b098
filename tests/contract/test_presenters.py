"""The presenters of the cast and the voices' samples, by the public SDK."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkmetastudio.v1 import model as m
from tests.cast.making import make_cast, person
from tests.conftest import HURRIED_TESTS, RunningServer, start_server
from tests.contract.conftest import Refusal, Upload, declare, refused

pytestmark = pytest.mark.contract


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a cast of two, which takes jobs but runs none."""
    place = tmp_path_factory.mktemp("cast")
    folder = make_cast(place / "cast", person("mia"), person("tom", role={"en": "Teacher", "zh": "教师"}))
    running = start_server(
        place / "data",
        GREENROOM_CAST_FOLDER=str(folder),
        GREENROOM_EMBEDDED_WORKER="false",
        **HURRIED_TESTS,
    )
    yield running
    running.stop()


@pytest.fixture
def cast_folder(server: RunningServer) -> Path:
    return Path(server.environment["GREENROOM_CAST_FOLDER"])


def listed(client: Any, **query: Any) -> list[Any]:
    request = m.ListAssetsRequest(asset_source="SYSTEM", asset_type="HUMAN_MODEL_2D", **query)
    return list(client.list_assets(request).assets)


def show(client: Any, asset_id: str) -> Any:
    return client.show_asset(m.ShowAssetRequest(asset_id=asset_id))


def order(avatar_id: str, **members: Any) -> Any:
    scene = m.ShootScript(script_type="TEXT", text_config=m.TextConfig(text="Hello."))
    fields: dict[str, Any] = dict(
        model_asset_id=avatar_id,
        voice_config=m.VoiceConfig(voice_asset_id="piper-en_US-joe"),
        video_config=m.VideoConfig(bitrate=3000, width=1280, height=720),
        shoot_scripts=[m.ShootScriptItem(sequence_no=1, shoot_script=scene)],
    )
    return m.Create2DDigitalHumanVideoReq(**{**fields, **members})


def make_video(client: Any, avatar_id: str) -> str:
    request = m.Create2DDigitalHumanVideoRequest(body=order(avatar_id))
    return str(client.create2_d_digital_human_video(request).job_id)


def fetch(url: str) -> httpx.Response:
    """A file of the system; a server that just started may still be storing it."""
    deadline = time.monotonic() + 20
    while (answer := httpx.get(url)).status_code == 404 and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


class TestListAssets:
    def test_each_tenant_sees_them_with_cover_and_preview(
        self, server: RunningServer, client: Any, other_client: Any, cast_folder: Path
    ) -> None:
        for one in (client, other_client):
            assert [asset.asset_id for asset in listed(one)] == ["cast-mia", "cast-tom"]
        (tom,) = listed(client, tag="Teacher")
        files = {file.asset_file_category: file for file in tom.files}
        cover, preview = fetch(files["COVER"].download_url), fetch(files["SAMPLE"].download_url)
        assert cover.content == (cast_folder / "tom" / "cover.jpg").read_bytes()
        assert cover.headers["content-type"] == "image/jpeg"
        assert preview.content == b"tom speaks"
        assert preview.headers["content-type"] == "video/mp4"

    def test_what_they_can_do(self, client: Any) -> None:
        meta = show(client, "cast-mia").asset_extra_meta.human_model_2d_meta
        assert (meta.model_version, meta.is_with_action_library) == ("V3_2", True)
        assert [tag.action_name_en for tag in meta.action_tag_map] == ["Welcome", "Shrug"]
        assert meta.voice_asset_id == "piper-en_US-joe"

    def test_a_voice_can_be_heard(self, client: Any) -> None:
        (sample,) = show(client, "kokoro-af_heart").files
        answer = fetch(sample.download_url)
        assert answer.content == b"a voice"
        assert answer.headers["content-type"] == "audio/mp4"

    def test_summaries_show_the_cover(self, client: Any, cast_folder: Path) -> None:
        body = m.ListAssetSummarysReq(asset_ids=["cast-mia"])
        (found,) = client.list_asset_summary(m.ListAssetSummaryRequest(body=body)).asset_list
        assert fetch(found.cover_url).content == (cast_folder / "mia" / "cover.jpg").read_bytes()


class TestNobodyChangesThem:
    def refusals(self, client: Any) -> Iterator[Refusal]:
        mia = "cast-mia"
        rename = m.UpdateDigitalAssetRequestBody(asset_name="mine")
        share = m.UpdateDigitalAssetRequestBody(
            shared_config=m.SharedConfig(
                shared_type="SHARED", expire_time="2030-01-01T00:00:00Z", allowed_project_ids=["a" * 32]
            )
        )
        yield refused(lambda: client.delete_asset(m.DeleteAssetRequest(asset_id=mia)))
        yield refused(lambda: client.delete_asset(m.DeleteAssetRequest(asset_id=mia, mode="force")))
        for body in (rename, share):
            request = m.UpdateDigitalAssetRequest(asset_id=mia, body=body)
            yield refused(lambda request=request: client.update_digital_asset(request))
        yield refused(lambda: declare(client, mia, Upload(b"zip", "avatar.zip", "ZIP")))

    def test_one_by_one(self, client: Any) -> None:
        for error in self.refusals(client):
            assert error.status == 400
            assert "cast-mia is a built-in asset" in error.message

    def test_in_a_batch(self, client: Any) -> None:
        for action in ("DELETE", "DELETE_FORCE", "UNACTIVE"):
            body = m.BatchAssetActionReq(action=action, asset_ids=["cast-mia"])
            request = m.BatchExecuteAssetActionRequest(body=body)
            (result,) = client.batch_execute_asset_action(request).results
            assert result.ret_status == "FAILED"
            assert "built-in" in result.error_info.error_msg
        assert show(client, "cast-mia").asset_state == "ACTIVED"


class TestCreate2DDigitalHumanVideo:
    def test_with_a_presenter_as_any_tenant(self, client: Any, other_client: Any) -> None:
        for one in (client, other_client):
            job_id = make_video(one, "cast-mia")
            shown = one.show2_d_digital_human_video(m.Show2DDigitalHumanVideoRequest(job_id=job_id))
            assert (shown.state, shown.model_asset_id) == ("WAITING", "cast-mia")

    def test_nobody_of_that_name(self, client: Any) -> None:
        error = refused(lambda: make_video(client, "cast-zoe"))
        assert (error.code, error.message[:30]) == ("MSS.10001001", "no asset has the id cast-zoe: ")
