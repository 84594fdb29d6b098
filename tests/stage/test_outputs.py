"""Whole videos in every format: transparent ones, parts of a picture, and videos that end as they began."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.stage.layer_files import BLUE, GREEN, RED, write_png, write_video

from greenroom.media.decode import read_audio, read_frames
from greenroom.media.formats import FORMATS, Codec
from greenroom.media.loudness import measure
from greenroom.media.probe import probe
from greenroom.media.wav import write_wav
from greenroom.stage.actions import ActionMark
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import Placement
from greenroom.stage.layer_plan import Clip, Fit, Layer, LayerKind, Playback
from greenroom.stage.mix import SoundPlan
from greenroom.stage.music import examine_music
from greenroom.stage.performance import Avatar, AvatarOpener
from greenroom.stage.plan import PlanError, RenderPlan, ScenePlan, plan_segments
from greenroom.stage.render import render_segment, render_video
from greenroom.stage.sheet import TRANSPARENT, Crop
from greenroom.stage.subtitle_plan import Box, Cue, SubtitleStyle

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3.2 s: silence with a tone from 1.0 to 1.4 s."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    pcm = np.zeros(int(3.2 * 24_000), np.float32)
    pcm[24_000:33_600] = 0.9 * np.sin(np.arange(9_600) * 0.2)
    write_wav(path, pcm, 24_000)
    return path


def _plan(package: Path, speech: Path | None, background: str = TRANSPARENT, **wishes: object) -> RenderPlan:
    scene = ScenePlan(str(package), str(speech) if speech else None, background=background)
    wishes = {"codec": Codec.VP9, **wishes}
    return RenderPlan((scene,), 320, 180, threads=1, segment_s=2, **wishes)  # type: ignore[arg-type]


def _mouth(frame: np.ndarray) -> int:
    blue, green, red = (frame[..., i].astype(int) for i in range(3))
    return int(((red > 170) & (green < 100) & (blue < 100)).sum())


class TestTransparent:
    @pytest.mark.parametrize("codec", [Codec.VP9, Codec.QTRLE])
    def test_the_person_stands_before_nothing(
        self, package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path, codec: Codec
    ) -> None:
        out = tmp_path / FORMATS[codec].file_name
        render_video(_plan(package, speech, codec=codec), out, opener=opener)
        video = probe(out).video
        assert video is not None and video.has_alpha
        frames = list(read_frames(out, 25, "bgra"))
        assert len(frames) == 80
        for frame in (frames[10], frames[70]):
            assert frame[:10, :, 3].max() <= 2 and frame[:, :40, 3].max() <= 2
            assert frame[170, 150:170, 3].min() >= 253
            assert np.abs(frame[170, 150:170, :3].astype(int) - (120, 160, 210)).max() < 10
        opened = [number for number, frame in enumerate(frames) if _mouth(frame) > 20]
        assert opened[0] == pytest.approx(25, abs=1) and opened[-1] == pytest.approx(34, abs=1)
        heard = np.abs(read_audio(out, 24_000))
        assert abs(int(np.argmax(heard > 0.3)) - 24_000) < 120

    def test_no_edge_is_darker_than_the_person(
        self, package: Path, opener: AvatarOpener, tmp_path: Path
    ) -> None:
        """Before white, black and the person's own grey the edge must not be darker than both sides of it."""
        scene = ScenePlan(str(package), duration_s=0.2, background=TRANSPARENT)
        plan = RenderPlan((scene,), 640, 360, threads=1, codec=Codec.VP9)
        render_video(plan, tmp_path / "out.webm", opener=opener)
        frame = next(iter(read_frames(tmp_path / "out.webm", 25, "bgra"))).astype(float)
        share = frame[..., 3:] / 255
        luma = (frame[..., :3] * share + 255 * (1 - share)).mean(axis=2)
        person = np.mean((120, 160, 210))
        edge = (frame[..., 3] > 5) & (frame[..., 3] < 250)
        assert edge.sum() > 200
        assert float(luma[edge].min()) > person - 8

    def test_scenes_with_and_without_a_background(
        self, package: Path, opener: AvatarOpener, tmp_path: Path
    ) -> None:
        clear = ScenePlan(str(package), duration_s=0.4, background=TRANSPARENT)
        plan = RenderPlan(
            (clear, dataclasses.replace(clear, background="#1E90FF")), 320, 180, threads=1, codec=Codec.VP9
        )
        render_video(plan, tmp_path / "out.webm", opener=opener)
        frames = list(read_frames(tmp_path / "out.webm", 25, "bgra"))
        assert frames[5][5, 5, 3] == 0 and frames[15][5, 5, 3] == 255
        assert np.abs(frames[15][5, 5, :3].astype(int) - (255, 144, 30)).max() < 8

    def test_subtitles_stand_in_the_air(self, package: Path, opener: AvatarOpener, tmp_path: Path) -> None:
        style = SubtitleStyle(Box(0, 120, 320, 60), 40, font_name="DejaVu Sans")
        scene = ScenePlan(
            str(package), duration_s=0.2, background=TRANSPARENT, subtitles=(Cue(0, 2000, ("MMMMMMMM",)),)
        )
        plan = RenderPlan((scene,), 320, 180, threads=1, codec=Codec.PRORES_4444, subtitle_style=style)
        render_video(plan, tmp_path / "out.mov", opener=opener)
        frame = next(iter(read_frames(tmp_path / "out.mov", 25, "bgra")))
        letters = frame[125:178, :60]
        assert (letters[..., 3] > 250).any() and (letters[..., :3].min(axis=2) > 240).any()
        assert frame[5, 5, 3] == 0

    def test_what_cannot_be_is_refused(self, package: Path, opener: AvatarOpener, tmp_path: Path) -> None:
        with pytest.raises(PlanError, match="H264 cannot be transparent"):
            _plan(package, None, codec=Codec.H264)

        def uncut(path: Path) -> Avatar:
            return dataclasses.replace(opener(path), alpha_video=None)

        with pytest.raises(SceneError, match="before the background of its footage"):
            render_video(_plan(package, None), tmp_path / "out.webm", opener=uncut)
        assert list(tmp_path.iterdir()) == []


