"""The mouth at work: sound becomes a course of mouth codes, and each code a mouth painted into a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from greenroom.engines.mouth.articulation import OPENING_UNIT, articulate
from greenroom.engines.mouth.codes import CODE_SIZE
from greenroom.engines.mouth.crops import CropGeometry, cut_crop, paste_crop
from greenroom.engines.mouth.features import feature_blocks, feature_size
from greenroom.engines.mouth.package import STEERING, AvatarPackage
from greenroom.engines.mouth.planes import crop_of_planes, paste_into_planes
from greenroom.engines.mouth.steering import Steering
from greenroom.engines.protocols import VIDEO_FPS, Image, Pcm, PhonemeSpan
from greenroom.engines.whisper.encoder import FEATURE_RATE
from greenroom.media.planes import Planes

Floats = npt.NDArray[np.float32]


@dataclass(slots=True, frozen=True)
class MouthTrack:
    """The course of a mouth over a speech."""

    codes: Floats
    """[frames, CODE_SIZE] at VIDEO_FPS."""

    def __len__(self) -> int:
        return len(self.codes)


PIECE = 1500
"""Frames of a course that are computed at once: a minute."""
_SEEN = 64
"""Frames beside a piece that its computing is given; drivers see eight."""


def onnx_session(model: Path | bytes, threads: int) -> onnxruntime.InferenceSession:
    """A session of a model, a file or its content, on `threads` threads that do not spin between calls."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


class MouthPerformer:
    """Speaks with one person's mouth. `apply` may be called for frames in any order."""

    def __init__(
        self,
        networks: tuple[Path, Path],
        geometry: CropGeometry,
        transforms: Floats,
        steering: Steering,
        threads: int,
    ) -> None:
        driver, painter = networks
        self._driver = onnx_session(driver, threads)
        self._painter = onnx_session(painter, threads)
        self._geometry = geometry
        self._transforms = transforms
        self._steering = steering
        self._ring = _ring(geometry)

    @classmethod
    def open(cls, package: AvatarPackage, threads: int = 1) -> MouthPerformer:
        return cls(
            (package.driver, package.painter),
            package.geometry(),
            package.transforms(),
            Steering.load(package.folder / STEERING),
            threads,
        )

    @property
    def code_size(self) -> int:
        return len(self._steering.rest)

    def drive(self, pcm: Pcm, sample_rate: int, phonemes: Sequence[PhonemeSpan] | None = None) -> MouthTrack:
        """The mouth's course over a whole speech, ceil(seconds * 25) frames.

        Args:
            phonemes: the synthesis model's own times in samples of `pcm`; None for a recording.
        """
        frames = ceil(len(pcm) * VIDEO_FPS / sample_rate)
        course = drive_raw(self._driver, feature_blocks(pcm, sample_rate), frames)
        lips = (course[:, :CODE_SIZE], course[:, CODE_SIZE] * OPENING_UNIT)
        codes = articulate(lips, self._steering, phonemes, pcm, sample_rate)
        return MouthTrack(codes)

    def apply(
        self, frame: Image, base_frame_index: int, track: MouthTrack, frame_number: int
    ) -> tuple[int, int, int, int]:
        """Paint the mouth of `track` at `frame_number` into `frame`, base frame `base_frame_index`, in place.

        Beyond the end of the track its last mouth stays.

        Returns:
            x0, y0, x1, y1 of the changed region.
        """
        code = track.codes[min(frame_number, len(track.codes) - 1)]
        return self.paint(frame, self._transforms[base_frame_index], code)

    def apply_to_planes(
        self, planes: Planes, left: int, base_frame_index: int, track: MouthTrack, frame_number: int
    ) -> None:
        """The same for a frame as it is coded, of which the planes hold the columns from `left` on."""
        code = track.codes[min(frame_number, len(track.codes) - 1)]
        transform = self._transforms[base_frame_index].copy()
        transform[:, 2] += transform[:, 0] * left
        crop = crop_of_planes(planes, transform, self._geometry.side)
        paste_into_planes(planes, self.painted(crop, code), self._geometry.mask, transform)

    def paint(self, frame: Image, transform: Floats, code: Floats) -> tuple[int, int, int, int]:
        """Paint the mouth that `code` asks for at the place that `transform` (frame to crop) gives."""
        crop = cut_crop(frame, transform, self._geometry.side)
        return paste_crop(frame, self.painted(crop, code), self._geometry.mask, transform)

    def painted(self, crop: Image, code: Floats) -> Image:
        """The crop with its mouth painted anew and matched in colour to what surrounds it."""
        # The network cuts the mouth out of the crop by itself.
        context = cv2.dnn.blobFromImage(crop, 1 / 255)
        output = self._painter.run(None, {"context": context, "code": code[None]})[0][0]
        offset = (context[0] - output)[:, self._ring].mean(axis=1)
        channels = [
            cv2.convertScaleAbs(np.maximum(plane + shift, 0), alpha=255)
            for plane, shift in zip(output, offset, strict=True)
        ]
        return np.asarray(cv2.merge(channels), np.uint8)


def drive_raw(
    driver: onnxruntime.InferenceSession, features: Iterable[Floats], frames: int, piece: int = PIECE
) -> Floats:
    """The driver's course [frames, CODE_SIZE + measures] for sound features at 50 a second, in blocks.

    It is computed `piece` frames at once, each with what the driver sees around it, so that the memory that
    is needed does not grow with the speech.
    """
    per_frame = FEATURE_RATE // VIDEO_FPS
    waiting = np.zeros((0, feature_size()), np.float32)
    first = done = 0
    """Of the frames, the one that `waiting` begins with, and the one that is computed next."""
    course: list[Floats] = []
    for block in features:
        waiting = np.concatenate([waiting, block])
        end = done + piece + _SEEN
        while end <= min(frames, first + len(waiting) // per_frame):
            rows = driver.run(None, {"features": waiting[None, : (end - first) * per_frame]})[0][0]
            course.append(np.asarray(rows[done - first : done - first + piece], np.float32))
            done, end = done + piece, end + piece
            begin = max(first, done - _SEEN)
            waiting, first = waiting[(begin - first) * per_frame :], begin
    missing = (max(1, frames) - first) * per_frame - len(waiting)
    if missing > 0:
        waiting = np.pad(waiting, ((0, missing), (0, 0)), mode="edge" if len(waiting) else "constant")
    rows = driver.run(None, {"features": waiting[None, : (max(1, frames) - first) * per_frame]})[0][0]
    course.append(np.asarray(rows[done - first : frames - first], np.float32))
    return np.concatenate(course)


def _ring(geometry: CropGeometry) -> npt.NDArray[np.bool_]:
    """[side, side]: the faint outer part of the mask, where painted and filmed skin lie over each other."""
    mask = geometry.mask
    return np.asarray((mask > 0.02) & (mask < 0.35), np.bool_)
