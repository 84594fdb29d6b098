"""The idle loop and the actions over the walk, in numbers and in rendered pictures."""

from __future__ import annotations

import dataclasses
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from greenroom.media.decode import read_frames
from greenroom.media.wav import write_wav
from greenroom.stage.actions import ActionMark, PlacedAction
from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.course import ENTER_FRAMES, Course, IdleLoop, idle_start
from greenroom.stage.errors import SceneError
from greenroom.stage.loop import LoopFrame
from greenroom.stage.loop_index import INDEX_FILE, index_clip
from greenroom.stage.morph import mixed_pictures, morphed
from greenroom.stage.performance import AvatarOpener, Performer
from greenroom.stage.plan import RenderPlan, ScenePlan, plan_segments
from greenroom.stage.render import render_segment, render_video

pytestmark = pytest.mark.media

RATE = 24_000
WAVE = (240, 289)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s of a tone."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    write_wav(path, (0.6 * np.sin(np.arange(6 * RATE) * 0.2)).astype(np.float32), RATE)
    return path


def _plan(package: Path, speech: Path, *asks: tuple[str, int]) -> RenderPlan:
    marks = tuple(ActionMark(name, at_ms) for name, at_ms in asks)
    scene = ScenePlan(str(package), str(speech), background="#FFFFFF", actions=marks)
    return RenderPlan((scene,), 320, 180, threads=1, segment_s=2)


def _hand(frame: np.ndarray) -> int:
    """Pixels of the blue hand that only the wave shows."""
    blue, green, red = (frame[..., i].astype(int) for i in range(3))
    return int(((blue > 190) & (green < 130) & (red < 90)).sum())


def _mouth(frame: np.ndarray) -> int:
    """Pixels of the tiny painter's red mouth."""
    blue, green, red = (frame[..., i].astype(int) for i in range(3))
    return int(((red > 180) & (green < 90) & (blue < 90)).sum())


class TestCourse:
    def test_an_action_comes_and_goes_within_its_own_frames(self) -> None:
        course = Course((PlacedAction("wave", 20, WAVE),))
        shares = [sum(layer.share for layer in course.layers(n)) for n in range(100)]
        assert all(share == 0 for share in [*shares[:20], *shares[70:]])
        assert all(share == 1 for share in shares[20 + ENTER_FRAMES : 70 - ENTER_FRAMES])
        assert all(0 < b - a < 0.15 for a, b in pairwise(shares[19 : 21 + ENTER_FRAMES]))
        shown = [course.layers(n)[0].frame.index for n in range(20, 70)]
        assert shown == list(range(240, 290))

    def test_the_idle_loop_goes_round(self) -> None:
        loop = IdleLoop((180, 239))
        assert [loop.frame(n).index for n in (0, 59, 60, 119, 120)] == [180, 239, 180, 239, 180]

    def test_a_loop_that_does_not_close_is_closed_by_a_fade(self) -> None:
        loop = IdleLoop((180, 239), seam=5.0)
        frames = [loop.frame(n) for n in range(300)]
        for a, b in pairwise(frames):
            # What is hardly seen may jump, what is seen plays on.
            seen = {b.index: 1 - b.weight, b.other: b.weight}
            ends = [index for index, share in seen.items() if share > 0.5]
            assert all(index - 1 in (a.index, a.other) for index in ends)
        assert any(frame.weight > 0 for frame in frames)

    def test_a_loop_whose_end_is_its_beginning_again_is_mixed_at_the_same_moments(self) -> None:
        loop = IdleLoop((180, 251), again=12)
        frames = [loop.frame(n) for n in range(300)]
        mixed = [frame for frame in frames if frame.weight]
        assert mixed and all(frame.is_same and frame.index - frame.other == 60 for frame in mixed)
        moments = [(frame.index - 180) % 60 for frame in frames]
        assert moments == [n % 60 for n in range(300)]

    def test_silence_at_the_end_turns_to_listening(self) -> None:
        pcm = np.zeros(10 * RATE, np.float32)
        pcm[: 5 * RATE] = 0.5
        assert idle_start(pcm, RATE, 250) == 125 + 12
        assert idle_start(pcm, RATE, 190) is None
        assert idle_start(np.zeros(0, np.float32), RATE, 50) == 0


def test_the_action_is_seen_when_it_was_asked_for_and_the_mouth_goes_on(
    acting_package: Path, acting_opener: AvatarOpener, speech: Path, tmp_path: Path
) -> None:
    render_video(_plan(acting_package, speech, ("wave", 2000)), tmp_path / "out.mp4", opener=acting_opener)
    frames = list(read_frames(tmp_path / "out.mp4"))
    hand = [n for n, frame in enumerate(frames) if _hand(frame) > 60]
    assert len(hand) > 30 and hand[0] in range(50, 62) and hand[-1] in range(88, 100)
    assert min(_mouth(frame) for frame in frames) > 40


