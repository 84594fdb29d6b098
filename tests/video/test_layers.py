"""Layers of a request: what is taken, in which order, and what is refused by the name of its member."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.prepared import migrate_new
from tests.stage.layer_files import GREEN, disc, gray_ramp, write_png, write_video

from greenroom.assets.service import NewAsset, ReadyFile, register_asset
from greenroom.assets.states import AssetType
from greenroom.errors import GreenroomError, InvalidParameterError
from greenroom.iam.service import create_credentials
from greenroom.jobs.errors import JobError
from greenroom.runtime import Runtime, Scope
from greenroom.scripts.texts import texts_of
from greenroom.scripts.wire import ShootScript, ShootScriptItem
from greenroom.settings import Settings
from greenroom.stage.layer_plan import AtEnd, Fit, LayerKind, Motion, MotionKind, Playback, Side, box_of
from greenroom.stage.subtitle_plan import Box
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.tenants.service import scope_of_project
from greenroom.video.errors import VideoContentError
from greenroom.video.features import check_features
from greenroom.video.layer_files import fetch_layers, layer_payload
from greenroom.video.layers import SceneLayers, plan_layers
from greenroom.video.plan import BackgroundPlan, HumanPlan, ScenePlan, VideoPlan
from greenroom.video.wire import Create2DDigitalHumanVideoReq

CANVAS = (1280, 720)
FIELD = "shoot_scripts[0].shoot_script"
VIDEO_META = {"video_codec": "h264", "width": 640, "height": 360, "frame_rate": "25", "duration": 10}
IMAGE_META = {"codec": "png", "width": 400, "height": 300}


class Studio:
    """A tenant's project without a server."""

    def __init__(self, runtime: Runtime, scope: Scope) -> None:
        self.runtime, self.scope = runtime, scope

    async def asset(
        self, name: str, data: bytes = b"data", meta: dict[str, Any] | None = None, scope: Scope | None = None
    ) -> str:
        """An asset of the type that the file's name tells, as if measured at its upload."""
        is_picture = name.endswith(("png", "jpg", "bmp"))
        kind = AssetType.IMAGE if is_picture else AssetType.VIDEO
        member, usual = ("image_meta", IMAGE_META) if is_picture else ("video_meta", VIDEO_META)
        measured = {member: usual | (meta or {})}
        async with self.runtime.transaction(scope or self.scope) as context:
            asset_id = context.new_id()
            key = f"assets/{context.project_id}/{asset_id}/main"
            await self.runtime.objects.put_bytes(key, data)
            file = ReadyFile(key, name, name.rpartition(".")[2].upper())
            new = NewAsset(name, kind, [file], extra_meta=measured, asset_id=asset_id)
            await register_asset(context, new)
        return asset_id

    async def link(self, data: bytes = b"data", key: str = "videos/somewhere/file") -> str:
        await self.runtime.objects.put_bytes(key, data)
        return self.runtime.links.download_url("http://localhost", key, life_s=600)

    async def plan(self, *layers: dict[str, Any], **members: Any) -> SceneLayers:
        script = ShootScript.model_validate({"layer_config": list(layers), **members})
        async with self.runtime.transaction(self.scope, read_only=True) as context:
            return await plan_layers(context, FIELD, script, CANVAS)

    async def refused(self, *layers: dict[str, Any], **members: Any) -> str:
        with pytest.raises(GreenroomError) as caught:
            await self.plan(*layers, **members)
        return caught.value.message


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    settings = Settings(data=tmp_path / "data")
    migrate_new(settings)
    runtime = Runtime.open(settings)
    made = await create_credentials(runtime, "acme", "cn-north-4")
    yield Studio(runtime, await scope_of_project(runtime, made.project_id))
    await runtime.close()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def text(words: str = "Autumn", **members: Any) -> dict[str, Any]:
    config = {"text_context": encoded(words), **members.pop("text_config", {})}
    return {"layer_type": "TEXT", "text_config": config, **members}


