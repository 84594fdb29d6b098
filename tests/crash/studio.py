"""A server that is killed and started again on the same data folder, and what a user does with it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import psutil
import requests
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import RunningServer, greenroom_command, sdk_client, start_server


class KilledServer:
    """Starts servers on one data folder; `kill` is SIGKILL."""

    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir = data_dir
        self._environment = environment
        self._running: RunningServer | None = None

    def start(self) -> Any:
        """A fresh process, unless one runs; its SDK client, with the first start's keys."""
        if self._running is None:
            self._running = start_server(self.data_dir, **self._environment)
        elif self._running.process.poll() is not None:
            self._running.process = self._restart()
            self._running.base_url = json.loads((self.data_dir / "server.json").read_text())["url"]
        return sdk_client(self._running.base_url, self._running.credentials)

    def _restart(self) -> subprocess.Popen[str]:
        command = greenroom_command("serve", "--data", str(self.data_dir), "--port", "0")
        environment = {**os.environ, **self._environment}
        with (self.data_dir / "server.log").open("a") as log:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        return process

    def kill(self) -> None:
        assert self._running is not None
        self._running.kill()
        assert self._running.process.stdout is not None
        self._running.process.stdout.close()

    def orphans(self) -> list[int]:
        """Worker processes that the killed server left running."""
        assert self._running is not None
        parent = str(self._running.process.pid)
        time.sleep(0.2)
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if "greenroom.jobs.child" in command and command[-1] == parent:
                found.append(process.pid)
        return found

    def stop(self) -> None:
        if self._running is not None and self._running.process.poll() is None:
            self._running.stop()
            assert self._running.process.stdout is not None
            self._running.process.stdout.close()

    def query(self, sql: str) -> list[Any]:
        connection = sqlite3.connect(self.data_dir / "greenroom.db", timeout=30)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def progress(self) -> float:
        """Of the newest job."""
        rows = self.query("SELECT progress FROM jobs ORDER BY created_at DESC LIMIT 1")
        return float(rows[0][0]) if rows else 0.0

    def until(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.query(
                "SELECT state, stage, progress, error_msg FROM jobs"
            )
            time.sleep(0.1)


def put(url: str, data: bytes) -> None:
    assert requests.put(url, data=data, timeout=120).status_code == 200


def cut(source: Path, target: Path, seconds: float) -> Path:
    """The first seconds of a video, without encoding it again."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        streams = {
            stream.index: new.add_stream_from_template(stream)
            for stream in old.streams
            if stream.type in ("video", "audio")
        }
        for packet in old.demux():
            if packet.dts is None or packet.stream.index not in streams:
                continue
            if packet.pts is not None and packet.pts * packet.time_base > seconds:
                continue
            packet.stream = streams[packet.stream.index]
            new.mux(packet)
    return target


def submit_training(client: Any, footage: Path, name: str = "Ana") -> str:
    body = m.Create2dModelTrainingJobReq(name=name)
    links = client.create2d_model_training_job(m.Create2dModelTrainingJobRequest(body=body))
    put(links.training_video_upload_url[0], footage.read_bytes())
    put(links.grant_file_upload_url, b"%PDF-1.4 I agree.")
    answer = execute(client, links.job_id, "SUBMITVERIFYING")
    assert answer.commond_result == "EXCUTE_SUCCESS", answer
    return str(links.job_id)


def execute(client: Any, job_id: str, command: str, comment: str | None = None) -> Any:
    data = m.CommentData(comment_message=comment, attachment_name=["chin.png"]) if comment else None
    body = m.Execute2dModelTrainingCommandByUserReq(command=command, comment_data=data)
    request = m.Execute2dModelTrainingCommandByUserRequest(job_id=job_id, body=body)
    return client.execute2d_model_training_command_by_user(request)


def show_training(client: Any, job_id: str) -> Any:
    return client.show2d_model_training_job(m.Show2dModelTrainingJobRequest(job_id=job_id))


def submit_video(client: Any, avatar_id: str, *texts: str, **video: Any) -> str:
    scenes = [
        m.ShootScriptItem(
            sequence_no=number,
            shoot_script=m.ShootScript(
                script_type="TEXT",
                text_config=m.TextConfig(text=text),
                background_config=[
                    m.BackgroundConfigInfo(background_type="COLOR", background_color_config="#20A060")
                ],
            ),
        )
        for number, text in enumerate(texts)
    ]
    body = m.Create2DDigitalHumanVideoReq(
        model_asset_id=avatar_id,
        voice_config=m.VoiceConfig(voice_asset_id="piper-en_US-joe"),
        video_config=m.VideoConfig(**{"bitrate": 2000, "width": 640, "height": 360, **video}),
        shoot_scripts=scenes,
        output_asset_config=m.OutputAssetConfig(asset_name="Greeting"),
    )
    request = m.Create2DDigitalHumanVideoRequest(body=body)
    return str(client.create2_d_digital_human_video(request).job_id)


def show_video(client: Any, job_id: str) -> Any:
    return client.show2_d_digital_human_video(m.Show2DDigitalHumanVideoRequest(job_id=job_id))


def assets(client: Any, asset_type: str) -> list[Any]:
    return list(client.list_assets(m.ListAssetsRequest(asset_type=asset_type)).assets)
