"""The layers of a scene in their order, and the person among them.

What stands still is made once: below the person it is drawn into the background picture, elsewhere neighbours
become one sprite. Videos are decoded in threads of their own, ahead of the frame that needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from types import TracebackType
from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.layer_clip import ClipLayer
from greenroom.stage.layer_motion import pose_at, posed
from greenroom.stage.layer_picture import still_sprite
from greenroom.stage.layer_plan import Layer, LayerKind
from greenroom.stage.pipeline import Ahead
from greenroom.stage.scene import Scene
from greenroom.stage.sprite import Sprite, merged

U8 = npt.NDArray[np.uint8]

_DEPTH = 3
"""Pictures that a video layer is decoded ahead."""


@dataclass(slots=True, frozen=True)
class _Still:
    """Pictures that do not change, the same in the whole scene or in a part of it."""

    sprites: list[Sprite]
    layer: Layer | None
    """Whose time and motion counts; None: always at rest."""


class _PersonsPlace:
    """Where the person stands in the order."""


_Item = _Still | ClipLayer | _PersonsPlace


class LayerStack:
    """The layers of one scene, made ready. Its still pictures are shared by all segments."""

    def __init__(self, scenes: Sequence[Scene], layers: Sequence[Layer], below: int, span: SceneSpan) -> None:
        """`layers` from the lowest to the uppermost; the person stands over the first `below` of them.

        `scenes` are those that the layers will be drawn with: the same one before different backgrounds.
        Pictures that stand still at the very bottom are drawn into their backgrounds.

        Raises:
            SceneError, MediaError: a layer cannot be drawn; the text is fit for a user.
        """
        self._span = span
        lower = (self._item(layer) for layer in layers[:below])
        upper = (self._item(layer) for layer in layers[below:])
        self._items = _joined(chain(lower, [_PersonsPlace()], upper))
        first = self._items[0]
        if isinstance(first, _Still) and first.layer is None:
            for scene in scenes:
                for sprite in first.sprites:
                    sprite.draw(scene.background)
            del self._items[0]

    def run(self, first_frame: int, count: int) -> LayerRun:
        """Ready to show these frames of the scene, one after the other. Close it, or use it in a `with`."""
        return LayerRun(self._items, self._span, first_frame, count)

    def _item(self, layer: Layer) -> _Item:
        if layer.kind is LayerKind.VIDEO:
            span = self._span
            return ClipLayer(layer, span.canvas, span.fps, span.scene_frames)
        sprite = still_sprite(layer, self._span.canvas)
        return _Still([sprite] if sprite is not None else [], None if layer.is_constant else layer)


@dataclass(slots=True, frozen=True)
class SceneSpan:
    """The size of a scene in space and time."""

    canvas: tuple[int, int]
    fps: int
    scene_frames: int

    def middle_ms(self, number: int) -> float:
        """The middle of a frame's time, so that what is timed is never more than half a frame off."""
        return (number + 0.5) * 1000 / self.fps

    @property
    def length_ms(self) -> float:
        return self.scene_frames * 1000 / self.fps


@dataclass(slots=True, frozen=True)
class LayerFrame:
    """All layers as they are in one frame; it may be drawn more than once."""

    lower: list[Sprite]
    upper: list[Sprite]
    """Over the person."""
    canvas: tuple[int, int]

    def draw(self, scene: Scene, planes: Sequence[U8], person: BaseFrame | None) -> None:
        """Fill writable I420 `planes` with a scene; `person` is None for nobody."""
        if not self.lower or not self.lower[0].covers(self.canvas):
            scene.draw_background(planes)
        for sprite in self.lower:
            sprite.draw(planes)
        if person is not None:
            scene.draw_person(planes, person)
        for sprite in self.upper:
            sprite.draw(planes)


class LayerRun:
    """Shows the frames of one segment, in order. Serves one thread at a time."""

    def __init__(self, items: Sequence[_Item], span: SceneSpan, first_frame: int, count: int) -> None:
        self._items, self._span = items, span
        self._number = first_frame
        self._stack = ExitStack()
        self._playing: dict[int, Iterator[Sprite | None]] = {}
        for place, item in enumerate(items):
            if isinstance(item, ClipLayer):
                pictures = self._stack.enter_context(
                    Ahead(item.sprites(first_frame, count), _DEPTH, f"layer-{place}")
                )
                self._playing[place] = iter(pictures)

    def next_frame(self) -> LayerFrame:
        """The layers of the next frame."""
        drawn: list[list[Sprite]] = [[], []]
        is_upper = False
        for place, item in enumerate(self._items):
            is_upper = is_upper or isinstance(item, _PersonsPlace)
            drawn[is_upper] += self._sprites(place, item)
        self._number += 1
        return LayerFrame(drawn[0], drawn[1], self._span.canvas)

    def close(self) -> None:
        """Stop the decoders."""
        self._stack.close()

    def __enter__(self) -> LayerRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _sprites(self, place: int, item: _Item) -> list[Sprite]:
        """What an item shows in the next frame."""
        if isinstance(item, ClipLayer):
            sprite = next(self._playing[place])
            return [sprite] if sprite is not None else []
        if isinstance(item, _PersonsPlace):
            return []
        if item.layer is None:
            return item.sprites
        span = self._span
        pose = pose_at(item.layer, span.middle_ms(self._number), span.length_ms)
        return [posed(sprite, pose, span.canvas) for sprite in item.sprites] if pose is not None else []


def _joined(items: Iterable[_Item]) -> list[_Item]:
    """Neighbours that never change as one item."""
    result: list[_Item] = []
    for item in items:
        last = result[-1] if result else None
        if _never_changes(item) and _never_changes(last):
            result[-1] = _Still(merged([*last.sprites, *item.sprites]), None)
        else:
            result.append(item)
    return result


def _never_changes(item: object) -> TypeGuard[_Still]:
    return isinstance(item, _Still) and item.layer is None
