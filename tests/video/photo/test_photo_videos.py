"""Photos that speak, and business cards, by the public SDK against a real server."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.conftest import RunningServer
from tests.photos import jpeg, portrait

from greenroom.media.decode import frame_at
from greenroom.media.probe import probe

pytestmark = [pytest.mark.contract, pytest.mark.media, pytest.mark.slow]

VOICE = "piper-en_US-joe"
SIDE = 320


def photo() -> str:
    return base64.b64encode(jpeg(portrait(SIDE))).decode()


def until(look: Callable[[], Any], seconds: float = 600) -> Any:
    deadline = time.monotonic() + seconds
    while (seen := look()).state in ("WAITING", "PROCESSING"):
        assert time.monotonic() < deadline, seen
        time.sleep(1)
    return seen


def scene(**members: Any) -> Any:
    script = {"script_type": "TEXT", "text_config": m.TextConfig(text="Papa may."), **members}
    return m.ShootScriptItem(sequence_no=1, shoot_script=m.ShootScript(**script))


def order(**members: Any) -> Any:
    defaults: dict[str, Any] = dict(
        human_image=photo(),
        voice_config=m.VoiceConfig(voice_asset_id=VOICE),
        video_config=m.PhotoVideoConfig(codec="H264", bitrate=800),
        shoot_scripts=[scene()],
        output_asset_config=m.OutputAssetConfig(asset_name="Greeting"),
        authorize_use_human_image=True,
    )
    return m.CreatePhotoDigitalHumanVideoReq(**{**defaults, **members})


def create(client: Any, body: Any) -> str:
    request = m.CreatePhotoDigitalHumanVideoRequest(body=body)
    return str(client.create_photo_digital_human_video(request).job_id)


def show(client: Any, job_id: str, **query: Any) -> Any:
    request = m.ShowPhotoDigitalHumanVideoRequest(job_id=job_id, **query)
    return client.show_photo_digital_human_video(request)


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientRequestException) as caught:
        call()
    return str(caught.value.error_msg)


class TestPhotoDetection:
    def _detected(self, client: Any, picture: bytes) -> Any:
        body = m.CreatePhotoDetectionReq(human_image=base64.b64encode(picture).decode())
        job_id = client.create_photo_detection(m.CreatePhotoDetectionRequest(body=body)).job_id
        return until(lambda: client.show_photo_detection(m.ShowPhotoDetectionRequest(job_id=job_id)))

    def test_a_portrait_is_fit_and_a_wall_is_not(self, client: Any) -> None:
        assert self._detected(client, jpeg(portrait(SIDE))).state == "SUCCEED"
        wall = self._detected(client, jpeg(np.full((400, 400, 3), 180, np.uint8)))
        assert wall.state == "FAILED"
        assert "No face is found" in wall.error_info.error_msg

    def test_what_is_no_picture_is_refused_at_once(self, client: Any) -> None:
        for data in (b"#!/bin/sh\nexit\n" + b"x" * 80, b"\x89PNG\r\n\x1a\n" + b"x" * 80):
            body = m.CreatePhotoDetectionReq(human_image=base64.b64encode(data).decode())
            request = m.CreatePhotoDetectionRequest(body=body)
            assert "human_image" in refused(partial(client.create_photo_detection, request))


class TestPhotoVideo:
    def test_a_photo_says_a_text(self, server: RunningServer) -> None:
        client = server.client()
        job_id = create(client, order())
        shown = show(client, job_id, show_script=True)
        assert shown.job_type == "PHOTO_DIGITAL_HUMAN_VIDEO"
        assert shown.shoot_scripts[0].shoot_script.text_config.text == "Papa may."
        done = until(lambda: show(client, job_id))
        assert done.state == "SUCCEED", done.error_info
        request = m.ListDigitalHumanVideoRequest(job_type="PHOTO_DIGITAL_HUMAN_VIDEO")
        assert job_id in [job.job_id for job in client.list_digital_human_video(request).jobs]
        path = server.data_dir / "photo.mp4"
        path.write_bytes(requests.get(done.output_asset_config.preview_video_url, timeout=30).content)
        info = probe(path)
        assert info.video is not None and info.audio is not None
        assert (info.video.width, info.video.height) == (SIDE, SIDE)
        first = frame_at(path, 0.0).astype(int)
        assert np.abs(first - portrait(SIDE)).mean() < 12, "the picture is that of the photo"
        other = server.client(server.other_credentials)
        assert "no video job" in refused(lambda: show(other, job_id))

    def test_what_cannot_be_made_is_refused_in_words(self, client: Any) -> None:
        assert "authorize_use_human_image" in refused(
            lambda: create(client, order(authorize_use_human_image=False))
        )
        assert "only links of this service" in refused(
            lambda: create(client, order(human_image="https://elsewhere.example/portrait.jpg"))
        )
        small = base64.b64encode(jpeg(portrait(200))).decode()
        assert "at least 256 pixels" in refused(lambda: create(client, order(human_image=small)))


class TestCancelled:
    def test_only_a_photo_video_that_waits(self, client: Any) -> None:
        request = m.CancelPhotoDigitalHumanVideoRequest(job_id="a" * 32)
        assert "no video job" in refused(lambda: client.cancel_photo_digital_human_video(request))


class TestBusinessCard:
    def _body(self, **members: Any) -> Any:
        defaults: dict[str, Any] = dict(
            business_card_type="2D_DIGITAL_HUMAN_CARD",
            card_templet_asset_id="business-card-light",
            card_text_config=m.BusinessCardTextConfig(name="Mira Halloway", company="Northlight Lamps"),
            card_image_config=m.BusinessCardImageConfig(
                human_image=photo(), logo_image=photo(), authorize_use_human_image=True
            ),
            introduction_type="TEXT",
            introduction_text="Hi.",
            voice_asset_id=VOICE,
            video_asset_name="Mira's card",
        )
        return m.CreateDigitalHumanBusinessCardReq(**{**defaults, **members})

    def _create(self, client: Any, **members: Any) -> str:
        request = m.CreateDigitalHumanBusinessCardRequest(body=self._body(**members))
        return str(client.create_digital_human_business_card(request).job_id)

    def _info(self, client: Any, job_id: str) -> Any:
        request = m.ShowDigitalHumanBusinessCardRequest(job_id=job_id)
        return client.show_digital_human_business_card(request).job_info

    def test_from_the_request_to_the_video_and_away(self, server: RunningServer) -> None:
        client = server.client()
        job_id = self._create(client)
        request = m.ShowDigitalHumanBusinessCardRequest(job_id=job_id)
        shown = client.show_digital_human_business_card(request)
        assert shown.card_text_config.name == "Mira Halloway"
        assert requests.get(shown.card_image_url.human_image_url, timeout=30).content == jpeg(portrait(SIDE))
        done = until(lambda: self._info(client, job_id))
        assert done.state == "SUCCEED", done.error_info
        path = server.data_dir / "card.mp4"
        path.write_bytes(requests.get(done.output_asset_config.preview_video_url, timeout=30).content)
        picture = frame_at(path, 0.0)
        assert picture.shape == (1080, 1920, 3)
        assert (picture[:, 900:] < 90).any(), "texts stand on the right"
        listed = client.list_digital_human_business_card(
            m.ListDigitalHumanBusinessCardRequest(state="SUCCEED", video_asset_name="mira")
        )
        assert [job.job_id for job in listed.jobs] == [job_id]
        videos = client.list_digital_human_video(m.ListDigitalHumanVideoRequest())
        assert "Mira's card" not in [
            job.output_asset_config.asset_name for job in videos.jobs if job.output_asset_config
        ]
        other = server.client(server.other_credentials)
        assert "no business card" in refused(lambda: other.show_digital_human_business_card(request))
        change = m.UpdateDigitalHumanBusinessCardRequest(
            job_id=job_id,
            body=self._body(card_text_config=m.BusinessCardTextConfig(name="Mira H.")),
        )
        assert client.update_digital_human_business_card(change).job_id == job_id
        assert client.show_digital_human_business_card(request).card_text_config.name == "Mira H."
        client.delete_digital_human_business_card(m.DeleteDigitalHumanBusinessCardRequest(job_id=job_id))
        assert "no business card" in refused(lambda: client.show_digital_human_business_card(request))

    def test_what_cannot_be_made_is_refused_in_words(self, client: Any) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"card_templet_asset_id": "business-card-pink"}, "no asset has the id"),
            ({"introduction_text": None}, "introduction_text is missing"),
            ({"card_text_config": m.BusinessCardTextConfig()}, "card_text_config is empty"),
            (
                {"card_image_config": m.BusinessCardImageConfig(human_image=photo())},
                "card_image_config.authorize_use_human_image",
            ),
        ]
        for members, words in cases:
            assert words in refused(partial(self._create, client, **members))