class TestSegments:
    @pytest.mark.parametrize("codec", [Codec.VP9, Codec.H265, Codec.PRORES_4444])
    def test_one_rendered_alone_is_that_of_the_full_run(
        self, package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path, codec: Codec
    ) -> None:
        background = TRANSPARENT if FORMATS[codec].has_alpha else "#FFFFFF"
        plan = _plan(package, speech, background, codec=codec)
        work, ending = tmp_path / "work", FORMATS[codec].ending
        render_video(plan, tmp_path / "a", opener=opener, work_folder=work)
        render_segment(plan, plan_segments(plan)[1], tmp_path / "alone", opener=opener)
        assert (tmp_path / "alone").read_bytes() == (work / f"segment-0001.{ending}").read_bytes()
        render_video(plan, tmp_path / "b", opener=opener, work_folder=work)
        assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()


class TestLayers:
    """Layers in a transparent video, and in a part of a larger canvas."""

    def _picture(self, path: Path, colour: tuple[int, int, int], opacity: int) -> Path:
        return write_png(path, np.full((40, 40, 4), (*colour, opacity), np.uint8))

    @pytest.mark.parametrize("codec", [Codec.VP9, Codec.QTRLE])
    def test_half_of_what_lies_below_a_thin_one_is_seen(
        self, package: Path, opener: AvatarOpener, tmp_path: Path, codec: Codec
    ) -> None:
        half = self._picture(tmp_path / "half.png", GREEN, 128)
        solid = self._picture(tmp_path / "solid.png", BLUE, 255)
        veil = [np.full((40, 40, 4), (*RED, 128), np.uint8)] * 12
        movie = write_video(
            tmp_path / "veil.webm", veil, "libvpx-vp9", pixels="yuva420p", deadline="realtime"
        )
        layers = (
            Layer(LayerKind.IMAGE, 0, 0, 60, 60, source=str(solid)),  # behind the person, in the corner
            Layer(LayerKind.IMAGE, 20, 20, 60, 60, source=str(half)),  # half of it over the one below
            Layer(LayerKind.IMAGE, 140, 120, 40, 40, source=str(half)),  # over the person
            Layer(LayerKind.IMAGE, 260, 20, 60, 60, source=str(solid), opacity=0.25, start_ms=200),
            Layer(
                LayerKind.VIDEO,
                20,
                110,
                40,
                40,
                source=str(movie),
                playback=Playback(),
                clip=Clip(40, 40, 480, has_sound=False),
            ),
        )
        scene = ScenePlan(str(package), duration_s=0.4, background=TRANSPARENT, layers=layers, layers_below=1)
        plan = RenderPlan((scene,), 320, 180, threads=1, codec=codec)
        out = tmp_path / FORMATS[codec].file_name
        render_video(plan, out, opener=opener)
        first, *_, last = (frame.astype(int) for frame in read_frames(out, 25, "bgra"))

        def is_near(frame: np.ndarray, x: int, y: int, colour: tuple[float, ...], alpha: int) -> bool:
            there = frame[y - 3 : y + 3, x - 3 : x + 3].reshape(-1, 4).mean(axis=0)
            return bool(np.abs(there - (*colour, alpha)).max() < 14)

        assert is_near(first, 10, 10, BLUE, 255)
        assert is_near(first, 70, 70, GREEN, 128), "straight colours, and half of the opacity"
        assert is_near(first, 40, 40, (127, 128, 0), 255), "half green over solid blue lets nothing through"
        assert is_near(first, 160, 140, (60, 208, 105), 255), "half green over the person"
        assert first[50, 290, 3] < 4 and is_near(last, 290, 50, BLUE, 64), "in its time, at its opacity"
        assert is_near(first, 40, 130, RED, 128), "a video with opacity of its own"
        assert first[170, 20, 3] == 0

    def test_a_part_shows_what_lies_there_on_the_whole_canvas(
        self, package: Path, opener: AvatarOpener, tmp_path: Path
    ) -> None:
        """Places are counted on the canvas, which is the avatar's picture; the ground covers all of it."""
        sea = write_video(tmp_path / "sea.mp4", [np.full((90, 160, 3), BLUE, np.uint8)] * 20)
        ground = Layer(
            LayerKind.VIDEO, fit=Fit.COVER, source=str(sea), fills_canvas=True, playback=Playback(-1, 0.0),
            clip=Clip(160, 90, 800, has_sound=False),
        )  # fmt: skip
        dot = Layer(LayerKind.IMAGE, 96, 80, 16, 16, source=str(self._picture(tmp_path / "a.png", RED, 255)))
        scene = ScenePlan(
            str(package), duration_s=0.2, background="#FFFFFF", placement=Placement(0, 0, 160, 128),
            layers=(ground, dot), layers_below=1,
        )  # fmt: skip
        plan = RenderPlan((scene,), 64, 48, threads=1, crf=8, crop=Crop(160, 128, 90, 70))
        render_video(plan, tmp_path / "part.mp4", opener=opener)
        picture = next(iter(read_frames(tmp_path / "part.mp4"))).astype(int)
        assert np.abs(picture[18, 14] - RED).max() < 40, "at 96, 80 of the canvas"
        assert np.abs(picture[10, 58] - BLUE).max() < 40, "not white beyond 64 x 48"