def test_two_codings_of_a_moment_are_mixed_where_they_are() -> None:
    rng = np.random.default_rng(4)
    scene = np.kron(rng.integers(114, 120, (30, 40, 3)), np.ones((8, 8, 1)))
    one, other = (BaseFrame.of((scene + rng.normal(0, 6, scene.shape)).astype(np.uint8)) for _ in range(2))
    mixed = mixed_pictures(one, other, 0.5).planes[0].astype(int)
    halfway = (one.planes[0].astype(int) + other.planes[0]) / 2
    assert np.abs(mixed - halfway).max() <= 1
    assert np.array_equal(mixed_pictures(one, one, 0.5).planes[0], one.planes[0])
    moved = morphed(one, other, 0.5).planes[0].astype(int)
    assert np.abs(moved - halfway).mean() > 1


def test_what_differs_by_a_level_does_not_change_at_once() -> None:
    one, other = (BaseFrame.of(np.full((240, 320, 3), level, np.uint8)) for level in (120, 121))
    shares = np.linspace(0, 1, 14)
    means = [mixed_pictures(one, other, share).planes[0].mean() for share in shares]
    assert means == pytest.approx(one.planes[0].mean() + shares, abs=0.02)


def test_a_package_that_says_so_plays_its_loop_s_end_and_beginning_mixed(
    acting_package: Path, acting_opener: AvatarOpener, tmp_path: Path
) -> None:
    shutil.copytree(acting_package, tmp_path / "actor")
    avatar = acting_opener(tmp_path / "actor")
    index = index_clip(avatar.base_video, avatar.segments, avatar.alpha_video, avatar.idle)
    dataclasses.replace(index, idle_again=12).save(tmp_path / "actor" / INDEX_FILE)
    performer = Performer(avatar)
    loop = performer.idle_loop
    assert loop is not None and loop.closing_frames == 12

    def luma(step: LoopFrame) -> np.ndarray:
        return performer.still(step).base.planes[0].astype(float)

    step = loop.frame(loop.length - 6)
    end, begin = (luma(LoopFrame(at, at, 0.0)) for at in (step.index, step.other))
    # Here the two show different moments, so that mixing can be told from moving.
    assert np.abs(end - begin).max() > 20
    mixed = end + step.weight * (begin - end)
    assert np.abs(luma(step) - mixed).max() <= 1
    assert np.abs(luma(dataclasses.replace(step, is_same=False)) - mixed).max() > 5
    performer.close()


def test_no_jump_can_be_seen(acting_package: Path, acting_opener: AvatarOpener) -> None:
    """An action without a hand, so that the whole picture counts, beside the walk and the loop alone."""
    performer = Performer(acting_opener(acting_package), seed=3)

    def largest_change(frames: range) -> float:
        shown = [performer.frame(n, None, n).colour.astype(float) for n in frames]
        return max(float(np.abs(a - b).mean()) for a, b in pairwise(shown))

    walk = largest_change(range(200))
    performer.course = Course((PlacedAction("nod", 50, (290, 319)), PlacedAction("nod", 120, (290, 319))))
    assert largest_change(range(200)) < 1.6 * walk
    performer.course = Course(idle=IdleLoop((180, 239)), idle_from=60)
    assert largest_change(range(250)) < 1.6 * walk
    performer.course = Course(idle=IdleLoop((180, 239)), idle_from=0)
    assert largest_change(range(180)) < 1.6 * walk
    performer.close()


def test_segments_with_actions_stand_alone(
    acting_package: Path, acting_opener: AvatarOpener, speech: Path, tmp_path: Path
) -> None:
    plan = _plan(acting_package, speech, ("wave", 1500), ("nod", 2000))
    work = tmp_path / "work"
    render_video(plan, tmp_path / "a.mp4", opener=acting_opener, work_folder=work)
    specs = plan_segments(plan)
    for spec in (specs[1], specs[2]):
        render_segment(plan, spec, tmp_path / "alone.mp4", opener=acting_opener)
        whole = work / f"segment-{spec.number:04d}.mp4"
        assert (tmp_path / "alone.mp4").read_bytes() == whole.read_bytes()


def test_without_speech_the_idle_loop_is_shown(
    acting_package: Path, acting_opener: AvatarOpener, tmp_path: Path
) -> None:
    scene = ScenePlan(str(acting_package), duration_s=6, background="#FFFFFF")
    plan = RenderPlan((scene,), 320, 180, threads=1)
    render_video(plan, tmp_path / "idle.mp4", opener=acting_opener)
    frames = [frame.astype(float) for frame in read_frames(tmp_path / "idle.mp4")]
    assert len(frames) == 150
    # The loop lasts 60 frames: the same picture comes again, and half a turn later another one.
    assert np.abs(frames[20] - frames[80]).mean() < 0.5 * np.abs(frames[20] - frames[50]).mean()


def test_an_unknown_action_stops_the_render_with_what_there_is(
    acting_package: Path, acting_opener: AvatarOpener, speech: Path, tmp_path: Path
) -> None:
    plan = _plan(acting_package, speech, ("dance", 0))
    with pytest.raises(SceneError, match=r"no action 'dance'; it has wave, nod"):
        render_video(plan, tmp_path / "out.mp4", opener=acting_opener)


def test_a_plan_with_actions_survives_json(acting_package: Path, speech: Path) -> None:
    plan = _plan(acting_package, speech, ("wave", 1500))
    assert RenderPlan.from_json(plan.to_json()) == plan
    other = dataclasses.replace(plan.scenes[0], actions=())
    assert RenderPlan((other,)).to_json() != plan.to_json()
