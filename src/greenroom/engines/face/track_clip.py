"""Tracks a whole clip, over two processes when it is long, and keeps the result in a file."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from greenroom.engines.face.clip import estimate_frames, read_frames
from greenroom.engines.face.networks import task_path
from greenroom.engines.face.tracker import (
    LOOK_AHEAD,
    LiteRtFaceTracker,
    TrackedFrame,
    TrackQuality,
    assemble,
)
from greenroom.engines.protocols import VIDEO_FPS, FaceTrack, FootageError, Image

FORMAT_VERSION = 1
SPLIT_ABOVE_FRAMES = 500
"""Shorter clips are tracked in this process: a new one takes a second to start."""
LEAD_IN = 2 * LOOK_AHEAD
"""Frames a process tracks beyond its part, so that the parts join without a seam."""
REPORT_EVERY = 25


@dataclass(slots=True, frozen=True)
class _Part:
    path: Path
    task: Path
    quality: TrackQuality
    first: int
    last: int
    total: int


def track_clip(
    source: Path | Iterable[Image],
    fps: float = VIDEO_FPS,
    quality: TrackQuality | str = TrackQuality.ACCURATE,
    processes: int = 2,
    progress: Callable[[float], None] | None = None,
) -> FaceTrack:
    """Face landmarks for each frame of a clip.

    Args:
        source: a video file, read at `VIDEO_FPS`, or frames (BGR). Only a file is split over processes.
        fps: frame rate of the frames; ignored for a file.
        quality: see `TrackQuality`.
        processes: how many to use for a long file; each uses one thread.
        progress: called with 0..1; what it raises stops the work and comes out of here.

    Raises:
        FootageError: the file cannot be opened, has no video, or breaks off.
        MissingWeightsError: the weights have not been fetched.
    """
    quality = TrackQuality(quality)
    if not isinstance(source, Path):
        return LiteRtFaceTracker(quality=quality).track(iter(source), fps)
    total = estimate_frames(source)
    # A daemonic process may not start others.
    alone = processes < 2 or total < SPLIT_ABOVE_FRAMES or multiprocessing.current_process().daemon
    bounds = [total * part // processes for part in range(processes + 1)] if not alone else [0, total]
    task = task_path()
    parts = [_Part(source, task, quality, first, last, total) for first, last in pairwise(bounds)]
    if alone:
        tracked = _track_part(parts[0], _fraction(progress, total))
    else:
        tracked = _track_parts(parts, _fraction(progress, total))
    width, height = next((frame.shape[1], frame.shape[0]) for frame in read_frames(source, 0, 1))
    return assemble(tracked, VIDEO_FPS, (width, height))


def _fraction(progress: Callable[[float], None] | None, total: int) -> Callable[[int], None]:
    def report(done: int) -> None:
        if progress is not None:
            progress(min(1.0, done / total))

    return report


def _track_part(part: _Part, report: Callable[[int], None]) -> list[TrackedFrame]:
    start = max(0, part.first - LEAD_IN)
    # The last part runs to the end of the file: the total is an estimate.
    stop = None if part.last == part.total else part.last + LEAD_IN
    tracker = LiteRtFaceTracker(part.task, part.quality)
    wanted: list[TrackedFrame] = []
    for number, answer in enumerate(tracker.stream(read_frames(part.path, start, stop)), start):
        if part.first <= number and (stop is None or number < part.last):
            wanted.append(answer)
        if number % REPORT_EVERY == 0:
            report(len(wanted))
    return wanted


def _work(part: _Part, pipe: multiprocessing.connection.Connection) -> None:
    """Body of a child process. It ends by itself when its parent is gone."""
    cv2.setNumThreads(1)
    parent = multiprocessing.parent_process()

    def report(done: int) -> None:
        if parent is not None and not parent.is_alive():
            raise SystemExit(1)
        pipe.send(done)

    try:
        pipe.send(_track_part(part, report))
    except FootageError as error:
        pipe.send(error)
    finally:
        pipe.close()


def _track_parts(parts: list[_Part], report: Callable[[int], None]) -> list[TrackedFrame]:
    context = multiprocessing.get_context("spawn")
    children: list[Any] = []
    pipes: list[multiprocessing.connection.Connection] = []
    try:
        for part in parts:
            receiver, sender = context.Pipe(duplex=False)
            child = context.Process(target=_work, args=(part, sender), daemon=True)
            child.start()
            sender.close()
            children.append(child)
            pipes.append(receiver)
        return _collect(pipes, report)
    finally:
        for child in children:
            if child.is_alive():
                child.terminate()
            child.join()
        for pipe in pipes:
            pipe.close()


def _collect(
    pipes: list[multiprocessing.connection.Connection], report: Callable[[int], None]
) -> list[TrackedFrame]:
    done = [0] * len(pipes)
    results: dict[int, list[TrackedFrame]] = {}
    while len(results) < len(pipes):
        waiting = [pipe for index, pipe in enumerate(pipes) if index not in results]
        for ready in multiprocessing.connection.wait(waiting):
            index = next(i for i, pipe in enumerate(pipes) if pipe is ready)
            try:
                message = pipes[index].recv()
            except EOFError:
                raise FootageError("A face tracking process ended before its work was done.") from None
            if isinstance(message, FootageError):
                raise message
            if isinstance(message, int):
                done[index] = message
                report(sum(done))
            else:
                results[index] = message
    return [answer for index in range(len(pipes)) for answer in results[index]]


def save_track(track: FaceTrack, path: Path) -> None:
    """Write a track as `.npz`; the file appears whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez(
            file,
            version=np.int64(FORMAT_VERSION),
            landmarks=track.landmarks,
            presence=track.presence,
            face_count=track.face_count,
            fps=np.float64(track.fps),
            frame_size=np.asarray(track.frame_size, np.int64),
        )
    partial.replace(path)


def load_track(path: Path) -> FaceTrack:
    """Read what `save_track` wrote.

    Raises:
        FootageError: the file is missing, damaged or of another version.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            if int(data["version"]) != FORMAT_VERSION:
                raise FootageError(f"{path.name} was written by another version; track the clip again.")
            width, height = (int(value) for value in data["frame_size"])
            return FaceTrack(
                data["landmarks"], data["presence"], data["face_count"], float(data["fps"]), (width, height)
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise FootageError(f"{path.name} is not a face track: {error}.") from error
