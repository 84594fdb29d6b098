"""How good the presenters that ship are: lips, the seam of the idle loop, blinks, the mouth's border, size.

`GREENROOM_BENCH_CAST_UNSEEN` is a folder with clips of each presenter that the training never saw,
`NAME/*.mp4`; without them the rows that need them are left out. `GREENROOM_CAST_FOLDER` names another cast.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.bench.lipsync import unseen_clips, unseen_rows, voice_rows
from greenroom.bench.table import Row
from greenroom.cast.catalogue import ARCHIVE, CastError, Presenter, load_cast
from greenroom.engines.face.geometry import eye_opening
from greenroom.engines.face.tracker import LiteRtFaceTracker
from greenroom.engines.mouth.border import border_error, border_ring
from greenroom.engines.mouth.crops import cut_crop
from greenroom.engines.mouth.package import AvatarPackage
from greenroom.engines.mouth.quality import runs
from greenroom.engines.mouth.renderer import MouthPerformer
from greenroom.engines.protocols import VIDEO_FPS, AvatarPackageError
from greenroom.stage.base_clip import BaseClip
from greenroom.stage.loop import LoopFrame
from greenroom.stage.performance import Avatar, Performer, PersonPicture
from greenroom.stage.speech import speak

UNSEEN_VARIABLE = "GREENROOM_BENCH_CAST_UNSEEN"
FOLDER_VARIABLE = "GREENROOM_CAST_FOLDER"
_SHUT = 0.5
"""Eyes are shut where they open less than this share of their usual opening."""
_NEIGHBOURS = 12
"""Changes from frame to frame on each side of the seam that it is compared with."""
_BORDER_FRAMES = 60


def run() -> list[Row]:
    """All figures of all presenters.

    Raises:
        AvatarPackageError: no presenter ships, or one is damaged.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    try:
        cast = load_cast(Path(folder) if folder else None)
    except CastError as error:
        raise AvatarPackageError(str(error)) from None
    if not cast.presenters:
        raise AvatarPackageError("No presenter ships with this Greenroom: there is nobody to measure.")
    rows = [row for presenter in cast.presenters for row in _presenter_rows(presenter)]
    total = sum(file.size for one in cast.presenters for file in one.package.files.values())
    rows.append(Row("cast: size", total / 1e6, "MB", f"{len(cast.presenters)} presenters", "<= 120 MB"))
    return rows


def _presenter_rows(presenter: Presenter) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-cast-") as name:
        with zipfile.ZipFile(presenter.path(ARCHIVE)) as archive:
            archive.extractall(name)
        package = AvatarPackage.open(Path(name), verify=True)
        voices = [(presenter.person.voice, "en")]
        if chinese := presenter.voice_for("zh"):
            voices.append((chinese, "zh"))
        rows = [
            *_unseen_rows(package, presenter.name),
            *voice_rows(package, voices),
            seam_row(package),
            *blink_rows(package),
            border_row(package, presenter.person.voice),
        ]
    size = presenter.package.files[ARCHIVE].size
    with_pictures = sum(file.size for file in presenter.package.files.values())
    reference = f"with cover and preview {with_pictures / 1e6:.1f} MB"
    rows.append(Row("package size", size / 1e6, "MB", reference, "<= 25 MB"))
    return [replace(row, name=f"{presenter.name}: {row.name}") for row in rows]


def _unseen_rows(package: AvatarPackage, name: str) -> list[Row]:
    unseen = os.environ.get(UNSEEN_VARIABLE)
    folder = Path(unseen) / name if unseen else None
    rows = unseen_rows(package, unseen_clips(folder)) if folder is not None and folder.is_dir() else []
    return rows or [Row("unseen clips", 0, "", f"left out: {UNSEEN_VARIABLE} holds none of {name}")]


# -------------------------------------------------------------------- seam


def seam_row(package: AvatarPackage) -> Row:
    """The largest step in the person where the idle loop closes, as it is played, over the steps around.

    The references are the largest of those steps around, and the step from the file's last frame of the loop
    to its first, which nobody sees where the loop closes over several frames.
    """
    name, goal = "idle loop's seam over its neighbours", "<= 1.2"
    if package.idle is None:
        return Row(name, None, "", "the package has no idle loop", goal)
    performer = Performer(_silent(package))
    loop = performer.idle_loop
    assert loop is not None
    length, closing = loop.length, loop.closing_frames
    shown = range(length - closing - _NEIGHBOURS - 1, length + _NEIGHBOURS + 1)
    frames = [performer.still(loop.frame(number)) for number in shown]
    ends = [performer.still(LoopFrame(at, at, 0.0)) for at in reversed(package.idle)]
    performer.close()
    steps = _steps(frames)
    neighbours = steps[:_NEIGHBOURS] + steps[-_NEIGHBOURS:]
    beside = float(np.mean(neighbours))
    seam = max(steps[_NEIGHBOURS:-_NEIGHBOURS]) / max(beside, 1e-6)
    in_file = _steps(ends)[0] / max(beside, 1e-6)
    usual = max(neighbours) / max(beside, 1e-6)
    reference = (
        f"largest of the neighbours {usual:.2f}x, of which the mean is {beside:.3f} of 255; "
        f"its last frame to its first {in_file:.1f}x"
    )
    return Row(name, seam, "x", reference, goal, extra={"last_to_first": in_file})


