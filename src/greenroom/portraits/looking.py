"""Looks at photos in a child process: how large they are, and whether a person can speak from them.

Each function takes a JSON object and answers one, as `jobs.children` asks; paths travel as text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from greenroom.engines.protocols import Image, Progress


def measure(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{path}` -> `{width, height}` of the picture at working size, upright. Raises MediaError."""
    height, width = picture_of(Path(payload["path"])).shape[:2]
    return {"width": width, "height": height}


def check(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{path}` -> `{faults, face}`: what is wrong with the photo, in words, and the face's box in it."""
    from greenroom.engines.photo.check import check_photo

    report = check_photo(picture_of(Path(payload["path"])))
    return {"text": report.text, "codes": [fault.code for fault in report.faults], "face": report.face_box}


def make(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{photo, name, cut_out, package, drawing}`: make the avatar package of the person in a photo.

    `drawing` names one of `portraits.drawing`, or is None or left out: the photo stays as it is. Raises
    EngineError: the photo is not fit for it; the text says why.
    """
    from greenroom.engines.photo.making import PhotoOptions, make_photo_avatar

    drawing = None
    if payload.get("drawing") is not None:
        from greenroom.portraits.drawing import DRAWINGS

        drawing = DRAWINGS[payload["drawing"]]
    options = PhotoOptions(name=payload["name"], cut_out=payload["cut_out"], drawing=drawing)
    make_photo_avatar(picture_of(Path(payload["photo"])), Path(payload["package"]), options, progress)
    return {}


def picture_of(path: Path) -> Image:
    """A picture file of working size, upright. Raises MediaError: it is none, or harmful."""
    from greenroom.engines.photo.portrait import working_size
    from greenroom.media.inspect import Role, inspect
    from greenroom.stage.scene import read_image

    inspect(path, Role.PICTURE, "")
    return working_size(read_image(path))
