"""When a layer is seen, and where it is while it comes and goes."""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.stage.layer_plan import Layer, Motion, MotionKind, Side
from greenroom.stage.sprite import Sprite

_ZOOM_FROM = 0.4
"""Size at the first moment of a zoom, of the full one."""


@dataclass(slots=True, frozen=True)
class Pose:
    """How a layer differs from its rest."""

    away: tuple[Side, float] | None = None
    """The edge that it slides to, and how far it is: 0 at rest, 1 beyond the canvas."""
    scale: float = 1.0
    opacity: float = 1.0


REST = Pose()


def pose_at(layer: Layer, at_ms: float, scene_ms: float) -> Pose | None:
    """The pose at a moment of the scene; None where the layer is not seen."""
    end_ms = scene_ms if layer.end_ms is None else min(layer.end_ms, scene_ms)
    if not layer.start_ms <= at_ms < end_ms:
        return None
    entrance, leave = layer.entrance, layer.exit
    if entrance is not None and at_ms < layer.start_ms + entrance.ms:
        return _pose(entrance, (at_ms - layer.start_ms) / entrance.ms)
    if leave is not None and at_ms >= end_ms - leave.ms:
        return _pose(leave, (end_ms - at_ms) / leave.ms)
    return REST


def posed(sprite: Sprite, pose: Pose, canvas: tuple[int, int]) -> Sprite:
    """The sprite in a pose."""
    if pose is REST:
        return sprite
    if pose.away is not None:
        return _slid(sprite, *pose.away, canvas)
    return sprite.scaled(pose.scale).faded(pose.opacity) if pose.scale != 1.0 else sprite.faded(pose.opacity)


def _pose(motion: Motion, done: float) -> Pose:
    """`done`: 0 where the layer is away, 1 at rest. Slides and zooms come to rest gently."""
    settled = 1 - (1 - done) ** 3
    match motion.kind:
        case MotionKind.FADE:
            return Pose(opacity=done)
        case MotionKind.SLIDE:
            return Pose(away=(motion.side, 1 - settled))
        case MotionKind.ZOOM:
            return Pose(scale=_ZOOM_FROM + (1 - _ZOOM_FROM) * settled, opacity=min(1.0, 2 * done))


def _slid(sprite: Sprite, side: Side, share: float, canvas: tuple[int, int]) -> Sprite:
    match side:
        case Side.LEFT:
            return sprite.moved(-share * (sprite.x + sprite.width), 0)
        case Side.RIGHT:
            return sprite.moved(share * (canvas[0] - sprite.x), 0)
        case Side.TOP:
            return sprite.moved(0, -share * (sprite.y + sprite.height))
        case Side.BOTTOM:
            return sprite.moved(0, share * (canvas[1] - sprite.y))
