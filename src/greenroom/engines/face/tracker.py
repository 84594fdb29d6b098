"""Follows a face through a clip: 478 landmarks a frame, steady without lag.

The landmark network's answer depends a little on the window it looks through, and a window that follows the
last frame's landmarks feeds its own noise back. So a clip is tracked in two passes, a quarter of a second
apart: the first finds the window, the second reads the landmarks through windows that are smoothed over time
on both sides, once as it is and once mirrored in a slightly larger window; the mean of the two is the answer.
The landmarks themselves are never smoothed: lips stay as quick as they are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from greenroom.engines.face.clip import is_cut, signature
from greenroom.engines.face.detector import Detection, FaceDetector
from greenroom.engines.face.mesh import MIRRORED
from greenroom.engines.face.networks import FloatArray, Network, task_path
from greenroom.engines.face.region import CROP_SIDE, Region
from greenroom.engines.protocols import FaceTrack, Image

LANDMARKS = 478
PRESENCE_THRESHOLD = 0.5
COUNT_EVERY = 24
"""Frames between two looks for further faces."""
FOLLOW_EVERY = 3
"""Frames between two readings of the first pass."""
LOOK_AHEAD = 10
"""Frames of the second pass's delay."""
SMOOTHING_FRAMES = 4.0
"""Standard deviation of the window's smoothing over time."""
LEAST_AREA = 0.04
"""A second face counts from a fifth of the largest face's size."""
MIRRORED_SCALE = 1.06
_MIRRORED = np.array(MIRRORED)


class TrackQuality(StrEnum):
    FAST = "fast"
    """One pass; for previews and checks."""
    ACCURATE = "accurate"
    """Two passes, the second of them doubled; for training and measuring. Takes 2.3 times as long."""


@dataclass(slots=True, frozen=True)
class Reading:
    """One frame's landmarks [478, 3] in pixels of the frame and how sure the network is, 0..1."""

    landmarks: FloatArray
    presence: float


class LandmarkReader:
    """Runs the landmark network on a window of a frame."""

    def __init__(self, task: Path | None = None) -> None:
        self._network = Network(task or task_path(), "face_landmarks_detector.tflite")

    def read(self, frame: Image, region: Region, mirrored: bool = False) -> Reading:
        """`mirrored` shows the network the mirror image; the answer is mirrored back."""
        crop = region.crop(frame)
        if mirrored:
            crop = crop[:, ::-1]
        tensor = crop[None, :, :, ::-1].astype(np.float32) / 255.0
        outputs = self._network.run(tensor)
        points = outputs["Identity"].reshape(LANDMARKS, 3)
        if mirrored:
            points = points[_MIRRORED]
            points[:, 0] = CROP_SIDE - points[:, 0]
        logit = float(outputs["Identity_1"].reshape(-1)[0])
        return Reading(region.landmarks_to_frame(points), 1.0 / (1.0 + float(np.exp(-logit))))

    def read_twice(self, frame: Image, region: Region) -> Reading:
        """The mean of the window and of its mirror image, seen a little larger.

        On noisy 360x288 footage this takes 11 % off the lips' noise and 6 % off that of still points, and
        makes left and right alike.
        """
        plain = self.read(frame, region)
        other = self.read(frame, region.scaled(MIRRORED_SCALE), mirrored=True)
        landmarks: FloatArray = np.float32(0.5) * (plain.landmarks + other.landmarks)
        return Reading(landmarks, (plain.presence + other.presence) / 2)


def _count(detections: list[Detection]) -> int:
    """Faces that a viewer would notice beside the largest one."""
    return sum(detection.area >= LEAST_AREA * detections[0].area for detection in detections)


@dataclass(slots=True)
class _Pending:
    """A frame between the two passes."""

    frame: Image | None
    change: float
    parameters: npt.NDArray[np.float64] | None
    face_count: int


@dataclass(slots=True, frozen=True)
class TrackedFrame:
    reading: Reading | None
    """None where there is no face."""
    face_count: int
    """-1 where the detector did not run."""


