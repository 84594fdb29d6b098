"""One pass over a clip for the footage check: a few looks a second at the face, every frame for cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from greenroom.engines.face.clip import SIGNATURE_SIZE
from greenroom.engines.face.geometry import RIGID_INDICES, face_box
from greenroom.engines.face.mesh import RIGID
from greenroom.engines.face.networks import FloatArray
from greenroom.engines.face.tracker import LiteRtFaceTracker, TrackedFrame, TrackQuality
from greenroom.engines.protocols import Image
from greenroom.media.colour import FrameReader
from greenroom.media.probe import display_size

SPARSE_STEP_S = 0.2
LONG_CLIP_S, LONG_CLIP_STEP_S = 180.0, 0.25
"""Long clips are looked at a little less often."""
COUNT_EVERY = 4
DENSE_SPAN_S = 6.0
"""Length of each of the three stretches in which every frame is read, for the lips against the sound."""
DENSE_AT = (0.15, 0.5, 0.85)
PATCH_SIDE = 24
SHARPNESS_SIDE = 160

Doubles = npt.NDArray[np.float64]


@dataclass(slots=True)
class Samples:
    """What was seen, one entry a sample unless it says otherwise."""

    times: list[float] = field(default_factory=list)
    """Seconds from the first picture."""
    dense: list[bool] = field(default_factory=list)
    """Whether the sample only serves the comparison of lips and sound."""
    landmarks: list[FloatArray | None] = field(default_factory=list)
    face_count: list[int] = field(default_factory=list)
    """-1 where it was not counted."""
    brightness: list[float] = field(default_factory=list)
    """Mean luma of the face, 0..255; NaN without one."""
    contrast: list[float] = field(default_factory=list)
    """95th less 5th percentile of the face's luma."""
    sharpness: list[float] = field(default_factory=list)
    """Energy of the finest detail over that of all detail, for the face at most 160 px wide."""
    patches: list[FloatArray | None] = field(default_factory=list)
    """The lower face, upright and aligned by the still points, [24, 24, 3]."""
    frame_times: list[float] = field(default_factory=list)
    """Of every decoded frame."""
    frame_changes: list[float] = field(default_factory=list)
    """Of every decoded frame: mean absolute difference of its small grey picture from the last one's."""
    frame_size: tuple[int, int] = (0, 0)
    broke_off: bool = False
    """Whether decoding met an error."""


def collect_samples(path: Path, duration_s: float, progress: Callable[[float], None]) -> Samples:
    """Decode `path` once. Takes about 10 ms a sample plus the decoding.

    Args:
        duration_s: as probed; places the dense stretches and scales the progress.
        progress: called with 0..1 several times a second of footage.
    """
    samples = Samples()
    sparse_step_s = SPARSE_STEP_S if duration_s < LONG_CLIP_S else LONG_CLIP_STEP_S
    tracker = LiteRtFaceTracker(quality=TrackQuality.FAST, count_every=COUNT_EVERY)
    pictures: list[Image] = []

    def chosen() -> Iterator[Image]:
        following = 0.0
        for time, frame, reader, stream in _decoded(path, samples):
            sparse = time >= following - 1e-3
            if not sparse and not _is_dense(time, duration_s):
                continue
            if sparse:
                following = max(following + sparse_step_s, time)
                progress(min(1.0, time / max(duration_s, 1e-3)))
            picture = reader.read(frame, display_size(frame, stream))
            samples.times.append(time)
            samples.dense.append(not sparse)
            pictures[:] = [picture]
            yield picture

    # In the fast quality the tracker answers each picture before it takes the next one.
    for tracked in tracker.stream(chosen()):
        _measure(samples, pictures[0], tracked)
    if pictures:
        samples.frame_size = (pictures[0].shape[1], pictures[0].shape[0])
    return samples


def _is_dense(time: float, duration_s: float) -> bool:
    return any(abs(time - duration_s * part) < DENSE_SPAN_S / 2 for part in DENSE_AT)


