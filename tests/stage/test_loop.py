from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from greenroom.engines.protocols import AvatarPackageError, Image
from greenroom.media.decode import read_frames
from greenroom.stage.base_clip import BaseClip
from greenroom.stage.framing import PersonArea
from greenroom.stage.loop import BaseLoop
from greenroom.stage.loop_index import LoopIndex, index_clip
from greenroom.stage.performance import AvatarOpener, Performer

pytestmark = pytest.mark.media

TakeFrame = Callable[[int], tuple[Image, np.ndarray]]


@pytest.fixture(scope="module")
def index(package: Path) -> LoopIndex:
    return index_clip(package / "base.mp4", ((0, 59), (60, 119), (120, 179)), package / "alpha.mp4")


def test_inside_a_run_only_neighbours_follow_each_other(index: LoopIndex) -> None:
    loop = BaseLoop(index, seed=1)
    frames = [loop.frame(n) for n in range(2000)]
    take = np.array([frame.index // 60 for frame in frames])
    step = np.diff([frame.index for frame in frames])
    same = np.diff(take) == 0
    assert (np.abs(step[same]) == 1).all()
    assert all(0 <= frame.index < 180 for frame in frames)


def test_the_walk_uses_every_take_and_does_not_hurry(index: LoopIndex) -> None:
    loop = BaseLoop(index, seed=0)
    takes = np.array([loop.frame(n).index // 60 for n in range(3000)])
    assert set(takes) == {0, 1, 2}
    changes = np.nonzero(np.diff(takes))[0]
    assert len(changes) >= 5
    assert np.diff(changes).min() >= 20


def test_no_jump_can_be_seen(package: Path, opener: AvatarOpener) -> None:
    clip = BaseClip(package / "base.mp4", None)
    filmed = [clip.frame(n).colour.astype(float) for n in range(180)]
    steps = [float(np.abs(a - b).mean()) for a, b in pairwise(filmed)]
    cuts = [steps.pop(at) for at in (119, 59)]
    performer = Performer(opener(package), seed=3)
    shown = [performer.frame(n, None, n).colour.astype(float) for n in range(1500)]
    changes = [float(np.abs(a - b).mean()) for a, b in pairwise(shown)]
    assert max(changes) < 1.5 * max(steps)
    assert max(changes) < 0.5 * min(cuts)
    performer.close()


def test_the_walk_depends_on_the_seed_alone(index: LoopIndex) -> None:
    one, other, third = BaseLoop(index, 5), BaseLoop(index, 5), BaseLoop(index, 6)
    late = other.frame(900)
    assert [one.frame(n) for n in range(901)][-1] == late
    assert [one.frame(n) for n in range(900)] != [third.frame(n) for n in range(900)]


def test_an_index_survives_its_file(index: LoopIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "loop.npz")
    again = LoopIndex.load(tmp_path / "loop.npz")
    assert [BaseLoop(again, 2).frame(n) for n in range(300)] == [
        BaseLoop(index, 2).frame(n) for n in range(300)
    ]


def test_the_area_holds_the_person_of_every_frame(index: LoopIndex, take_frame: TakeFrame) -> None:
    assert index.area is not None
    area = index.area
    mattes = np.stack([take_frame(n)[1] for n in range(180)]).max(axis=0) > 20
    rows, columns = np.nonzero(mattes.any(axis=1))[0], np.nonzero(mattes.any(axis=0))[0]
    assert area.top <= rows[0] and area.bottom > rows[-1]
    assert area.left <= columns[0] and area.right > columns[-1]
    assert area.bottom - area.top < rows[-1] - rows[0] + 6
    assert abs(area.centre - 82) < 4


@pytest.mark.parametrize("frames", [1, 2, 3, 12])
def test_very_short_clips_still_play(frames: int) -> None:
    speed = np.full(frames, 0.5, np.float32)
    none = np.full((frames, 1), -1, np.int32)
    index = LoopIndex(((0, frames - 1),), speed, none, np.ones((frames, 1), np.float32), 0.5, None)
    loop = BaseLoop(index)
    assert {loop.frame(n).index for n in range(100)} <= set(range(frames))


class TestBaseClip:
    def test_frames_are_the_same_in_any_order(self, package: Path, take_frame: TakeFrame) -> None:
        clip = BaseClip(package / "base.mp4", package / "alpha.mp4", budget_bytes=1)
        backwards = {n: clip.frame(n).colour for n in range(179, -1, -7)}
        forwards = BaseClip(package / "base.mp4", package / "alpha.mp4")
        for n, colour in backwards.items():
            again = forwards.frame(n)
            assert np.array_equal(colour, again.colour)
            filmed, matte = take_frame(n)
            assert np.abs(colour.astype(int) - filmed)[matte > 0].mean() < 3

    def test_forwards_backwards_and_hopping_give_the_same_frames(self, acting_package: Path) -> None:
        """With B-frames and small blocks, each smaller than a group of pictures."""
        clips = acting_package / "base.mp4", acting_package / "alpha.mp4"
        small, whole = BaseClip(*clips, budget_bytes=1), BaseClip(*clips, budget_bytes=1 << 30)
        order = [*range(0, 90), *range(89, 40, -1), 300, 5, 319, 318, 46, 47, 48, 49, 0]
        for n in order:
            one, other = small.frame(n), whole.frame(n)
            assert np.array_equal(one.colour, other.colour) and np.array_equal(one.alpha, other.alpha)
        expected = list(read_frames(acting_package / "base.mp4"))
        assert len(expected) == small.frame_count == 320
        for n in (0, 23, 24, 25, 150, 287, 288, 319):
            shown = small.frame(n)
            assert shown.alpha is not None
            person = shown.alpha > 0
            assert np.abs(shown.colour.astype(int) - expected[n])[person].mean() < 1.5

    def test_few_frames_stay_in_memory(self, acting_package: Path) -> None:
        clip = BaseClip(acting_package / "base.mp4", acting_package / "alpha.mp4", budget_bytes=1_000_000)
        for n in [*range(320), *range(319, -1, -1)]:
            clip.frame(n)
        held = sum(len(frames) for frames in clip._loaded.values())
        assert held * 160 * 128 * 3 // 2 <= 1_000_000

    def test_mattes_are_fully_clear_and_fully_solid(self, package: Path) -> None:
        clip = BaseClip(package / "base.mp4", package / "alpha.mp4")
        alpha = clip.frame(30).alpha
        assert alpha is not None
        assert alpha[5:20, 5:20].max() == 0 and alpha[60:80, 70:90].min() == 255

    def test_a_damaged_package_is_named(self, package: Path, tmp_path: Path) -> None:
        (tmp_path / "base.mp4").write_bytes(b"no video")
        with pytest.raises(AvatarPackageError, match=r"base\.mp4"):
            BaseClip(tmp_path / "base.mp4", None)
        with pytest.raises(AvatarPackageError, match="no frame 500"):
            BaseClip(package / "base.mp4", None).frame(500)


def test_a_stored_index_is_used_and_a_damaged_one_named(
    index: LoopIndex, package: Path, opener: AvatarOpener, tmp_path: Path
) -> None:
    for name in ("base.mp4", "alpha.mp4"):
        (tmp_path / name).write_bytes((package / name).read_bytes())
    shifted = replace(index, area=PersonArea(1, 2, 3, 4, 2.0))
    shifted.save(tmp_path / "loop.npz")
    assert Performer(opener(tmp_path)).person_area == shifted.area
    (tmp_path / "loop.npz").write_bytes(b"PK broken")
    with pytest.raises(AvatarPackageError, match=r"loop\.npz"):
        Performer(opener(tmp_path))
