"""Video jobs before and without rendering: the queue, cancelling, lists, and an avatar that is damaged."""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import HURRIED_TESTS, RunningServer, start_server

pytestmark = pytest.mark.contract


@pytest.fixture(scope="module")
def idle_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that takes jobs but runs none."""
    place = tmp_path_factory.mktemp("idle") / "data"
    server = start_server(place, GREENROOM_EMBEDDED_WORKER="false", **HURRIED_TESTS)
    yield server
    server.stop()
    assert server.process.stdout is not None
    server.process.stdout.close()


def upload_avatar(client: Any, **members: Any) -> str:
    """An asset of the right type whose package turns out to be no avatar."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no avatar")
    data = buffer.getvalue()
    body = m.CreateDigitalAssetRequestBody(asset_name="Ana", asset_type="HUMAN_MODEL_2D", **members)
    asset_id = client.create_digital_asset(m.CreateDigitalAssetRequest(body=body)).asset_id
    file = m.FilesCreateReq(
        file_name="avatar.zip",
        file_md5=base64.b64encode(hashlib.md5(data).digest()).decode(),
        file_size=len(data),
        file_type="ZIP",
        asset_id=asset_id,
        asset_file_category="MAIN",
    )
    made = client.create_file(m.CreateFileRequest(body=file))
    headers = {"Content-MD5": file.file_md5}
    assert requests.put(made.upload_url, data=data, headers=headers, timeout=10).status_code == 200
    confirm = m.ConfirmFileUploadRequestBody(state="CREATED")
    client.confirm_file_upload(m.ConfirmFileUploadRequest(file_id=made.file_id, body=confirm))
    return str(asset_id)


def order(avatar_id: str, name: str = "Greeting", **members: Any) -> Any:
    scene = m.ShootScriptItem(
        sequence_no=1,
        shoot_script=m.ShootScript(script_type="TEXT", text_config=m.TextConfig(text="Hello.")),
    )
    defaults: dict[str, Any] = dict(
        model_asset_id=avatar_id,
        voice_config=m.VoiceConfig(voice_asset_id="kokoro-af_heart", speed=90),
        video_config=m.VideoConfig(bitrate=3000, width=1280, height=720),
        shoot_scripts=[scene],
        output_asset_config=m.OutputAssetConfig(asset_name=name),
    )
    return m.Create2DDigitalHumanVideoReq(**{**defaults, **members})


def create(client: Any, body: Any) -> str:
    request = m.Create2DDigitalHumanVideoRequest(body=body)
    return str(client.create2_d_digital_human_video(request).job_id)


def show(client: Any, job_id: str, **query: Any) -> Any:
    return client.show2_d_digital_human_video(m.Show2DDigitalHumanVideoRequest(job_id=job_id, **query))


def cancel(client: Any, job_id: str) -> None:
    client.cancel2_d_digital_human_video(m.Cancel2DDigitalHumanVideoRequest(job_id=job_id))


def listed(client: Any, **query: Any) -> list[str]:
    answer = client.list_digital_human_video(m.ListDigitalHumanVideoRequest(**query))
    return [job.job_id for job in answer.jobs]