def at(index: int, dx: int = 0, dy: int = 0) -> dict[str, Any]:
    return {"position": {"dx": dx, "dy": dy, "layer_index": index}}


class TestOrder:
    async def test_by_layer_index_with_the_person_between(self, studio: Studio) -> None:
        person = {"layer_type": "HUMAN", **at(5)}
        made = await studio.plan(text("c", **at(9)), text("a", **at(2)), person, text("b", **at(7)))
        assert [planned.layer.text.text for planned in made.layers if planned.layer.text] == ["a", "b", "c"]
        assert made.below == 1
        assert made.layers[0].field == f"{FIELD}.layer_config[1]"

    async def test_of_the_same_index_the_later_one_is_above(self, studio: Studio) -> None:
        made = await studio.plan(text("a", **at(3)), {"layer_type": "HUMAN", **at(3)}, text("b", **at(3)))
        assert [planned.layer.text.text for planned in made.layers if planned.layer.text] == ["a", "b"]
        assert made.below == 1

    async def test_without_positions_the_person_is_below(self, studio: Studio) -> None:
        made = await studio.plan(text("top"), text("low", **at(100)), {"layer_type": "HUMAN"})
        assert [planned.layer.text.text for planned in made.layers if planned.layer.text] == ["low", "top"]
        assert made.below == 0

    async def test_a_background_video_is_the_lowest_layer(self, studio: Studio) -> None:
        clip = await studio.asset("sea.mp4")
        background = [{"background_type": "VIDEO", "background_asset_id": clip}]
        made = await studio.plan(text(), background_config=background)
        sea = made.layers[0].layer
        assert sea.fit is Fit.COVER and box_of(sea, (160, 90), CANVAS) == Box(0, 0, *CANVAS)
        # Of a part that is cut out it covers the whole, whose size is that of the avatar's picture.
        assert box_of(sea, (160, 90), (1920, 1080)) == Box(0, 0, 1920, 1080)
        assert sea.playback == Playback(loops=-1, volume=0.0) and made.below == 1


class TestMembers:
    async def test_a_video(self, studio: Studio) -> None:
        clip = await studio.asset("sea.mp4")
        made = await studio.plan(
            {
                "layer_type": "VIDEO",
                "asset_id": clip,
                **at(1, 10, -20),
                "size": {"width": 640},
                "rotation": {"angle": 360},
                "video_config": {"loop_count": -1, "video_sound": 40, "is_play_the_entire_video": True},
                "x_greenroom": {
                    "start_ms": 500,
                    "end_ms": 4000,
                    "entrance": {"kind": "slide", "side": "right"},
                    "exit": {"kind": "fade", "ms": 200},
                    "at_end": "hide",
                    "opacity": 0.5,
                },
            }
        )
        layer = made.layers[0].layer
        assert layer.kind is LayerKind.VIDEO
        assert (layer.x, layer.y, layer.width, layer.height) == (10, -20, 640, None)
        assert layer.playback == Playback(-1, 0.4, AtEnd.HIDE, whole=True)
        assert layer.entrance == Motion(MotionKind.SLIDE, 500, Side.RIGHT)
        assert layer.exit == Motion(MotionKind.FADE, 200)
        assert (layer.start_ms, layer.end_ms, layer.opacity, layer.angle) == (500, 4000, 0.5, 0)
        assert layer.source is not None and layer.source.endswith(f"{clip}/main")
        assert made.layers[0].format == "mp4"

    async def test_a_text(self, studio: Studio) -> None:
        made = await studio.plan(
            text(
                "Grüße\n2026",
                text_config={"font_size": 60, "font_color": "#ff000080"},
                x_greenroom={"outline": {"width": 3}, "shadow": {"color": "#102030"}, "align": "center"},
            )
        )
        look = made.layers[0].layer.text
        assert look is not None and (look.text, look.font_size, look.colour) == ("Grüße\n2026", 60, "#FF0000")
        assert look.opacity == pytest.approx(0.5, abs=0.01)
        assert look.outline is not None and (look.outline.colour, look.outline.width) == ("#000000", 3)
        assert look.shadow is not None and look.shadow.colour == "#102030"

    async def test_a_plan_survives_the_database(self, studio: Studio) -> None:
        made = await studio.plan(text(x_greenroom={"entrance": {"kind": "zoom"}}), text("b", **at(4)))
        scene = ScenePlan(1, "Hello.", None, BackgroundPlan(), HumanPlan(), (), None, made.layers, made.below)
        plan = VideoPlan("k", "a", None, 100, 100, 100, *CANVAS, 25, 3000, (scene,))
        assert VideoPlan.from_json(plan.to_json()) == plan
        old = plan.to_json()
        del old["scenes"][0]["layers"], old["scenes"][0]["layers_below"]
        assert VideoPlan.from_json(old).scenes[0].layers == ()

    async def test_its_text_passes_the_review(self) -> None:
        script = ShootScript.model_validate({"layer_config": [text("read me")]})
        found = texts_of([ShootScriptItem(sequence_no=1, shoot_script=script)])
        assert found == {f"{FIELD}.layer_config[0].text_config.text_context": "read me"}


