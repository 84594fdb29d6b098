"""Image modeling: from footage to an avatar package. Can be cut off at any moment and called again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.engines.face.clip import read_frames
from greenroom.engines.face.tracker import LiteRtFaceTracker
from greenroom.engines.matting.choose import choose_matter
from greenroom.engines.matting.clip import write_avatar_clips
from greenroom.engines.mouth import package as names
from greenroom.engines.mouth.articulation import CLOSED_OPENING
from greenroom.engines.mouth.learning import (
    DriverOptions,
    PainterOptions,
    export_driver,
    export_painter,
    this_machine,
    train_driver,
    train_painter,
)
from greenroom.engines.mouth.package import file_sha256, publish_package, write_manifest
from greenroom.engines.mouth.preparation import (
    RATES,
    Footage,
    driver_targets,
    prepare_codes,
    prepare_footage,
    prepare_sound,
)
from greenroom.engines.mouth.quality import QualityReport, Take, measure, runs, track_take
from greenroom.engines.mouth.renderer import MouthPerformer
from greenroom.engines.mouth.steering import Steering, fit_steering
from greenroom.engines.protocols import VIDEO_FPS, AvatarSource, Image, Progress
from greenroom.media.decode import read_audio
from greenroom.stage.loop_index import INDEX_FILE, index_clip

Step = Callable[[float], None]

SOUND_RATE = 16_000
LONGEST_BASE_S = 24
"""Length of the base clip: what a video shows is walked to and fro in it."""
_SHORTEST_STRETCH = 2 * VIDEO_FPS
_MOST_STRETCHES = 5
_QUALITY_FRAMES = 450


@dataclass(slots=True, frozen=True)
class TrainingOptions:
    """How much work a training puts in."""

    driver: DriverOptions = field(default_factory=DriverOptions)
    painter: PainterOptions = field(default_factory=PainterOptions)
    voices: int = len(RATES)
    """Versions of the sound that the driver learns from."""
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)

    @staticmethod
    def quick() -> TrainingOptions:
        """For trying the whole way: a mouth that moves, not one to show."""
        return TrainingOptions(
            DriverOptions(members=1, openers=1, steps=150, width=64, learning_rate=3e-3),
            PainterOptions(pictures=1600),
            voices=1,
        )


class _Part:
    """Maps the progress of one stage to its share of the whole, and never goes back."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0.0

    def stage(self, name: str, begin: float, end: float) -> Step:
        def step(done: float) -> None:
            self._done = max(self._done, begin + (end - begin) * min(1.0, done))
            self._progress(name, self._done)

        step(0.0)
        return step


def train_avatar(
    source: AvatarSource, work_dir: Path, package_dir: Path, options: TrainingOptions, progress: Progress
) -> QualityReport:
    """Make the avatar package of a person.

    Args:
        work_dir: holds what is already computed; called again with the same folder, training goes on there.
        package_dir: where the finished package appears, whole or not at all.

    Raises:
        FootageError: the footage does not show one face for long enough, or cannot be decoded.
    """
    work_dir.mkdir(parents=True, exist_ok=True)
    part = _Part(progress)
    machine = this_machine(options.threads)
    footage = prepare_footage(source.footage, work_dir, part.stage("tracking the face", 0.0, 0.16))
    coder, codes = prepare_codes(footage, work_dir, np.random.default_rng(0))
    hearings = prepare_sound(
        source.footage, work_dir, len(codes), options.voices, part.stage("listening", 0.16, 0.22)
    )
    learn = footage.usable & ~footage.held_out
    ensemble = train_driver(
        hearings,
        driver_targets(footage, codes),
        learn,
        coder.scale**2,
        options.driver,
        machine,
        work_dir,
        part.stage("learning how the mouth follows sound", 0.22, 0.36),
    )
    painter = train_painter(
        footage,
        codes,
        coder,
        options.painter,
        machine,
        work_dir / "painter.pt",
        part.stage("learning how the mouth looks", 0.36, 0.90),
    )
    building = work_dir / "package"
    if building.exists():
        shutil.rmtree(building)
    building.mkdir()
    export_driver(ensemble, building / names.DRIVER)
    export_painter(painter, footage, building / names.PAINTER)
    footage.geometry.save(building / names.GEOMETRY)
    steering = fit_steering(codes[learn], footage.opening[learn], CLOSED_OPENING)
    steering.save(building / names.STEERING)
    segments = _write_base(
        source.footage, footage, building, part.stage("cutting out the person", 0.90, 0.94)
    )
    report = _measure(source.footage, footage, building, part.stage("measuring quality", 0.94, 0.99))
    (building / names.QUALITY).write_text(json.dumps(report.to_json(), indent=2) + "\n")
    write_manifest(building, _description(source, footage, segments))
    publish_package(building, package_dir)
    progress("done", 1.0)
    return report


