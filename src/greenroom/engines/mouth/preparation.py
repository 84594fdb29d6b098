"""From footage to training data: landmarks, crops, sound features, mouth codes. Each result is a file.

A result that is there is not computed again, so a training that was cut off goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from greenroom.engines.face.clip import clip_cuts, read_frames
from greenroom.engines.face.geometry import head_pose, lip_opening, mouth_width
from greenroom.engines.face.track_clip import load_track, save_track, track_clip
from greenroom.engines.mouth.articulation import OPENING_UNIT
from greenroom.engines.mouth.codes import MouthCoder, fit_coder, surroundings_of
from greenroom.engines.mouth.crops import CropGeometry, cut_crop, fit_geometry
from greenroom.engines.mouth.features import sound_features
from greenroom.engines.mouth.marks import FootageMarks, Run
from greenroom.engines.mouth.takes import check_faces
from greenroom.engines.protocols import VIDEO_FPS, FaceTrack, FootageError
from greenroom.engines.whisper.encoder import SAMPLE_RATE
from greenroom.media.decode import read_audio

Floats = npt.NDArray[np.float32]
Step = Callable[[float], None]

MEASURES = 2
"""Numbers that the driver learns beside the code: lip opening and mouth width."""
WIDTH_UNIT = 0.02
HELD_OUT_SHARE = 0.06
_HELD_OUT_BLOCK = 75
_LEAST_FRAMES = 20 * VIDEO_FPS


@dataclass(slots=True, frozen=True)
class Footage:
    """All that training needs of a person's footage, frame by frame at VIDEO_FPS."""

    track: FaceTrack
    cuts: tuple[int, ...]
    usable: npt.NDArray[np.bool_]
    """[frames]: a face was there."""
    geometry: CropGeometry
    transforms: Floats
    """[frames, 2, 3]"""
    crops: npt.NDArray[np.uint8]
    """[frames, side, side, 3], mapped from disk."""
    poses: Floats
    """[frames, 3] degrees"""
    opening: Floats
    width: Floats
    held_out: npt.NDArray[np.bool_]
    """[frames]: kept from training, for the quality report."""
    marks: FootageMarks | None = None


def prepare_footage(footage: Path, work: Path, marks: FootageMarks | None, step: Step) -> Footage:
    """Track the face and cut the crops.

    Raises:
        FootageError: fewer than 20 seconds show a face, or a marked take does not show it.
    """
    track_path, cuts_path = work / "track.npz", work / "cuts.npy"
    if not track_path.exists():
        save_track(track_clip(footage, progress=lambda done: step(0.75 * done)), track_path)
    track = load_track(track_path)
    if not cuts_path.exists():
        save_array(cuts_path, np.array(clip_cuts(footage), np.int64))
    cuts = tuple(int(cut) for cut in np.load(cuts_path, allow_pickle=False))
    step(0.8)
    usable = np.isfinite(track.landmarks).all(axis=(1, 2)) & (track.presence > 0.5)
    if usable.sum() < _LEAST_FRAMES:
        raise FootageError(
            "The footage shows a face for less than 20 seconds; record one to ten minutes of it."
        )
    speaking: tuple[Run, ...] = ((0, len(usable) - 1),)
    if marks is not None:
        check_faces(marks, usable)
        cuts, speaking = marks.cuts(cuts, len(usable)), marks.speaking
    landmarks = _filled(track.landmarks, usable)
    geometry_path = work / "geometry.npz"
    if not geometry_path.exists():
        part = work / "geometry.part.npz"
        fit_geometry(landmarks[usable]).save(part)
        part.replace(geometry_path)
    geometry = CropGeometry.load(geometry_path)
    transforms = geometry.transforms(landmarks, cuts)
    crops = _crops(footage, work, geometry, transforms, lambda done: step(0.8 + 0.2 * done))
    return Footage(
        track=track,
        cuts=cuts,
        usable=usable,
        geometry=geometry,
        transforms=transforms,
        crops=crops,
        poses=head_pose(landmarks).astype(np.float32),
        opening=lip_opening(landmarks).astype(np.float32),
        width=mouth_width(landmarks).astype(np.float32),
        held_out=_held_out(len(usable), cuts, speaking),
        marks=marks,
    )


def _filled(landmarks: Floats, usable: npt.NDArray[np.bool_]) -> Floats:
    """Landmarks with the nearest earlier (or later) usable frame in place of missing ones."""
    frames = np.arange(len(landmarks))
    source = np.maximum.accumulate(np.where(usable, frames, -1))
    source[source < 0] = int(np.argmax(usable))
    return np.asarray(landmarks[source])