class TestRefused:
    @pytest.mark.parametrize(
        ("layer", "words"),
        [
            ({"layer_type": "IMAGE"}, "layer_config[0]: give asset_id"),
            ({"layer_type": "VIDEO"}, "or video_url, a link of this service"),
            ({"layer_type": "TEXT"}, "layer_config[0].text_config.text_context is empty"),
            (
                {"layer_type": "TEXT", "text_config": {"text_context": "not base64!"}},
                "layer_config[0].text_config.text_context is not base64",
            ),
            (text(text_config={"font_size": 3}), "layer_config[0].text_config.font_size is 3: give 4 to 120"),
            (text(text_config={"font_color": "red"}), "layer_config[0].text_config.font_color is 'red'"),
            (text(text_config={"font_name": "Nowhere Sans"}), "text_config.font_name: there is no font"),
            (text("a\u0378"), "layer_config[0].text_config.text_context: no font of this machine has"),
            (text("wide " * 120, text_config={"font_size": 120}), "text_context: the text takes"),
            (text(x_greenroom={"start_ms": 500, "end_ms": 500}), "x_greenroom.end_ms is 500, not after"),
            (
                text(x_greenroom={"end_ms": 800, "entrance": {"kind": "fade"}, "exit": {"kind": "fade"}}),
                "layer_config[0].x_greenroom: entrance and exit take 1000 ms",
            ),
            (text(x_greenroom={"at_end": "hide"}), "x_greenroom.at_end is for layers of type VIDEO"),
            (text(x_greenroom={"fit": "cover"}), "x_greenroom.fit: a text is not scaled"),
            (
                {"layer_type": "IMAGE", "x_greenroom": {"outline": {}}},
                "x_greenroom.outline is for layers of type TEXT",
            ),
            (
                {"layer_type": "IMAGE", "image_config": {"image_url": "https://pictures.example/a.png"}},
                "layer_config[0].image_config.image_url: only links of this service",
            ),
            ({"layer_type": "IMAGE", "asset_id": "f" * 32}, "layer_config[0].asset_id: no asset has the id"),
        ],
    )
    async def test_by_the_name_of_the_member(self, studio: Studio, layer: dict[str, Any], words: str) -> None:
        message = await studio.refused(layer)
        assert words in message and message.startswith(FIELD)

    @pytest.mark.parametrize(
        ("name", "meta", "words"),
        [
            ("a.mp4", {"width": 3840, "height": 2160}, "larger than 1080p"),
            ("a.mp4", {"frame_rate": "60"}, "60 frames a second"),
            ("a.avi", {"video_codec": "mpeg4"}, "its codec is mpeg4"),
            ("a.mp4", {"video_codec": "vp9"}, "VP9 is taken in WebM files only"),
            ("a.webm", {"video_codec": "av1"}, "AV1 in a WebM file cannot be composited"),
            ("a.mp4", {"duration": 1801}, "longer than 30 minutes"),
            ("a.png", {"width": 2000, "height": 1200}, "larger than 1080p"),
            ("a.bmp", {}, "it is BMP, not PNG or JPG or JPEG"),
        ],
    )
    async def test_what_the_table_forbids(
        self, studio: Studio, name: str, meta: dict[str, Any], words: str
    ) -> None:
        asset_id = await studio.asset(name, meta=meta)
        kind = "IMAGE" if name.endswith(("png", "bmp")) else "VIDEO"
        message = await studio.refused(text(), {"layer_type": kind, "asset_id": asset_id})
        assert message.startswith(f"{FIELD}.layer_config[1].asset_id: the asset {asset_id}")
        assert words in message
        url = studio.runtime.links.download_url(
            "http://localhost", f"assets/{studio.scope.project_id}/{asset_id}/main", life_s=60
        )
        config = {f"{kind.lower()}_config": {f"{kind.lower()}_url": url}}
        assert words in await studio.refused({"layer_type": kind, **config}), "the link of the same file too"

    async def test_other_kinds_and_other_tenants(self, studio: Studio) -> None:
        picture = await studio.asset("a.png")
        assert "is of type IMAGE" in await studio.refused({"layer_type": "VIDEO", "asset_id": picture})
        made = await create_credentials(studio.runtime, "globex", "cn-north-4")
        theirs = await studio.asset("b.png", scope=await scope_of_project(studio.runtime, made.project_id))
        message = await studio.refused({"layer_type": "IMAGE", "asset_id": theirs})
        assert message.startswith(f"{FIELD}.layer_config[0].asset_id: no asset has the id")

    async def test_a_video_larger_than_can_be_scaled(self, studio: Studio) -> None:
        clip = await studio.asset("a.mp4", meta={"width": 360, "height": 640})
        message = await studio.refused({"layer_type": "VIDEO", "asset_id": clip, "size": {"width": 3000}})
        assert message.startswith(f"{FIELD}.layer_config[0].size: ") and "3000x5333" in message

    async def test_a_link_to_nothing(self, studio: Studio) -> None:
        url = await studio.link()
        await studio.runtime.objects.delete("videos/somewhere/file")
        message = await studio.refused({"layer_type": "VIDEO", "video_config": {"video_url": url}})
        assert message.startswith(f"{FIELD}.layer_config[0].video_config.video_url: the file behind the link")

    @pytest.mark.parametrize(
        ("kinds", "words"),
        [
            (["VIDEO"] * 3, "layer_config has 3 layers of type VIDEO: give at most 2"),
            (["HUMAN"] * 2, "layer_config has 2 layers of type HUMAN: give at most 1"),
            (["TEXT"] * 101, "layer_config has 101 layers: give at most 100"),
        ],
    )
    def test_too_many(self, kinds: list[str], words: str) -> None:
        scene = {"shoot_script": {"layer_config": [{"layer_type": kind} for kind in kinds]}}
        content = Create2DDigitalHumanVideoReq.model_validate({"shoot_scripts": [scene]})
        with pytest.raises(VideoContentError, match=words):
            check_features(content)

    def test_the_person_has_no_times(self) -> None:
        person = {"layer_type": "HUMAN", "x_greenroom": {"start_ms": 5}}
        content = Create2DDigitalHumanVideoReq.model_validate(
            {"shoot_scripts": [{"shoot_script": {"layer_config": [person]}}]}
        )
        with pytest.raises(InvalidParameterError, match=r"layer_config\[0\]\.x_greenroom"):
            check_features(content)


