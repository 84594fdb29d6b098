"""Scenes with an avatar and a voice of their own: two presenters in one video."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.video.test_outputs import NOWHERE
from tests.video.workshop import VOICE, Workshop, packets

from greenroom.assets.service import NewAsset, ReadyFile, register_asset
from greenroom.assets.states import AssetType
from greenroom.billing.products import Item
from greenroom.billing.repository.rows import ReservationRepository
from greenroom.cast.catalogue import load_cast
from greenroom.engines.mouth.package import write_manifest
from greenroom.engines.protocols import Pronunciation, ReadingKind
from greenroom.errors import GreenroomError
from greenroom.jobs.models import JobState
from greenroom.media.decode import frame_at
from greenroom.media.wav import write_wav
from greenroom.reuse.repository import PieceRepository
from greenroom.runtime import Context
from greenroom.scripts.service import copy_script, create_script, show_script
from greenroom.scripts.wire import ScriptContent
from greenroom.stage.framing import Framing
from greenroom.stage.plan import RenderPlan
from greenroom.subtitles.models import SubtitleJob
from greenroom.subtitles.repository import SubtitleJobRepository
from greenroom.subtitles.service import create_subtitle_file
from greenroom.subtitles.wire import CreateSubtitleFileReq
from greenroom.video.charging import charge_key
from greenroom.video.errors import VideoContentError
from greenroom.video.plan import AvatarPlan, BackgroundPlan, HumanPlan, ScenePlan, VideoPlan, VoicePlan
from greenroom.video.preview import write_preview
from greenroom.video.rendering import plan

OTHER_VOICE = "kokoro-af_heart"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, small_cast: Path) -> Iterator[Workshop]:
    opened = Workshop(tmp_path_factory.mktemp("scenes") / "data", cast_folder=small_cast)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def guest() -> str:
    return load_cast(None, "all").presenters[1].asset_id


def scene(number: int, text: str, own: dict[str, Any] | None = None, **script: Any) -> dict[str, Any]:
    made = {"script_type": "TEXT", "text_config": {"text": text}, **script}
    return {"sequence_no": number, "shoot_script": made, "x_greenroom": own}


def spoken_by(avatar: str, voice: str = OTHER_VOICE, **members: Any) -> dict[str, Any]:
    return {"model_asset_id": avatar, "voice_config": {"voice_asset_id": voice}, **members}


def planned(workshop: Workshop, *scenes: dict[str, Any], **members: Any) -> VideoPlan:
    job_id = workshop.order(shoot_scripts=list(scenes), **members)
    return VideoPlan.from_json(workshop.video(job_id).plan)


def refused(workshop: Workshop, *scenes: dict[str, Any], **members: Any) -> str:
    with pytest.raises(GreenroomError) as caught:
        workshop.order(shoot_scripts=list(scenes), **members)
    return caught.value.message


def avatar_of(
    workshop: Workshop, actions: tuple[str, ...] = (), tenant: str | None = None, *, is_flexus: bool = False
) -> str:
    """An avatar that can be ordered, though not rendered."""

    async def register(context: Context) -> str:
        key = f"assets/{context.project_id}/{context.new_id()}/avatar.zip"
        await context.objects.put_bytes(key, b"a package")
        tags = [{"tag": name, "action_name_en": name, "action_name_zh": name} for name in actions]
        made = NewAsset(
            name="Ana",
            type=AssetType.HUMAN_MODEL_2D,
            files=[ReadyFile(key, "avatar.zip", "ZIP")],
            extra_meta={"human_model_2d_meta": {"action_tag_map": tags, "is_flexus": is_flexus}},
            asset_id=context.new_id(),
        )
        await register_asset(context, made)
        assert made.asset_id is not None
        return made.asset_id

    return workshop.inside(register, tenant)


class TestOrders:
    def test_a_scene_names_who_is_seen_and_heard(self, workshop: Workshop, guest: str) -> None:
        made = planned(
            workshop,
            scene(1, "One lamp."),
            scene(2, "Two lamps.", spoken_by(guest, framing="head")),
            scene(3, "No lamp.", {"voice_config": {"voice_asset_id": VOICE, "speed": 150}}),
        )
        assert [made.avatar_of(one).asset_id for one in made.scenes] == [
            workshop.avatar,
            guest,
            workshop.avatar,
        ]
        assert [made.voice_of(one).voice_id for one in made.scenes] == [VOICE, OTHER_VOICE, VOICE]
        assert [made.voice_of(one).speed_percent for one in made.scenes] == [100, 100, 150]
        assert [one.framing for one in made.scenes] == [None, "head", None]
        assert len(made.avatars) == 2, "each package is fetched once"

    def test_every_scene_may_bring_its_own_voice(self, workshop: Workshop, guest: str) -> None:
        made = planned(workshop, scene(1, "One lamp.", spoken_by(guest)), voice_config=None)
        assert [made.voice_of(one).voice_id for one in made.scenes] == [OTHER_VOICE]
        assert [one.asset_id for one in made.avatars] == [guest]

    @pytest.mark.parametrize(
        ("own", "words"),
        [
            ({"model_asset_id": "c" * 32}, "x_greenroom.model_asset_id: no asset has the id"),
            ({"model_asset_id": VOICE}, f"x_greenroom.model_asset_id: the asset {VOICE} is of type"),
            (
                {"voice_config": {"voice_asset_id": "nobody"}},
                "x_greenroom.voice_config.voice_asset_id",
            ),
        ],
    )
    def test_who_cannot_is_named_with_the_member(
        self, workshop: Workshop, own: dict[str, Any], words: str
    ) -> None:
        told = refused(workshop, scene(1, "One lamp."), scene(2, "Two lamps.", own))
        assert f"shoot_scripts[1].{words}" in told

    def test_an_avatar_of_another_tenant_is_not_there(self, workshop: Workshop) -> None:
        theirs = avatar_of(workshop, tenant="other")
        told = refused(workshop, scene(1, "One lamp.", {"model_asset_id": theirs}))
        assert told.startswith("shoot_scripts[0].x_greenroom.model_asset_id: no asset has the id")
        mine = avatar_of(workshop)
        made = planned(workshop, scene(1, "One lamp.", {"model_asset_id": mine}))
        assert [one.asset_id for one in made.avatars] == [mine]

    def test_actions_are_those_of_the_scenes_avatar(self, workshop: Workshop) -> None:
        still, lively = avatar_of(workshop), avatar_of(workshop, actions=("bow",))
        ask = {"audio_drive_action_config": [{"action_tag": "bow", "action_start_time": 0.5}]}
        made = planned(workshop, scene(1, "One lamp.", {"model_asset_id": lively}, **ask))
        assert made.scenes[0].actions == (("bow", 500),)
        told = refused(workshop, scene(1, "One lamp.", {"model_asset_id": still}, **ask))
        assert "audio_drive_action_config[0].action_tag: the avatar has no actions" in told
        interval = {"action_config": {"action_interval": 5}}
        only = {"model_asset_id": still}
        assert planned(
            workshop, scene(1, "One.", only), scene(2, "Two.", {"model_asset_id": lively}), **interval
        )
        assert "the avatar has no actions" in refused(workshop, scene(1, "One.", only), **interval)

    def test_one_usual_avatar_makes_it_a_usual_video_on_the_bill(self, workshop: Workshop) -> None:
        def billed(*avatars: str) -> str:
            scenes = [scene(place, "A lamp.", {"model_asset_id": one}) for place, one in enumerate(avatars)]
            job_id = workshop.order(shoot_scripts=scenes)

            async def reserved(context: Context) -> str:
                row = await ReservationRepository(context).find(charge_key(job_id))
                assert row is not None
                return row.item

            return workshop.inside(reserved)

        flexus, usual = avatar_of(workshop, is_flexus=True), avatar_of(workshop)
        assert billed(flexus, flexus) == Item.VIDEO_FLEXUS
        assert billed(flexus, usual) == billed(usual) == Item.VIDEO

    def test_what_contradicts_itself_is_refused(self, workshop: Workshop, guest: str) -> None:
        placed = {"layer_config": [{"layer_type": "HUMAN", "size": {"width": 100}}]}
        told = refused(workshop, scene(1, "One lamp.", {"framing": "head"}, **placed))
        assert told.startswith("shoot_scripts[0].x_greenroom.framing: the HUMAN layer places")
        recorded = scene(1, "", {"voice_config": {"voice_asset_id": VOICE}}, script_type="AUDIO")
        assert "x_greenroom.voice_config: a recording drives" in refused(workshop, recorded)
        video = {"width": 128, "height": 128, "bitrate": 500}
        two = scene(1, "One lamp."), scene(2, "Two lamps.", spoken_by(guest))
        ends = refused(workshop, *two, video_config={**video, "is_end_at_first_frame": True})
        assert ends.startswith(
            "video_config.is_end_at_first_frame: the first and the last scene show different"
        )
        crop = {**video, "clip_mode": "CROP"}
        assert "clip_mode CROP" in refused(workshop, scene(1, "One.", {"framing": "head"}), video_config=crop)

    def test_louder_scenes_keep_their_difference_at_the_usual_loudness(self, workshop: Workshop) -> None:
        def volume(value: int) -> dict[str, Any]:
            return {"voice_config": {"voice_asset_id": VOICE, "volume": value}}

        level = {"video_config": {"width": 128, "height": 128, "bitrate": 500}}
        alike = planned(workshop, scene(1, "One lamp."), scene(2, "Two lamps.", volume(140)), **level)
        assert alike.sound.voice_gain_db == 0.0
        louder = planned(workshop, scene(1, "A lamp."), scene(2, "B lamp.", volume(198)), **level)
        assert louder.sound.voice_gain_db == pytest.approx(10 * np.log10((1 + 1.41**2) / 2), abs=0.05)


class TestScripts:
    def test_they_keep_and_copy_what_a_scene_says_of_itself(self, workshop: Workshop, guest: str) -> None:
        own = spoken_by(guest, framing="head")
        content = ScriptContent.model_validate(
            {"script_name": "Lamps", "shoot_scripts": [scene(1, "One lamp.", own)]}
        )

        async def kept(context: Context) -> Any:
            made = await create_script(context, content)
            copy = await copy_script(context, made.script_id)
            return (await show_script(context, copy.script_id)).shoot_scripts

        shown = workshop.inside(kept)[0].x_greenroom.model_dump(exclude_none=True)
        assert shown == own

    def test_subtitles_are_timed_by_the_voice_of_the_scene(self, workshop: Workshop, guest: str) -> None:
        scenes = [scene(1, "One lamp."), scene(2, "Two lamps.", spoken_by(guest))]
        content = ScriptContent.model_validate(
            {"script_name": "Lamps", "voice_config": {"voice_asset_id": VOICE}, "shoot_scripts": scenes}
        )

        async def asked(context: Context) -> SubtitleJob:
            script = await create_script(context, content)
            body = CreateSubtitleFileReq.model_validate({"script_id": script.script_id})
            job_id = (await create_subtitle_file(context, body)).job_id
            job = await SubtitleJobRepository(context).find(job_id)
            assert job is not None
            return job

        job = workshop.inside(asked)
        assert job.voice["voice_id"] == VOICE and job.files[0].voice is None
        assert job.files[1].voice is not None and job.files[1].voice["voice_id"] == OTHER_VOICE
        assert job.files[0].made_for != job.files[1].made_for


class TestPlans:
    def test_survive_json(self) -> None:
        word = Pronunciation(ReadingKind.ALIAS, "Zoë", "Zoe")
        own = ScenePlan(
            1, "One.", None, BackgroundPlan(), HumanPlan(), avatar=AvatarPlan("other", "b"),
            voice=VoicePlan("joe", 90, vocabulary=(word,)), framing="head",
        )  # fmt: skip
        made = VideoPlan("key", "avatar", None, 100, 100, 100, 640, 360, 25, 3000, (own,))
        assert VideoPlan.from_json(json.loads(json.dumps(made.to_json()))) == made
        assert made.avatars == [AvatarPlan("other", "b")]

    def _made(
        self, tmp_path: Path, sizes: tuple[tuple[int, int], tuple[int, int]], **members: Any
    ) -> RenderPlan:
        scenes = []
        for number, size in enumerate(sizes):
            package = tmp_path / f"package-{number}"
            package.mkdir()
            described = {
                "name": "Ana",
                "fps": 25,
                "size": list(size),
                "frame_count": 50,
                "segments": [[0, 49]],
            }
            write_manifest(package, described)
            scenes.append(
                {
                    "wav": str(tmp_path / "a.wav"), "timing": str(tmp_path / "a.json"), "human": NOWHERE,
                    "background": {"colour": None, "image": None, "placement": None}, "actions": [],
                    "package": str(package), "framing": "head" if number else None,
                }
            )  # fmt: skip
        write_wav(tmp_path / "a.wav", np.full(16_000, 0.1, np.float32), 16_000)
        (tmp_path / "a.json").write_text('{"phonemes": null}')
        payload = {
            "out": str(tmp_path / "plan.json"), "width": 320, "height": 180, "fps": 25, "bitrate_kbps": 1000,
            "title": "Lamps", "package": scenes[0]["package"], "action_interval_ms": 0, "framing": "half",
            "scenes": scenes, **members,
        }  # fmt: skip
        plan(payload, lambda stage, done: None)
        return RenderPlan.from_json((tmp_path / "plan.json").read_text())

    def test_each_scene_is_rendered_with_its_own(self, tmp_path: Path) -> None:
        made = self._made(tmp_path, ((360, 288), (400, 300)))
        assert [Path(one.package).name for one in made.scenes] == ["package-0", "package-1"]
        assert [one.framing for one in made.scenes] == [Framing.HALF, Framing.HEAD]

    def test_one_part_cannot_be_cut_out_of_two_sizes(self, tmp_path: Path) -> None:
        output = {"codec": "H264", "crop": [0, 0], "is_transparent": False}
        with pytest.raises(VideoContentError, match=r"clip_mode: CROP .* are 360x288 and 400x300"):
            self._made(tmp_path, ((400, 300), (360, 288)), output=output)


@pytest.mark.media
@pytest.mark.slow
class TestWholeWay:
    def test_a_dialogue_renders_only_what_another_one_says(self, workshop: Workshop, guest: str) -> None:
        alone = workshop.order("One lamp.")
        assert workshop.run(alone) is JobState.SUCCEEDED, workshop.job(alone).error_msg
        before = _pieces(workshop)
        own = {"model_asset_id": guest, "voice_config": {"voice_asset_id": VOICE, "pitch": 120}}
        scenes = [scene(1, "One lamp."), scene(2, "Two lamps.", own)]
        both = workshop.order(shoot_scripts=scenes)
        assert workshop.run(both) is JobState.SUCCEEDED, workshop.job(both).error_msg
        assert sorted(_pieces(workshop)[len(before) :]) == ["segment", "speech"], "of the second scene"
        first, second = workshop.file(alone), workshop.file(both)
        same = [a == b for a, b in zip(packets(first), packets(second), strict=False)]
        assert same[:10] == [True] * 10
        begun, ended = frame_at(second, 0.2), frame_at(second, (workshop.video(both).duration_s or 0) - 0.3)
        assert np.abs(frame_at(first, 0.2).astype(int) - begun).mean() < 1
        assert np.abs(begun.astype(int) - ended).mean() > 5, "somebody else"

    def test_the_preview_of_a_scene_shows_its_own_avatar(
        self, workshop: Workshop, guest: str, tmp_path: Path
    ) -> None:
        def look(name: str, *scenes: dict[str, Any], number: int) -> np.ndarray:
            body = {
                "model_asset_id": workshop.avatar,
                "voice_config": {"voice_asset_id": VOICE},
                "video_config": {"width": 128, "height": 128, "bitrate": 500},
                "shoot_scripts": list(scenes),
            }
            order = (body, number, 0.2)
            workshop.do(write_preview(workshop.runtime, workshop.scope, order, tmp_path / name))
            return frame_at(tmp_path / name, 0.1).astype(int)

        own = {"model_asset_id": guest}
        half = look("half.mp4", scene(1, "One lamp."), scene(2, "Two lamps.", own), number=2)
        head = look("head.mp4", scene(1, "Two lamps.", {**own, "framing": "head"}), number=1)
        assert np.abs(half - head).mean() > 5, "nearer"


def _pieces(workshop: Workshop) -> list[str]:
    async def read(context: Context) -> list[str]:
        rows = await PieceRepository(context).longest_unused(1000)
        return [row.kind for row in sorted(rows, key=lambda row: row.created_at)]

    return workshop.inside(read)
