"""The base clip: which frames of the footage a video will show, cut out of their background."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.clip import read_frames
from greenroom.engines.matting.choose import choose_matter
from greenroom.engines.matting.clip import ClipSettings, write_avatar_clips
from greenroom.engines.mouth import package as names
from greenroom.engines.mouth.marks import Run
from greenroom.engines.mouth.preparation import Footage
from greenroom.engines.mouth.quality import runs
from greenroom.engines.protocols import VIDEO_FPS, Image
from greenroom.stage.course import SEAM_FRAMES
from greenroom.stage.loop_index import INDEX_FILE, index_clip

Step = Callable[[float], None]

LONGEST_BASE_S = 24
"""Length of the speaking part: what a video shows is walked to and fro in it."""
LONGEST_MARKED_BASE_S = 32
_SHORTEST_STRETCH = 2 * VIDEO_FPS
_BESIDE = 4
"""Frames at each end of an idle loop whose steps its seam is compared with."""
_LOOK_SIZE = (96, 72)
_AS_LIKE, _NOISE = 2.0, 0.1
""""Like those beside it": at most so many times as large, and so many of 255 more."""
_MOST_STRETCHES = 5


@dataclass(slots=True, frozen=True)
class BaseLayout:
    """What lies where in the base clip, in its own frame numbers; the runs follow each other as filmed."""

    segments: list[Run]
    idle: Run | None = None
    actions: dict[str, Run] = field(default_factory=dict)
    idle_begin: int | None = None
    """Which frame of a closed idle loop comes first, and after its last one again the others: any may."""
    again: int = 0
    """So many frames of the idle loop's beginning follow its end once more: so it goes over into its
    beginning at the same moment of its motion, and what the encoder made of the two is faded."""

    @property
    def frame_count(self) -> int:
        return len(self.frames)

    @property
    def frames(self) -> npt.NDArray[np.int64]:
        """Those of the base clip, in its order."""
        parts = []
        for first, last in self.runs:
            part = np.arange(first, last + 1)
            if (first, last) == self.idle:
                part = np.roll(part, first - (self.idle_begin or first))
                part = np.append(part, part[: self.again])
            parts.append(part)
        return np.concatenate(parts)

    @property
    def runs(self) -> list[Run]:
        return sorted([*self.segments, *([self.idle] if self.idle else []), *self.actions.values()])

    @property
    def firsts(self) -> frozenset[int]:
        """First frames of the runs: as keyframes they are found at once, and what an idle loop fades out at
        its end is coded like the frames before it."""
        return frozenset(first for first, _ in self.runs)

    def to_json(self) -> dict[str, object]:
        """The manifest's members; `idle` and `actions` are left out where there are none."""
        found: dict[str, object] = {"frame_count": self.frame_count, "segments": self.segments}
        if self.idle is not None:
            found["idle"] = self.idle
        if self.actions:
            found["actions"] = self.actions
        return found

    def packed(self) -> BaseLayout:
        """The same with the gaps between its runs closed."""
        lengths = [_length(run) + (self.again if run == self.idle else 0) for run in self.runs]
        begins = np.cumsum([0, *lengths])
        place = {run: (int(a), int(b) - 1) for run, (a, b) in zip(self.runs, pairwise(begins), strict=True)}
        return BaseLayout(
            [place[run] for run in self.segments],
            place[self.idle] if self.idle is not None else None,
            {name: place[run] for name, run in self.actions.items()},
        )


