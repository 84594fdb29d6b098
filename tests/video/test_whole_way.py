"""A script becomes a video: what is seen and heard in it, by the public SDK."""

from __future__ import annotations

import base64
import hashlib
import io
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import requests
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import RunningServer
from tests.video.test_jobs import show

from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.media.decode import frame_at, read_audio
from greenroom.media.mux import is_faststart

pytestmark = [pytest.mark.contract, pytest.mark.media, pytest.mark.slow]

TEXT = "My uncle keeps bees by the river."
RECORDED = "The second part comes from a recording."
WALL = (40, 120, 200)
"""BGR of the picture behind the second scene."""


def upload(client: Any, name: str, asset_type: str, file_name: str, data: bytes) -> str:
    body = m.CreateDigitalAssetRequestBody(asset_name=name, asset_type=asset_type)
    asset_id = client.create_digital_asset(m.CreateDigitalAssetRequest(body=body)).asset_id
    digest = base64.b64encode(hashlib.md5(data).digest()).decode()
    file = m.FilesCreateReq(
        file_name=file_name,
        file_md5=digest,
        file_size=len(data),
        file_type=file_name.rpartition(".")[2].upper(),
        asset_id=asset_id,
        asset_file_category="MAIN",
    )
    made = client.create_file(m.CreateFileRequest(body=file))
    sent = requests.put(made.upload_url, data=data, headers={"Content-MD5": digest}, timeout=60)
    assert sent.status_code == 200, sent.text
    confirm = m.ConfirmFileUploadRequestBody(state="CREATED")
    client.confirm_file_upload(m.ConfirmFileUploadRequest(file_id=made.file_id, body=confirm))
    return str(asset_id)


def recording(client: Any, text: str) -> bytes:
    """A WAV file in which another voice says the text."""
    body = m.CreateTtsAuditionRequestBody(text=text, emotion="kokoro-af_heart")
    job_id = client.create_tts_audition(m.CreateTtsAuditionRequest(body=body)).job_id
    request = m.ShowTtsAuditionFileRequest(job_id=job_id)
    answer = wait(lambda: client.show_tts_audition_file(request), lambda shown: shown.is_file_complete)
    return requests.get(answer.files[0].download_url, timeout=30).content


def wait(ask: Callable[[], Any], is_done: Callable[[Any], bool], seconds: float = 240) -> Any:
    deadline = time.monotonic() + seconds
    while not is_done(answer := ask()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.5)
    return answer


def scenes(picture_asset: str) -> list[Any]:
    right = m.LayerConfig(
        layer_type="HUMAN",
        position=m.LayerPositionConfig(dx=360, dy=136, layer_index=1),
        size=m.LayerSizeConfig(width=280, height=224),
    )
    green = m.BackgroundConfigInfo(background_type="COLOR", background_color_config="#10C040")
    wall = m.BackgroundConfigInfo(background_type="IMAGE", background_asset_id=picture_asset)
    return [
        m.ShootScriptItem(
            sequence_no=1,
            shoot_script=m.ShootScript(
                script_type="TEXT",
                text_config=m.TextConfig(text=TEXT),
                background_config=[green],
                layer_config=[right],
            ),
        ),
        m.ShootScriptItem(
            sequence_no=2, shoot_script=m.ShootScript(script_type="AUDIO", background_config=[wall])
        ),
    ]


