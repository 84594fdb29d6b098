from __future__ import annotations

import dataclasses
from pathlib import Path

import av
import numpy as np
import pytest

from greenroom.engines.protocols import PhonemeSpan
from greenroom.media.decode import read_audio, read_frames
from greenroom.media.mux import is_faststart
from greenroom.media.wav import write_wav
from greenroom.stage.framing import Placement
from greenroom.stage.kept import KeptAvatars
from greenroom.stage.performance import Avatar, AvatarOpener
from greenroom.stage.plan import PlanError, RenderPlan, ScenePlan, plan_segments
from greenroom.stage.render import Renderer, render_segment, render_video

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5.3 s: silence with a tone from 2.0 to 2.4 s."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    pcm = np.zeros(int(5.3 * 24_000), np.float32)
    pcm[48_000:57_600] = 0.9 * np.sin(np.arange(9_600) * 0.2)
    write_wav(path, pcm, 24_000)
    return path


def _plan(package: Path, speech: Path | None, **wishes: object) -> RenderPlan:
    scene = ScenePlan(str(package), str(speech) if speech else None, background="#1E90FF")
    plan = RenderPlan((scene,), 320, 180, threads=1, segment_s=2)
    return dataclasses.replace(plan, **wishes)  # type: ignore[arg-type]


def _mouth(frame: np.ndarray) -> int:
    """Red pixels: the tiny painter's mouth."""
    blue, green, red = (frame[..., i].astype(int) for i in range(3))
    return int(((red > 180) & (green < 90) & (blue < 90)).sum())


def test_the_video_holds_what_the_plan_says(
    package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path
) -> None:
    done: list[float] = []
    report = render_video(
        _plan(package, speech), tmp_path / "out.mp4", lambda _, share: done.append(share), opener
    )
    assert report.frame_count == 133
    frames = list(read_frames(tmp_path / "out.mp4"))
    assert len(frames) == 133 and frames[0].shape == (180, 320, 3)
    assert np.abs(frames[60][3, 3].astype(int) - (255, 144, 30)).max() <= 4
    open_at = [n for n, frame in enumerate(frames) if _mouth(frame) > 20]
    assert open_at == list(range(50, 60))
    heard = np.abs(read_audio(tmp_path / "out.mp4", 24_000))
    assert abs(int(np.argmax(heard > 0.3)) - 48_000) < 480
    assert done == sorted(done) and done[-1] == 1.0
    assert is_faststart(tmp_path / "out.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_the_same_plan_gives_the_same_bytes_and_segments_stand_alone(
    package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path
) -> None:
    plan = _plan(package, speech)
    work = tmp_path / "work"
    render_video(plan, tmp_path / "a.mp4", opener=opener, work_folder=work)
    render_video(plan, tmp_path / "b.mp4", opener=opener)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    specs = plan_segments(plan)
    assert [spec.frame_count for spec in specs] == [50, 50, 33]
    render_segment(plan, specs[2], tmp_path / "alone.mp4", opener=opener)
    assert (tmp_path / "alone.mp4").read_bytes() == (work / "segment-0002.mp4").read_bytes()
    (work / "segment-0001.mp4").unlink()
    render_video(plan, tmp_path / "c.mp4", opener=opener, work_folder=work)
    assert (tmp_path / "c.mp4").read_bytes() == (tmp_path / "a.mp4").read_bytes()