class TestWaiting:
    def test_cancel_show_and_list(self, idle_server: RunningServer) -> None:
        client = idle_server.client()
        avatar = upload_avatar(client)
        first, second = create(client, order(avatar, "First take")), create(client, order(avatar, "Second"))
        shown = show(client, first, show_script=True)
        assert (shown.state, shown.job_type) == ("WAITING", "2D_DIGITAL_HUMAN_VIDEO")
        assert shown.voice_config.speed == 90
        assert shown.shoot_scripts[0].shoot_script.text_config.text == "Hello."
        assert show(client, first).shoot_scripts is None
        assert listed(client) == [first, second]
        assert listed(client, sort_dir="desc", limit=1) == [second]
        assert listed(client, job_ids=[second]) == [second]
        assert listed(client, asset_name="Second") == [second]
        assert listed(client, asset_name="take") == []
        assert listed(client, asset_name="take", fuzzy_query_field=["asset_name"]) == [first]
        cancel(client, first)
        assert show(client, first).state == "CANCELED"
        assert listed(client, state="WAITING,PROCESSING") == [second]
        with pytest.raises(ClientRequestException) as caught:
            cancel(client, first)
        assert "only a WAITING one" in caught.value.error_msg
        cancel(client, second)

    def test_the_twenty_first_waiting_video_is_refused(self, idle_server: RunningServer) -> None:
        client, other = idle_server.client(), idle_server.client(idle_server.other_credentials)
        avatar = upload_avatar(client)
        jobs = [create(client, order(avatar)) for _ in range(20)]
        with pytest.raises(ClientRequestException) as caught:
            create(client, order(avatar))
        assert "20 videos are waiting" in caught.value.error_msg
        cancel(other, create(other, order(upload_avatar(other))))
        cancel(client, jobs.pop())
        jobs.append(create(client, order(avatar)))
        for job_id in jobs:
            cancel(client, job_id)

    def test_another_tenant_cannot_use_the_avatar(self, idle_server: RunningServer) -> None:
        client, other = idle_server.client(), idle_server.client(idle_server.other_credentials)
        with pytest.raises(ClientRequestException) as caught:
            create(other, order(upload_avatar(client)))
        assert caught.value.error_code == "MSS.10001001"

    def test_a_recording_must_be_uploaded(self, idle_server: RunningServer) -> None:
        client = idle_server.client()
        audio = m.ShootScriptItem(sequence_no=1, shoot_script=m.ShootScript(script_type="AUDIO"))
        avatar = upload_avatar(client)
        with pytest.raises(ClientRequestException) as caught:
            create(client, order(avatar, shoot_scripts=[audio]))
        assert "has no recording" in caught.value.error_msg
        script = m.CreateVideoScriptsReq(script_name="Song", model_asset_id=avatar, shoot_scripts=[audio])
        made = client.create_video_scripts(m.CreateVideoScriptsRequest(body=script))
        body = order(avatar, script_id=made.script_id, shoot_scripts=None)
        with pytest.raises(ClientRequestException) as caught:
            create(client, body)
        assert "is not uploaded" in caught.value.error_msg

    def test_only_links_of_this_service_are_read(self, idle_server: RunningServer) -> None:
        client = idle_server.client()
        avatar = upload_avatar(client)
        for url, words in (
            ("http://169.254.169.254/latest/meta-data", "only links of this service"),
            (f"{idle_server.base_url}/objects/secret?op=get&expires=9999999999&signature=00", "signature"),
        ):
            script = m.ShootScript(
                script_type="TEXT",
                text_config=m.TextConfig(text="Hello."),
                background_config=[m.BackgroundConfigInfo(background_type="IMAGE", background_config=url)],
            )
            scene = m.ShootScriptItem(sequence_no=1, shoot_script=script)
            with pytest.raises(ClientRequestException) as caught:
                create(client, order(avatar, shoot_scripts=[scene]))
            assert words in caught.value.error_msg


class TestFailing:
    def test_a_damaged_avatar_fails_in_words_and_leaves_nothing(self, server: RunningServer) -> None:
        client = server.client()
        job_id = create(client, order(upload_avatar(client)))
        deadline = time.monotonic() + 60
        while (shown := show(client, job_id)).state in ("WAITING", "PROCESSING"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert shown.state == "FAILED"
        assert "the avatar cannot be used" in shown.error_info.error_msg
        assert str(server.data_dir) not in shown.error_info.error_msg
        assert shown.error_info.error_code != "MSS.00000004"
        assert shown.output_asset_config is None
        assert len(shown.end_time) == 20
        assert not (server.data_dir / "work" / job_id).exists()


def test_a_worker_beside_an_api_only_server_runs_its_jobs(idle_server: RunningServer) -> None:
    client = idle_server.client()
    job_id = create(client, order(upload_avatar(client)))
    worker = subprocess.Popen(
        [sys.executable, "-m", "greenroom.cli.main", "worker", "--data", str(idle_server.data_dir)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 180
        while show(client, job_id).state in ("WAITING", "PROCESSING"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        worker.terminate()
        worker.wait(timeout=30)
    assert show(client, job_id).state == "FAILED"
