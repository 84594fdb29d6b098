"""Video scripts, by the public SDK against a real server."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m

pytestmark = pytest.mark.contract


def text_scene(number: int, text: str) -> Any:
    return m.ShootScriptItem(
        sequence_no=number,
        shoot_script=m.ShootScript(script_type="TEXT", text_config=m.TextConfig(text=text)),
    )


def audio_scene(number: int) -> Any:
    return m.ShootScriptItem(sequence_no=number, shoot_script=m.ShootScript(script_type="AUDIO"))


def full_script(**members: Any) -> Any:
    defaults = dict(
        script_name="Harvest report",
        script_description="The autumn figures",
        view_mode="LANDSCAPE",
        model_asset_id="0" * 32,
        model_asset_type="HUMAN_MODEL_2D",
        voice_config=m.VoiceConfig(voice_asset_id="kokoro-af_heart", speed=90, pitch=110, volume=140),
        video_config=m.VideoConfig(codec="H264", bitrate=3000, width=1280, height=720, frame_rate="25"),
        priv_data='{"page": 3}',
        shoot_scripts=[
            m.ShootScriptItem(
                sequence_no=4,
                shoot_script=m.ShootScript(
                    script_type="TEXT",
                    text_config=m.TextConfig(text="The harvest was good this year."),
                    background_config=[
                        m.BackgroundConfigInfo(background_type="COLOR", background_color_config="#00AA88")
                    ],
                    layer_config=[
                        m.LayerConfig(
                            layer_type="HUMAN",
                            position=m.LayerPositionConfig(dx=10, dy=-20, layer_index=2),
                            size=m.LayerSizeConfig(width=600, height=500),
                        )
                    ],
                ),
            )
        ],
    )
    return m.CreateVideoScriptsReq(**{**defaults, **members})


def without_none(value: Any) -> Any:
    """A model as the SDK sends it."""
    if isinstance(value, dict):
        return {name: without_none(member) for name, member in value.items() if member is not None}
    return [without_none(member) for member in value] if isinstance(value, list) else value


def create(client: Any, body: Any) -> Any:
    return client.create_video_scripts(m.CreateVideoScriptsRequest(body=body))


def show(client: Any, script_id: str) -> Any:
    return client.show_video_script(m.ShowVideoScriptRequest(script_id=script_id))


def refused(client: Any, body: Any) -> Any:
    with pytest.raises(ClientRequestException) as caught:
        create(client, body)
    return caught.value


class TestCreateVideoScripts:
    def test_what_is_given_is_shown_again(self, client: Any) -> None:
        body = full_script()
        script_id = create(client, body).script_id
        shown = show(client, script_id).to_json_object()
        given = without_none(body.to_dict())
        assert {name: shown[name] for name in given} == given
        assert shown["shoot_scripts"][0]["shoot_script"]["layer_config"][0]["position"]["dy"] == -20
        assert len(shown["create_time"]) == 20

    def test_a_recording_is_uploaded_and_downloaded(self, client: Any) -> None:
        answer = create(client, full_script(shoot_scripts=[text_scene(0, "Hello."), audio_scene(1)]))
        (item,) = answer.audio_files.audio_file_url
        assert item.sequence_no == 1
        assert requests.put(item.audio_file_upload_url, data=b"RIFFsound", timeout=10).status_code == 200
        (shown,) = show(client, answer.script_id).audio_files.audio_file_url
        assert requests.get(shown.audio_file_download_url, timeout=10).content == b"RIFFsound"

    def test_too_many_scenes(self, client: Any) -> None:
        scenes = [text_scene(number, "Hello.") for number in range(101)]
        error = refused(client, full_script(shoot_scripts=scenes))
        assert (error.status_code, error.error_code) == (400, "MSS.10000003")
        assert "101 scenes" in error.error_msg

    def test_the_same_number_twice(self, client: Any) -> None:
        error = refused(client, full_script(shoot_scripts=[text_scene(3, "One."), text_scene(3, "Two.")]))
        assert "shoot_scripts[1].sequence_no 3 occurs twice" in error.error_msg

    def test_a_scene_of_ten_thousand_characters_is_the_limit(self, client: Any) -> None:
        create(client, full_script(shoot_scripts=[text_scene(0, "a" * 10_000)]))
        error = refused(client, full_script(shoot_scripts=[text_scene(0, "a" * 10_001)]))
        assert "10001 characters" in error.error_msg

    def test_a_hundred_thousand_characters_in_all_are_the_limit(self, client: Any) -> None:
        scenes = [text_scene(number, "a" * 10_000) for number in range(10)]
        create(client, full_script(shoot_scripts=scenes))
        error = refused(client, full_script(shoot_scripts=[*scenes, text_scene(10, "a")]))
        assert "100001 characters" in error.error_msg


class TestListVideoScripts:
    def test_by_name_and_in_pages(self, client: Any) -> None:
        for number in range(3):
            create(client, full_script(script_name=f"Quarterly {number}", view_mode="VERTICAL"))
        request = m.ListVideoScriptsRequest(name="quarterly", limit=2, view_mode="VERTICAL")
        page = client.list_video_scripts(request)
        assert page.count == 3
        assert [script.script_name for script in page.video_scripts] == ["Quarterly 2", "Quarterly 1"]
        assert page.video_scripts[0].text == "The harvest was good this year."
        rest = client.list_video_scripts(m.ListVideoScriptsRequest(name="quarterly", offset=2))
        assert [script.script_name for script in rest.video_scripts] == ["Quarterly 0"]

    def test_there_are_no_templates(self, client: Any) -> None:
        request = m.ListVideoScriptsRequest(script_catalog="SYSTEM_VIDEO_TEMPLET")
        assert client.list_video_scripts(request).count == 0


class TestUpdateVideoScript:
    def test_only_what_is_given_changes(self, client: Any) -> None:
        script_id = create(client, full_script()).script_id
        body = m.UpdateVideoScriptsReq(script_name="Spring report", shoot_scripts=[audio_scene(7)])
        answer = client.update_video_script(m.UpdateVideoScriptRequest(script_id=script_id, body=body))
        assert answer.audio_files.audio_file_url[0].sequence_no == 7
        shown = show(client, script_id)
        assert shown.script_name == "Spring report"
        assert shown.priv_data == '{"page": 3}'
        assert [scene.sequence_no for scene in shown.shoot_scripts] == [7]


class TestCopyVideoScripts:
    def test_a_copy_has_its_own_recordings(self, client: Any) -> None:
        source = create(client, full_script(shoot_scripts=[audio_scene(1)]))
        requests.put(source.audio_files.audio_file_url[0].audio_file_upload_url, data=b"one", timeout=10)
        copy = client.copy_video_scripts(m.CopyVideoScriptsRequest(script_id=source.script_id)).script_id
        client.delete_video_script(m.DeleteVideoScriptRequest(script_id=source.script_id))
        (item,) = show(client, copy).audio_files.audio_file_url
        assert requests.get(item.audio_file_download_url, timeout=10).content == b"one"


class TestDeleteVideoScript:
    def test_a_deleted_script_is_gone_with_its_recordings(self, client: Any) -> None:
        source = create(client, full_script(shoot_scripts=[audio_scene(1)]))
        requests.put(source.audio_files.audio_file_url[0].audio_file_upload_url, data=b"one", timeout=10)
        link = show(client, source.script_id).audio_files.audio_file_url[0].audio_file_download_url
        client.delete_video_script(m.DeleteVideoScriptRequest(script_id=source.script_id))
        assert requests.get(link, timeout=10).status_code == 404
        with pytest.raises(ClientRequestException) as caught:
            show(client, source.script_id)
        assert caught.value.error_code == "MSS.00000002"

    def test_another_tenant_sees_nothing(self, client: Any, other_client: Any) -> None:
        script_id = create(client, full_script()).script_id
        with pytest.raises(ClientRequestException):
            show(other_client, script_id)