def _silent(package: AvatarPackage) -> Avatar:
    """The avatar without its mouth network."""
    return Avatar(
        folder=package.folder,
        base_video=package.base_video,
        alpha_video=package.alpha_video,
        segments=tuple((int(a), int(b)) for a, b in package.segments),
        painter=None,
        idle=package.idle,
    )


def _steps(frames: Sequence[PersonPicture]) -> list[float]:
    """How much changes from each frame to the next in the person: mean absolute difference, 0..255."""
    mattes = [frame.alpha > 0 for frame in frames if frame.alpha is not None]
    where = np.logical_or.reduce(mattes) if mattes else np.ones(frames[0].colour.shape[:2], bool)
    return [
        float(np.abs(earlier.colour[where].astype(np.int16) - later.colour[where]).mean())
        for earlier, later in pairwise(frames)
    ]


# ------------------------------------------------------------------ blinks


def blink_rows(package: AvatarPackage) -> list[Row]:
    """Seconds from blink to blink while speaking and, where there is a loop, while listening."""
    clip = BaseClip(package.base_video, None)

    def opening(first: int, last: int) -> npt.NDArray[np.float64]:
        frames = (clip.frame(index).colour for index in range(first, last + 1))
        return eye_opening(LiteRtFaceTracker().track(iter(frames), VIDEO_FPS).landmarks)

    rows = [blink_row("from blink to blink, speaking", [opening(*take) for take in package.segments])]
    if package.idle is not None:
        rows.append(blink_row("from blink to blink, idle", [opening(*package.idle)], is_loop=True))
    clip.close()
    return rows


def blink_row(name: str, takes: Sequence[npt.NDArray[np.float64]], *, is_loop: bool = False) -> Row:
    """
    Args:
        takes: opening of the eyes in each frame at VIDEO_FPS; nothing is said of the time between takes.
        is_loop: the first frame of a take follows its last.
    """
    opening = np.concatenate(takes)
    usual = float(np.nanmedian(opening))
    blinks, gaps = 0, np.zeros(0)
    for take in takes:
        starts = np.array([begin for begin, _ in runs(take < _SHUT * usual)], np.float64)
        if is_loop and len(starts):
            starts = np.append(starts, starts[0] + len(take))
        blinks += len(starts) - (is_loop and len(starts) > 0)
        gaps = np.append(gaps, np.diff(starts) / VIDEO_FPS)
    lowest = float(np.nanmin(opening))
    return Row(
        name,
        float(np.mean(gaps)) if len(gaps) else None,
        "s",
        f"eyes open {usual:.3f}, at their lowest {lowest:.3f} of the face's height",
        "3 to 6 s",
        {
            "blinks": blinks,
            "a_minute": 60 * VIDEO_FPS * blinks / len(opening),
            "shortest_s": float(gaps.min()) if len(gaps) else None,
            "longest_s": float(gaps.max()) if len(gaps) else None,
        },
    )


# ------------------------------------------------------------------ border


def border_row(package: AvatarPackage, voice_id: str) -> Row:
    """How far painted skin differs from filmed skin on both sides of the painted area's border."""
    performer = MouthPerformer.open(package)
    geometry, transforms = package.geometry(), package.transforms()
    ring = border_ring(geometry.mask)
    speech = speak("My mother bought a big apple pie, but Bob paid for the map and the lamp.", voice_id)
    track = performer.drive(speech.pcm, speech.sample_rate, speech.phonemes)
    clip = BaseClip(package.base_video, None)
    painted, moved = [], []
    for number, index in enumerate(_spread(package.segments, _BORDER_FRAMES)):
        base = clip.frame(index).colour
        spoken = base.copy()
        performer.apply(spoken, index, track, number * len(track) // _BORDER_FRAMES)
        painted.append(border_error(base, spoken, transforms[index], ring))
        crops = [
            cut_crop(frame, transforms[place], geometry.side)[ring].astype(np.float32)
            for frame, place in ((base, index), (clip.frame(index + 1).colour, index + 1))
        ]
        moved.append(np.abs(crops[1] - crops[0]).mean())
    clip.close()
    reference = f"base clip from frame to frame {np.mean(moved):.2f} of 255"
    return Row("colour error at the border", float(np.mean(painted)), "of 255", reference, "<= 1.5")


def _spread(segments: Iterable[tuple[int, int]], count: int) -> list[int]:
    """That many frames, evenly over the segments; none is the last of its segment."""
    frames = [index for first, last in segments for index in range(first, last)]
    return [frames[number * len(frames) // count] for number in range(min(count, len(frames)))]