@pytest.fixture(scope="module")
def finished(
    server: RunningServer, avatar_zip: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Path, float]:
    """The job's detail, the downloaded video, and the seconds of the recording in it."""
    client = server.client()
    avatar = upload(client, "Ana", "HUMAN_MODEL_2D", "avatar.zip", avatar_zip.read_bytes())
    png = cv2.imencode(".png", np.full((200, 300, 3), WALL, np.uint8))[1].tobytes()
    script = m.CreateVideoScriptsReq(
        script_name="Bees",
        model_asset_id=avatar,
        voice_config=m.VoiceConfig(voice_asset_id="piper-en_US-joe", speed=110),
        video_config=m.VideoConfig(bitrate=3000, width=640, height=360, frame_rate="30"),
        shoot_scripts=scenes(upload(client, "Wall", "IMAGE", "wall.png", png)),
    )
    made = client.create_video_scripts(m.CreateVideoScriptsRequest(body=script))
    sound = recording(client, RECORDED)
    requests.put(made.audio_files.audio_file_url[0].audio_file_upload_url, data=sound, timeout=30)
    order = m.Create2DDigitalHumanVideoReq(
        script_id=made.script_id, output_asset_config=m.OutputAssetConfig(asset_name="Bees in autumn")
    )
    request = m.Create2DDigitalHumanVideoRequest(body=order)
    job_id = client.create2_d_digital_human_video(request).job_id
    # Nothing that happens to the script from here on changes the video.
    client.delete_video_script(m.DeleteVideoScriptRequest(script_id=made.script_id))
    shown = wait(lambda: show(client, job_id), lambda job: job.state in ("SUCCEED", "FAILED"))
    assert shown.state == "SUCCEED", shown.error_info
    path = tmp_path_factory.mktemp("whole") / "video.mp4"
    path.write_bytes(requests.get(shown.output_asset_config.preview_video_url, timeout=60).content)
    with wave.open(io.BytesIO(sound)) as file:
        return shown, path, file.getnframes() / file.getframerate()


class TestWholeWay:
    def test_the_file(self, finished: tuple[Any, Path, float]) -> None:
        shown, path, _ = finished
        assert is_faststart(path)
        with av.open(str(path)) as video:
            picture, sound = video.streams.video[0], video.streams.audio[0]
            assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
            assert (picture.width, picture.height, picture.average_rate) == (640, 360, 30)
            seconds = float(picture.duration * picture.time_base)
            assert abs(seconds - float(sound.duration * sound.time_base)) <= 1 / 30
            assert abs(shown.duration - seconds) < 0.04

    def test_the_asset(self, finished: tuple[Any, Path, float], server: RunningServer) -> None:
        shown, path, _ = finished
        asset_id = shown.output_asset_config.asset_id
        asset = server.client().show_asset(m.ShowAssetRequest(asset_id=asset_id))
        assert (asset.asset_type, asset.asset_state, asset.asset_name) == (
            "VIDEO",
            "ACTIVED",
            "Bees in autumn",
        )
        meta = asset.asset_extra_meta.video_meta
        assert (meta.width, meta.height, meta.mode) == (640, 360, "Horizontal")
        main = next(file for file in asset.files if file.asset_file_category == "MAIN")
        assert main.file_size == path.stat().st_size
        cover = requests.get(shown.output_asset_config.cover_url, timeout=30).content
        picture = cv2.imdecode(np.frombuffer(cover, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None and picture.shape[1] / picture.shape[0] == pytest.approx(640 / 360, 0.01)

    def test_backgrounds_and_the_place_of_the_person(self, finished: tuple[Any, Path, float]) -> None:
        shown, path, recorded = finished
        # Below the label for AI, which stands in the upper left corner.
        below = frame_at(path, 0.5).shape[0] // 8
        first = frame_at(path, 0.5)[below:]
        assert np.abs(first[:150, 20:300].astype(int) - (0x40, 0xC0, 0x10)).max() < 12
        person = np.abs(first.astype(int) - (0x40, 0xC0, 0x10)).max(axis=2) > 60
        columns = np.nonzero(person.any(axis=0))[0]
        assert len(columns) > 40 and columns.min() >= 355
        last = frame_at(path, shown.duration - recorded / 2)
        assert np.abs(last[below : below + 35, 5:40].astype(int) - WALL).max() < 12

    def test_what_is_said(self, finished: tuple[Any, Path, float]) -> None:
        shown, path, recorded = finished
        sound = read_audio(path, 16_000)
        cut = round((shown.duration - recorded) * 16_000)
        recogniser = WhisperRecogniser()
        assert error_rate(TEXT, recogniser.transcribe(sound[:cut], 16_000, "en"), "en") <= 0.15
        assert error_rate(RECORDED, recogniser.transcribe(sound[cut:], 16_000, "en"), "en") <= 0.15
