"""A deck is uploaded, becomes pages, and then scenes: by the public SDK."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from huaweicloudsdkmetastudio.v1 import model as m
from PIL import Image
from tests.contract.conftest import Upload, new_asset, refused, upload_file
from tests.slides.making import BLUE, GREEN, RED, add_box, add_slide, add_text, animate, new_deck, save

pytestmark = pytest.mark.contract

NOTES = ("Welcome. [click] This is red. [click] And this is blue.", "", "Thank you.")


def deck_bytes(folder: Path) -> bytes:
    """Three pages, the first with two clicks, the second without notes."""
    deck = new_deck()
    slide = add_slide(deck, "Boxes", NOTES[0])
    red, blue, green = add_box(slide, RED, 1), add_box(slide, BLUE, 5), add_box(slide, GREEN, 9)
    animate(slide, [[(red, "entr", None)], [(blue, "entr", None), (green, "exit", None)]])
    add_text(add_slide(deck, "Silence"), "Set in Foo", "Foo Grotesk")
    add_slide(deck, "End", NOTES[2])
    return save(deck, folder).read_bytes()


def shown(client: Any, asset_id: str) -> Any:
    return client.show_asset(m.ShowAssetRequest(asset_id=asset_id))


def read(client: Any, asset_id: str) -> Any:
    """The asset once its deck was read, or could not be."""
    deadline = time.monotonic() + 240
    while True:
        asset = shown(client, asset_id)
        if asset.asset_extra_meta.ppt_meta.ppt_analysis_status in ("SUCCEEDED", "FAILED"):
            return asset
        assert time.monotonic() < deadline, asset
        time.sleep(0.5)


def upload_deck(client: Any, data: bytes, **meta: Any) -> str:
    extra = m.AssetExtraMeta(ppt_meta=m.PPTAssetMeta(**meta))
    asset_id = new_asset(client, "PPT", "Boxes", asset_extra_meta=extra)
    upload_file(client, asset_id, Upload(data, name="boxes.pptx", type="PPTX"))
    return asset_id


@pytest.fixture(scope="module")
def deck(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The asset of a deck that was read."""
    client = server.client()
    return read(client, upload_deck(client, deck_bytes(tmp_path_factory.mktemp("deck")), auto_analysis=True))


def scene_of(asset_id: str, **members: Any) -> Any:
    background = m.BackgroundConfigInfo(background_type="IMAGE", background_asset_id=asset_id)
    script = m.ShootScript(script_type="TEXT", background_config=[background], **members)
    return m.ShootScriptItem(sequence_no=1, shoot_script=script)


def scenes(client: Any, asset_id: str, **members: Any) -> list[Any]:
    body = m.CreateVideoScriptsReq(
        script_name="Boxes",
        video_config=m.VideoConfig(bitrate=1000, width=640, height=360),
        shoot_scripts=[scene_of(asset_id, **members)],
    )
    made = client.create_video_scripts(m.CreateVideoScriptsRequest(body=body))
    script = client.show_video_script(m.ShowVideoScriptRequest(script_id=made.script_id))
    return list(script.shoot_scripts)


class TestPages:
    def test_each_page_is_a_file_with_its_notes(self, deck: Any) -> None:
        meta = deck.asset_extra_meta.ppt_meta
        assert (deck.asset_state, meta.ppt_analysis_status, meta.page_count) == ("ACTIVED", "SUCCEEDED", 3)
        assert [page.page_content or "" for page in meta.pages] == list(NOTES)
        files = {file.file_id: file for file in deck.files}
        for page in meta.pages:
            file = files[page.file_id]
            assert file.asset_file_category == "PAGE"
            answer = httpx.get(file.download_url)
            assert Image.open(BytesIO(answer.content)).size == (1920, 1080)

    def test_steps_and_the_cover_are_files_too(self, deck: Any) -> None:
        names = {file.file_name: file.asset_file_category for file in deck.files}
        assert names["page-001-step-0.png"] == "OTHER"
        assert names["cover.jpg"] == "COVER"

    def test_missing_fonts_are_told(self, server: Any, client: Any, deck: Any) -> None:
        described = next(file for file in deck.files if file.file_name == "deck.json")
        fonts = {font["name"]: font for font in httpx.get(described.download_url).json()["fonts"]}
        assert fonts["Foo Grotesk"]["is_installed"] is False
        assert fonts["Foo Grotesk"]["replaced_by"]

    def test_whoever_reads_it_alone_is_left_alone(self, client: Any, tmp_path: Path) -> None:
        asset_id = upload_deck(client, deck_bytes(tmp_path), auto_analysis=False)
        assert shown(client, asset_id).asset_extra_meta.ppt_meta.ppt_analysis_status is None
        error = refused(lambda: scenes(client, asset_id))
        assert "not there yet: upload its main file again with ppt_meta.auto_analysis true" in error.message

    def test_a_deck_that_cannot_be_read_says_why(self, client: Any) -> None:
        from tests.media import lies

        asset = read(client, upload_deck(client, lies.pptx(2)))
        meta = asset.asset_extra_meta.ppt_meta
        assert (asset.asset_state, meta.ppt_analysis_status) == ("ACTIVED", "FAILED")
        assert "boxes.pptx is damaged" in meta.error_info.error_msg

    def test_other_tenants_have_no_scenes_of_it(self, other_client: Any, deck: Any) -> None:
        made = scenes(other_client, deck.asset_id)
        assert len(made) == 1  # it stands for nothing that this tenant may see
        assert made[0].shoot_script.text_config is None


class TestScenes:
    def test_notes_become_scenes_with_their_steps(self, client: Any, deck: Any) -> None:
        made = scenes(client, deck.asset_id)
        assert [scene.sequence_no for scene in made] == [1, 2, 3, 4, 5]
        pictures = [scene.shoot_script.background_config[0].background_config for scene in made]
        assert pictures == [
            "page-001-step-0.png", "page-001-step-1.png", "page-001.png", "page-002.png", "page-003.png",
        ]  # fmt: skip
        texts = [scene.shoot_script.text_config.text for scene in made]
        assert texts[:3] == ["Welcome.", "This is red.", "And this is blue."]
        assert texts[3] == '<speak><break time="5000ms"/></speak>'
        layer = made[0].shoot_script.layer_config[0]
        assert layer.layer_type == "HUMAN"
        assert layer.position.dx + layer.size.width == 640
        assert layer.position.dy + layer.size.height == 360

    def test_pages_without_notes_can_last_otherwise_or_be_left_out(self, client: Any, deck: Any) -> None:
        silent = scenes(client, deck.asset_id, audio_duration=12)[3]
        assert silent.shoot_script.text_config.text.count("<break") == 2
        assert len(scenes(client, deck.asset_id, audio_duration=0)) == 4

    def test_a_place_of_ones_own(self, client: Any, deck: Any) -> None:
        layer = m.LayerConfig(
            layer_type="HUMAN",
            position=m.LayerPositionConfig(dx=0, dy=200, layer_index=1),
            size=m.LayerSizeConfig(width=160, height=160),
        )
        made = scenes(client, deck.asset_id, layer_config=[layer])
        assert {scene.shoot_script.layer_config[0].position.dx for scene in made} == {0}
