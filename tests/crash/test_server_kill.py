"""kill -9 of the server at any moment: after the restart each job ends with the same result, once.

The long form, with more kills: `MANY_KILLS=1 pytest tests/crash/test_server_kill.py`.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
import requests
from huaweicloudsdkmetastudio.v1 import model as m
from tests.crash.studio import (
    KilledServer,
    assets,
    cut,
    execute,
    show_training,
    show_video,
    submit_training,
    submit_video,
)
from tests.video.conftest import keep_avatar, kept_avatar

pytestmark = [pytest.mark.crash, pytest.mark.slow]

FOOTAGE_SECONDS = 24
MANY_KILLS = bool(os.environ.get("MANY_KILLS"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KilledServer]:
    server = KilledServer(
        tmp_path_factory.mktemp("crash") / "data",
        GREENROOM_TRAINING_EFFORT="quick",
        GREENROOM_LOG_FORMAT="json",
        # What is made again after a kill shall be made, not fetched.
        GREENROOM_REUSE_MB="0",
    )
    yield server
    server.stop()


class TestAudition:
    def test_killed_while_it_speaks(self, server: KilledServer) -> None:
        client = server.start()
        text = " ".join(f"Sentence number {number} of a longer text." for number in range(6))
        body = m.CreateTtsAuditionRequestBody(text=text, emotion="kokoro-am_michael")
        job_id = client.create_tts_audition(m.CreateTtsAuditionRequest(body=body)).job_id
        chance = random.Random(3)
        for _ in range(2 if MANY_KILLS else 1):
            time.sleep(chance.uniform(0.3, 2.0))
            server.kill()
            client = server.start()
        server.until(lambda: server.query("SELECT state FROM jobs") == [("SUCCEEDED",)], 120)
        answer = client.show_tts_audition_file(m.ShowTtsAuditionFileRequest(job_id=job_id))
        assert answer.is_file_complete
        assert len(requests.get(answer.files[0].download_url, timeout=30).content) > 24_000 * 2 * 8


class TestSpeechTask:
    def test_killed_between_and_inside_parts(self, server: KilledServer) -> None:
        client = server.start()
        sentences = [f"Sentence number {number} of a longer text about the orchard." for number in range(45)]
        body = m.CreateAsyncTtsJobRequestBody(
            text=" ".join(sentences), voice_asset_id="piper-en_US-joe", need_timestamp=True
        )
        job_id = client.create_async_tts_job(m.CreateAsyncTtsJobRequest(body=body)).job_id
        chance = random.Random(7)
        for _ in range(3 if MANY_KILLS else 2):
            time.sleep(chance.uniform(0.5, 3.0))
            server.kill()
            client = server.start()

        def answer() -> Any:
            return client.show_async_tts_job(m.ShowAsyncTtsJobRequest(job_id=job_id))

        server.until(lambda: answer().state == "SUCCEED", 240)
        words = requests.get(answer().audio_info_file_url, timeout=30).json()["words"]
        assert sum(word["text"] == "orchard" for word in words) == len(sentences)
        starts = [word["start_ms"] for word in words]
        assert starts == sorted(starts)


class TestTrainingAndRender:
    """One after the other: the avatar that survived the kills then gives the video that does."""

    avatar_id = ""

    def test_killed_while_it_trains(
        self,
        server: KilledServer,
        shared_data: Path,
        tmp_path: Path,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        footage = cut(
            shared_data / "footage" / "grid_s1_training.mp4", tmp_path / "footage.mp4", FOOTAGE_SECONDS
        )
        client = server.start()
        job_id = submit_training(client, footage)
        tracked = []
        for threshold in (0.02, 0.3, 0.6) if MANY_KILLS else (0.3, 0.6):
            server.until(lambda threshold=threshold: server.progress() >= threshold, 900)
            tracked += [path.stat().st_mtime_ns for path in (server.data_dir / "work").rglob("track.npz")]
            server.kill()
            assert server.orphans() == []
            client = server.start()
        assert len(set(tracked)) == 1, "a restarted training uses what it had, it does not begin again"
        server.until(lambda: show_training(client, job_id).state in ("JOB_SUCCESS", "TRAIN_FAILED"), 900)
        shown = show_training(client, job_id)
        assert shown.state == "JOB_SUCCESS", shown.error_info
        avatars = assets(client, "HUMAN_MODEL_2D")
        assert [asset.asset_id for asset in avatars] == [shown.asset_id]
        assert [entry.log_type for entry in shown.operation_logs] == [
            "USER_CREATE_JOD",
            "USER_VERIFYING_SUBMITTED",
            "SYSTEM_VERIFY_SUCCESS",
            "SYSTEM_TRAINING",
            "SYSTEM_TRAIN_SUCCESS",
            "SYSTEM_JOB_SUCCESS",
        ]
        server.until(lambda: list((server.data_dir / "work").iterdir()) == [], 30)
        TestTrainingAndRender.avatar_id = str(shown.asset_id)
        keep_avatar(server.data_dir, shown.asset_id, kept_avatar(tmp_path_factory))

    def test_the_users_verdict_on_the_avatar(self, server: KilledServer) -> None:
        if not self.avatar_id:
            pytest.skip("there is no avatar: the training test did not pass")
        client = server.start()
        request = m.List2dModelTrainingJobRequest(state="JOB_SUCCESS")
        (job,) = client.list2d_model_training_job(request).jobs
        for command, state in (
            ("CONFIRM_PENDING", "JOB_PENDING"),
            ("CONFIRM_ACTIVE", "JOB_SUCCESS"),
            ("CONFIRM_REJECT", "JOB_REJECT"),
        ):
            answer = execute(client, job.job_id, command, "The chin looks soft.")
            assert answer.commond_result == "EXCUTE_SUCCESS"
            assert show_training(client, job.job_id).state == state
        requests.put(answer.attachment_upload_url[0], data=b"picture", timeout=10)
        last = show_training(client, job.job_id).comment_logs[-1]
        assert (last.comment_type, last.comment_message) == ("USER_REJECT", "The chin looks soft.")
        assert requests.get(last.attachment_download_url[0], timeout=10).content == b"picture"
        assert execute(client, job.job_id, "CONFIRM_ACCEPT").commond_result == "EXCUTE_FAILED"

    def test_killed_while_it_renders(self, server: KilledServer, tmp_path: Path) -> None:
        if not self.avatar_id:
            pytest.skip("there is no avatar: the training test did not pass")
        client = server.start()
        text = "My uncle keeps bees by the river, and people buy the honey every autumn."
        job_id = submit_video(client, self.avatar_id, text, "And that is all.")
        for threshold in (0.05, 0.3, 0.6, 0.9) if MANY_KILLS else (0.05, 0.6):
            server.until(lambda threshold=threshold: server.progress() >= threshold, 300)
            server.kill()
            assert server.orphans() == []
            client = server.start()
        server.until(lambda: show_video(client, job_id).state in ("SUCCEED", "FAILED"), 300)
        shown = show_video(client, job_id)
        assert shown.state == "SUCCEED", shown.error_info
        videos = assets(client, "VIDEO")
        assert [asset.asset_id for asset in videos] == [shown.output_asset_config.asset_id]
        server.until(lambda: list((server.data_dir / "work").iterdir()) == [], 30)
        killed = tmp_path / "killed.mp4"
        url = shown.output_asset_config.preview_video_url
        killed.write_bytes(requests.get(url, timeout=60).content)
        assert abs(shown.duration - self._seconds(killed)) < 0.05

    @staticmethod
    def _seconds(path: Path) -> float:
        with av.open(str(path)) as video:
            return float((video.duration or 0) / av.time_base)