class LiteRtFaceTracker:
    """Tracks the largest face; keeps to it until it is lost. Not safe to share between threads."""

    def __init__(
        self,
        task: Path | None = None,
        quality: TrackQuality = TrackQuality.ACCURATE,
        count_every: int = COUNT_EVERY,
    ) -> None:
        """
        Args:
            task: `face_landmarker.task`; the installed weights when None.
            quality: see `TrackQuality`.
            count_every: frames between two looks for further faces; a multiple of `FOLLOW_EVERY`.

        Raises:
            MissingWeightsError: no task is given and the weights have not been fetched.
        """
        self.quality = quality
        self._count_every = count_every
        self._detector = FaceDetector(task)
        self._reader = LandmarkReader(task)

    def track(self, frames: Iterator[Image], fps: float) -> FaceTrack:
        """Track a whole clip; frames may be of any one size."""
        size: list[tuple[int, int]] = []

        def measured() -> Iterator[Image]:
            for frame in frames:
                if not size:
                    size.append((frame.shape[1], frame.shape[0]))
                yield frame

        tracked = list(self.stream(measured()))
        return assemble(tracked, fps, size[0] if size else (0, 0))

    def stream(self, frames: Iterable[Image]) -> Iterator[TrackedFrame]:
        """One answer a frame, in order, at most `LOOK_AHEAD` frames late; memory stays bounded."""
        if self.quality is TrackQuality.FAST:
            yield from self._single_pass(frames)
        else:
            yield from self._two_passes(frames)

    def _single_pass(self, frames: Iterable[Image]) -> Iterator[TrackedFrame]:
        region: Region | None = None
        for number, frame in enumerate(frames):
            reading, region, count = self._follow(frame, region, number % self._count_every == 0)
            yield TrackedFrame(reading, count)

    def _follow(
        self, frame: Image, region: Region | None, count_faces: bool
    ) -> tuple[Reading | None, Region | None, int]:
        """The first pass: this frame's landmarks and the window for the next frame."""
        count = -1
        reading = self._reader.read(frame, region) if region is not None else None
        if reading is None or reading.presence < PRESENCE_THRESHOLD:
            detections = self._detector.detect(frame, thorough=count_faces)
            count = _count(detections)
            reading = None
            if detections:
                rough = self._reader.read(frame, Region.from_detection(detections[0]))
                if rough.presence >= PRESENCE_THRESHOLD:
                    reading = self._reader.read(frame, Region.from_landmarks(rough.landmarks))
        elif count_faces:
            count = _count(self._detector.detect(frame, thorough=True))
        if reading is None or reading.presence < PRESENCE_THRESHOLD:
            return None, None, count
        following = Region.from_landmarks(reading.landmarks)
        height, width = frame.shape[:2]
        return reading, following if following.inside(width, height) else None, count

    def _two_passes(self, frames: Iterable[Image]) -> Iterator[TrackedFrame]:
        window: deque[_Pending] = deque(maxlen=2 * LOOK_AHEAD + 1)
        region: Region | None = None
        previous: npt.NDArray[np.float32] | None = None
        emitted = number = 0
        for number, frame in enumerate(frames, start=1):
            current = signature(frame)
            change = 0.0 if previous is None else float(np.abs(current - previous).mean())
            previous = current
            first = number - 1
            parameters, count = None, -1
            # A part of the frames is enough to place the window: it is smoothed over many.
            if region is None or first % FOLLOW_EVERY == 0:
                reading, region, count = self._follow(frame, region, first % self._count_every == 0)
                if reading is not None and region is not None:
                    parameters = region.parameters()
            window.append(_Pending(frame, change, parameters, count))
            if number > LOOK_AHEAD:
                yield self._second_pass(window, len(window) - 1 - LOOK_AHEAD)
                emitted += 1
        for remaining in range(number - emitted, 0, -1):
            yield self._second_pass(window, len(window) - remaining)

    def _second_pass(self, window: deque[_Pending], index: int) -> TrackedFrame:
        pending = window[index]
        frame, pending.frame = pending.frame, None
        assert frame is not None
        region = smoothed_region(window, index)
        reading = self._reader.read_twice(frame, region) if region is not None else None
        if reading is not None and reading.presence < PRESENCE_THRESHOLD:
            reading = None
        return TrackedFrame(reading, pending.face_count)


def smoothed_region(window: deque[_Pending], index: int) -> Region | None:
    """The window for one frame: a weighted straight line through its neighbours in the same shot."""
    changes = np.array([pending.change for pending in window])
    start, stop = index, index + 1
    while start > 0 and not is_cut(changes, start):
        start -= 1
    while stop < len(window) and not is_cut(changes, stop):
        stop += 1
    known = [i for i in range(start, stop) if window[i].parameters is not None]
    if not known:
        return None
    offsets = np.array(known, np.float64) - index
    values = np.array([window[i].parameters for i in known])
    weights = np.exp(-0.5 * (offsets / SMOOTHING_FRAMES) ** 2)
    mean_offset = float(weights @ offsets / weights.sum())
    mean = weights @ values / weights.sum()
    centred = offsets - mean_offset
    spread = float(weights @ centred**2)
    slope = (weights * centred) @ (values - mean) / spread if spread > 1e-6 else np.zeros(4)
    # Outside the known frames a face that comes or goes is not extrapolated.
    at = float(np.clip(0.0, offsets.min(), offsets.max()))
    return Region.from_parameters(mean + slope * (at - mean_offset))


def assemble(tracked: list[TrackedFrame], fps: float, frame_size: tuple[int, int]) -> FaceTrack:
    """Join the answers of a clip's frames."""
    landmarks = np.full((len(tracked), LANDMARKS, 3), np.nan, np.float32)
    presence = np.zeros(len(tracked), np.float32)
    for number, answer in enumerate(tracked):
        if answer.reading is not None:
            landmarks[number] = answer.reading.landmarks
            presence[number] = answer.reading.presence
    counts = np.array([answer.face_count for answer in tracked], np.int16)
    return FaceTrack(landmarks, presence, counts, fps, frame_size)