@pytest.mark.parametrize("fps", [24, 25, 30])
def test_sound_and_picture_end_together_at_every_rate(
    package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path, fps: int
) -> None:
    report = render_video(_plan(package, speech, fps=fps), tmp_path / "out.mp4", opener=opener)
    with av.open(str(tmp_path / "out.mp4")) as movie:
        video, audio = movie.streams.video[0], movie.streams.audio[0]
        ends = [float(s.duration * s.time_base) for s in (video, audio)]
        assert video.average_rate == fps
    assert abs(ends[0] - ends[1]) < 1 / fps
    assert ends[0] == pytest.approx(5.3, abs=1 / fps) and report.frame_count == -(-53 * fps // 10)
    flags = [_mouth(frame) > 20 for frame in read_frames(tmp_path / "out.mp4", fps)]
    assert abs(flags.index(True) / fps - 2.0) <= 1 / fps
    assert abs(sum(flags) / fps - 0.4) <= 2 / fps


def test_scenes_follow_each_other_with_their_own_sound_and_background(
    package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path
) -> None:
    first = ScenePlan(str(package), str(speech), background="#000000")
    idle = ScenePlan(str(package), None, duration_s=1.5, background="#FFFFFF")
    plan = RenderPlan((first, idle, first), 160, 90, threads=1, segment_s=3)
    render_video(plan, tmp_path / "out.mp4", opener=opener)
    frames = list(read_frames(tmp_path / "out.mp4"))
    assert len(frames) == 133 + 38 + 133
    assert frames[132][2, 2].max() < 8 and frames[133][2, 2].min() > 247 and frames[171][2, 2].max() < 8
    heard = np.abs(read_audio(tmp_path / "out.mp4", 24_000))
    second = int(np.argmax(heard[100_000:] > 0.3)) + 100_000
    assert abs(second - (171 * 960 + 48_000)) < 480


def test_a_placed_or_hidden_person(package: Path, opener: AvatarOpener, tmp_path: Path) -> None:
    scene = ScenePlan(str(package), duration_s=0.2, background="#FFFFFF", placement=Placement(0, 0, 160, 128))
    for show in (True, False):
        plan = RenderPlan((dataclasses.replace(scene, show_person=show),), 320, 180, threads=1)
        render_video(plan, tmp_path / "out.mp4", opener=opener)
        frame = next(iter(read_frames(tmp_path / "out.mp4"))).astype(int)
        person = np.abs(frame - (120, 160, 210)).max(axis=2) < 15
        assert bool(person[110, 80]) is show
        assert not person[:, 170:].any()


def test_an_error_while_rendering_leaves_nothing(
    package: Path, speech: Path, opener: AvatarOpener, tmp_path: Path
) -> None:
    def stop(stage: str, done: float) -> None:
        if done > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_video(_plan(package, speech), tmp_path / "out.mp4", stop, opener)
    assert list(tmp_path.iterdir()) == []


class TestRenderPlan:
    def test_survives_json(self, speech: Path) -> None:
        spans = (PhonemeSpan("m", 0, 100), PhonemeSpan("a", 100, 300))
        scene = ScenePlan("p", str(speech), spans, placement=Placement(1, 2, 3, 4), background="a b.png")
        plan = RenderPlan((scene, ScenePlan("q", duration_s=2)), 1080, 1920, 30, 4_000_000, title="Grüße")
        assert RenderPlan.from_json(plan.to_json()) == plan

    def test_segments_tile_the_video(self, speech: Path) -> None:
        scenes = (ScenePlan("p", str(speech)), ScenePlan("p", duration_s=31), ScenePlan("p", duration_s=0.01))
        segments = plan_segments(RenderPlan(scenes))
        frame = 0
        for number, segment in enumerate(segments):
            assert (segment.number, segment.start_frame) == (number, frame)
            assert 1 <= segment.frame_count <= 13.4 * 25
            frame += segment.frame_count
        assert frame == 133 + 31 * 25 + 1

    @pytest.mark.parametrize(
        "wish", [{"fps": 50}, {"width": 1921}, {"height": 8}, {"preset": "placebo"}, {"scenes": ()}]
    )
    def test_impossible_wishes_are_refused(self, wish: dict[str, object]) -> None:
        with pytest.raises(PlanError):
            RenderPlan(**{"scenes": (ScenePlan("p"),), **wish})  # type: ignore[arg-type]

    def test_what_is_no_plan_is_refused(self) -> None:
        for text in ("{}", "no json", '{"scenes": [{}]}'):
            with pytest.raises(PlanError):
                RenderPlan.from_json(text)


def test_a_dialogue_opens_each_of_two_avatars_once(
    package: Path, acting_package: Path, opener: AvatarOpener, tmp_path: Path
) -> None:
    opened: list[Path] = []

    def counting(path: Path) -> Avatar:
        opened.append(path)
        return opener(path)

    people = (package, acting_package) * 3
    scenes = tuple(ScenePlan(str(one), duration_s=0.08, background="#1E90FF") for one in people)
    plan = RenderPlan(scenes, 64, 48, threads=1)
    with Renderer(plan, counting) as renderer:
        for spec in plan_segments(plan):
            renderer.segment(spec, tmp_path / "part.mp4")
            assert len(renderer._acts) == 1, "one clip at a time"
    assert opened == [package, acting_package]


def test_no_more_than_two_avatars_are_kept(opener: AvatarOpener, tmp_path: Path) -> None:
    opened: list[str] = []

    def counting(path: Path) -> Avatar:
        opened.append(path.name)
        return opener(path)

    kept = KeptAvatars(counting)
    for name in ("a", "b", "a", "c", "a", "b"):
        kept(tmp_path / name)
    assert opened == ["a", "b", "c", "b"]
