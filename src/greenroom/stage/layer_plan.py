"""Layers as plain data: pictures, videos and texts that lie behind and before the person.

A scene holds its layers from the lowest to the uppermost. Lengths are pixels of the canvas, times
milliseconds from the beginning of the scene.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from greenroom.stage.errors import SceneError
from greenroom.stage.subtitle_plan import Box

LARGEST_MOVING_SIDE = 3840
"""Of a layer that is scaled anew, or moved as a whole, for each frame."""


class LayerKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"


class Fit(StrEnum):
    """How a picture of another shape goes into its box."""

    CONTAIN = "contain"
    """All of it is seen, in the middle of the box."""
    COVER = "cover"
    """The box is full; the overhang is cut evenly."""
    FILL = "fill"
    """Stretched."""


class MotionKind(StrEnum):
    FADE = "fade"
    SLIDE = "slide"
    """From beyond an edge of the canvas, or away over it."""
    ZOOM = "zoom"
    """It grows out of its middle while it fades in, or shrinks into it."""


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


class Align(StrEnum):
    START = "start"
    """Left, or right where the text runs from the right."""
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class AtEnd(StrEnum):
    """What a video shows once it has been played."""

    FREEZE = "freeze"
    """Its last picture."""
    HIDE = "hide"


@dataclass(slots=True, frozen=True)
class Motion:
    """An entrance or an exit."""

    kind: MotionKind
    ms: int
    side: Side = Side.LEFT
    """Of a slide: where it comes from, or goes to."""


@dataclass(slots=True, frozen=True)
class Outline:
    colour: str
    """`#RRGGBB`"""
    width: float
    """Pixels around each letter."""


@dataclass(slots=True, frozen=True)
class Shadow:
    colour: str
    dx: int
    dy: int
    blur: float
    """Standard deviation of the softened edge."""
    opacity: float


@dataclass(slots=True, frozen=True)
class TextLook:
    """What a text layer shows, and how."""

    text: str
    font_size: int
    font_name: str | None = None
    """A family of the system; None: one that suits the text."""
    colour: str = "#FFFFFF"
    opacity: float = 1.0
    align: Align = Align.START
    outline: Outline | None = None
    shadow: Shadow | None = None


@dataclass(slots=True, frozen=True)
class Playback:
    """How a video layer is played."""

    loops: int = 1
    """How often; -1: until the layer ends."""
    volume: float = 1.0
    """0..1"""
    at_end: AtEnd = AtEnd.FREEZE
    whole: bool = False
    """The scene lasts until it was played once."""


@dataclass(slots=True, frozen=True)
class Clip:
    """What the file of a video layer holds."""

    width: int
    """As shown: upright, with square pixels."""
    height: int
    duration_ms: int
    has_sound: bool


@dataclass(slots=True, frozen=True)
class Layer:
    kind: LayerKind
    x: int | None = None
    """Left and upper edge of the box; None: the box stands in the middle of the canvas."""
    y: int | None = None
    width: int | None = None
    """Of the box; None: as the other side asks, or the picture's own size, at most the canvas."""
    height: int | None = None
    fit: Fit = Fit.CONTAIN
    angle: int = 0
    """Degrees clockwise, about the middle of the box."""
    opacity: float = 1.0
    start_ms: int = 0
    end_ms: int | None = None
    """None: the end of the scene."""
    entrance: Motion | None = None
    exit: Motion | None = None
    source: str | None = None
    """Of an image or a video: its path; its object key before the files are fetched."""
    clip: Clip | None = None
    playback: Playback | None = None
    text: TextLook | None = None
    fills_canvas: bool = False
    """Its box is the whole canvas, whatever place and size say."""

    @property
    def moves(self) -> bool:
        """Whether its pictures differ within the time in which it is seen."""
        return self.kind is LayerKind.VIDEO or self.entrance is not None or self.exit is not None

    @property
    def is_constant(self) -> bool:
        """The same picture in the whole scene."""
        return not self.moves and self.start_ms == 0 and self.end_ms is None

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Layer:
        """Raises ValueError, KeyError or TypeError where the data are no layer."""
        made = dict(data)
        made["kind"], made["fit"] = LayerKind(data["kind"]), Fit(data.get("fit", Fit.CONTAIN))
        for name in ("entrance", "exit"):
            if data.get(name):
                motion = data[name]
                kind, side = MotionKind(motion["kind"]), Side(motion["side"])
                made[name] = Motion(kind, motion["ms"], side)
        if data.get("clip"):
            made["clip"] = Clip(**data["clip"])
        if data.get("playback"):
            playback = data["playback"]
            made["playback"] = Playback(**{**playback, "at_end": AtEnd(playback["at_end"])})
        if data.get("text"):
            made["text"] = _text(data["text"])
        return cls(**made)


def _text(data: dict[str, Any]) -> TextLook:
    return TextLook(
        **{
            **data,
            "align": Align(data["align"]),
            "outline": Outline(**data["outline"]) if data["outline"] else None,
            "shadow": Shadow(**data["shadow"]) if data["shadow"] else None,
        }
    )


def box_of(layer: Layer, natural: tuple[int, int], canvas: tuple[int, int]) -> Box:
    """Where a layer goes whose picture has the size `natural` (width, height).

    Raises:
        SceneError: it moves and is larger than can be moved.
    """
    if layer.fills_canvas:
        return Box(0, 0, *canvas)
    width, height = layer.width, layer.height
    if width is None and height is None:
        scale = min(1.0, canvas[0] / natural[0], canvas[1] / natural[1])
        width, height = round(natural[0] * scale), round(natural[1] * scale)
    elif width is None:
        assert height is not None
        width = round(natural[0] * height / natural[1])
    elif height is None:
        height = round(natural[1] * width / natural[0])
    width, height = max(1, width), max(1, height)
    if layer.moves and max(width, height) > LARGEST_MOVING_SIDE:
        raise SceneError(
            f"a video, or a picture with an entrance or an exit, may be {LARGEST_MOVING_SIDE} pixels a side, "
            f"not {width}x{height}: make it smaller"
        )
    x = layer.x if layer.x is not None else (canvas[0] - width) // 2
    y = layer.y if layer.y is not None else (canvas[1] - height) // 2
    return Box(x, y, width, height)


def fitted(natural: tuple[int, int], box: Box, fit: Fit) -> Box:
    """Where the whole picture goes so that it fits the box; for `COVER` it reaches beyond it."""
    if fit is Fit.FILL:
        return box
    scales = box.width / natural[0], box.height / natural[1]
    scale = min(scales) if fit is Fit.CONTAIN else max(scales)
    width, height = max(1, round(natural[0] * scale)), max(1, round(natural[1] * scale))
    return Box(box.x + (box.width - width) // 2, box.y + (box.height - height) // 2, width, height)


def whole_videos_s(layers: Iterable[Layer]) -> float:
    """How long a scene lasts at least so that each video that asks for it is played to its end, once."""
    ends = [
        layer.start_ms + layer.clip.duration_ms
        for layer in layers
        if layer.clip is not None and layer.playback is not None and layer.playback.whole
    ]
    return max(ends, default=0) / 1000