def _description(
    source: AvatarSource, footage: Footage, segments: list[tuple[int, int]]
) -> dict[str, object]:
    width, height = footage.track.frame_size
    return {
        "name": source.name,
        "fps": VIDEO_FPS,
        "size": [width // 2 * 2, height // 2 * 2],
        "frame_count": sum(last - first + 1 for first, last in segments),
        "segments": segments,
        "crop_side": footage.geometry.side,
        "consent_sha256": file_sha256(source.consent) if source.consent else None,
        "footage_sha256": file_sha256(source.footage),
        "licence": "Only for uses that the person's authorization letter allows."
        if source.consent
        else "No authorization letter was given: only for synthetic people and one's own likeness.",
    }


# ------------------------------------------------------------- base clip


def choose_stretches(footage: Footage) -> list[tuple[int, int]]:
    """The stretches of footage that become the base clip, first and last frame each.

    Continuous, with a face that looks into the camera; long ones first. Where the footage is all short takes,
    those that look most like each other, so that a join is hard to see.
    """
    frontal = np.abs(footage.poses[:, 0] - np.median(footage.poses[:, 0])) < 20
    good = footage.usable & frontal
    stretches: list[tuple[int, int]] = []
    bounds = [0, *footage.cuts, len(good)]
    for begin, end in pairwise(bounds):
        stretches += [
            (begin + a, begin + b) for a, b in runs(good[begin:end]) if b - a + 1 >= _SHORTEST_STRETCH
        ]
    if not stretches:
        longest = max(runs(footage.usable), key=lambda run: run[1] - run[0])
        return [longest]
    most = LONGEST_BASE_S * VIDEO_FPS
    longest = max(stretches, key=lambda run: run[1] - run[0])
    if longest[1] - longest[0] + 1 >= most // 2:
        return [(longest[0], min(longest[1], longest[0] + most - 1))]
    looks = np.stack([_look(footage, run) for run in stretches])
    distances = np.linalg.norm(looks[:, None] - looks[None], axis=2)
    nearest = np.sort(distances, axis=1)[:, : min(_MOST_STRETCHES, len(stretches))]
    centre = int(np.argmin(nearest.sum(1)))
    chosen = sorted(np.argsort(distances[centre])[:_MOST_STRETCHES])
    return [stretches[index] for index in chosen]


def _look(footage: Footage, run: tuple[int, int]) -> npt.NDArray[np.float64]:
    """What must agree for two stretches to be joined: place and size of the head, its pose, its light."""
    frames = slice(run[0], run[1] + 1)
    place = footage.transforms[frames].reshape(-1, 6).mean(0) / [0.02, 0.02, 3, 0.02, 0.02, 3]
    light = np.asarray(footage.crops[run[0] : run[1] : 10], np.float32).mean((0, 1, 2)) / 3
    moving = np.std(footage.poses[frames], axis=0)
    return np.concatenate([place, light, footage.poses[frames].mean(0) / 3, moving]).astype(np.float64)


def _write_base(footage_path: Path, footage: Footage, building: Path, step: Step) -> list[tuple[int, int]]:
    """Write the base clip with its opacity, and where the crop lies in each of its frames."""
    stretches = choose_stretches(footage)
    wanted = np.concatenate([np.arange(first, last + 1) for first, last in stretches])
    samples = _some_frames(footage_path, wanted[:: max(1, len(wanted) // 30)])
    cutter = choose_matter(samples)
    write_avatar_clips(
        _picked(footage_path, wanted, step), cutter, building / names.BASE_VIDEO, building / names.ALPHA_VIDEO
    )
    segments, begin = [], 0
    for first, last in stretches:
        segments.append((begin, begin + last - first))
        begin += last - first + 1
    index_clip(building / names.BASE_VIDEO, segments, building / names.ALPHA_VIDEO).save(
        building / INDEX_FILE
    )
    np.savez(building / names.FRAMES, transforms=footage.transforms[wanted], poses=footage.poses[wanted])
    return segments


def _some_frames(path: Path, wanted: npt.NDArray[np.int64]) -> list[Image]:
    chosen = set(wanted.tolist())
    last = int(wanted.max()) + 1
    return [frame.copy() for number, frame in enumerate(read_frames(path, last=last)) if number in chosen]


def _picked(path: Path, wanted: npt.NDArray[np.int64], step: Step) -> Iterator[Image]:
    chosen = set(wanted.tolist())
    last = int(wanted.max()) + 1
    for number, frame in enumerate(read_frames(path, last=last)):
        if number in chosen:
            yield frame
        if number % 50 == 0:
            step(number / last)


# --------------------------------------------------------------- quality


def _measure(footage_path: Path, footage: Footage, building: Path, step: Step) -> QualityReport:
    """Paint the held-out frames anew from their sound, and compare."""
    blocks = list(runs(footage.held_out & footage.usable))
    performer = MouthPerformer(
        (building / names.DRIVER, building / names.PAINTER),
        footage.geometry,
        footage.transforms,
        Steering.load(building / names.STEERING),
        threads=1,
    )
    sound = read_audio(footage_path, SOUND_RATE)
    per_frame = SOUND_RATE // VIDEO_FPS
    kept: list[tuple[int, int]] = []
    total = 0
    for first, last in blocks:
        if total < _QUALITY_FRAMES:
            kept.append((first, last))
            total += last - first + 1
    wanted = np.concatenate([np.arange(first, last + 1) for first, last in kept])
    frames = dict(zip(wanted.tolist(), _some_frames(footage_path, wanted), strict=True))
    takes: list[Take] = []
    for number, (first, last) in enumerate(kept):
        track = performer.drive(sound[first * per_frame : (last + 1) * per_frame], SOUND_RATE)
        real = [frames[index] for index in range(first, last + 1)]
        painted = [frame.copy() for frame in real]
        for offset, frame in enumerate(painted):
            performer.apply(frame, first + offset, track, offset)
        takes.append(track_take(real, painted, LiteRtFaceTracker()))
        step((number + 1) / len(kept))
    return measure(takes)
