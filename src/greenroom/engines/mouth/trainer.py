"""Image modeling: from footage to an avatar package. Can be cut off at any moment and called again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from greenroom.engines.face.tracker import LiteRtFaceTracker
from greenroom.engines.learning import this_machine
from greenroom.engines.matting.clip import ClipSettings
from greenroom.engines.mouth import package as names
from greenroom.engines.mouth.articulation import CLOSED_OPENING
from greenroom.engines.mouth.base import BaseLayout, some_frames, write_base
from greenroom.engines.mouth.learning import (
    DriverOptions,
    PainterOptions,
    export_driver,
    export_painter,
    train_driver,
    train_painter,
)
from greenroom.engines.mouth.marks import read_marks
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
from greenroom.engines.mouth.takes import check_takes
from greenroom.engines.protocols import VIDEO_FPS, AvatarSource, Progress
from greenroom.media.decode import read_audio

Step = Callable[[float], None]

SOUND_RATE = 16_000
_QUALITY_FRAMES = 450


@dataclass(slots=True, frozen=True)
class TrainingOptions:
    """How much work a training puts in."""

    driver: DriverOptions = field(default_factory=DriverOptions)
    painter: PainterOptions = field(default_factory=PainterOptions)
    voices: int = len(RATES)
    """Versions of the sound that the driver learns from."""
    clip: ClipSettings = field(default_factory=ClipSettings)
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
        FootageError: the footage does not show one face for long enough, or cannot be decoded; or its marks
            are wrong.
    """
    work_dir.mkdir(parents=True, exist_ok=True)
    part = _Part(progress)
    machine = this_machine(options.threads)
    marks = read_marks(source.marks) if source.marks is not None else None
    if marks is not None:
        check_takes(source.footage, marks, part.stage("looking at the marked takes", 0.0, 0.01))
    footage = prepare_footage(source.footage, work_dir, marks, part.stage("tracking the face", 0.01, 0.16))
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
    layout = write_base(
        source.footage, footage, building, options.clip, part.stage("cutting out the person", 0.90, 0.94)
    )
    report = _measure(source.footage, footage, building, part.stage("measuring quality", 0.94, 0.99))
    (building / names.QUALITY).write_text(json.dumps(report.to_json(), indent=2) + "\n")
    write_manifest(building, _description(source, footage, layout))
    publish_package(building, package_dir)
    progress("done", 1.0)
    return report


def _description(source: AvatarSource, footage: Footage, layout: BaseLayout) -> dict[str, object]:
    width, height = footage.track.frame_size
    about = footage.marks.about if footage.marks is not None else {}
    return {
        "name": source.name,
        "fps": VIDEO_FPS,
        "size": [width // 2 * 2, height // 2 * 2],
        **layout.to_json(),
        "crop_side": footage.geometry.side,
        "consent_sha256": file_sha256(source.consent) if source.consent else None,
        "footage_sha256": file_sha256(source.footage),
        "licence": "Only for uses that the person's authorization letter allows."
        if source.consent
        else "No authorization letter was given: only for synthetic people and one's own likeness.",
        **about,
    }


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
    frames = dict(zip(wanted.tolist(), some_frames(footage_path, wanted), strict=True))
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