def write_base(
    footage_path: Path, footage: Footage, building: Path, settings: ClipSettings, step: Step
) -> BaseLayout:
    """Write the base clip with its opacity, and where the crop lies in each of its frames."""
    marks = footage.marks
    chosen = BaseLayout(
        choose_stretches(footage),
        marks.idle if marks is not None else None,
        dict(marks.actions) if marks is not None else {},
    )
    if chosen.idle is not None:
        steps = loop_steps(footage_path, chosen.idle)
        if closes(steps) and len(steps) >= 4 * SEAM_FRAMES:
            begin = chosen.idle[0] + calmest_seam(steps, SEAM_FRAMES)
            chosen = replace(chosen, idle_begin=begin, again=SEAM_FRAMES)
    wanted = chosen.frames
    samples = some_frames(footage_path, np.unique(wanted)[:: max(1, len(wanted) // 30)])
    cutter = choose_matter(samples)
    layout = chosen.packed()
    write_avatar_clips(
        _picked(footage_path, wanted, step),
        cutter,
        building / names.BASE_VIDEO,
        building / names.ALPHA_VIDEO,
        settings,
        keyframes=layout.firsts,
    )
    index = index_clip(
        building / names.BASE_VIDEO, layout.segments, building / names.ALPHA_VIDEO, layout.idle
    )
    if chosen.again:
        index = replace(index, idle_again=chosen.again)
    index.save(building / INDEX_FILE)
    np.savez(building / names.FRAMES, transforms=footage.transforms[wanted], poses=footage.poses[wanted])
    return layout


def loop_steps(path: Path, idle: Run) -> npt.NDArray[np.float32]:
    """How much changes from each frame of the loop to the next, and at last from its last to its first."""
    looks = [
        cv2.resize(frame, _LOOK_SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
        for frame in read_frames(path, idle[0], idle[1] + 1)
    ]
    return np.array([np.abs(one - other).mean() for one, other in pairwise([*looks, looks[0]])], np.float32)


def closes(steps: npt.NDArray[np.float32]) -> bool:
    """Whether the frame after a loop's last is its first: whether that step is like those beside it."""
    beside = np.append(steps[: _BESIDE - 1], steps[-_BESIDE:-1])
    return float(steps[-1]) <= _AS_LIKE * float(beside.mean()) + _NOISE


def calmest_seam(steps: npt.NDArray[np.float32], over: int) -> int:
    """Which frame of a closed loop shall be its first, so that it closes, `over` frames long, in even motion.

    There no step is above the mean of as many before it and after it, or hardly; of such places it is the one
    where of all these steps the largest is least above the mean.
    """
    count = len(steps)
    around = steps[(np.arange(count)[:, None] + np.arange(-1 - over, 2 * over)) % count]
    closing, beside = around[:, over : 2 * over + 1], np.delete(around, np.s_[over : 2 * over + 1], axis=1)
    above = closing.max(axis=1) / np.maximum(beside.mean(axis=1), _NOISE)
    uneven = around.max(axis=1) / np.maximum(around.mean(axis=1), _NOISE)
    return int(np.lexsort((uneven, np.maximum(above, 1.0)))[0])


def choose_stretches(footage: Footage) -> list[Run]:
    """The stretches of speaking that become the base clip, first and last frame each, in order.

    Continuous, with a face that looks into the camera. Of marked footage the ranges in their order; else the
    longest, or where the footage is all short takes, those that look most like each other, so that a join is
    hard to see.
    """
    frontal = np.abs(footage.poses[:, 0] - np.median(footage.poses[:, 0])) < 20
    usable = footage.usable
    if footage.marks is not None:
        usable = usable & footage.marks.is_speaking(len(usable))
    good = usable & frontal
    stretches: list[Run] = []
    bounds = [0, *footage.cuts, len(good)]
    for begin, end in pairwise(bounds):
        stretches += [
            (begin + a, begin + b) for a, b in runs(good[begin:end]) if b - a + 1 >= _SHORTEST_STRETCH
        ]
    if not stretches:
        return [_longest(list(runs(usable)))]
    if footage.marks is not None:
        return _fill(_in_order(stretches, footage.marks.speaking), LONGEST_MARKED_BASE_S * VIDEO_FPS)
    most = LONGEST_BASE_S * VIDEO_FPS
    longest = _longest(stretches)
    if _length(longest) >= most // 2:
        return [(longest[0], min(longest[1], longest[0] + most - 1))]
    looks = np.stack([_look(footage, run) for run in stretches])
    distances = np.linalg.norm(looks[:, None] - looks[None], axis=2)
    nearest = np.sort(distances, axis=1)[:, : min(_MOST_STRETCHES, len(stretches))]
    centre = int(np.argmin(nearest.sum(1)))
    return sorted(stretches[index] for index in np.argsort(distances[centre])[:_MOST_STRETCHES])


def _in_order(stretches: list[Run], ranges: Sequence[Run]) -> list[Run]:
    """`stretches` in the order of the marked ranges that they lie in."""
    return [run for first, last in ranges for run in stretches if first <= run[0] <= last]


def _fill(stretches: list[Run], most: int) -> list[Run]:
    """The first of `stretches` until together they last `most` frames, sorted; the last one is shortened."""
    chosen: list[Run] = []
    for first, last in stretches:
        left = most - sum(_length(run) for run in chosen)
        if left < _SHORTEST_STRETCH:
            break
        chosen.append((first, min(last, first + left - 1)))
    return sorted(chosen)


def _length(run: Run) -> int:
    return run[1] - run[0] + 1


def _longest(stretches: list[Run]) -> Run:
    return max(stretches, key=_length)


def _look(footage: Footage, run: Run) -> npt.NDArray[np.float64]:
    """What must agree for two stretches to be joined: place and size of the head, its pose, its light."""
    frames = slice(run[0], run[1] + 1)
    place = footage.transforms[frames].reshape(-1, 6).mean(0) / [0.02, 0.02, 3, 0.02, 0.02, 3]
    light = np.asarray(footage.crops[run[0] : run[1] : 10], np.float32).mean((0, 1, 2)) / 3
    moving = np.std(footage.poses[frames], axis=0)
    return np.concatenate([place, light, footage.poses[frames].mean(0) / 3, moving]).astype(np.float64)


def some_frames(path: Path, wanted: npt.NDArray[np.int64]) -> list[Image]:
    """Frames `wanted` (ascending) of the footage, copied."""
    chosen = set(wanted.tolist())
    last = int(wanted.max()) + 1
    return [frame.copy() for number, frame in enumerate(read_frames(path, last=last)) if number in chosen]


def _picked(path: Path, wanted: npt.NDArray[np.int64], step: Step) -> Iterator[Image]:
    """Frames `wanted` of the footage, in that order: it is read once for each part in which they ascend."""
    given = 0
    for part in np.split(wanted, np.flatnonzero(np.diff(wanted) <= 0) + 1):
        chosen = set(part.tolist())
        first = int(part[0])
        for number, frame in enumerate(read_frames(path, first, int(part[-1]) + 1), start=first):
            if number in chosen:
                yield frame
                given += 1
                if given % 50 == 0:
                    step(given / len(wanted))
