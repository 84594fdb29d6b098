"""How well a trained mouth follows sound: on unseen clips of the same person, and with the built-in voices.

The avatar is the package that `GREENROOM_BENCH_AVATAR` names. Without it one is trained from
`GREENROOM_BENCH_FOOTAGE`, and its time is a row of the table. `GREENROOM_BENCH_UNSEEN` is a folder of clips
of the same person that the training never saw.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.bench.table import Row
from greenroom.engines.face.geometry import face_box, lip_opening
from greenroom.engines.face.tracker import LiteRtFaceTracker
from greenroom.engines.mouth.articulation import (
    CLOSED_OPENING,
    CLOSURES,
    OPEN_OPENING,
    OPEN_VOWELS,
    silent_frames,
)
from greenroom.engines.mouth.package import STEERING, AvatarPackage
from greenroom.engines.mouth.quality import QualityReport, Take, measure, runs
from greenroom.engines.mouth.renderer import MouthPerformer, MouthTrack, onnx_session
from greenroom.engines.mouth.steering import Steering
from greenroom.engines.protocols import VIDEO_FPS, AvatarPackageError, AvatarSource, Image
from greenroom.media.decode import read_audio, read_frames
from greenroom.stage.base_clip import BaseClip
from greenroom.stage.speech import Speech, speak

AVATAR_VARIABLE = "GREENROOM_BENCH_AVATAR"
FOOTAGE_VARIABLE = "GREENROOM_BENCH_FOOTAGE"
UNSEEN_VARIABLE = "GREENROOM_BENCH_UNSEEN"
_RATE = 16_000
_REST_EDGE = 4
"""Frames at both ends of a pause that may still move."""

_TEXTS = {
    "en": "My mother bought a big apple pie, but Bob paid for the map and the lamp. "
    "... Mum, pass the hot pan to Papa. ... Thank you.",
    "zh": "妈妈买了八百本白色的笔记本。我们不怕爬大山，爸爸拍了马的照片。",
}
_PAUSE_S = 1.2
"""Silence set before and after each text, in which lips must be closed."""
_VOICES = (
    ("kokoro-af_heart", "en"),
    ("kokoro-am_michael", "en"),
    ("piper-en_US-joe", "en"),
    ("kokoro-zf_xiaoxiao", "zh"),
    ("kokoro-zm_yunjian", "zh"),
)


_WHOLE_PIXELS = 640 * 480
"""Larger pictures of unseen clips are cut to the face, so that they fit into memory."""
_FACE_MARGIN = 0.5
"""What is kept around the face of an unseen clip, in face heights."""


@dataclass(slots=True, frozen=True)
class Clip:
    """An unseen clip: its pictures, of large ones the face's surroundings, and the sound at `_RATE`."""

    frames: list[Image]
    sound: npt.NDArray[np.float32]


def run() -> list[Row]:
    """All figures of the lips.

    Raises:
        AvatarPackageError: there is neither an avatar nor footage to train one from.
    """
    with tempfile.TemporaryDirectory(prefix="bench-lipsync-") as name:
        package, rows = _package(Path(name))
        folder = os.environ.get(UNSEEN_VARIABLE)
        if folder:
            rows += unseen_rows(package, unseen_clips(Path(folder)))
        rows += voice_rows(package, _VOICES)
        rows += _speed_rows(package)
    return rows


def _package(folder: Path) -> tuple[AvatarPackage, list[Row]]:
    ready = os.environ.get(AVATAR_VARIABLE)
    if ready:
        return AvatarPackage.open(Path(ready)), []
    footage = os.environ.get(FOOTAGE_VARIABLE)
    if not footage or not Path(footage).is_file():
        raise AvatarPackageError(
            f"Set {AVATAR_VARIABLE} to the folder of an avatar package, or {FOOTAGE_VARIABLE} to a video "
            "to train from."
        )
    from greenroom.engines.mouth.trainer import TrainingOptions, train_avatar

    begin = time.perf_counter()
    source = AvatarSource(Path(footage), "Bench", None)
    train_avatar(source, folder / "work", folder / "avatar", TrainingOptions(), lambda stage, done: None)
    minutes = (time.perf_counter() - begin) / 60
    row = Row("training", minutes, "min", f"{os.cpu_count()} cores", "<= 20 min")
    return AvatarPackage.open(folder / "avatar"), [row]


def unseen_clips(folder: Path) -> list[Clip]:
    """The videos in `folder`, in the order of their names."""
    videos = sorted(path for path in folder.iterdir() if path.suffix in {".mpg", ".mp4", ".mov", ".webm"})
    return [_read_clip(path) for path in videos]


