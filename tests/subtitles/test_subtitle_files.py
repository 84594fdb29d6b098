"""Subtitle files of scripts: made, fetched, edited and shown in a video, by the public SDK."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import RunningServer

from greenroom.cast.catalogue import load_cast
from greenroom.media.decode import read_frames
from greenroom.stage.subtitle_plan import Cue
from greenroom.subtitles.files import read_subtitles

pytestmark = [pytest.mark.contract, pytest.mark.media]

INVALID = "MSS.10000003"
SIZE = (640, 360)
TEXT = "The lamp costs 3.5% less. It shines all night, and nobody pays for it!"
YELLOW = (0, 210, 255)


def text_scene(number: int, text: str, **members: Any) -> Any:
    script = m.ShootScript(script_type="TEXT", text_config=m.TextConfig(text=text))
    return m.ShootScriptItem(sequence_no=number, shoot_script=script, **members)


def audio_scene(number: int) -> Any:
    return m.ShootScriptItem(sequence_no=number, shoot_script=m.ShootScript(script_type="AUDIO"))


def video_config(**members: Any) -> Any:
    values = {"bitrate": 2000, "width": SIZE[0], "height": SIZE[1], "is_subtitle_enable": True, **members}
    return m.VideoConfig(**values)


def new_script(client: Any, *scenes: Any, **members: Any) -> Any:
    values = dict(
        script_name="Lamps",
        voice_config=m.VoiceConfig(voice_asset_id="piper-en_US-joe"),
        video_config=video_config(),
        shoot_scripts=list(scenes),
    )
    body = m.CreateVideoScriptsReq(**{**values, **members})
    return client.create_video_scripts(m.CreateVideoScriptsRequest(body=body))


def create(client: Any, **members: Any) -> str:
    body = m.CreateSubtitleFileReq(**members)
    return str(client.create_subtitle_file(m.CreateSubtitleFileRequest(body=body)).job_id)


def show(client: Any, job_id: str) -> Any:
    return client.show_subtitle_file(m.ShowSubtitleFileRequest(job_id=job_id))


def until(look: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 180) -> Any:
    deadline = time.monotonic() + seconds
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.3)
    return seen


def generated(client: Any, **members: Any) -> list[Any]:
    job_id = create(client, **members)
    answer = until(lambda: show(client, job_id), lambda shown: shown.job_state == "GENERATED")
    return list(answer.subtitle_file_info)


def refused(call: Callable[[], Any]) -> Any:
    with pytest.raises(ClientRequestException) as caught:
        call()
    return caught.value


@dataclass
class Made:
    """A script whose subtitle file was made."""

    script_id: str
    file: Any


@pytest.fixture(scope="module")
def made(server: RunningServer) -> Made:
    client = server.client()
    script_id = new_script(client, text_scene(3, TEXT)).script_id
    (file,) = generated(client, script_id=script_id)
    return Made(script_id, file)


def fetched(url: str) -> list[Cue]:
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200, answer.text
    return read_subtitles(answer.content)


class TestCreateSubtitleFile:
    def test_the_script_is_cut_into_cues_without_its_punctuation(self, made: Made) -> None:
        assert made.file.sequence_no == 3 and made.file.subtitle_file_state == "GENERATE_SUCCEED"
        assert len(made.file.generate_time) == 20
        cues = fetched(made.file.subtitle_file_download_url)
        assert " ".join(line for cue in cues for line in cue.lines) == (
            "The lamp costs 3.5% less It shines all night and nobody pays for it"
        )
        assert len(cues) >= 2 and cues[0].start_ms < 500

    def test_one_scene_of_several(self, client: Any) -> None:
        script_id = new_script(
            client, text_scene(1, "First scene."), text_scene(2, "Second scene.")
        ).script_id
        (file,) = generated(client, script_id=script_id, sequence_no=2)
        assert file.sequence_no == 2
        assert [cue.lines for cue in fetched(file.subtitle_file_download_url)] == [("Second scene",)]

    def test_what_is_missing_is_named(self, client: Any) -> None:
        script_id = new_script(client, text_scene(1, "Hello.")).script_id
        assert "script_id is missing" in refused(lambda: create(client)).error_msg
        error = refused(lambda: create(client, script_id=script_id, sequence_no=9))
        assert (error.error_code, error.status_code) == (INVALID, 400) and "the scenes 1" in error.error_msg
        callback = m.CallBackConfig(callback_url="ftp://lamps.example/done")
        error = refused(lambda: create(client, script_id=script_id, callback_config=callback))
        assert "callback_config.callback_url: only http and https" in error.error_msg
        mute = new_script(client, audio_scene(4)).script_id
        assert "is not uploaded" in refused(lambda: create(client, script_id=mute)).error_msg
        silent = new_script(client, text_scene(1, "Hello."), voice_config=None).script_id
        assert "voice_config is missing" in refused(lambda: create(client, script_id=silent)).error_msg

    def test_a_recording_that_is_none_fails_alone(self, client: Any) -> None:
        script = new_script(client, text_scene(1, "Hello."), audio_scene(2))
        (item,) = script.audio_files.audio_file_url
        requests.put(item.audio_file_upload_url, data=b"this is no sound", timeout=10)
        good, bad = generated(client, script_id=script.script_id)
        assert good.subtitle_file_state == "GENERATE_SUCCEED"
        assert bad.subtitle_file_state == "GENERATE_FAILED" and bad.subtitle_file_download_url is None
        assert "cannot be decoded" in bad.error_info.error_msg and bad.subtitle_file_upload_url

    def test_another_tenant_finds_neither_script_nor_job(
        self, made: Made, client: Any, other_client: Any
    ) -> None:
        error = refused(lambda: create(other_client, script_id=made.script_id))
        assert error.status_code == 404 and "no video script" in error.error_msg
        job_id = create(client, script_id=made.script_id)
        error = refused(lambda: show(other_client, job_id))
        assert error.status_code == 404 and "no subtitle job" in error.error_msg


class TestShowVideoScript:
    def test_the_script_shows_the_newest_file_of_each_scene(self, client: Any) -> None:
        script_id = new_script(client, text_scene(1, "Hello there."), text_scene(2, "Goodbye.")).script_id
        generated(client, script_id=script_id, sequence_no=1)
        shown = client.show_video_script(m.ShowVideoScriptRequest(script_id=script_id)).shoot_scripts
        info = shown[0].subtitle_file_info.text_subtitle_file
        assert info.subtitle_file_state == "GENERATE_SUCCEED" and info.job_id
        assert fetched(info.subtitle_file_download_url)[0].lines == ("Hello there",)
        assert shown[1].subtitle_file_info is None

    def test_with_the_script_its_files_go(self, client: Any) -> None:
        script_id = new_script(client, text_scene(1, "Hello there.")).script_id
        (file,) = generated(client, script_id=script_id)
        client.delete_video_script(m.DeleteVideoScriptRequest(script_id=script_id))
        assert requests.get(file.subtitle_file_download_url, timeout=10).status_code == 404


def srt(*cues: str) -> str:
    return "\n\n".join(f"{number}\n{cue}" for number, cue in enumerate(cues, 1)) + "\n"


def edited(client: Any, text: str, content: str) -> str:
    """A script with one scene whose subtitle file was replaced; its id."""
    script_id = str(new_script(client, text_scene(1, text)).script_id)
    (file,) = generated(client, script_id=script_id)
    put = requests.put(file.subtitle_file_upload_url, data=content.encode(), timeout=10)
    assert put.status_code == 200, put.text
    return script_id


def order(client: Any, script_id: str, **members: Any) -> str:
    (presenter,) = load_cast(None, "anna").presenters
    body = m.Create2DDigitalHumanVideoReq(script_id=script_id, model_asset_id=presenter.asset_id, **members)
    request = m.Create2DDigitalHumanVideoRequest(body=body)
    return str(client.create2_d_digital_human_video(request).job_id)


class TestEditedFiles:
    def test_the_edited_file_is_what_is_fetched_again(self, client: Any) -> None:
        script_id = edited(client, "Hello there.", srt("00:00:00,100 --> 00:00:00,500\nHi, you!"))
        shown = client.show_video_script(m.ShowVideoScriptRequest(script_id=script_id)).shoot_scripts
        link = shown[0].subtitle_file_info.text_subtitle_file.subtitle_file_download_url
        assert fetched(link) == [Cue(100, 500, ("Hi, you!",))]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (srt("00:00:00,100 --> 00:00:70,000\nHi"), "line 2: '00:00:70,000' is no time"),
            (
                srt("00:00:00,100 --> 00:00:40,000\nHi"),
                "its last subtitle ends at 40.0 s, but the scene lasts",
            ),
            ("Hello", "neither SRT nor WebVTT nor ASS"),
        ],
    )
    def test_a_wrong_file_is_refused_with_the_order(self, client: Any, content: str, words: str) -> None:
        script_id = edited(client, "Hello there.", content)
        error = refused(lambda: order(client, script_id))
        assert error.error_code == INVALID and words in error.error_msg
        assert "the subtitle file of the scene with sequence_no 1" in error.error_msg

    def test_more_than_a_megabyte_is_not_taken(self, made: Made) -> None:
        answer = requests.put(made.file.subtitle_file_upload_url, data=b"x" * (1024 * 1024 + 1), timeout=10)
        assert answer.status_code >= 400

    def test_one_made_for_an_earlier_text_is_refused(self, client: Any) -> None:
        script_id = edited(client, "Hello there.", srt("00:00:00,100 --> 00:00:00,500\nHi"))
        body = m.UpdateVideoScriptsReq(shoot_scripts=[text_scene(1, "Good morning to you.")])
        client.update_video_script(m.UpdateVideoScriptRequest(script_id=script_id, body=body))
        error = refused(lambda: order(client, script_id))
        assert "was edited for another text" in error.error_msg
        assert "create_subtitle_file" in error.error_msg


class TestStyle:
    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"font_name": "Nowhere Sans"}, "there is no font 'Nowhere Sans' on this machine; there are"),
            ({"font_size": 12}, "font_size is 12: give 24 to 120"),
            ({"w": 600, "dx": 100}, "leave the picture"),
            ({"h": 100, "dy": 300}, "leave the picture"),
            ({"w": 60}, "subtitle_config.w is 60"),
            ({"h": 10, "dy": 0}, "subtitle_config.h is 10"),
        ],
    )
    def test_what_cannot_be_drawn_is_refused(self, client: Any, members: dict[str, Any], words: str) -> None:
        script_id = str(new_script(client, text_scene(1, "Hello.")).script_id)
        config = video_config(subtitle_config=m.SubtitleConfig(**members))
        error = refused(lambda: order(client, script_id, video_config=config))
        assert "video_config.subtitle_config" in error.error_msg and words in error.error_msg

    def test_a_character_without_a_font_is_named(self, client: Any) -> None:
        script_id = edited(client, "Hello.", srt("00:00:00,100 --> 00:00:00,500\nHi \U000e0fff"))
        assert "U+E0FFF" in refused(lambda: order(client, script_id)).error_msg


@dataclass
class Finished:
    client: Any
    asset: Any
    frames: list[Any]


@pytest.fixture(scope="module")
def finished(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A video of two scenes; the second one's subtitles were edited."""
    client = server.client()
    script = new_script(client, text_scene(1, "Lamps shine all night."), text_scene(2, "Nobody pays for it."))
    (file,) = generated(client, script_id=script.script_id, sequence_no=2)
    text = "WEBVTT\n\n00:00.200 --> 00:01.000\nWWWWWWWWWWWWWW, it is!\n"
    assert requests.put(file.subtitle_file_upload_url, data=text.encode(), timeout=10).status_code == 200
    look = m.SubtitleConfig(font_color="#FFD200", stroke_color="#000000", font_size=30)
    job_id = order(client, script.script_id, video_config=video_config(subtitle_config=look))
    request = m.Show2DDigitalHumanVideoRequest(job_id=job_id)
    job = until(
        lambda: client.show2_d_digital_human_video(request),
        lambda shown: shown.state not in ("WAITING", "PROCESSING"),
        420,
    )
    assert job.state == "SUCCEED", job.error_info
    asset_id = job.output_asset_config.asset_id
    asset = client.show_asset(m.ShowAssetRequest(asset_id=asset_id))
    path = tmp_path_factory.mktemp("video") / "video.mp4"
    path.write_bytes(requests.get(job.output_asset_config.preview_video_url, timeout=60).content)
    return Finished(client, asset, list(read_frames(path)))


