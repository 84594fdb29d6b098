"""What `create2_d_digital_human_video` refuses, by the public SDK against a real server."""

from __future__ import annotations

from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.video.test_jobs import upload_avatar

pytestmark = pytest.mark.contract

Scene = dict[str, Any]


def text_scene(number: int = 1, **members: Any) -> Any:
    script = {"script_type": "TEXT", "text_config": m.TextConfig(text="Hello."), **members}
    return m.ShootScriptItem(sequence_no=number, shoot_script=m.ShootScript(**script))


def order(**members: Any) -> Any:
    defaults: dict[str, Any] = dict(
        model_asset_id="a" * 32,
        voice_config=m.VoiceConfig(voice_asset_id="kokoro-af_heart"),
        video_config=m.VideoConfig(bitrate=3000, width=1280, height=720),
        shoot_scripts=[text_scene()],
    )
    return m.Create2DDigitalHumanVideoReq(**{**defaults, **members})


def video(**members: Any) -> Any:
    return m.VideoConfig(**{"bitrate": 3000, "width": 1280, "height": 720, **members})


def layer(layer_type: str, **members: Any) -> list[Any]:
    return [m.LayerConfig(layer_type=layer_type, **members)]


def background(background_type: str, **members: Any) -> list[Any]:
    return [m.BackgroundConfigInfo(background_type=background_type, **members)]


def refused(client: Any, body: Any) -> Any:
    with pytest.raises(ClientRequestException) as caught:
        client.create2_d_digital_human_video(m.Create2DDigitalHumanVideoRequest(body=body))
    assert caught.value.status_code in (400, 404)
    return caught.value


@pytest.mark.parametrize(
    ("members", "named"),
    [
        (
            {
                "shoot_scripts": [
                    text_scene(layer_config=layer("HUMAN", rotation=m.LayerRotationConfig(angle=45)))
                ]
            },
            "layer_config[0].rotation.angle",
        ),
        ({"shoot_scripts": [text_scene(background_config=background("AUDIO"))]}, "background_type"),
    ],
)
def test_what_is_not_built_is_refused_by_name(client: Any, members: dict[str, Any], named: str) -> None:
    error = refused(client, order(**members))
    assert named in error.error_msg
    assert "not supported yet" in error.error_msg


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"shoot_scripts": []}, "shoot_scripts is empty"),
        ({"shoot_scripts": [text_scene(1), text_scene(1)]}, "occurs twice"),
        ({"video_config": None}, "video_config is missing"),
        ({"video_config": video(width=1281)}, "video_config.width is 1281"),
        ({"video_config": video(height=16)}, "video_config.height is 16"),
        ({"video_config": video(clip_mode="CROP", dx=-10)}, "video_config.dx is -10"),
        ({"video_config": video(codec="QTRLE", width=3840, height=2160)}, "video_config.codec: QTRLE"),
        ({"model_asset_id": None}, "model_asset_id is missing"),
        ({"model_asset_id": "kokoro-af_heart"}, "kokoro-af_heart"),
        ({"model_asset_id": "c" * 32}, "no asset has the id"),
        ({"script_id": "d" * 32}, "no video script has the id"),
        ({"video_config": video(bitrate=1)}, "bitrate"),
        ({"shoot_scripts": [text_scene(text_config=m.TextConfig(text="a" * 10_001))]}, "10001 characters"),
    ],
)
def test_what_cannot_be_made_is_refused_in_words(client: Any, members: dict[str, Any], words: str) -> None:
    assert words in refused(client, order(**members)).error_msg


def test_the_sdk_sends_what_its_classes_do_not_have(client: Any) -> None:
    """`x_greenroom` of a scene in a plain dict, as `examples/dialogue.py` has it."""
    said = {"script_type": "TEXT", "text_config": {"text": "Hello."}}
    body = {
        "model_asset_id": upload_avatar(client),
        "voice_config": {"voice_asset_id": "kokoro-af_heart"},
        "video_config": {"bitrate": 3000, "width": 1280, "height": 720},
        "shoot_scripts": [
            {"sequence_no": 1, "shoot_script": said},
            {"sequence_no": 2, "shoot_script": said, "x_greenroom": {"model_asset_id": "c" * 32}},
        ],
    }
    words = refused(client, body).error_msg
    assert words.startswith("shoot_scripts[1].x_greenroom.model_asset_id: no asset has the id")
    body["shoot_scripts"][1]["x_greenroom"] = {"framing": "head"}  # type: ignore[index]
    request = m.Create2DDigitalHumanVideoRequest(body=body)
    assert client.create2_d_digital_human_video(request).job_id