def _read_clip(path: Path) -> Clip:
    track = LiteRtFaceTracker().track(read_frames(path), VIDEO_FPS)
    width, height = track.frame_size
    rows, columns = slice(0, height), slice(0, width)
    if width * height > _WHOLE_PIXELS:
        boxes = face_box(track.landmarks)
        left, top = np.nanmin(boxes[:, :2], axis=0)
        right, bottom = np.nanmax(boxes[:, 2:], axis=0)
        margin = _FACE_MARGIN * (bottom - top)
        rows = slice(max(0, int(top - margin)), int(bottom + margin))
        columns = slice(max(0, int(left - margin)), int(right + margin))
    frames = [np.ascontiguousarray(frame[rows, columns]) for frame in read_frames(path)]
    return Clip(frames, read_audio(path, _RATE))


# ------------------------------------------------------------ unseen clips


def unseen_rows(package: AvatarPackage, clips: list[Clip]) -> list[Row]:
    """The clips painted from their own sound, beside wrong sound and no sound; no row without clips."""
    if not clips:
        return []
    reports = _compare(package, clips)
    wrong = "another clip's sound" if len(clips) > 1 else "its own sound half a clip off"
    rows = [
        _row("mouth PSNR", "mouth_psnr_db", "dB", ">= 34 dB", (wrong, reports)),
        _row("lip landmark distance", "lip_landmark_distance_px", "px", "<= 1.3 px", (wrong, reports)),
        _row("lip opening correlation", "opening_correlation", "", ">= 0.92", (wrong, reports)),
        _row("closures kept", "closures_kept", "", ">= 0.98", (wrong, reports)),
        _row("open frames shown closed", "open_shown_closed", "", "<= 0.04", (wrong, reports)),
        _row("offset of lips to sound", "offset_frames", "frames", "-1..1", (wrong, reports)),
        _row("sharpness", "sharpness", "", ">= 0.85", (wrong, reports)),
    ]
    return rows


def _row(name: str, field: str, unit: str, goal: str, measured: tuple[str, tuple[QualityReport, ...]]) -> Row:
    wrong, reports = measured
    own, other, mean = (getattr(report, field) for report in reports)
    return Row(name, own, unit, f"{wrong} {other:.3g}; mean mouth {mean:.3g}", goal)


