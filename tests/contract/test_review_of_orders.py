"""Texts and recordings of scripts, videos and auditions pass the content review, by the public SDK."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.command_line import greenroom_here
from tests.conftest import HURRIED_TESTS, RunningServer, start_server

from greenroom.voices.audition import speak as read_aloud

pytestmark = [pytest.mark.contract, pytest.mark.media]

DOUBTFUL, REFUSED = "yellow umbrella", "crimson walrus"
"""Words of the operator's list."""
VOICE = "piper-en_US-joe"
RECORDED = "kokoro-af_heart"
"""Whose words are understood best."""
INVALID = "MSS.10000003"


def admin(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return greenroom_here("admin", *arguments, "--data", data)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, small_cast: Path) -> Iterator[RunningServer]:
    place = tmp_path_factory.mktemp("review") / "data"
    server = start_server(place, **HURRIED_TESTS, GREENROOM_CAST_FOLDER=str(small_cast))
    for word, decision in ((DOUBTFUL, "DOUBT"), (REFUSED, "REFUSE")):
        done = admin(server.data_dir, "review", "words", "set", word, "--decision", decision)
        assert done.returncode == 0, done.stderr
    yield server
    server.stop()


def queue(server: RunningServer) -> list[tuple[str, str, str]]:
    """Kind, subject and part of what waits for people."""
    rows = json.loads(admin(server.data_dir, "review", "list", "--json").stdout)
    return [(row["kind"], row["subject"], row["part"]) for row in rows]


def decide(server: RunningServer, subject: str, *decision: str) -> None:
    rows = json.loads(admin(server.data_dir, "review", "list", "--json").stdout)
    (item,) = [row["id"] for row in rows if row["subject"] == subject]
    done = admin(server.data_dir, "review", decision[0], item, *decision[1:])
    assert done.returncode == 0, done.stderr


def until(look: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.3)
    return seen


def text_scene(text: str) -> Any:
    return m.ShootScriptItem(
        sequence_no=1, shoot_script=m.ShootScript(script_type="TEXT", text_config=m.TextConfig(text=text))
    )


def script(*scenes: Any, **members: Any) -> Any:
    return m.CreateVideoScriptsReq(
        **{"script_name": "Umbrellas", "shoot_scripts": list(scenes), "view_mode": "LANDSCAPE", **members}
    )


def create_script(client: Any, body: Any) -> Any:
    return client.create_video_scripts(m.CreateVideoScriptsRequest(body=body))


def order(client: Any, *scenes: Any, **members: Any) -> str:
    presenters = client.list_assets(
        m.ListAssetsRequest(asset_source="SYSTEM", asset_type="HUMAN_MODEL_2D")
    ).assets
    values = dict(
        model_asset_id=presenters[0].asset_id,
        voice_config=m.VoiceConfig(voice_asset_id=VOICE),
        video_config=m.VideoConfig(bitrate=500, width=256, height=256),
        shoot_scripts=list(scenes) or None,
    )
    body = m.Create2DDigitalHumanVideoReq(**{**values, **members})
    request = m.Create2DDigitalHumanVideoRequest(body=body)
    return str(client.create2_d_digital_human_video(request).job_id)


def show(client: Any, job_id: str) -> Any:
    return client.show2_d_digital_human_video(m.Show2DDigitalHumanVideoRequest(job_id=job_id))


def ended(client: Any, job_id: str) -> Any:
    return until(lambda: show(client, job_id), lambda job: job.state not in ("WAITING", "PROCESSING"), 180)


def speak(client: Any, text: str) -> str:
    body = m.CreateTtsAuditionRequestBody(text=text, emotion=VOICE)
    return str(client.create_tts_audition(m.CreateTtsAuditionRequest(body=body)).job_id)


def spoken(client: Any, job_id: str) -> Any:
    return client.show_tts_audition_file(m.ShowTtsAuditionFileRequest(job_id=job_id))


def sound_of(client: Any, job_id: str) -> bytes:
    answer = until(lambda: spoken(client, job_id), lambda answer: answer.is_file_complete)
    return requests.get(answer.files[0].download_url, timeout=30).content


