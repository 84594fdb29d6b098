"""The base clip of an avatar package: the person's colours in one H.264 file, the opacity in another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from greenroom.engines.matting.cutout import Cutter
from greenroom.engines.protocols import Image
from greenroom.media.encode import VideoSettings, VideoWriter, write_mp4

_KEYFRAME_INTERVAL = 48
"""Frames. Of a drawn presenter, who moves little, a clip with twice as many keyframes is 1.4 times as large.
Played backwards, a stretch between two of them is decoded once for each block that fits in memory. A person
who holds still seems to twitch at each, by 2.7 times the change between other frames; with an open group of
pictures by 1.5 times. "Faithful" makes the clip a fifth smaller at the same PSNR."""
_PRESET = "slow"
"""With B-frames 0.4 of what veryfast without them, a keyframe every seven frames, takes for the same face."""
_B_FRAMES = 3


@dataclass(slots=True, frozen=True)
class ClipSettings:
    fps: int = 25
    crf: int = 21
    alpha_crf: int = 18
    threads: int = 2


def write_avatar_clips(
    frames: Iterable[Image],
    cutter: Cutter | None,
    base_path: Path,
    alpha_path: Path,
    settings: ClipSettings | None = None,
    keyframes: Collection[int] = (),
) -> int:
    """Write both clips of an avatar package; returns the number of frames.

    `keyframes` are frames, from 0, that must be keyframes, besides one every `_KEYFRAME_INTERVAL` after them.
    Without a cutter the frames are stored as they are and no alpha clip is written: the person then stays
    before the background of the footage. Frames with odd sides lose their last row or column.
    """
    wish = settings or ClipSettings()
    writers: list[VideoWriter] = []
    count = 0
    try:
        for frame in frames:
            picture = frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2]
            if not writers:
                writers = _writers(picture, cutter, base_path, alpha_path, wish)
            is_key = count in keyframes
            if cutter is None:
                writers[0].write_picture(picture, is_key)
            else:
                cutout = cutter.cut(picture)
                writers[0].write_picture(cutout.colour, is_key)
                writers[1].write_picture(cutout.alpha, is_key)
            count += 1
        for writer in writers:
            writer.close()
    except BaseException:
        for writer in writers:
            writer.discard()
        raise
    return count


def write_alpha_clip(
    frames: Iterable[Image], cutter: Cutter, path: Path, settings: ClipSettings | None = None
) -> int:
    """Write the opacity of `frames` alone, as H.264 with full-range luma and no colour."""
    wish = settings or ClipSettings()

    def mattes() -> Iterator[Image]:
        for frame in frames:
            yield cutter.alpha(frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2])

    iterator = mattes()
    first = next(iterator)

    def all_mattes() -> Iterator[Image]:
        yield first
        yield from iterator

    return write_mp4(path, all_mattes(), _alpha_settings(first, wish))


def _writers(
    picture: Image, cutter: Cutter | None, base_path: Path, alpha_path: Path, wish: ClipSettings
) -> list[VideoWriter]:
    height, width = picture.shape[:2]
    base = VideoSettings(
        width,
        height,
        fps=wish.fps,
        preset=_PRESET,
        crf=wish.crf,
        threads=wish.threads,
        keyframe_interval=_KEYFRAME_INTERVAL,
        open_gop=True,
        faithful=True,
        b_frames=_B_FRAMES,
    )
    writers = [VideoWriter(base_path, base)]
    if cutter is not None:
        writers.append(VideoWriter(alpha_path, _alpha_settings(picture, wish)))
    return writers


def _alpha_settings(picture: Image, wish: ClipSettings) -> VideoSettings:
    return VideoSettings(
        picture.shape[1],
        picture.shape[0],
        fps=wish.fps,
        preset=_PRESET,
        crf=wish.alpha_crf,
        threads=wish.threads,
        keyframe_interval=_KEYFRAME_INTERVAL,
        open_gop=True,
        faithful=True,
        b_frames=_B_FRAMES,
        monochrome=True,
    )
