"""Render a plan to a video: segment by segment, so that a job that was cut off goes on where it was.

A segment's pictures depend on the plan and on their own numbers only, never on what was rendered before; the
encoder starts afresh in each. So a segment that is rendered alone is byte for byte that of the full run, and
joining needs no re-encoding.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from greenroom.engines.protocols import VIDEO_FPS, Pcm, Progress
from greenroom.media.encode import VideoWriter, planes_of
from greenroom.media.mux import AUDIO_RATE, join_tracks, pcm_for
from greenroom.media.wav import read_wav
from greenroom.stage.actions import place_actions
from greenroom.stage.clock import performance_frame
from greenroom.stage.course import WAY_BACK_FRAMES, Course, idle_start
from greenroom.stage.errors import SceneError
from greenroom.stage.framing import Framing, Placement, default_placement, head_placement
from greenroom.stage.kept import KeptAvatars
from greenroom.stage.layer_sound import with_layer_sound
from greenroom.stage.layers import LayerFrame, LayerRun, LayerStack, SceneSpan
from greenroom.stage.mix import mixed_sound
from greenroom.stage.performance import AvatarOpener, Footage, Performer, PersonPicture, open_avatar
from greenroom.stage.pipeline import Ahead
from greenroom.stage.plan import RenderPlan, ScenePlan, SegmentSpec, plan_segments, scene_frames
from greenroom.stage.quality.figures import PartFigures
from greenroom.stage.quality.inspector import Inspection, Inspector
from greenroom.stage.scene import Person, Scene, background_picture
from greenroom.stage.sheet import BLACK, TRANSPARENT, WHITE, Planes, Sheet
from greenroom.stage.subtitle import SubtitleLayer

_DEPTH = 4
"""Frames in each queue: enough to even out, few enough to stay small at 1080p."""
_REPORT_EVERY = 5


@dataclass(slots=True)
class StageTimes:
    """Wall and processor seconds of each stage; stages run side by side, so they do not add up."""

    wall_s: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, wall_s: float, cpu_s: float) -> None:
        self.wall_s[stage] = self.wall_s.get(stage, 0.0) + wall_s
        self.cpu_s[stage] = self.cpu_s.get(stage, 0.0) + cpu_s


@dataclass(slots=True, frozen=True)
class RenderReport:
    frame_count: int
    duration_s: float
    wall_s: float
    times: StageTimes

    @property
    def realtime_factor(self) -> float:
        """Seconds of video made in one second."""
        return self.duration_s / self.wall_s if self.wall_s > 0 else 0.0


class Renderer:
    """Renders the segments of one plan; opens avatars and drives mouths once for all of them."""

    def __init__(self, plan: RenderPlan, opener: AvatarOpener = open_avatar) -> None:
        cv2.setNumThreads(1)
        self.plan = plan
        self.times = StageTimes()
        self._opener = KeptAvatars(opener)
        self._acts: dict[int, _Act] = {}

    def segment(
        self,
        spec: SegmentSpec,
        out: Path,
        progress: Progress | None = None,
        inspector: Inspector | None = None,
    ) -> PartFigures | None:
        """Render one segment into `out`, which appears when it is whole.

        Returns:
            What `inspector` saw; None without one.

        Raises:
            SceneError, MediaError, AvatarPackageError: with a text fit for a user.
        """
        seen = self._inspection(spec, inspector)
        with (
            VideoWriter(out, self.plan.video) as writer,
            closing(self.pictures(spec, writer, seen)) as frames,
        ):
            for number, frame in enumerate(frames):
                wall, cpu = time.perf_counter(), time.thread_time()
                writer.write(frame)
                self.times.add("encode", time.perf_counter() - wall, time.thread_time() - cpu)
                if progress is not None and number % _REPORT_EVERY == 0:
                    progress("render", number / spec.frame_count)
        if progress is not None:
            progress("render", 1.0)
        if inspector is None:
            return None
        return seen.figures() if seen is not None else PartFigures(spec.frame_count)

    def pictures(
        self, spec: SegmentSpec, writer: VideoWriter, seen: Inspection | None = None
    ) -> Generator[Any]:
        """The finished frames of a segment, made ahead in threads of their own, ready for `writer`.

        `seen` looks at the person before anything covers them.
        """
        act = self._act(spec.scene)
        with ExitStack() as stack:
            footage = stack.enter_context(Ahead(self._footage(act, spec), _DEPTH, "footage"))
            people = stack.enter_context(Ahead(self._perform(act, spec, footage), _DEPTH, "perform"))
            if seen is not None:
                looked_at = self._inspect(people, seen, spec.first_frame)
                people = stack.enter_context(Ahead(looked_at, _DEPTH, "inspect"))
            layers = stack.enter_context(act.layers.run(spec.first_frame, spec.frame_count))
            finished = self._compose(act, people, layers, writer, spec.first_frame)
            yield from stack.enter_context(Ahead(finished, _DEPTH, "compose"))

    def sound(self) -> Iterator[Pcm]:
        """What is heard in each scene, mono [1, samples] at the output rate, as long as its pictures."""
        for scene in self.plan.scenes:
            length = Fraction(scene_frames(self.plan, scene), self.plan.fps)
            pcm, rate = _speech_of(scene)
            yield with_layer_sound(pcm_for(pcm, rate, length), AUDIO_RATE, scene.layers)[None]

    def close(self) -> None:
        for act in self._acts.values():
            act.performer.close()
        self._acts.clear()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _act(self, number: int) -> _Act:
        """The scene's avatar, ready to play; only that of one scene is kept open."""
        if number not in self._acts:
            self.close()
            self._acts[number] = _Act.open(self.plan, number, self._opener, self.times)
        return self._acts[number]

    def _inspection(self, spec: SegmentSpec, inspector: Inspector | None) -> Inspection | None:
        """None where there is nobody to look at, too."""
        scene = self.plan.scenes[spec.scene]
        if inspector is None or not scene.show_person:
            return None
        return inspector.part(scene, spec, self.plan.fps, self._act(spec.scene).performer.base_picture)

    def _footage(self, act: _Act, spec: SegmentSpec) -> Iterator[Footage]:
        """That of each frame of the performance, which are fewer where the rate repeats frames."""
        last: int | None = None
        for frame in range(spec.first_frame, spec.first_frame + spec.frame_count):
            number = performance_frame(frame, self.plan.fps)
            if number != last:
                last = number
                wall, cpu = time.perf_counter(), time.thread_time()
                found = act.performer.footage(number)
                self.times.add("footage", time.perf_counter() - wall, time.thread_time() - cpu)
                yield found

    def _perform(
        self, act: _Act, spec: SegmentSpec, footage: Ahead[Footage]
    ) -> Iterator[PersonPicture | None]:
        """One person a frame; the very same object where the rate repeats a frame."""
        last: tuple[int, PersonPicture] | None = None
        filmed = iter(footage)
        ending = len(act.performer.course.way_back) + act.performer.course.way_back_from - 1
        for frame in range(spec.first_frame, spec.first_frame + spec.frame_count):
            number = performance_frame(frame, self.plan.fps)
            if last is None or last[0] != number:
                found = next(filmed)
                wall, cpu = time.perf_counter(), time.thread_time()
                # The very first frame again has its mouth too.
                last = (number, act.performer.play(found, act.track, 0 if number == ending else number))
                self.times.add("perform", time.perf_counter() - wall, time.thread_time() - cpu)
            yield last[1] if act.scene.show_person else None

    def _inspect(
        self, people: Ahead[PersonPicture | None], seen: Inspection, first_frame: int
    ) -> Iterator[PersonPicture | None]:
        for number, person in enumerate(people, first_frame):
            wall, cpu = time.perf_counter(), time.thread_time()
            assert person is not None
            seen.look(number, person)
            self.times.add("inspect", time.perf_counter() - wall, time.thread_time() - cpu)
            yield person

    def _compose(
        self,
        act: _Act,
        people: Ahead[PersonPicture | None],
        layers: LayerRun,
        writer: VideoWriter,
        first_frame: int,
    ) -> Iterator[Any]:
        for number, person in enumerate(people, first_frame):
            wall, cpu = time.perf_counter(), time.thread_time()
            frame = writer.new_frame()
            # The middle of the frame's time, so that a cue is never more than half a frame off.
            at_ms = (number + 0.5) * 1000 / self.plan.fps
            act.draw(planes_of(frame), layers.next_frame(), person, at_ms)
            self.times.add("compose", time.perf_counter() - wall, time.thread_time() - cpu)
            yield frame