def _decoded(path: Path, samples: Samples) -> Iterator[tuple[float, Any, FrameReader, Any]]:
    """Every frame with its time from the first; fills the frame times and changes."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        reader = FrameReader("bgr24")
        interval = 1.0 / float(stream.average_rate or stream.guessed_rate or 25)
        origin: float | None = None
        previous: FloatArray | None = None
        time = -interval
        for frame in _surviving(container, samples):
            stamp = float(frame.pts * frame.time_base) if frame.pts is not None else None
            origin = stamp if origin is None else origin
            time = stamp - origin if stamp is not None and origin is not None else time + interval
            current = _signature(frame)
            change = 0.0 if previous is None else float(np.abs(current - previous).mean())
            previous = current
            samples.frame_times.append(time)
            samples.frame_changes.append(change)
            yield time, frame, reader, stream


def _surviving(container: Any, samples: Samples) -> Iterator[Any]:
    """Frames of all packets that decode."""
    packets = container.demux(video=0)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except (StopIteration, av.error.EOFError):
            return
        except av.error.FFmpegError:
            samples.broke_off = True
            continue
        yield from frames


def _signature(frame: Any) -> FloatArray:
    """A small grey picture; straight from the luma plane where there is one."""
    if (
        frame.format.name.startswith(("yuv4", "yuvj4", "nv12", "nv21"))
        and frame.format.components[0].bits == 8
    ):
        plane = frame.planes[0]
        luma = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
    else:
        luma = frame.reformat(format="gray").to_ndarray()
    return np.asarray(cv2.resize(luma, SIGNATURE_SIZE, interpolation=cv2.INTER_AREA), np.float32)


def _measure(samples: Samples, picture: Image, tracked: TrackedFrame) -> None:
    samples.face_count.append(tracked.face_count)
    landmarks = tracked.reading.landmarks if tracked.reading is not None else None
    samples.landmarks.append(landmarks)
    face = _face_luma(picture, landmarks) if landmarks is not None and not samples.dense[-1] else None
    if landmarks is None or face is None:
        for values in (samples.brightness, samples.contrast, samples.sharpness):
            values.append(float("nan"))
        samples.patches.append(None)
        return
    low, high = np.percentile(face, (5, 95))
    samples.brightness.append(float(face.mean()))
    samples.contrast.append(float(high - low))
    samples.sharpness.append(_sharpness(face))
    samples.patches.append(_mouth_patch(picture, landmarks))


def _face_luma(picture: Image, landmarks: FloatArray) -> Image | None:
    height, width = picture.shape[:2]
    left, top, right, bottom = (int(value) for value in face_box(landmarks))
    part = picture[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    if min(part.shape[:2]) < 16:
        return None
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2GRAY), np.uint8)


def _sharpness(face: Image) -> float:
    """Detail lost by a slight blur, as a share of all detail; does not depend on light or contrast."""
    if face.shape[1] > SHARPNESS_SIDE:
        size = (SHARPNESS_SIDE, round(face.shape[0] * SHARPNESS_SIDE / face.shape[1]))
        face = np.asarray(cv2.resize(face, size, interpolation=cv2.INTER_AREA), np.uint8)
    values = face.astype(np.float32)
    fine = values - cv2.GaussianBlur(values, (0, 0), 1.0)
    return float(fine.std() / (values.std() + 1.0))


_PATCH_SCALE = PATCH_SIDE / 8.0
"""Patch pixels a canonical centimetre: the patch covers 8 x 8 cm from under the nose to the chin."""


def _mouth_patch(picture: Image, landmarks: FloatArray) -> FloatArray:
    model = np.array([RIGID[index][:2] for index in RIGID_INDICES], np.float64)
    goal = (model * (1, -1) + (4.0, -1.5)) * _PATCH_SCALE
    points = landmarks[list(RIGID_INDICES), :2].astype(np.float64)
    source = points[:, 0] + 1j * points[:, 1]
    target = goal[:, 0] + 1j * goal[:, 1]
    centred = source - source.mean()
    turn = (centred.conj() * (target - target.mean())).sum() / (np.abs(centred) ** 2).sum()
    shift = target.mean() - turn * source.mean()
    matrix = np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
    # Sampled at four times the size and averaged, so that fine texture does not alias.
    patch = cv2.warpAffine(
        picture, matrix * 4, (PATCH_SIDE * 4, PATCH_SIDE * 4), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.resize(patch, (PATCH_SIDE, PATCH_SIDE), interpolation=cv2.INTER_AREA), np.float32)
