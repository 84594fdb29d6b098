"""Which frames of the footage become the base clip, and what the manifest says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from greenroom.engines.mouth.base import (
    BaseLayout,
    _picked,
    calmest_seam,
    choose_stretches,
    closes,
    loop_steps,
    some_frames,
)
from greenroom.engines.mouth.crops import CropGeometry
from greenroom.engines.mouth.marks import FootageMarks
from greenroom.engines.mouth.preparation import Footage
from greenroom.engines.protocols import FaceTrack


def _footage(frames: int, cuts: tuple[int, ...], marks: FootageMarks | None) -> Footage:
    usable = np.ones(frames, bool)
    none = np.zeros(frames, np.float32)
    track = FaceTrack(
        np.zeros((frames, 1, 3), np.float32),
        np.ones(frames, np.float32),
        np.ones(frames, np.int16),
        25,
        (8, 8),
    )
    return Footage(
        track=track, cuts=cuts, usable=usable, geometry=CropGeometry(np.zeros((1, 2)), np.zeros((8, 8))),
        transforms=np.zeros((frames, 2, 3), np.float32), crops=np.zeros((frames, 2, 2, 3), np.uint8),
        poses=np.zeros((frames, 3), np.float32), opening=none, width=none, held_out=~usable, marks=marks,
    )  # fmt: skip


def _length(runs: list[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in runs)


def test_marked_speech_makes_32_seconds_of_base() -> None:
    marks = FootageMarks(((300, 1499),), (0, 299), {"nod": (1500, 1549)})
    chosen = choose_stretches(_footage(1600, marks.cuts((), 1600), marks))
    assert chosen == [(300, 300 + 799)]


def test_the_range_that_is_given_first_is_shown_first() -> None:
    marks = FootageMarks(((900, 1749), (0, 899)))
    chosen = choose_stretches(_footage(1800, marks.cuts((), 1800), marks))
    assert chosen == [(900, 1699)]


def test_several_short_takes_are_added_up_to_it() -> None:
    marks = FootageMarks(((0, 399), (450, 849), (900, 1299)), (1300, 1399))
    chosen = choose_stretches(_footage(1400, marks.cuts((), 1400), marks))
    assert _length(chosen) == 800
    assert all(any(a <= first and last <= b for a, b in marks.speaking) for first, last in chosen)


def test_without_marks_the_base_is_24_seconds_as_before() -> None:
    assert choose_stretches(_footage(1600, (), None)) == [(0, 599)]


def test_the_layout_closes_the_gaps_and_names_each_run() -> None:
    chosen = BaseLayout([(300, 399), (500, 549)], (0, 99), {"nod": (420, 449), "welcome": (600, 629)})
    layout = chosen.packed()
    assert layout.runs == [(0, 99), (100, 199), (200, 229), (230, 279), (280, 309)]
    manifest: dict[str, Any] = layout.to_json()
    assert manifest == {
        "frame_count": 310,
        "segments": [(100, 199), (230, 279)],
        "idle": (0, 99),
        "actions": {"nod": (200, 229), "welcome": (280, 309)},
    }


def test_an_idle_loop_that_closes_begins_once_more() -> None:
    chosen = BaseLayout([(300, 399)], (100, 199), {"nod": (420, 449)}, again=12)
    assert chosen.frames[:112].tolist() == [*range(100, 200), *range(100, 112)]
    layout = chosen.packed()
    assert (layout.idle, layout.segments, layout.actions) == ((0, 111), [(112, 211)], {"nod": (212, 241)})
    assert layout.frame_count == chosen.frame_count == 242
    assert layout.firsts == {0, 112, 212}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pointer that goes round once in 100 frames; the background drifts."""
    path = tmp_path_factory.mktemp("wheel") / "wheel.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(230):
            picture = np.full((240, 320, 3), 60, np.uint8)
            angle = 2 * np.pi * number / 100
            tip = (160 + round(90 * np.cos(angle)), 120 + round(90 * np.sin(angle)))
            cv2.line(picture, (160, 120), tip, (240, 200, 40), 12)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("run", "expected"), [((20, 119), True), ((20, 219), True), ((20, 109), False)])
def test_whether_a_loop_closes(wheel: Path, run: tuple[int, int], expected: bool) -> None:
    assert closes(loop_steps(wheel, run)) is expected


def test_a_loop_closes_in_even_motion() -> None:
    """Slow at first, fast for a while: the seam lies within either, not where one becomes the other."""
    steps = np.where(np.arange(200) < 120, 0.5, 2.0).astype(np.float32)
    steps[40:80] += np.tile([0.0, 1.0], 20)
    steps[150] = 4.0
    begin = calmest_seam(steps, 12)
    around = steps[(begin + np.arange(-13, 24)) % 200]
    assert np.ptp(around) == 0.0


def test_a_loop_may_begin_at_any_of_its_frames() -> None:
    chosen = BaseLayout([(300, 399)], (100, 199), idle_begin=150, again=12)
    assert chosen.frames[:112].tolist() == [*range(150, 200), *range(100, 162)]
    assert (chosen.packed().idle, chosen.packed().segments) == ((0, 111), [(112, 211)])


def test_frames_come_in_any_order_and_a_second_time(wheel: Path) -> None:
    wanted = BaseLayout([(150, 159)], (20, 119), idle_begin=60, again=12).frames
    done: list[float] = []
    picked = [frame.copy() for frame in _picked(wheel, wanted, done.append)]
    once = some_frames(wheel, np.arange(230))
    assert len(picked) == 122 and done == [50 / 122, 100 / 122]
    assert all(np.array_equal(frame, once[at]) for frame, at in zip(picked, wanted, strict=True))


def test_without_idle_and_actions_the_manifest_is_as_before() -> None:
    assert BaseLayout([(5, 9)]).packed().to_json() == {"frame_count": 5, "segments": [(0, 4)]}