@dataclass(slots=True)
class _Act:
    """One scene with its avatar opened and its speech turned into a mouth track."""

    scene: ScenePlan
    performer: Performer
    stages: tuple[Scene, ...]
    """One; or two where the scene is transparent: over black and over white."""
    layers: LayerStack
    sheet: Sheet
    track: Any
    subtitles: SubtitleLayer | None

    @classmethod
    def open(cls, plan: RenderPlan, number: int, opener: AvatarOpener, times: StageTimes) -> _Act:
        scene = plan.scenes[number]
        wall, cpu = time.perf_counter(), time.process_time()
        performer = Performer(opener(Path(scene.package)), scene.seed)
        span = SceneSpan(plan.canvas, plan.fps, scene_frames(plan, scene))
        stages = _stages(scene, performer, plan)
        layers = LayerStack(stages, scene.layers, scene.layers_below, span)
        style = plan.subtitle_style if scene.subtitles else None
        size = (plan.width, plan.height)
        subtitles = SubtitleLayer(scene.subtitles, style, size) if style is not None else None
        times.add("open", time.perf_counter() - wall, time.process_time() - cpu)
        wall, cpu = time.perf_counter(), time.process_time()
        pcm, rate = _speech_of(scene)
        frames = -(-scene_frames(plan, scene) * VIDEO_FPS // plan.fps)
        course = _course(scene, performer, frames, idle_start(pcm, rate, frames))
        performer.course = _with_way_back(course, plan, number, performer)
        covered = frames + 1
        padding = covered * rate // VIDEO_FPS + rate // VIDEO_FPS - len(pcm)
        if padding > 0:
            pcm = np.concatenate([pcm, np.zeros(padding, np.float32)])
        track = performer.drive(pcm, rate, scene.phonemes)
        times.add("drive", time.perf_counter() - wall, time.process_time() - cpu)
        return cls(scene, performer, stages, layers, Sheet(size, plan.crop), track, subtitles)

    def draw(self, planes: Planes, layers: LayerFrame, person: PersonPicture | None, at_ms: float) -> None:
        """Fill the planes of an output frame: the scene with its layers, and above it its subtitles."""
        base = person.base if person is not None else None

        def over(stage: Scene) -> Callable[[Planes], None]:
            return lambda canvas: layers.draw(stage, canvas, base)

        def above(part: Planes) -> None:
            if self.subtitles is not None:
                self.subtitles.draw(part, at_ms)

        if len(self.stages) == 1:
            self.sheet.draw(planes, over(self.stages[0]), above)
        else:
            self.sheet.draw_clear(planes, over(self.stages[0]), over(self.stages[1]), above)


def _stages(scene: ScenePlan, performer: Performer, plan: RenderPlan) -> tuple[Scene, ...]:
    """Raises SceneError: a person who was not cut out cannot stand before nothing."""
    canvas, fine = plan.canvas, plan.super_resolution
    area = performer.person_area
    if scene.background == TRANSPARENT and scene.show_person and area is None:
        raise SceneError(
            "The avatar stands before the background of its footage, so its video cannot be transparent: "
            "choose H264, or train the avatar on footage before a plain screen."
        )
    placement = scene.placement or _framed(scene, performer, canvas)
    person = Person(performer.picture_size, placement, area, fine)
    grounds = (BLACK, WHITE) if scene.background == TRANSPARENT else (scene.background,)
    return tuple(Scene(canvas, background_picture(ground, canvas), person) for ground in grounds)


def _framed(scene: ScenePlan, performer: Performer, canvas: tuple[int, int]) -> Placement:
    picture, area, face = performer.picture_size, performer.rest_area, performer.avatar.face
    if scene.framing is Framing.HEAD and face is not None:
        return head_placement(canvas, picture, area, face)
    return default_placement(canvas, picture, area)


def _course(scene: ScenePlan, performer: Performer, frames: int, idle_from: int | None) -> Course:
    """Raises SceneError for an action that the avatar does not have."""
    actions = place_actions(scene.actions, performer.avatar.actions, frames)
    return Course(actions, performer.idle_loop, idle_from)


def _with_way_back(course: Course, plan: RenderPlan, number: int, performer: Performer) -> Course:
    """The course of the last scene led back to the first frame, where the plan asks for it.

    As the contract has it, videos with actions end where their last action leaves them.
    """
    scenes = plan.scenes
    if not plan.ends_at_first_frame or number != len(scenes) - 1 or any(scene.actions for scene in scenes):
        return course
    last = performance_frame(scene_frames(plan, scenes[number]) - 1, plan.fps)
    count = min(WAY_BACK_FRAMES, (last + 2) // 2)
    pcm, rate = _speech_of(scenes[0])
    opening = -(-scene_frames(plan, scenes[0]) * VIDEO_FPS // plan.fps)
    frames = performer.first_frames(count, scenes[0].seed, idle_start(pcm, rate, opening) == 0)
    return replace(course, way_back=frames[::-1], way_back_from=last - count + 1)


def _speech_of(scene: ScenePlan) -> tuple[Pcm, int]:
    """The scene's sound; an empty one at the output rate where it has none."""
    if scene.speech_wav is None:
        return np.zeros(0, np.float32), AUDIO_RATE
    return read_wav(Path(scene.speech_wav))


def render_segment(
    plan: RenderPlan,
    spec: SegmentSpec,
    out: Path,
    progress: Progress | None = None,
    opener: AvatarOpener = open_avatar,
) -> None:
    """Render one segment on its own. A `Renderer` kept for several of them saves the start-up."""
    with Renderer(plan, opener) as renderer:
        renderer.segment(spec, out, progress)


def join_video(
    plan: RenderPlan,
    segments: Sequence[Path],
    out: Path,
    progress: Progress | None = None,
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Join all segments of `plan`, in order, with its sound; returns the number of frames.

    Raises:
        DamagedMediaError: a segment cannot be read or does not fit the others.
        MusicError: the music cannot be read any more.
    """
    tags = {"title": plan.title} if plan.title else {}
    with mixed_sound(Renderer(plan).sound(), plan.sound, out.parent, progress) as sound:
        return join_tracks(segments, sound, out, plan.codec, {**tags, **(metadata or {})})


def render_video(
    plan: RenderPlan,
    out: Path,
    progress: Progress | None = None,
    opener: AvatarOpener = open_avatar,
    work_folder: Path | None = None,
) -> RenderReport:
    """Render the whole video into `out`, in the format of the plan's codec.

    Segments that lie finished in `work_folder` are used as they are, so a call that was cut off goes on with
    the same folder; without one a temporary folder is used and removed.
    """
    started = time.perf_counter()
    specs = plan_segments(plan)
    total = sum(spec.frame_count for spec in specs)
    folder = work_folder or Path(tempfile.mkdtemp(prefix="render-", dir=out.parent))
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"segment-{spec.number:04d}.{plan.output.ending}" for spec in specs]
    try:
        with Renderer(plan, opener) as renderer:
            for spec, path in zip(specs, paths, strict=True):
                if not path.is_file():
                    renderer.segment(spec, path, _scaled(progress, spec, total))
            times = renderer.times
        wall, cpu = time.perf_counter(), time.process_time()
        count = join_video(plan, paths, out)
        times.add("join", time.perf_counter() - wall, time.process_time() - cpu)
    finally:
        if work_folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    if progress is not None:
        progress("render", 1.0)
    return RenderReport(count, count / plan.fps, time.perf_counter() - started, times)


def _scaled(progress: Progress | None, spec: SegmentSpec, total: int) -> Progress | None:
    """`progress` of one segment as a part of the whole; the last hundredth is for the join."""
    if progress is None:
        return None

    def report(stage: str, done: float) -> None:
        progress(stage, 0.99 * (spec.start_frame + done * spec.frame_count) / total)

    return report
