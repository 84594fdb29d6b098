"""Video layers: one sprite a frame of the scene, from any frame of it on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from greenroom.media.clip_reader import ClipReader
from greenroom.media.colour import FULL_RANGE, matrix_of, upright
from greenroom.media.encode import planes_of
from greenroom.stage.layer_motion import pose_at, posed
from greenroom.stage.layer_plan import AtEnd, Clip, Fit, Layer, Playback, box_of, fitted
from greenroom.stage.sprite import Sprite, sprite_of_yuva
from greenroom.stage.subtitle_plan import Box

U8 = npt.NDArray[np.uint8]


class ClipLayer:
    """Where and when the pictures of a video layer are shown. Keeps nothing open."""

    def __init__(self, layer: Layer, canvas: tuple[int, int], fps: int, scene_frames: int) -> None:
        assert layer.clip is not None and layer.source is not None
        self._layer, self._clip, self._path = layer, layer.clip, Path(layer.source)
        self._playback = layer.playback or Playback()
        self._canvas, self._fps = canvas, fps
        self._scene_ms = scene_frames * 1000 / fps
        natural = (self._clip.width, self._clip.height)
        box = box_of(layer, natural, canvas)
        self._painter = ClipPainter(natural, box, layer)

    def sprites(self, first_frame: int, count: int) -> Iterator[Sprite | None]:
        """One a frame; None where the layer is not seen.

        Raises:
            MediaError: the file cannot be read any more.
        """
        with ClipReader(self._path) as reader:
            last: tuple[Any, Sprite] | None = None
            for number in range(first_frame, first_frame + count):
                at_ms = (number + 0.5) * 1000 / self._fps
                pose = pose_at(self._layer, at_ms, self._scene_ms)
                time_s = self._time_of(number) if pose is not None else None
                if pose is None or time_s is None:
                    yield None
                    continue
                frame = reader.frame_at(time_s)
                if last is None or last[0] is not frame:
                    last = frame, self._painter.paint(frame)
                yield posed(last[1], pose, self._canvas)

    def _time_of(self, number: int) -> Fraction | None:
        """The moment of the clip that is shown in a frame of the scene; None after its end."""
        passed_s = Fraction(2 * number + 1, 2 * self._fps) - Fraction(self._layer.start_ms, 1000)
        return clip_time(passed_s, self._clip, self._playback)


def clip_time(passed_s: Fraction, clip: Clip, playback: Playback) -> Fraction | None:
    """Which moment of a clip is on screen so long after it began; None where it is over and hidden."""
    length = Fraction(max(1, clip.duration_ms), 1000)
    if playback.loops >= 0 and passed_s >= length * max(1, playback.loops):
        return length if playback.at_end is AtEnd.FREEZE else None
    return passed_s % length


class ClipPainter:
    """Turns decoded frames into sprites of one size and place. Serves one thread at a time."""

    def __init__(self, natural: tuple[int, int], box: Box, layer: Layer) -> None:
        self._whole = _even(fitted(natural, box, layer.fit))
        self._box = _even(box) if layer.fit is Fit.COVER else self._whole
        self._angle, self._opacity = layer.angle % 360, layer.opacity
        self._reformatter = VideoReformatter()

    def paint(self, frame: Any) -> Sprite:
        has_alpha = any(component.is_alpha for component in frame.format.components)
        planes = [upright(plane, int(frame.rotation)) for plane in self._planes(frame, has_alpha)]
        whole, box = self._whole, self._box
        if self._angle:
            return _turned(self._cut(self._filled(planes)), box, self._angle).faded(self._opacity)
        if not has_alpha:
            y, u, v = self._cut(planes)
            return Sprite(box.x, box.y, (y, u, v), None).faded(self._opacity)
        sprite = sprite_of_yuva(planes[:3], planes[3], whole.x, whole.y, (whole.width, whole.height))
        assert sprite.rest is not None
        y, u, v, full, half = self._cut([*sprite.front, *sprite.rest])
        return Sprite(box.x, box.y, (y, u, v), (full, half)).faded(self._opacity)

    def _planes(self, frame: Any, has_alpha: bool) -> list[U8]:
        """Y, U, V and alpha if there is one, lying as they are stored. Without alpha they have their size
        already; with it the colour of clear pixels would bleed into the edges, so they are scaled later."""
        width, height = self._whole.width, self._whole.height
        if has_alpha:
            width, height = frame.width + frame.width % 2, frame.height + frame.height % 2
        elif int(frame.rotation) % 180 == 90:
            width, height = height, width
        grows = width > frame.width or height > frame.height
        converted = self._reformatter.reformat(
            frame,
            width,
            height,
            format="yuva420p" if has_alpha else "yuv420p",
            src_colorspace=matrix_of(frame),
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG if int(frame.color_range) == FULL_RANGE else ColorRange.MPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC if grows else Interpolation.BILINEAR,
            threads=1,
        )
        return planes_of(converted)

    def _filled(self, planes: list[U8]) -> list[U8]:
        """The planes at their size, with an alpha plane in any case, the colour not multiplied by it."""
        size = (self._whole.width, self._whole.height)
        if len(planes) == 3:
            planes = [*planes, np.full(planes[0].shape, 255, np.uint8)]
        half = (size[0] // 2, size[1] // 2)
        sizes = (size, half, half, size)
        return [
            np.asarray(cv2.resize(plane, target, interpolation=cv2.INTER_AREA), np.uint8)
            for plane, target in zip(planes, sizes, strict=True)
        ]

    def _cut(self, planes: list[U8]) -> list[U8]:
        """To the box, where the picture covers more than that; planes of the whole and of half the size."""
        if self._box is self._whole:
            return planes
        left, top = self._box.x - self._whole.x, self._box.y - self._whole.y
        right, bottom = left + self._box.width, top + self._box.height
        steps = [self._whole.width // plane.shape[1] for plane in planes]
        return [
            plane[top // step : bottom // step, left // step : right // step]
            for plane, step in zip(planes, steps, strict=True)
        ]


def _even(box: Box) -> Box:
    """To whole pixels of the colour planes."""
    x, y = 2 * round(box.x / 2), 2 * round(box.y / 2)
    return Box(x, y, max(2, 2 * round(box.width / 2)), max(2, 2 * round(box.height / 2)))


def _turned(planes: list[U8], box: Box, angle: int) -> Sprite:
    """Planes Y, U, V and alpha of the box's size, turned clockwise about its middle."""
    turn = np.deg2rad(angle)
    cos, sin = abs(float(np.cos(turn))), abs(float(np.sin(turn)))
    width = 2 * int(np.ceil((box.width * cos + box.height * sin) / 2))
    height = 2 * int(np.ceil((box.width * sin + box.height * cos) / 2))
    turned = []
    for channel, plane in enumerate(planes):
        step = 2 if channel in (1, 2) else 1
        size = (width // step, height // step)
        middle = (plane.shape[1] - 1) / 2, (plane.shape[0] - 1) / 2
        matrix = cv2.getRotationMatrix2D(middle, -angle, 1.0)
        matrix[:, 2] += (size[0] - 1) / 2 - middle[0], (size[1] - 1) / 2 - middle[1]
        border = cv2.BORDER_CONSTANT if channel == 3 else cv2.BORDER_REPLICATE
        turned.append(np.asarray(cv2.warpAffine(plane, matrix, size, borderMode=border), np.uint8))
    x = 2 * round((box.x + (box.width - width) / 2) / 2)
    y = 2 * round((box.y + (box.height - height) / 2) / 2)
    return sprite_of_yuva(turned[:3], turned[3], x, y, (width, height))
