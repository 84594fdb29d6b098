"""How the body is held: trunk, head, arms, fingers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from presets.body import Skeleton
from presets.mesh import F64

Direction = tuple[float, float, float]


@dataclass(slots=True, frozen=True)
class Arm:
    """Directions for the presenter's left arm (x outwards); the right arm is mirrored."""

    upper: Direction = (0.14, -1.0, -0.03)
    fore: Direction = (0.06, -1.0, 0.34)
    twist: float = 0.0
    """Degrees about the forearm; positive turns the palm forward and up."""
    curl: float = 14.0
    """Degrees that each joint of the fingers is bent."""
    index: float | None = None
    """The forefinger's own bend."""
    wrist: float = 0.0
    """Degrees that the hand is bent back."""

    def mixed(self, other: Arm, t: float) -> Arm:
        def between(a: float, b: float) -> float:
            return a + (b - a) * t

        mine = self.index if self.index is not None else self.curl
        theirs = other.index if other.index is not None else other.curl
        return Arm(
            tuple(between(a, b) for a, b in zip(self.upper, other.upper, strict=True)),  # type: ignore[arg-type]
            tuple(between(a, b) for a, b in zip(self.fore, other.fore, strict=True)),  # type: ignore[arg-type]
            between(self.twist, other.twist),
            between(self.curl, other.curl),
            between(mine, theirs),
            between(self.wrist, other.wrist),
        )


@dataclass(slots=True, frozen=True)
class Pose:
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Yaw (to the presenter's left), pitch (down), roll (to the presenter's left), degrees."""
    trunk: tuple[float, float, float] = (0.0, 0.0, 0.0)
    breath: float = 0.0
    """-1..1."""
    left: Arm = field(default_factory=Arm)
    right: Arm = field(default_factory=Arm)

    def mixed(self, other: Pose, t: float) -> Pose:
        """Part of the way to another pose; head and breath stay."""
        return replace(self, left=self.left.mixed(other.left, t), right=self.right.mixed(other.right, t))


def turn(axis: F64, degrees: float) -> F64:
    """[3, 3] rotation (Rodrigues)."""
    axis = axis / (np.linalg.norm(axis) + 1e-12)
    a = np.radians(degrees)
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * k @ k)


def _between(a: F64, b: F64) -> F64:
    """The shortest turn from direction a to b."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    axis = np.cross(a, b)
    sine, cosine = np.linalg.norm(axis), float(a @ b)
    return turn(axis, np.degrees(np.arctan2(sine, cosine))) if sine > 1e-9 else np.eye(3)


def euler(yaw: float, pitch: float, roll: float) -> F64:
    return (
        turn(np.array([0, 1.0, 0]), yaw)
        @ turn(np.array([1.0, 0, 0]), pitch)
        @ turn(np.array([0, 0, 1.0]), -roll)
    )


def bone_turns(skeleton: Skeleton, pose: Pose) -> tuple[dict[str, F64], dict[str, F64]]:
    """Turns and moves of bones for `Skeleton.matrices`."""
    turns: dict[str, F64] = {}
    yaw, pitch, roll = pose.head
    for name, share in (("neck01", 0.2), ("neck02", 0.2), ("neck03", 0.2), ("head", 0.4)):
        turns[name] = euler(yaw * share, pitch * share, roll * share)
    ty, tp, tr = pose.trunk
    for name in ("spine04", "spine03", "spine02"):
        turns[name] = euler(ty / 3, tp / 3, tr / 3)
    moves = {}
    for side, arm in (("L", pose.left), ("R", pose.right)):
        mirror = np.array([1.0, 1, 1]) if side == "L" else np.array([-1.0, 1, 1])
        shrug = 1.2 * pose.breath
        turns[f"clavicle.{side}"] = turn(np.array([0, 0, 1.0]), mirror[0] * shrug * 0.5)
        moves[f"clavicle.{side}"] = np.array([0, 0.018 * pose.breath, 0.006 * pose.breath])
        _arm(skeleton, turns, side, arm, mirror)
    return turns, moves


def _arm(skeleton: Skeleton, turns: dict[str, F64], side: str, arm: Arm, mirror: F64) -> None:
    heads = {
        n: skeleton.heads[skeleton.number(f"{n}.{side}")]
        for n in ("upperarm01", "lowerarm01", "wrist", "finger3-1", "finger2-1", "finger5-1")
    }
    upper, fore = heads["lowerarm01"] - heads["upperarm01"], heads["wrist"] - heads["lowerarm01"]
    want_upper, want_fore = np.array(arm.upper) * mirror, np.array(arm.fore) * mirror
    raised = np.clip((want_upper / np.linalg.norm(want_upper))[1] + 0.75, 0, 1)
    shoulder = turn(np.array([0, 0, 1.0]), mirror[0] * 14 * raised)
    turns[f"shoulder01.{side}"] = shoulder
    r_upper = shoulder.T @ _between(upper, want_upper)
    r_upper_world = shoulder @ r_upper
    bend = _between(r_upper_world @ fore, want_fore)
    along = want_fore / np.linalg.norm(want_fore)
    r_fore_world = bend @ r_upper_world
    twist_half = turn(along, arm.twist * 0.5 * mirror[0])
    turns[f"upperarm01.{side}"] = r_upper
    turns[f"lowerarm01.{side}"] = r_upper_world.T @ (twist_half @ r_fore_world)
    fore_axis = fore / np.linalg.norm(fore)
    turns[f"lowerarm02.{side}"] = turn(fore_axis, arm.twist * 0.5 * mirror[0])
    across = heads["finger5-1"] - heads["finger2-1"]
    across /= np.linalg.norm(across)
    turns[f"wrist.{side}"] = turn(across, -arm.wrist * mirror[0])
    for finger in range(1, 6):
        angle = arm.curl if finger != 2 or arm.index is None else arm.index
        for joint in (1, 2, 3):
            name = f"finger{finger}-{joint}"
            if finger == 1:
                thumb = (
                    skeleton.heads[skeleton.number(f"finger1-2.{side}")]
                    - skeleton.heads[skeleton.number(f"finger1-1.{side}")]
                )
                axis = np.cross(thumb, across)
                turns[f"{name}.{side}"] = (
                    turn(np.cross(axis, thumb), 0.0) if joint == 1 else turn(across, angle * 0.3 * mirror[0])
                )
            else:
                turns[f"{name}.{side}"] = turn(across, angle * (1.0 if joint > 1 else 0.7) * mirror[0])


GESTURES: dict[str, Pose] = {
    "welcome": Pose(
        left=Arm((0.17, -0.97, 0.16), (0.20, 0.42, 0.84), 86.0, 7.0, wrist=14),
        right=Arm((0.17, -0.97, 0.16), (0.20, 0.42, 0.84), 86.0, 7.0, wrist=14),
    ),
    "point_left": Pose(right=Arm((0.22, -0.95, 0.16), (0.30, 0.70, 0.64), 78.0, 7.0, wrist=4)),
    "point_right": Pose(left=Arm((0.22, -0.95, 0.16), (0.30, 0.70, 0.64), 78.0, 7.0, wrist=4)),
    "explain": Pose(
        left=Arm((0.18, -0.97, 0.18), (-0.08, 0.46, 0.80), 40.0, 13.0, wrist=8),
        right=Arm((0.18, -0.97, 0.18), (-0.08, 0.46, 0.80), 40.0, 13.0, wrist=8),
    ),
}
"""Within 3.8 dm of the middle, which is what the picture holds."""