class TestMusic:
    """Music is an asset of type MUSIC."""

    def _refused(self, client: Any, asset_id: str) -> str:
        music = m.BackgroundMusicConfig(music_asset_id=asset_id, volume=20)
        body = order(model_asset_id=upload_avatar(client), background_music_config=music)
        return str(refused(client, body).error_msg)

    def test_what_is_not_there_is_refused(self, client: Any) -> None:
        assert "no asset has the id" in self._refused(client, "b" * 32)

    def test_what_is_no_music_is_refused(self, client: Any) -> None:
        words = self._refused(client, upload_avatar(client))
        assert "is of type HUMAN_MODEL_2D: give one of type MUSIC" in words

    def test_music_that_is_not_uploaded_yet_is_refused(self, client: Any) -> None:
        body = m.CreateDigitalAssetRequestBody(asset_name="Song", asset_type="MUSIC")
        made = client.create_digital_asset(m.CreateDigitalAssetRequest(body=body))
        assert "upload its main file" in self._refused(client, made.asset_id)


class TestOutputs:
    @pytest.mark.parametrize("codec", ["VP8", "VP9", "QTRLE"])
    def test_formats_of_the_contract_are_taken(self, client: Any, codec: str) -> None:
        wishes = video(codec=codec, is_end_at_first_frame=True, clip_mode="CROP", dx=100, dy=50)
        body = order(model_asset_id=upload_avatar(client), video_config=wishes)
        request = m.Create2DDigitalHumanVideoRequest(body=body)
        assert client.create2_d_digital_human_video(request).job_id


class TestActions:
    """An avatar is asked for what its asset says that it can do."""

    @pytest.fixture
    def avatar(self, client: Any) -> str:
        tags = [
            m.ActionTagInfo(action_name_en=name, action_name_zh=name, tag=tag, action_duration=2.0)
            for name, tag in (("Welcome", "welcome"), ("Nod", "nod"))
        ]
        meta = m.HumanModel2DAssetMeta(is_with_action_library=True, action_tag_map=tags)
        return upload_avatar(client, asset_extra_meta=m.AssetExtraMeta(human_model_2d_meta=meta))

    def _scene(self, *tags: str) -> Any:
        asks = [m.AudioDriveActionConfig(action_tag=tag, action_start_time=1.5) for tag in tags]
        return text_scene(audio_drive_action_config=asks)

    def test_what_it_can_do_is_taken(self, client: Any, avatar: str) -> None:
        body = order(
            model_asset_id=avatar,
            shoot_scripts=[self._scene("welcome", "nod")],
            action_config=m.ActionConfig(action_interval=4.5),
        )
        request = m.Create2DDigitalHumanVideoRequest(body=body)
        assert client.create2_d_digital_human_video(request).job_id

    def test_what_it_cannot_is_named_with_what_it_can(self, client: Any, avatar: str) -> None:
        body = order(model_asset_id=avatar, shoot_scripts=[self._scene("nod", "dance")])
        words = refused(client, body).error_msg
        assert "sequence_no 1: audio_drive_action_config[1].action_tag" in words
        assert "no action 'dance'; it has welcome, nod" in words

    def test_actions_marked_in_the_text(self, client: Any, avatar: str) -> None:
        def marked(tag: str) -> Any:
            text = f'<speak>Look <insert-action name="x" tag="{tag}"/>here.</speak>'
            return order(
                model_asset_id=avatar, shoot_scripts=[text_scene(text_config=m.TextConfig(text=text))]
            )

        words = refused(client, marked('nod"/><x a="')).error_msg
        assert "sequence_no 1: text_config.text: SSML, line 1, column " in words
        assert "there is no element <x>" in words
        words = refused(client, marked("dance")).error_msg
        assert "sequence_no 1: text_config.text: <insert-action>: the avatar has no action 'dance'" in words
        assert "it has welcome, nod" in words
        request = m.Create2DDigitalHumanVideoRequest(body=marked("nod"))
        assert client.create2_d_digital_human_video(request).job_id

    def test_an_avatar_without_actions_refuses_both_ways(self, client: Any) -> None:
        plain = upload_avatar(client)
        words = refused(client, order(model_asset_id=plain, shoot_scripts=[self._scene("nod")])).error_msg
        assert "the avatar has no actions, so it cannot do 'nod'" in words
        body = order(model_asset_id=plain, action_config=m.ActionConfig(action_interval=4.5))
        words = refused(client, body).error_msg
        assert "action_config.action_interval: the avatar has no actions; leave it out" in words


def test_unknown_jobs(client: Any) -> None:
    for call in (
        lambda: client.show2_d_digital_human_video(m.Show2DDigitalHumanVideoRequest(job_id="e" * 32)),
        lambda: client.cancel2_d_digital_human_video(m.Cancel2DDigitalHumanVideoRequest(job_id="e" * 32)),
    ):
        with pytest.raises(ClientRequestException) as caught:
            call()
        assert caught.value.error_code == "MSS.00000002"
