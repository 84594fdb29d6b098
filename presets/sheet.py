"""A contact sheet: one presenter at rest, in sounds, blinking, in each action."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from presets.performance import REST_LIDS
from presets.poses import Pose
from presets.presenter import Moment, Performer, unit_array
from presets.speech_motion import TONGUE, aims
from presets.stage import Camera

BACKDROP = np.array([196.0, 203.0, 212.0])
_HEADROOM = 0.28
"""Decimetres of air above the head, of which nodding and swaying take some."""


def camera_for(performer: Performer, framing: str) -> Camera:
    """`half` for half body, `head` for head and shoulders, `face` for looking closely.

    A half body has air above its hair, whatever it wears: what the footage cuts off cannot be shown again.
    """
    eye = float(performer.anatomy.landmarks["eye_left"][1])
    size = performer.stage.size
    drop, height = {"half": (1.62, 5.7), "head": (0.62, 4.0), "face": (0.20, 2.2)}[framing]
    camera = Camera((0.0, eye - drop, 0.9), height, size)
    if framing != "half":
        return camera
    bottom = eye - drop - height / 2
    height = max(height, _top_of(performer, eye) + _HEADROOM - bottom)
    return Camera((0.0, bottom + height / 2, 0.9), height, size)


def _top_of(performer: Performer, eye: float) -> float:
    """Where the presenter ends above, hair and all; decimetres at the depth of the camera's target."""
    wide = Camera((0.0, eye, 0.9), 6.0, performer.stage.size)
    opacity = performer.draw(moment_of(performer), wide)[..., 3]
    first = int(np.argmax((opacity > 8).any(axis=1)))
    return eye + wide.height * (0.5 - first / opacity.shape[0])


def moment_of(
    performer: Performer,
    sound: str | None = None,
    lids: float = 0.0,
    pose: Pose | None = None,
    pose_name: str = "",
) -> Moment:
    """A still moment."""
    units = performer.rest.units + unit_array({"eyeBlink": REST_LIDS + lids})
    tongue = 0.0
    if sound is not None:
        aim = aims(sound)[0]
        units = units * np.where(np.char.startswith(_NAMES, "mouth"), 0.4, 1.0).astype(np.float32)
        units = units + unit_array({k: v for k, v in aim.units.items() if k != TONGUE})
        tongue = aim.units.get(TONGUE, 0.0)
    return Moment(
        units.astype(np.float32), pose or Pose(), (0.0, 0.0), tongue, {pose_name: 1.0} if pose_name else {}
    )


def flat(picture: Any) -> Any:
    alpha = picture[..., 3:].astype(np.float64) / 255
    return (picture[..., :3] + BACKDROP * (1 - alpha)).clip(0, 255).astype(np.uint8)


def contact_sheet(performer: Performer, path: Path, cell: int = 480) -> None:
    """Four by three pictures."""
    half, head, face = (camera_for(performer, n) for n in ("half", "head", "face"))
    shots: list[tuple[str, Moment, Camera]] = [("rest", moment_of(performer), head)]
    shots += [(f"/{s.replace('ɑ', 'a')}/", moment_of(performer, s), face) for s in ("ɑ", "i", "u", "m", "f")]
    shots.append(("blink", moment_of(performer, lids=0.94), face))
    for name, pose in performer.who.gesture_poses().items():
        shots.append((name.replace("_", " "), moment_of(performer, pose=pose, pose_name=name), half))
    shots.append(("nod", moment_of(performer, pose=Pose(head=(0, 8, 0))), half))
    sheet = Image.new("RGB", (cell * 4, cell * 3), (30, 32, 36))
    for k, (label, moment, camera) in enumerate(shots):
        picture = Image.fromarray(flat(performer.draw(moment, camera)))
        picture.save(path.with_name(f"{path.stem}-{k:02d}.png"))
        wide, high = picture.size
        share = min(wide, high)
        picture = picture.crop(((wide - share) // 2, 0, (wide + share) // 2, high))
        scale = cell / max(picture.size)
        small = Image.new("RGB", (cell, cell), (196, 203, 212))
        small.paste(
            picture.resize(
                (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
            ),
            (0, round((cell - picture.height * scale) / 2)),
        )
        ImageDraw.Draw(small).text((10, 8), label, fill=(40, 44, 52))
        sheet.paste(small, (k % 4 * cell, k // 4 * cell))
    sheet.save(path)


from presets.anatomy import UNITS  # noqa: E402

_NAMES = np.array(UNITS)