def test_a_part_of_the_picture(package: Path, opener: AvatarOpener, tmp_path: Path) -> None:
    scene = ScenePlan(str(package), duration_s=0.2, background="#FFFFFF", placement=Placement(0, 0, 160, 128))
    whole = RenderPlan((scene,), 160, 128, threads=1, crf=8)
    part = dataclasses.replace(whole, width=64, height=48, crop=Crop(160, 128, 50, 40))
    for plan, name in ((whole, "whole.mp4"), (part, "part.mp4")):
        render_video(plan, tmp_path / name, opener=opener)
    first, cut = (next(iter(read_frames(tmp_path / name))).astype(int) for name in ("whole.mp4", "part.mp4"))
    assert cut.shape == (48, 64, 3)
    assert np.abs(first[40:88, 50:114] - cut).mean() < 3
    with pytest.raises(PlanError, match="leaves the picture, which is 160x128"):
        dataclasses.replace(part, crop=Crop(160, 128, 100, 40))
    assert RenderPlan.from_json(part.to_json()) == part


class TestEndsAtFirstFrame:
    def _ends(self, plan: RenderPlan, opener: AvatarOpener, tmp_path: Path) -> float:
        """How unlike the last picture is to the first: mean of the levels."""
        render_video(plan, tmp_path / "out.mp4", opener=opener)
        frames = [frame.astype(int) for frame in read_frames(tmp_path / "out.mp4", plan.fps)]
        steps = [float(np.abs(a - b).mean()) for a, b in pairwise(frames)]
        assert max(steps[-25:]) < 3 * max(steps[:-30])
        return float(np.abs(frames[-1] - frames[0]).mean())

    @pytest.mark.parametrize("fps", [24, 25, 30])
    def test_the_last_frame_is_the_first(
        self, package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path, fps: int
    ) -> None:
        plan = _plan(package, speech, "#FFFFFF", codec=Codec.H264, fps=fps, crf=8)
        usual = self._ends(plan, opener, tmp_path)
        led_back = self._ends(dataclasses.replace(plan, ends_at_first_frame=True), opener, tmp_path)
        assert led_back < 0.4 < usual

    def test_over_several_scenes_and_from_idling(
        self, acting_package: Path, speech: Path, acting_opener: AvatarOpener, tmp_path: Path
    ) -> None:
        idle = ScenePlan(str(acting_package), None, duration_s=1.5, background="#FFFFFF")
        said = dataclasses.replace(idle, speech_wav=str(speech))
        for scenes in ((idle, said), (said, idle)):
            plan = RenderPlan(scenes, 320, 180, threads=1, crf=8, ends_at_first_frame=True)
            assert self._ends(plan, acting_opener, tmp_path) < 0.4

    def test_a_very_short_video(self, package: Path, opener: AvatarOpener, tmp_path: Path) -> None:
        for seconds in (0.04, 0.08, 0.2):
            scene = ScenePlan(str(package), None, duration_s=seconds, background="#FFFFFF")
            plan = RenderPlan((scene,), 320, 180, threads=1, crf=8, ends_at_first_frame=True)
            render_video(plan, tmp_path / "out.mp4", opener=opener)
            frames = [frame.astype(int) for frame in read_frames(tmp_path / "out.mp4")]
            assert np.abs(frames[-1] - frames[0]).mean() < 0.4

    def test_with_actions_it_has_no_effect(
        self, acting_package: Path, speech: Path, acting_opener: AvatarOpener, tmp_path: Path
    ) -> None:
        """As the contract says."""
        scene = ScenePlan(
            str(acting_package), str(speech), background="#FFFFFF", actions=(ActionMark("nod", 0),)
        )
        plan = RenderPlan((scene,), 320, 180, threads=1)
        for name, ends in (("a", False), ("b", True)):
            wished = dataclasses.replace(plan, ends_at_first_frame=ends)
            render_video(wished, tmp_path / name, opener=acting_opener)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


class TestSound:
    @pytest.mark.parametrize("codec", [Codec.H264, Codec.VP8, Codec.QTRLE])
    def test_music_and_loudness_are_in_the_file(
        self, package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path, codec: Codec
    ) -> None:
        hum = 0.05 * np.sin(np.arange(2 * 24_000) * 0.03).astype(np.float32)
        write_wav(tmp_path / "hum.wav", hum, 24_000)
        music = examine_music(tmp_path / "hum.wav", 50, 154_000)
        background = TRANSPARENT if codec is Codec.QTRLE else "#FFFFFF"
        plan = _plan(package, speech, background, codec=codec, sound=SoundPlan(music, is_levelled=True))
        assert RenderPlan.from_json(plan.to_json()) == plan
        out = tmp_path / FORMATS[codec].file_name
        render_video(plan, out, opener=opener)
        info = probe(out)
        assert info.audio is not None and info.audio.channels == 2
        pcm = read_audio(out, 48_000)
        found = measure([np.repeat(pcm[None], 2, axis=0)])
        assert found.integrated_lufs == pytest.approx(-16, abs=0.5)
        assert found.true_peak_dbtp <= -1.5
        assert float(np.abs(pcm[20_000:40_000]).max()) > 0.02
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["hum.wav", out.name])
