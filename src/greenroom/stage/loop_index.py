"""What a base clip looks like over time: which frames may follow each other unnoticed.

Every frame is reduced to a small picture of its luma. Distances are mean absolute differences of those, in
levels of 255, so they compare directly with the natural change from one frame to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from greenroom.media.decode import read_frames
from greenroom.stage.framing import PersonArea

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
Alpha = npt.NDArray[np.uint8]

INDEX_FILE = "loop.npz"
_GRID = (32, 26)
"""Width and height of the small picture."""
_MOST_FRAMES = 6000
_NEIGHBOURS = 12
_FORMAT = 2


@dataclass(slots=True, frozen=True)
class LoopIndex:
    segments: tuple[tuple[int, int], ...]
    """First and last frame of each continuous run."""
    speed: F32
    """[frames]: distance from each frame to the next; that of a run's last frame repeats the one before."""
    neighbours: I32
    """[frames, k]: the frames of other runs that look most alike, nearest first; -1 where there are fewer."""
    distances: F32
    """[frames, k]: how far those are, in units of the natural step."""
    natural_step: float
    """Distance that 90 % of consecutive frames stay below."""
    area: PersonArea | None
    """Where the person is in any frame of the clip; None for a clip without a matte."""
    rest_area: PersonArea | None = None
    """Where they are while speaking and listening, without the actions' gestures: what a framing goes by."""
    idle_seam: float = 0.0
    """How unlike the last frame of the idle loop is to its first, in natural steps; 0 without a loop."""
    idle_again: int = 0
    """So many of the loop's last frames show the same moments as its first ones."""

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            format=np.int32(_FORMAT),
            segments=np.array(self.segments, np.int32),
            speed=self.speed,
            neighbours=self.neighbours,
            distances=self.distances,
            natural_step=np.float32(self.natural_step),
            area=np.array(astuple(self.area) if self.area else (), np.float64),
            rest_area=np.array(astuple(self.rest_area) if self.rest_area else (), np.float64),
            idle_seam=np.float32(self.idle_seam),
            idle_again=np.int32(self.idle_again),
        )

    @classmethod
    def load(cls, path: Path) -> LoopIndex:
        """Raises ValueError for a file of another format version."""
        with np.load(path, allow_pickle=False) as data:
            if int(data["format"]) != _FORMAT:
                raise ValueError(f"{path.name} has format {int(data['format'])}, not {_FORMAT}.")
            return cls(
                tuple((int(a), int(b)) for a, b in data["segments"]),
                data["speed"],
                data["neighbours"],
                data["distances"],
                float(data["natural_step"]),
                _area(data["area"]),
                # Packages from before there were actions hold neither.
                _area(data["rest_area"] if "rest_area" in data else data["area"]),
                float(data["idle_seam"]) if "idle_seam" in data else 0.0,
                int(data["idle_again"]) if "idle_again" in data else 0,
            )


def _area(values: npt.NDArray[np.float64]) -> PersonArea | None:
    if not len(values):
        return None
    left, top, right, bottom = (int(side) for side in values[:4])
    return PersonArea(left, top, right, bottom, float(values[4]))


def index_clip(
    video: Path,
    segments: Sequence[tuple[int, int]],
    alpha: Path | None = None,
    idle: tuple[int, int] | None = None,
) -> LoopIndex:
    """Look through a base clip and its matte; of a very long one only the first minutes are used.

    A trainer saves the result beside the clip as `INDEX_FILE`; without it every render looks again.

    Args:
        segments: the continuous runs that the walk uses; frames outside of them and of `idle` are actions.
    """
    looks = _looks(video)
    count = len(looks)
    runs = tuple((a, min(b, count - 1)) for a, b in segments if a < count and min(b, count - 1) > a)
    if not runs:
        runs = ((0, count - 1),)
    step = np.zeros(count, np.float32)
    natural = []
    for first, last in runs:
        change = np.abs(np.diff(looks[first : last + 1], axis=0)).mean(axis=1)
        step[first:last] = change
        step[last] = change[-1] if len(change) else 0.0
        natural.append(change)
    natural_step = max(0.05, float(np.quantile(np.concatenate(natural), 0.9)))
    neighbours, distances = _nearest(looks, runs)
    seam = float(np.abs(looks[idle[1]] - looks[idle[0]]).mean()) if idle is not None else 0.0
    area, rest_area = _areas(alpha, count, runs if idle is None else (*runs, idle))
    return LoopIndex(
        runs,
        step,
        neighbours,
        distances / natural_step,
        natural_step,
        area,
        rest_area,
        seam / natural_step,
    )


def _areas(
    alpha: Path | None, count: int, rest: Sequence[tuple[int, int]]
) -> tuple[PersonArea | None, PersonArea | None]:
    """Where the person ever is, and where they are in the runs of `rest`."""
    if alpha is None:
        return None, None

    def mattes() -> Iterator[Alpha]:
        return islice(read_frames(alpha, pixel_format="gray", strict=False), count)

    at_rest = np.zeros(count, bool)
    for first, last in rest:
        at_rest[first : last + 1] = True
    area = PersonArea.of(mattes())
    if at_rest.all():
        return area, area
    return area, PersonArea.of(matte for number, matte in enumerate(mattes()) if at_rest[number])


def _looks(video: Path) -> F32:
    """[frames, pixels] small luma pictures."""
    looks: list[F32] = []
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            small = frame.reformat(
                width=_GRID[0], height=_GRID[1], format="gray", interpolation="AREA", threads=1
            )
            looks.append(small.to_ndarray().astype(np.float32).ravel())
            if len(looks) >= _MOST_FRAMES:
                break
    return np.array(looks, np.float32)


def _nearest(looks: F32, runs: Sequence[tuple[int, int]]) -> tuple[I32, F32]:
    """For each frame the most alike frame of each of the nearest other runs."""
    count = len(looks)
    neighbours = np.full((count, _NEIGHBOURS), -1, np.int32)
    distances = np.full((count, _NEIGHBOURS), np.inf, np.float32)
    starts = np.array([first for first, _ in runs])
    norms = (looks * looks).sum(axis=1)
    for first, last in runs:
        rows = looks[first : last + 1]
        square = norms[first : last + 1, None] - 2.0 * rows @ looks.T + norms[None]
        square[:, first : last + 1] = np.inf
        best = np.stack([_best_in(square, a, b) for a, b in runs], axis=1)
        values = np.take_along_axis(square, best, axis=1)
        order = np.argsort(values, axis=1, kind="stable")[:, : min(_NEIGHBOURS, len(starts))]
        chosen = np.take_along_axis(best, order, axis=1)
        for row in range(len(rows)):
            alike = chosen[row][np.isfinite(square[row, chosen[row]])]
            away = np.abs(looks[alike] - rows[row]).mean(axis=1)
            neighbours[first + row, : len(alike)] = alike
            distances[first + row, : len(alike)] = away
    return neighbours, distances


def _best_in(square: F32, first: int, last: int) -> npt.NDArray[np.int64]:
    """Index of the nearest frame of one run; runs' outermost frames are kept free for a fade."""
    inner = (first + 2, last - 2) if last - first > 8 else (first, last)
    return np.asarray(inner[0] + np.argmin(square[:, inner[0] : inner[1] + 1], axis=1), np.int64)