def _crops(
    footage: Path, work: Path, geometry: CropGeometry, transforms: Floats, step: Step
) -> npt.NDArray[np.uint8]:
    path = work / "crops.npy"
    if not path.exists():
        part = work / "crops.part.npy"
        shape = (len(transforms), geometry.side, geometry.side, 3)
        crops = np.lib.format.open_memmap(part, mode="w+", dtype=np.uint8, shape=shape)
        for number, frame in enumerate(read_frames(footage, last=len(transforms))):
            crops[number] = cut_crop(frame, transforms[number], geometry.side)
            if number % 100 == 0:
                step(number / len(transforms))
        crops.flush()
        part.replace(path)
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _held_out(count: int, cuts: tuple[int, ...], speaking: tuple[Run, ...]) -> npt.NDArray[np.bool_]:
    """Blocks of three seconds spread over the speech; between cuts where there are many."""
    blocks: list[tuple[int, int]] = []
    for first, last in speaking:
        inside = [cut for cut in cuts if first < cut <= last]
        many = len(inside) >= 20
        starts = [first, *inside] if many else list(range(first, last + 1, _HELD_OUT_BLOCK))
        ends = [*starts[1:], last + 1]
        blocks += [(a, b) for a, b in zip(starts, ends, strict=True) if 25 <= b - a <= 4 * _HELD_OUT_BLOCK]
    wanted = max(1, round(len(blocks) * HELD_OUT_SHARE))
    held = np.zeros(count, bool)
    for index in np.linspace(0, len(blocks) - 1, wanted + 2)[1:-1].astype(int) if blocks else ():
        held[slice(*blocks[index])] = True
    return held


def prepare_codes(footage: Footage, work: Path, rng: np.random.Generator) -> tuple[MouthCoder, Floats]:
    """The mouth coder of a person and the codes of all frames, [frames, CODE_SIZE]."""
    coder_path, codes_path = work / "coder.npz", work / "codes.npy"
    learned = np.flatnonzero(footage.usable & ~footage.held_out)
    if coder_path.exists() and codes_path.exists():
        return MouthCoder.load(coder_path), np.asarray(np.load(codes_path, allow_pickle=False))
    surroundings = surroundings_of(footage.crops, footage.poses, footage.cuts)
    if not coder_path.exists():
        part = work / "coder.part.npz"
        fit_coder(footage.crops[learned], surroundings[learned], footage.geometry, rng).save(part)
        part.replace(coder_path)
    coder = MouthCoder.load(coder_path)
    codes = coder.encode(footage.crops, surroundings)
    save_array(codes_path, codes)
    return coder, codes


@dataclass(slots=True, frozen=True)
class Hearing:
    """One version of the footage's sound: played slower or faster, through another room."""

    rate: float
    """Above 1: higher and faster, as a smaller speaker who hurries."""
    features: Floats
    """[2 * frames / rate, numbers]"""


RATES = (1.0, 0.87, 1.14, 1.27)
"""From a slow low voice to a quick high one; the mouth's course is stretched alike."""


def prepare_sound(footage: Path, work: Path, frames: int, versions: int, step: Step) -> list[Hearing]:
    """Sound features of the footage as recorded and in other voices: any voice must drive the mouth."""
    pcm = read_audio(footage, SAMPLE_RATE)
    length = frames * SAMPLE_RATE // VIDEO_FPS
    pcm = np.pad(pcm, (0, max(0, length - len(pcm))))[:length]
    hearings = []
    for number, rate in enumerate(RATES[:versions]):
        path = work / f"sound_{number}.npy"
        if not path.exists():
            sound = pcm if number == 0 else _other_voice(pcm, rate, np.random.default_rng(number))
            save_array(path, sound_features(sound, SAMPLE_RATE).astype(np.float16))
        features = np.load(path, allow_pickle=False).astype(np.float32)
        hearings.append(Hearing(rate, features))
        step((number + 1) / versions)
    return hearings


def _other_voice(pcm: Floats, rate: float, rng: np.random.Generator) -> Floats:
    """The sound resampled (pitch, formants and pace together), through another microphone, with noise."""
    sound = soxr.resample(pcm, SAMPLE_RATE * rate, SAMPLE_RATE, quality="HQ")
    spectrum = np.fft.rfft(sound)
    curve_db = rng.uniform(-6, 6, 7)
    gain = np.interp(np.linspace(0, 1, len(spectrum)), np.linspace(0, 1, len(curve_db)), curve_db)
    sound = np.fft.irfft(spectrum * 10 ** (gain / 20), len(sound))
    level = np.abs(sound).mean() * float(rng.choice([0.01, 0.04, 0.1]))
    return np.asarray(sound + rng.normal(scale=level, size=len(sound)), np.float32)


def driver_targets(footage: Footage, codes: Floats) -> Floats:
    """What the driver learns, [frames, CODE_SIZE + MEASURES]."""
    opening = (footage.opening / OPENING_UNIT)[:, None]
    width = ((footage.width - np.median(footage.width)) / WIDTH_UNIT)[:, None]
    return np.concatenate([codes, opening, width], axis=1).astype(np.float32)


def stretched(targets: Floats, rate: float) -> Floats:
    """The course of `targets` at another pace, by linear interpolation."""
    if rate == 1.0:
        return targets
    moments = np.clip((np.arange(int(len(targets) / rate)) + 0.5) * rate - 0.5, 0, len(targets) - 1.001)
    first = moments.astype(int)
    share = (moments - first)[:, None].astype(np.float32)
    return np.asarray(targets[first] * (1 - share) + targets[first + 1] * share)


def save_array(path: Path, values: npt.NDArray[np.generic]) -> None:
    """Write an array so that it is there whole or not at all."""
    part = path.with_suffix(".part.npy")
    np.save(part, values)
    part.replace(path)