def subtitle_file(finished: Finished, name: str) -> list[Cue]:
    (file,) = [file for file in finished.asset.files if file.file_name == name]
    assert file.asset_file_category == "OTHER"
    return fetched(file.download_url)


def yellow(frame: Any) -> Any:
    return np.abs(frame.astype(int) - YELLOW).max(axis=2) < 70


@pytest.mark.slow
class TestCreate2DDigitalHumanVideo:
    def test_the_video_keeps_its_subtitles_as_files(self, finished: Finished) -> None:
        first, second = subtitle_file(finished, "subtitles.srt")
        assert first.lines == ("Lamps shine all night",)
        assert second.lines == ("WWWWWWWWWWWWWW, it is!",)
        assert second.start_ms > first.end_ms and second.end_ms - second.start_ms == 800
        assert subtitle_file(finished, "subtitles.vtt") == [first, second]
        for one, other in zip(subtitle_file(finished, "subtitles.ass"), (first, second), strict=True):
            assert one.lines == other.lines and abs(one.start_ms - other.start_ms) <= 5

    def test_what_is_seen_is_what_the_files_say(self, finished: Finished) -> None:
        cues = subtitle_file(finished, "subtitles.srt")
        seen = [number for number, frame in enumerate(finished.frames) if yellow(frame).sum() > 150]
        moments = [(number + 0.5) * 40 for number in range(len(finished.frames))]
        spoken = [any(cue.start_ms <= at < cue.end_ms for cue in cues) for at in moments]
        assert seen == [number for number, is_spoken in enumerate(spoken) if is_spoken]
        for cue in cues:
            rows = np.flatnonzero(yellow(finished.frames[(cue.start_ms + cue.end_ms) // 80]).any(axis=1))
            assert rows[0] > 0.7 * SIZE[1] and rows[-1] < 0.97 * SIZE[1]

    def test_the_edited_words_are_drawn(self, finished: Finished) -> None:
        first, second = subtitle_file(finished, "subtitles.srt")
        ink = [yellow(finished.frames[(cue.start_ms + cue.end_ms) // 80]).sum() for cue in (first, second)]
        assert ink[1] > 1.2 * ink[0], "fourteen Ws hold more ink than what would have been said"