def _compare(package: AvatarPackage, clips: list[Clip]) -> tuple[QualityReport, QualityReport, QualityReport]:
    """The clips painted from their own sound, from wrong sound, and with the mean mouth.

    Wrong is the next clip's sound; of a clip that stands alone, its own moved by half its length.
    """
    geometry = package.geometry()
    steering = Steering.load(package.folder / STEERING)
    takes: list[list[Take]] = [[], [], []]
    for number, clip in enumerate(clips):
        landmarks = LiteRtFaceTracker().track(iter(clip.frames), VIDEO_FPS).landmarks
        transforms = geometry.transforms(landmarks)
        performer = MouthPerformer((package.driver, package.painter), geometry, transforms, steering, 1)
        wrong = (
            clips[(number + 1) % len(clips)].sound
            if len(clips) > 1
            else np.roll(clip.sound, len(clip.sound) // 2)
        )
        tracks = [
            performer.drive(clip.sound, _RATE),
            performer.drive(wrong, _RATE),
            MouthTrack(np.zeros((1, len(steering.rest)), np.float32)),
        ]
        for kind, track in enumerate(tracks):
            painted = _painted(clip.frames, performer, track)
            again = LiteRtFaceTracker().track(iter(painted), VIDEO_FPS).landmarks
            takes[kind].append(Take(clip.frames, painted, landmarks, again))
    own, other, mean = (measure(kind) for kind in takes)
    return own, other, mean


def _painted(frames: list[Image], performer: MouthPerformer, track: MouthTrack) -> list[Image]:
    result = [frame.copy() for frame in frames]
    for index, frame in enumerate(result):
        performer.apply(frame, index, track, index)
    return result


# ------------------------------------------------------------------ voices


def voice_rows(package: AvatarPackage, voices: Sequence[tuple[str, str]]) -> list[Row]:
    """Whether the lips are closed and open when the voice's own phoneme times say so.

    Args:
        voices: ids, each with a language of `_TEXTS`.
    """
    performer = MouthPerformer.open(package)
    said = {voice_id: _with_pauses(speak(_TEXTS[language], voice_id)) for voice_id, language in voices}
    tracks = {name: performer.drive(one.pcm, one.sample_rate, one.phonemes) for name, one in said.items()}
    base = BaseClip(package.base_video, None)
    order = _to_and_fro(*package.segments[0], max(len(track) for track in tracks.values()))
    still = _opening_of(base.frame(index).colour for index in order)
    rows, rested = [], []
    for voice_id, speech in said.items():
        track = tracks[voice_id]
        opening = _opening_of(_performed(base, performer, track, order))
        for name, starts, closed in (
            ("p b m shown closed", CLOSURES, True),
            ("open vowels shown open", OPEN_VOWELS, False),
        ):
            shown = _shown(opening, speech, starts, closed)
            by_chance = _shown(still[: len(track)], speech, starts, closed)
            rows.append(
                Row(f"{voice_id}: {name}", shown, "", f"unpainted base clip {by_chance:.2f}", ">= 0.95")
            )
        rested += _rests(opening, silent_frames(speech.pcm, speech.sample_rate, len(track)))
    base.close()
    share = float(np.mean(rested)) if rested else None
    rows.append(Row("closed frames in silence", share, "", f"{len(rested)} frames", ">= 0.99"))
    return rows


def _opening_of(frames: Iterable[Image]) -> npt.NDArray[np.float64]:
    return lip_opening(LiteRtFaceTracker().track(iter(frames), VIDEO_FPS).landmarks)


def _performed(
    base: BaseClip, performer: MouthPerformer, track: MouthTrack, order: Sequence[int]
) -> Iterable[Image]:
    """The base clip in this order with the mouth of `track`, one frame at a time."""
    for number in range(len(track)):
        frame = base.frame(order[number]).colour.copy()
        performer.apply(frame, order[number], track, number)
        yield frame


def _with_pauses(speech: Speech) -> Speech:
    pause = np.zeros(int(_PAUSE_S * speech.sample_rate), np.float32)
    return replace(
        speech,
        pcm=np.concatenate([pause, speech.pcm, pause]),
        phonemes=tuple(
            replace(
                span, start_sample=span.start_sample + len(pause), end_sample=span.end_sample + len(pause)
            )
            for span in speech.phonemes or ()
        ),
    )


def _to_and_fro(first: int, last: int, count: int) -> list[int]:
    there = list(range(first, last + 1))
    cycle = there + there[-2:0:-1]
    return [cycle[number % len(cycle)] for number in range(count)]


def _shown(opening: npt.NDArray[np.float64], speech: Speech, starts: tuple[str, ...], closed: bool) -> float:
    """Share of the phonemes that begin with one of `starts` and are seen closed (or open) in their time."""
    seen = []
    for span in speech.phonemes or ():
        if span.symbol.startswith(starts):
            begin = int(span.start_sample * VIDEO_FPS / speech.sample_rate)
            end = int(np.ceil(span.end_sample * VIDEO_FPS / speech.sample_rate))
            part = opening[begin : max(end, begin + 1)]
            if len(part):
                seen.append(part.min() < CLOSED_OPENING if closed else part.max() > OPEN_OPENING)
    return float(np.mean(seen)) if seen else 1.0


def _rests(opening: npt.NDArray[np.float64], quiet: npt.NDArray[np.bool_]) -> list[bool]:
    """For each frame well inside a pause, whether the lips are closed."""
    closed: list[bool] = []
    for begin, end in runs(quiet[: len(opening)]):
        inner = opening[begin + _REST_EDGE : max(begin + _REST_EDGE, end + 1 - _REST_EDGE)]
        closed += (inner < CLOSED_OPENING).tolist()
    return closed


def _speed_rows(package: AvatarPackage) -> list[Row]:
    performer = MouthPerformer.open(package, threads=1)
    frame = next(iter(read_frames(package.base_video)))
    code = np.zeros(performer.code_size, np.float32)
    transform = package.transforms()[0]
    side = package.geometry().side
    crop = np.zeros((side, side, 3), np.uint8)
    network = _median_ms(lambda: performer.painted(crop, code))
    whole = _median_ms(lambda: performer.paint(frame, transform, code))
    peers = "; ".join(f"{name} {taken:.0f} ms" for name, taken in _reference_times())
    reference = f"with paste-back {whole:.1f} ms; {peers}"
    return [Row(f"mouth network, {side} px, one thread", network, "ms", reference, "<= 14 ms")]


def _reference_times() -> list[tuple[str, float]]:
    """The time of published networks, one frame on one thread; none where PyTorch is missing."""
    try:
        from greenroom.bench.mouth_references import export_reference, references
    except ImportError:
        return []
    times = []
    with tempfile.TemporaryDirectory(prefix="bench-lipsync-") as folder:
        for name, network, inputs in references():
            path = Path(folder) / "network.onnx"
            export_reference(network, inputs, path)
            feed = {"face": inputs[0].numpy(), "sound": inputs[1].numpy()}
            session = onnx_session(path, 1)
            times.append((name, _median_ms(partial(session.run, None, feed), 12)))
    return times


def _median_ms(work: Callable[[], object], times: int = 60) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken) * 1000)
