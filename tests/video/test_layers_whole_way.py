"""Layers from the request to the video, by HTTP against a real server."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import RunningServer
from tests.contract.test_signing import send, signed
from tests.stage.layer_files import BLUE, GREEN, RED, disc, write_video
from tests.video.test_jobs import show
from tests.video.test_whole_way import upload, wait

from greenroom.media.decode import frame_at, read_audio

pytestmark = [pytest.mark.contract, pytest.mark.media, pytest.mark.slow]

CLIP_S = 4


def _layers(picture: str, clip: str) -> list[dict[str, Any]]:
    text = base64.b64encode(b"Autumn").decode()
    return [
        {
            "layer_type": "VIDEO",
            "video_config": {"video_url": clip, "video_sound": 100, "is_play_the_entire_video": True},
            "position": {"dx": 0, "dy": 0, "layer_index": 4},
            "size": {"width": 160},
        },
        {
            "layer_type": "TEXT",
            "text_config": {"text_context": text, "font_size": 40, "font_color": "#FFFF00"},
            "position": {"dx": 220, "dy": 10, "layer_index": 5},
            "x_greenroom": {"start_ms": 1000, "end_ms": 2000},
        },
        {
            "layer_type": "HUMAN",
            "position": {"dx": 360, "dy": 136, "layer_index": 2},
            "size": {"width": 280, "height": 224},
        },
        {
            "layer_type": "IMAGE",
            "asset_id": picture,
            "position": {"dx": 400, "dy": 180, "layer_index": 1},
            "size": {"width": 200, "height": 180},
        },
    ]


def _link(client: Any, asset_id: str) -> str:
    files = client.show_asset(m.ShowAssetRequest(asset_id=asset_id)).files
    return str(next(file.download_url for file in files if file.asset_file_category == "MAIN"))


@pytest.fixture(scope="module")
def finished(
    server: RunningServer, avatar_zip: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Path]:
    """The job's detail and the downloaded video: one short sentence over a background video."""
    client, folder = server.client(), tmp_path_factory.mktemp("made")
    tone = np.zeros(CLIP_S * 48_000, np.float32)
    tone[-48_000:] = 0.4 * np.sin(np.arange(48_000) * 2 * np.pi * 440 / 48_000)
    red = [np.full((120, 160, 3), RED, np.uint8)] * (CLIP_S * 25)
    clip = write_video(folder / "clip.mkv", red, sound=tone).read_bytes()
    sea = write_video(folder / "sea.mp4", [np.full((90, 160, 3), BLUE, np.uint8)] * 20).read_bytes()
    png = cv2.imencode(".png", disc(100, GREEN))[1].tobytes()
    avatar = upload(client, "Ana", "HUMAN_MODEL_2D", "avatar.zip", avatar_zip.read_bytes())
    background = upload(client, "Sea", "VIDEO", "sea.mp4", sea)
    link = _link(client, upload(client, "Clip", "VIDEO", "clip.mkv", clip))
    script = {
        "script_type": "TEXT",
        "text_config": {"text": "Good morning."},
        "background_config": [{"background_type": "VIDEO", "background_asset_id": background}],
        "layer_config": _layers(upload(client, "Disc", "IMAGE", "disc.png", png), link),
    }
    order = {
        "model_asset_id": avatar,
        "voice_config": {"voice_asset_id": "piper-en_US-joe"},
        "video_config": {"bitrate": 3000, "width": 640, "height": 360},
        "shoot_scripts": [{"sequence_no": 1, "shoot_script": script}],
    }
    path = f"/v1/{server.credentials.project_id}/2d-digital-human-videos"
    answer = send(signed(server, "POST", path, json.dumps(order).encode()))
    assert answer.status_code == 200, answer.text
    job_id = answer.json()["job_id"]
    shown = wait(lambda: show(client, job_id), lambda job: job.state in ("SUCCEED", "FAILED"), 600)
    assert shown.state == "SUCCEED", shown.error_info
    made = folder / "video.mp4"
    made.write_bytes(requests.get(shown.output_asset_config.preview_video_url, timeout=60).content)
    return send(signed(server, "GET", f"{path}/{job_id}?show_script=true")).json(), made


def _is(picture: np.ndarray, x: int, y: int, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(picture[y, x].astype(int) - colour).max() < 40)


def test_each_layer_in_its_place_and_order(finished: tuple[dict[str, Any], Path]) -> None:
    picture = frame_at(finished[1], 0.5)
    assert _is(picture, 80, 60, RED) and _is(picture, 250, 200, BLUE) and _is(picture, 630, 10, BLUE)
    assert _is(picture, 420, 200, BLUE) or _is(picture, 420, 200, GREEN), "around the disc or in it"
    disc_seen = (np.abs(picture.astype(int) - GREEN).max(axis=2) < 40).sum()
    assert 500 < disc_seen < 0.75 * 200 * 180, "the person stands before it"


def test_a_text_in_its_time(finished: tuple[dict[str, Any], Path]) -> None:
    def yellow(at_s: float) -> int:
        return int((np.abs(frame_at(finished[1], at_s).astype(int) - (0, 255, 255)).max(axis=2) < 60).sum())

    assert yellow(0.9) < 20 < 200 < yellow(1.5) and yellow(2.2) < 20


def test_the_scene_lasts_as_long_as_the_clip_and_has_its_sound(
    finished: tuple[dict[str, Any], Path],
) -> None:
    shown, made = finished
    assert shown["duration"] == pytest.approx(CLIP_S, abs=0.1)
    sound = read_audio(made, 16_000)
    last = np.abs(sound[-14_000:-2_000]).mean()
    quiet = np.abs(sound[int(2.3 * 16_000) : int(2.9 * 16_000)]).mean()
    assert last > 0.1 > 20 * quiet


def test_what_was_ordered_is_shown_again(finished: tuple[dict[str, Any], Path]) -> None:
    layers = finished[0]["shoot_scripts"][0]["shoot_script"]["layer_config"]
    assert layers[1]["x_greenroom"] == {"start_ms": 1000, "end_ms": 2000}
