"""What is said about a presenter before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from presets.body import Shape
from presets.paint import SkinLook
from presets.poses import GESTURES, Pose

Colour = tuple[float, float, float]


@dataclass(slots=True, frozen=True)
class Hair:
    kind: str
    """tied, short, coils, shaved, scarf or none."""
    tint: Colour
    brow_tint: Colour
    length: float = 0.4
    sides: float = 0.14
    sweep: float = 0.5
    curl: float = 0.0
    part: float = 0.28
    volume: float = 0.10
    front: float = 0.60
    recede: float = 0.0
    scalp: float = 0.85
    gloss: float = 1.3


@dataclass(slots=True, frozen=True)
class Presenter:
    """One synthetic presenter; lengths in decimetres, colours linear."""

    name: str
    role: str
    seed: int
    voice: str
    shape: Shape
    skin: SkinLook
    hair: Hair
    clothes: str
    """An outfit of `wardrobe`."""
    colours: tuple[Colour, ...]
    """The outfit's colours, outermost first."""
    iris: Colour = (0.07, 0.045, 0.028)
    rest_face: Mapping[str, float] = field(
        default_factory=lambda: {
            "mouthSmile": 0.34,
            "eyeSquint": 0.10,
            "cheekSquint": 0.15,
            "mouthPress": 0.12,
            "mouthClose": 0.06,
            "browInnerUp": 0.02,
        }
    )
    brow_hairs: int = 420
    brow_thick: float = 1.0
    brow_arch: float = 1.0
    brow_lift: float = 0.0
    lashes: int = 85
    lash_length: float = 0.062
    beard_hairs: int = 0
    beard_length: float = 0.05
    beard_tint: Colour | None = None
    head_size: float = 1.07
    skin_relief_mm: float = 0.6
    skin_gloss: float = 1.1

    def gesture_poses(self) -> dict[str, Pose]:
        return GESTURES
