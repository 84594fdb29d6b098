"""Avatars from pictures, by the public SDK against a real server."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.formdata import FormFile
from huaweicloudsdkmetastudio.v1 import model as m
from tests.callbacks.receiving import Inbox, receiving
from tests.conftest import HURRIED_TESTS, RunningServer, start_server
from tests.photos import jpeg, portrait

pytestmark = [pytest.mark.contract, pytest.mark.media, pytest.mark.slow]

CONSENT = "authorize_use_human_image"


def upload_picture(client: Any, data: bytes, **members: Any) -> Any:
    """An IMAGE asset."""
    body = m.CreateDigitalAssetRequestBody(asset_name="Portrait", asset_type="IMAGE", **members)
    asset_id = client.create_digital_asset(m.CreateDigitalAssetRequest(body=body)).asset_id
    file = m.FilesCreateReq(
        file_name="portrait.jpg",
        file_md5=base64.b64encode(hashlib.md5(data).digest()).decode(),
        file_size=len(data),
        file_type="JPG",
        asset_id=asset_id,
        asset_file_category="MAIN",
    )
    made = client.create_file(m.CreateFileRequest(body=file))
    sent = requests.put(made.upload_url, data=data, headers={"Content-MD5": file.file_md5}, timeout=60)
    assert sent.status_code == 200, sent.text
    confirm = m.ConfirmFileUploadRequestBody(state="CREATED")
    client.confirm_file_upload(m.ConfirmFileUploadRequest(file_id=made.file_id, body=confirm))
    return client.show_asset(m.ShowAssetRequest(asset_id=asset_id))


def by_url(client: Any, **members: Any) -> Any:
    body = m.PictureModelingByUrlReq(**{"style_id": "system_female_001", "name": "Lena", **members})
    return client.create_picture_modeling_by_url_job(m.CreatePictureModelingByUrlJobRequest(body=body))


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientRequestException) as caught:
        call()
    return str(caught.value.error_msg)


@pytest.fixture
def sending_server(tmp_path: Path) -> Iterator[RunningServer]:
    """One that may call receivers on this machine."""
    running = start_server(tmp_path / "data", GREENROOM_OUTGOING_NETWORKS="127.0.0.0/8", **HURRIED_TESTS)
    yield running
    running.stop()


def test_a_picture_becomes_an_avatar_in_the_style_asked_for(sending_server: RunningServer) -> None:
    with receiving() as inbox:
        _make_a_cartoon(sending_server, inbox)


def _make_a_cartoon(server: RunningServer, inbox: Inbox) -> None:
    client = server.client()
    asset = upload_picture(client, jpeg(portrait(320)), tags=[CONSENT])
    url = asset.files[0].download_url
    made = by_url(client, picture_url=url, style_id="system_female_002", notify_url=f"{inbox.url}/done")
    request = m.ShowPictureModelingJobRequest(job_id=made.job_id)
    deadline = time.monotonic() + 900
    while (shown := client.show_picture_modeling_job(request)).state in ("WAITING", "PROCESSING"):
        assert time.monotonic() < deadline
        time.sleep(1)
    assert shown.state == "SUCCEED", shown.error_info
    cover = requests.get(shown.model_cover_url, timeout=30).content
    assert _colour_of_the_face(cover) > 1.1 * _colour_of_the_face(jpeg(portrait(320)))
    avatar = client.show_asset(m.ShowAssetRequest(asset_id=made.model_asset_id))
    assert (avatar.asset_type, avatar.asset_state) == ("HUMAN_MODEL_2D", "ACTIVED")
    while not inbox.bodies:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert inbox.paths == ["/done"]
    assert inbox.bodies[0]["result"] == "SUCCEED"
    assert (inbox.bodies[0]["job_id"], inbox.bodies[0]["asset_id"]) == (made.job_id, made.model_asset_id)
    listed = client.list_picture_modeling_jobs(m.ListPictureModelingJobsRequest(state="SUCCEED"))
    assert made.job_id in [job.job_id for job in listed.picture_modeling_jobs]
    other = server.client(server.other_credentials)
    assert "no picture modeling job" in refused(lambda: other.show_picture_modeling_job(request))


def _colour_of_the_face(file: bytes) -> float:
    """Distance of the middle of the picture from grey, in CIE Lab."""
    picture = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR).astype(np.float32) / 255
    height, width = picture.shape[:2]
    middle = picture[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5]
    lab = cv2.cvtColor(middle, cv2.COLOR_BGR2LAB)
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def test_what_cannot_be_made_is_refused_in_words(client: Any, tmp_path: Path) -> None:
    asset = upload_picture(client, jpeg(portrait(320)))
    link = asset.files[0].download_url
    assert CONSENT in refused(lambda: by_url(client, picture_url=link))
    assert "only links of this service" in refused(
        lambda: by_url(client, picture_url="https://elsewhere.example/a.jpg")
    )
    agreed = upload_picture(client, jpeg(portrait(320)), tags=[CONSENT]).files[0].download_url
    unknown = refused(lambda: by_url(client, picture_url=agreed, style_id="system_male_009"))
    assert "'system_male_009'" in unknown and "system_male_002" in unknown
    assert "notify_url" in refused(
        lambda: by_url(client, picture_url=agreed, notify_url="http://127.0.0.1:9/done")
    )
    path = tmp_path / "portrait.jpg"
    path.write_bytes(jpeg(portrait(320)))
    with path.open("rb") as stream:
        body = m.CreatePictureModelingJobRequestBody(
            file=FormFile(stream), style_id="system_male_001", name="Lena"
        )
        request = m.CreatePictureModelingJobRequest(body=body)
        assert CONSENT in refused(lambda: client.create_picture_modeling_job(request))
