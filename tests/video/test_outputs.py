"""Which formats a request may ask for, and what becomes of it in the render plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from greenroom.engines.mouth.package import write_manifest
from greenroom.media.formats import Codec
from greenroom.media.wav import write_wav
from greenroom.scripts.wire import ShootScriptItem, VideoConfig
from greenroom.stage.framing import Placement
from greenroom.stage.plan import RenderPlan
from greenroom.stage.sheet import TRANSPARENT, Crop
from greenroom.video.errors import VideoContentError
from greenroom.video.models import VideoJob
from greenroom.video.outputs import output_plan
from greenroom.video.plan import MusicPlan, OutputPlan, VideoPlan, VideoSoundPlan
from greenroom.video.rendering import plan

NOWHERE: dict[str, Any] = {"dx": None, "dy": None, "width": None, "height": None}


def _video(**members: Any) -> VideoConfig:
    return VideoConfig.model_validate({"bitrate": 3000, "width": 1280, "height": 720, **members})


def _scene(text: str = "Hello.", background: str | None = None, **members: Any) -> ShootScriptItem:
    script: dict[str, Any] = {"script_type": "TEXT", "text_config": {"text": text}, **members}
    if background is not None:
        script["background_config"] = [{"background_type": "COLOR", "background_color_config": background}]
    return ShootScriptItem.model_validate({"shoot_script": script})


class TestOutputPlan:
    def test_h264_in_the_whole_picture_is_usual(self) -> None:
        assert output_plan(_video(), [_scene()]) == OutputPlan()
        # dx and dy belong to CROP.
        assert output_plan(_video(dx=30, dy=-5, clip_mode="RESIZE"), [_scene()]).crop is None

    @pytest.mark.parametrize("codec", ["VP8", "VP9", "QTRLE", "PRORES_4444"])
    def test_without_a_background_it_is_transparent(self, codec: str) -> None:
        scenes = [_scene(background="#FFFFFF"), _scene()]
        assert output_plan(_video(codec=codec), scenes).is_transparent
        assert not output_plan(_video(codec="H265"), scenes).is_transparent

    def test_webm_may_be_opaque_and_the_codecs_for_editing_may_not(self) -> None:
        scenes = [_scene(background="#FFFFFF")]
        assert not output_plan(_video(codec="VP9"), scenes).is_transparent
        for codec in ("QTRLE", "PRORES_4444"):
            with pytest.raises(VideoContentError, match=rf"video_config\.codec: {codec} is for transparent"):
                output_plan(_video(codec=codec), scenes)

    @pytest.mark.parametrize(
        ("codec", "size", "length", "fits"),
        [
            ("QTRLE", (1920, 1080), 1499, True),
            ("QTRLE", (1080, 1920), 1500, False),
            ("QTRLE", (3840, 2160), 10, False),
            ("PRORES_4444", (1920, 1080), 1499, True),
            ("PRORES_4444", (3840, 2160), 299, True),
            ("PRORES_4444", (3840, 2160), 300, False),
            ("VP9", (3840, 2160), 9000, True),
        ],
    )
    def test_formats_without_compression_are_short(
        self, codec: str, size: tuple[int, int], length: int, fits: bool
    ) -> None:
        video = _video(codec=codec, width=size[0], height=size[1])
        scenes = [_scene("a" * (length // 2)), _scene("b" * (length - length // 2))]
        if fits:
            assert output_plan(video, scenes).codec == codec
            return
        with pytest.raises(VideoContentError, match=rf"video_config\.codec: {codec}"):
            output_plan(video, scenes)

    def test_a_long_recording_is_refused_where_its_length_is_told(self) -> None:
        scene = _scene(script_type="AUDIO", audio_duration=301)
        with pytest.raises(VideoContentError, match="300 s at most, and the video lasts 301 s"):
            output_plan(_video(codec="QTRLE"), [scene])

    def test_a_part_begins_at_an_even_pixel_of_the_picture(self) -> None:
        assert output_plan(_video(clip_mode="CROP", dx=101, dy=40), [_scene()]).crop == (100, 40)
        assert output_plan(_video(clip_mode="CROP"), [_scene()]).crop == (0, 0)
        with pytest.raises(VideoContentError, match=r"video_config\.dy is -2"):
            output_plan(_video(clip_mode="CROP", dy=-2), [_scene()])


class TestRenderPlan:
    def _made(self, tmp_path: Path, **members: Any) -> RenderPlan:
        package = tmp_path / "package"
        package.mkdir(exist_ok=True)
        description = {"name": "Ana", "fps": 25, "size": [361, 288], "frame_count": 50, "segments": [[0, 49]]}
        write_manifest(package, description)
        write_wav(tmp_path / "a.wav", np.full(2 * 16_000, 0.1, np.float32), 16_000)
        (tmp_path / "a.json").write_text('{"phonemes": null}')
        scene = {
            "wav": str(tmp_path / "a.wav"), "timing": str(tmp_path / "a.json"), "human": NOWHERE,
            "background": {"colour": None, "image": None, "placement": None}, "actions": [],
        }  # fmt: skip
        payload = {
            "out": str(tmp_path / "plan.json"), "width": 320, "height": 180, "fps": 25, "bitrate_kbps": 1000,
            "title": "Greeting", "package": str(package), "action_interval_ms": 0, "framing": "half",
            "scenes": [scene], **members,
        }  # fmt: skip
        plan(payload, lambda stage, done: None)
        return RenderPlan.from_json((tmp_path / "plan.json").read_text())

    def _sound(self, music: Path | None, volume: int = 40) -> dict[str, Any]:
        return {
            "music": str(music) if music else None, "volume": volume, "is_levelled": True,
            "voice_gain_db": 1.5,
        }  # fmt: skip

    def test_without_a_wish_it_is_white_h264_with_its_own_loudness(self, tmp_path: Path) -> None:
        made = self._made(tmp_path)
        assert (made.codec, made.scenes[0].background, made.crop) == (Codec.H264, "#FFFFFF", None)
        assert made.sound.music is None and not made.sound.is_levelled

    def test_a_transparent_video(self, tmp_path: Path) -> None:
        made = self._made(tmp_path, output={"codec": "VP9", "is_transparent": True, "crop": None})
        assert made.scenes[0].background == TRANSPARENT and made.video.alpha

    def test_a_part_is_cut_out_of_the_avatars_own_picture(self, tmp_path: Path) -> None:
        made = self._made(tmp_path, output={"codec": "H264", "crop": [40, 100], "is_transparent": False})
        assert made.crop == Crop(360, 288, 40, 100)
        assert made.scenes[0].placement == Placement(0, 0, 361, 288)
        with pytest.raises(VideoContentError, match="leaves the picture, which is 360x288"):
            self._made(tmp_path, output={"codec": "H264", "crop": [42, 0], "is_transparent": False})

    def test_music_is_examined_before_anything_is_rendered(self, tmp_path: Path) -> None:
        hum = (0.2 * np.sin(np.arange(3 * 16_000) * 0.1)).astype(np.float32)
        write_wav(tmp_path / "hum.wav", hum, 16_000)
        made = self._made(tmp_path, sound=self._sound(tmp_path / "hum.wav"))
        music = made.sound.music
        assert music is not None and (music.samples, music.volume_percent) == (96_000, 40)
        assert made.sound.is_levelled and made.sound.voice_gain_db == 1.5
        (tmp_path / "no.mp3").write_bytes(b"<html>not found</html>" * 100)
        with pytest.raises(
            VideoContentError, match=r"^background_music_config\.music_asset_id: it cannot be"
        ):
            self._made(tmp_path, sound=self._sound(tmp_path / "no.mp3"))

    def test_a_video_too_long_for_its_format_is_not_begun(self, tmp_path: Path) -> None:
        output = {"codec": "PRORES_4444", "is_transparent": True, "crop": None}
        write_wav(tmp_path / "long.wav", np.zeros(301 * 8_000, np.float32), 8_000)
        with pytest.raises(VideoContentError, match=r"video_config\.codec: PRORES_4444 .* lasts 301 s"):
            self._made(
                tmp_path,
                output=output,
                scenes=[
                    {
                        "wav": str(tmp_path / "long.wav"), "timing": str(tmp_path / "a.json"),
                        "human": NOWHERE, "actions": [],
                        "background": {"colour": None, "image": None, "placement": None},
                    }
                ],
            )  # fmt: skip


class TestVideoPlan:
    def test_survives_json(self) -> None:
        made = VideoPlan(
            "key", "avatar", None, 100, 100, 100, 640, 360, 25, 3000, (),
            output=OutputPlan("VP9", True, (2, 4), True),
            sound=VideoSoundPlan(MusicPlan("music", 30), True, 2.5),
        )  # fmt: skip
        assert VideoPlan.from_json(json.loads(json.dumps(made.to_json()))) == made

    def test_plans_of_earlier_versions_are_read(self) -> None:
        made = VideoPlan("key", "avatar", None, 100, 100, 100, 640, 360, 25, 3000, ())
        old = {name: value for name, value in made.to_json().items() if name not in ("output", "sound")}
        assert VideoPlan.from_json(old) == made
        job = VideoJob(project_id="p", asset_id="a", plan=old)
        assert job.video_key == "assets/p/a/video.mp4"
        job.plan = {**old, "output": {"codec": "QTRLE"}}
        assert (job.video_key, job.output.content_type) == ("assets/p/a/video.mov", "video/quicktime")