def recording_of(folder: Path, text: str) -> bytes:
    """Someone saying the text."""
    out = folder / "said.wav"
    style = {"speed_percent": 100, "pitch_percent": 100, "volume_percent": 100, "channels": 1}
    read_aloud({"text": text, "voice_id": RECORDED, "out": str(out), **style}, lambda stage, done: None)
    return out.read_bytes()


def recorded_script(client: Any, sound: bytes) -> str:
    scene = m.ShootScriptItem(sequence_no=1, shoot_script=m.ShootScript(script_type="AUDIO"))
    made = create_script(client, script(scene))
    (link,) = made.audio_files.audio_file_url
    assert requests.put(link.audio_file_upload_url, data=sound, timeout=30).status_code == 200
    return str(made.script_id)


def refusal(act: Callable[[], Any]) -> Any:
    with pytest.raises(ClientRequestException) as caught:
        act()
    assert (caught.value.status_code, caught.value.error_code) == (400, INVALID)
    return caught.value


class TestScripts:
    def test_a_refused_text_is_not_kept(self, studio: RunningServer) -> None:
        client = studio.client()
        error = refusal(lambda: create_script(client, script(text_scene(f"A {REFUSED} sings."))))
        assert "shoot_scripts[0].shoot_script.text_config.text" in error.error_msg
        refusal(lambda: create_script(client, script(text_scene("Hello."), script_name=REFUSED)))
        assert client.list_video_scripts(m.ListVideoScriptsRequest()).count == 0

    def test_a_refused_change_changes_nothing(self, studio: RunningServer) -> None:
        client = studio.client()
        made = create_script(client, script(text_scene("The rain has stopped.")))
        changed = m.UpdateVideoScriptsReq(shoot_scripts=[text_scene(f"The {REFUSED} has stopped.")])
        request = m.UpdateVideoScriptRequest(script_id=made.script_id, body=changed)
        refusal(lambda: client.update_video_script(request))
        shown = client.show_video_script(m.ShowVideoScriptRequest(script_id=made.script_id))
        assert shown.shoot_scripts[0].shoot_script.text_config.text == "The rain has stopped."

    def test_a_doubtful_draft_is_kept_and_asked_about_when_it_becomes_a_video(
        self, studio: RunningServer
    ) -> None:
        client = studio.client()
        made = create_script(client, script(text_scene(f"Buy a {DOUBTFUL}.")))
        assert queue(studio) == []
        job_id = order(client, script_id=made.script_id)
        assert queue(studio) == [("task", job_id, "texts")]
        client.cancel2_d_digital_human_video(m.Cancel2DDigitalHumanVideoRequest(job_id=job_id))
        assert (show(client, job_id).state, queue(studio)) == ("CANCELED", [])


class TestVideoOrders:
    def test_a_refused_text_makes_no_job(self, studio: RunningServer) -> None:
        client = studio.client()
        refusal(lambda: order(client, text_scene(f"A {REFUSED} sings.")))
        name = m.OutputAssetConfig(asset_name=f"The {REFUSED}")
        error = refusal(lambda: order(client, text_scene("Hello."), output_asset_config=name))
        assert "output_asset_config.asset_name" in error.error_msg

    def test_a_doubtful_one_waits_until_a_person_lets_it(self, studio: RunningServer) -> None:
        client = studio.client()
        job_id = order(client, text_scene(f"My {DOUBTFUL}."))
        time.sleep(2)  # long enough for a job that is not held to start
        assert show(client, job_id).state == "WAITING"
        decide(studio, job_id, "approve")
        job = ended(client, job_id)
        assert (job.state, job.error_info) == ("SUCCEED", None)

    def test_a_person_may_refuse_it(self, studio: RunningServer) -> None:
        client = studio.client()
        job_id = order(client, text_scene(f"My {DOUBTFUL}."))
        decide(studio, job_id, "refuse", "--reason", "no advertising")
        job = show(client, job_id)
        assert (job.state, job.error_info.error_code) == ("FAILED", INVALID)
        assert "no advertising" in job.error_info.error_msg
        assert queue(studio) == []

    def test_a_frozen_one_does_not_start(self, studio: RunningServer) -> None:
        client = studio.client()
        job_id = order(client, text_scene(f"My {DOUBTFUL}."))
        done = admin(studio.data_dir, "freeze", "add", "task", job_id, "--reason", "complaint 8")
        assert done.returncode == 0, done.stderr
        assert (show(client, job_id).state, queue(studio)) == ("FAILED", [])


