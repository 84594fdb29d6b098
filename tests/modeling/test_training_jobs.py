"""2D avatar training over the API, up to and including the check of the footage."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m

pytestmark = pytest.mark.contract


class Training:
    """One training job, driven by the SDK."""

    def __init__(self, client: Any, **members: Any) -> None:
        self.client = client
        body = m.Create2dModelTrainingJobReq(**{"name": "Ana", **members})
        self.links = client.create2d_model_training_job(m.Create2dModelTrainingJobRequest(body=body))
        self.job_id: str = self.links.job_id

    def show(self) -> Any:
        return self.client.show2d_model_training_job(m.Show2dModelTrainingJobRequest(job_id=self.job_id))

    def command(self, command: str, **members: Any) -> Any:
        body = m.Execute2dModelTrainingCommandByUserReq(command=command, **members)
        request = m.Execute2dModelTrainingCommandByUserRequest(job_id=self.job_id, body=body)
        return self.client.execute2d_model_training_command_by_user(request)

    def update(self, **members: Any) -> Any:
        body = m.Update2dModelTrainingJobReq(**members)
        request = m.Update2dModelTrainingJobRequest(job_id=self.job_id, body=body)
        return self.client.update2d_model_training_job(request)

    def wait(self, *states: str, seconds: float = 60) -> Any:
        deadline = time.monotonic() + seconds
        while (shown := self.show()).state not in states:
            assert time.monotonic() < deadline, shown.state
            time.sleep(0.2)
        return shown


def put(url: str, data: bytes) -> None:
    assert requests.put(url, data=data, timeout=30).status_code == 200


@pytest.fixture
def training(client: Any) -> Iterator[Training]:
    yield Training(client)


class TestCreate2dModelTrainingJob:
    def test_links_for_every_part_and_file(self, client: Any) -> None:
        job = Training(client, video_multipart_count=3, tags=["spring"], is_flexus=False, contact="Desk 4")
        assert len(job.links.training_video_upload_url) == 3
        for name in ("cover", "id_card_image1", "grant_file", "audio"):
            assert getattr(job.links, f"{name}_upload_url").startswith("http")
        shown = job.show()
        assert (shown.state, shown.name, shown.contact, shown.tags) == (
            "WAIT_FILE_UPLOAD",
            "Ana",
            "Desk 4",
            ["spring"],
        )
        assert shown.operation_logs[0].log_type == "USER_CREATE_JOD"

    def test_no_name_is_refused(self, client: Any) -> None:
        with pytest.raises(ClientRequestException) as caught:
            Training(client, name="")
        assert caught.value.error_code == "MSS.10000003"
        assert "name" in caught.value.error_msg


class TestList2dModelTrainingJob:
    def test_filters(self, client: Any) -> None:
        Training(client, name="Filter Berta", batch_name="autumn", tags=["a"])
        Training(client, name="Filter Carl", batch_name="winter", tags=["b"])

        def names(**query: Any) -> list[str]:
            request = m.List2dModelTrainingJobRequest(**{"name": "filter", **query})
            return [job.name for job in client.list2d_model_training_job(request).jobs]

        assert names() == ["Filter Berta", "Filter Carl"]
        assert names(sort_dir="desc") == ["Filter Carl", "Filter Berta"]
        assert names(batch_name="winter") == ["Filter Carl"]
        assert names(tag="a") == ["Filter Berta"]
        assert names(state="JOB_SUCCESS,WAIT_FILE_UPLOAD", limit=1, offset=1) == ["Filter Carl"]
        assert names(state="JOB_SUCCESS") == []


class TestExecute2dModelTrainingCommandByUser:
    def test_nothing_starts_without_a_video(self, training: Training) -> None:
        answer = training.command("SUBMITVERIFYING")
        assert answer.commond_result == "EXCUTE_FAILED"
        assert "training video is not there" in answer.excute_failed_msg
        assert training.show().state == "WAIT_FILE_UPLOAD"

    def test_nothing_starts_without_the_authorization_letter(self, training: Training) -> None:
        put(training.links.training_video_upload_url[0], b"video")
        answer = training.command("SUBMITVERIFYING")
        assert answer.commond_result == "EXCUTE_FAILED"
        assert "authorization letter" in answer.excute_failed_msg
        put(training.links.grant_file_upload_url, b"letter")
        assert training.command("CONFIRM_AUTHORIZATION_LETTER").commond_result == "EXCUTE_SUCCESS"
        assert training.command("SUBMITVERIFYING").commond_result == "EXCUTE_SUCCESS"

    def test_parts(self, client: Any) -> None:
        job = Training(client, video_multipart_count=2)
        put(job.links.grant_file_upload_url, b"letter")
        put(job.links.training_video_upload_url[1], b"second")
        parts = job.command("GET_MULTIPART_UPLOADED").multipart_data
        assert [part.part_number for part in parts] == ["2"]
        assert "part 1" in job.command("CONFIRM_MULTIPART_UPLOADED").excute_failed_msg
        put(job.links.training_video_upload_url[0], b"first, ")
        assert "not confirmed" in job.command("SUBMITVERIFYING").excute_failed_msg
        assert job.command("CONFIRM_MULTIPART_UPLOADED").commond_result == "EXCUTE_SUCCESS"
        assert job.command("SUBMITVERIFYING").commond_result == "EXCUTE_SUCCESS"
        shown = job.wait("AUTO_VERIFY_FAILED")
        assert requests.get(shown.training_video_download_url, timeout=10).content == b"first, second"

    def test_what_is_no_video_is_refused_with_the_cure(self, training: Training) -> None:
        put(training.links.training_video_upload_url[0], os.urandom(100_000))
        put(training.links.grant_file_upload_url, b"letter")
        training.command("SUBMITVERIFYING")
        shown = training.wait("AUTO_VERIFY_FAILED")
        log = next(entry for entry in shown.operation_logs if entry.log_type == "SYSTEM_VERIFY_FAILED")
        assert "The training video" in log.log_description
        assert "Cure:" in log.log_description
        assert shown.asset_id is None

    def test_a_new_video_after_a_refusal(self, training: Training) -> None:
        put(training.links.training_video_upload_url[0], b"noise")
        put(training.links.grant_file_upload_url, b"letter")
        training.command("SUBMITVERIFYING")
        training.wait("AUTO_VERIFY_FAILED")
        links = training.update(command_message="UPDATE_VIDEO")
        assert training.show().state == "WAIT_FILE_UPLOAD"
        # The link of the refused video cannot change what is trained now.
        put(training.links.training_video_upload_url[0], b"late")
        assert "not there" in training.command("SUBMITVERIFYING").excute_failed_msg
        put(links.training_video_upload_url[0], b"noise again")
        assert training.command("SUBMITVERIFYING").commond_result == "EXCUTE_SUCCESS"
        training.wait("AUTO_VERIFY_FAILED")

    @pytest.mark.parametrize(
        "command", ["CONFIRM_ACCEPT", "CONFIRM_REJECT", "CONFIRM_REPAIR", "CONFIRM_ACTIVE"]
    )
    def test_a_verdict_needs_an_avatar(self, training: Training, command: str) -> None:
        answer = training.command(command)
        assert answer.commond_result == "EXCUTE_FAILED"
        assert "WAIT_FILE_UPLOAD" in answer.excute_failed_msg

    @pytest.mark.media
    def test_footage_without_a_face_names_fault_time_and_cure(
        self, training: Training, shared_data: Path
    ) -> None:
        clips = sorted((shared_data / "formats").rglob("*.mp4"))
        clip = next((path for path in clips if path.stat().st_size < 3_000_000), None)
        if clip is None:
            pytest.skip("there is no small mp4 among the format samples")
        put(training.links.training_video_upload_url[0], clip.read_bytes())
        put(training.links.grant_file_upload_url, b"letter")
        training.command("SUBMITVERIFYING")
        shown = training.wait("AUTO_VERIFY_FAILED", "TRAINING", seconds=120)
        assert shown.state == "AUTO_VERIFY_FAILED"
        logs = [entry for entry in shown.operation_logs if entry.log_type == "SYSTEM_VERIFY_FAILED"]
        assert logs and all("Cure:" in entry.log_description for entry in logs)


class TestDelete2dModelTrainingJob:
    def test_a_deleted_job_is_gone_with_its_files(self, training: Training) -> None:
        put(training.links.cover_upload_url, b"picture")
        cover = training.show().cover_download_url
        training.client.delete2d_model_training_job(m.Delete2dModelTrainingJobRequest(job_id=training.job_id))
        assert requests.get(cover, timeout=10).status_code == 404
        with pytest.raises(ClientRequestException) as caught:
            training.show()
        assert caught.value.error_code == "MSS.00000002"

    def test_another_tenant_sees_nothing(self, training: Training, other_client: Any) -> None:
        with pytest.raises(ClientRequestException):
            other_client.show2d_model_training_job(m.Show2dModelTrainingJobRequest(job_id=training.job_id))