@pytest.mark.media
class TestFiles:
    """What the job fetches, and what it finds out about files that nobody examined before."""

    async def _fetched(self, studio: Studio, folder: Path, *layers: dict[str, Any]) -> dict[str, Any]:
        made = await studio.plan(*layers)
        scene = ScenePlan(1, "Hello.", None, BackgroundPlan(), HumanPlan(), (), None, made.layers, made.below)
        plan = VideoPlan("k", "a", None, 100, 100, 100, *CANVAS, 25, 3000, (scene,))
        folder.mkdir(exist_ok=True)

        async def fetch(key: str, path: Path, what: str) -> None:
            try:
                await studio.runtime.objects.download(key, path)
            except ObjectNotFoundError:
                raise JobError("MSS.10001004", f"{what} was deleted") from None

        await fetch_layers(plan, folder, fetch, studio.runtime.settings, CANVAS)
        return layer_payload(scene, folder)

    async def test_measures_come_with_the_files(self, studio: Studio, tmp_path: Path) -> None:
        sound = np.zeros(24_000, np.float32)
        clip = write_video(
            tmp_path / "clip.webm", gray_ramp(20), "libvpx-vp9", sound=sound, deadline="realtime"
        )
        url = await studio.link(clip.read_bytes())
        picture = await studio.asset("disc.png", write_png(tmp_path / "d.png", disc(40, GREEN)).read_bytes())
        layers = (
            {"layer_type": "VIDEO", "video_config": {"video_url": url}},
            {"layer_type": "IMAGE", "asset_id": picture},
            text(),
        )
        payload = await self._fetched(studio, tmp_path / "work", *layers)
        video, image, _ = payload["layers"]
        assert (video["clip"]["width"], video["clip"]["height"]) == (160, 120)
        assert video["clip"]["has_sound"]
        assert 780 <= video["clip"]["duration_ms"] <= 840
        assert image["clip"] is None
        assert all(Path(layer["source"]).is_file() for layer in (video, image))
        names = {path.name for path in (tmp_path / "work").iterdir()}
        again = await self._fetched(studio, tmp_path / "work", *layers)
        assert again == payload and {path.name for path in (tmp_path / "work").iterdir()} == names

    async def test_a_linked_file_that_is_not_fit_is_named(self, studio: Studio, tmp_path: Path) -> None:
        fast = write_video(tmp_path / "fast.mp4", gray_ramp(20, (64, 48)), fps=50).read_bytes()
        for data, words in ((b"#!/bin/sh\n", "the file is a script"), (fast, "50 frames a second")):
            url = await studio.link(data)
            layer = {"layer_type": "VIDEO", "video_config": {"video_url": url}}
            with pytest.raises(GreenroomError) as caught:
                await self._fetched(studio, tmp_path / str(len(data)), layer)
            assert caught.value.message.startswith(f"{FIELD}.layer_config[0]: ")
            assert words in caught.value.message

    async def test_a_file_that_was_deleted_meanwhile(self, studio: Studio, tmp_path: Path) -> None:
        url = await studio.link()
        made = await studio.plan({"layer_type": "VIDEO", "video_config": {"video_url": url}})
        assert made.layers[0].format == ""
        await studio.runtime.objects.delete("videos/somewhere/file")
        scene = ScenePlan(1, "a", None, BackgroundPlan(), HumanPlan(), (), None, made.layers, made.below)
        plan = VideoPlan("k", "a", None, 100, 100, 100, *CANVAS, 25, 3000, (scene,))

        async def fetch(key: str, path: Path, what: str) -> None:
            raise JobError("MSS.10001004", f"{what} was deleted")

        with pytest.raises(JobError, match=r"layer_config\[0\]: the file was deleted"):
            await fetch_layers(plan, tmp_path, fetch, studio.runtime.settings, CANVAS)