class TestRecordings:
    def test_they_are_listened_to_before_the_video_is_made(
        self, studio: RunningServer, tmp_path: Path
    ) -> None:
        client = studio.client()
        sound = recording_of(tmp_path, f"My {DOUBTFUL}.")
        doubtful = order(client, script_id=recorded_script(client, sound))
        until(lambda: queue(studio), lambda rows: rows == [("task", doubtful, "recordings")])
        assert show(client, doubtful).state == "WAITING"
        decide(studio, doubtful, "approve")
        assert ended(client, doubtful).state == "SUCCEED"

    def test_a_refused_one_fails_the_job(self, studio: RunningServer, tmp_path: Path) -> None:
        client = studio.client()
        sound = recording_of(tmp_path, f"Here comes the {REFUSED}.")
        job = ended(client, order(client, script_id=recorded_script(client, sound)))
        assert (job.state, job.error_info.error_code) == ("FAILED", INVALID)
        assert "the scene with sequence_no 1, the sound at 0 s" in job.error_info.error_msg

    def test_one_that_says_nothing_wrong_goes_through(self, studio: RunningServer, tmp_path: Path) -> None:
        client = studio.client()
        sound = recording_of(tmp_path, "The rain has stopped.")
        assert ended(client, order(client, script_id=recorded_script(client, sound))).state == "SUCCEED"


class TestAuditions:
    def test_a_refused_text_is_not_spoken(self, studio: RunningServer) -> None:
        error = refusal(lambda: speak(studio.client(), f"A {REFUSED} sings."))
        assert "text" in error.error_msg

    def test_a_doubtful_text_waits(self, studio: RunningServer) -> None:
        client = studio.client()
        let, kept = speak(client, f"My {DOUBTFUL}."), speak(client, f"Your {DOUBTFUL}.")
        assert not spoken(client, let).is_file_complete
        decide(studio, let, "approve")
        decide(studio, kept, "refuse", "--reason", "no advertising")
        assert sound_of(client, let)[:4] == b"RIFF"
        assert "no advertising" in spoken(client, kept).message


def test_an_exempt_tenant_is_not_reviewed(studio: RunningServer) -> None:
    client = studio.client(studio.other_credentials)
    done = admin(studio.data_dir, "review", "exempt", "add", "globex", "--reason", "contract 7")
    assert done.returncode == 0, done.stderr
    assert sound_of(client, speak(client, f"A {REFUSED} sings."))[:4] == b"RIFF"
    assert create_script(client, script(text_scene(f"A {REFUSED} sings."))).script_id


def test_edited_subtitles_are_reviewed_with_the_order(studio: RunningServer) -> None:
    client = studio.client()
    made = create_script(client, script(text_scene("Hello there."), voice_config=m.VoiceConfig(VOICE)))
    body = m.CreateSubtitleFileReq(script_id=made.script_id)
    job_id = client.create_subtitle_file(m.CreateSubtitleFileRequest(body=body)).job_id
    request = m.ShowSubtitleFileRequest(job_id=job_id)
    answer = until(lambda: client.show_subtitle_file(request), lambda shown: shown.job_state == "GENERATED")
    link = answer.subtitle_file_info[0].subtitle_file_upload_url
    content = f"1\n00:00:00,100 --> 00:00:00,500\nThe {REFUSED}\n"
    assert requests.put(link, data=content.encode(), timeout=30).status_code == 200
    video = m.VideoConfig(bitrate=500, width=256, height=256, is_subtitle_enable=True)
    error = refusal(lambda: order(client, script_id=made.script_id, video_config=video))
    assert "the subtitle file of the scene with sequence_no 1" in error.error_msg
    assert "does not pass the content review" in error.error_msg
