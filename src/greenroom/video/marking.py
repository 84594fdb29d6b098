"""How a video says that it was made by AI: a visible label, metadata and content credentials.

This is done in child processes; which marks a video gets is decided in `marks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any


def with_label(made: Any, payload: Mapping[str, Any]) -> Any:
    """The render plan with the label above all layers of each scene.

    Raises:
        SceneError: no font of this machine has its letters.
    """
    from greenroom.provenance.label import Label, label_layer

    label = Label.from_json(payload.get("label"))
    if label is None:
        return made
    offset = (made.crop.x, made.crop.y) if made.crop is not None else (0, 0)
    layer = label_layer(label, (made.width, made.height), offset, Path(payload["out"]).parent)
    scenes = tuple(replace(scene, layers=(*scene.layers, layer)) for scene in made.scenes)
    return replace(made, scenes=scenes)


def sign(out: Path, marks: Mapping[str, Any] | None, title: str) -> None:
    """Put content credentials into the finished file, where its format has a place for them."""
    from greenroom.provenance.credentials import SIGNED_ENDINGS, sign_video
    from greenroom.provenance.identity import SigningIdentity

    identity = marks["identity"] if marks is not None else None
    if identity is not None and out.suffix in SIGNED_ENDINGS:
        sign_video(out, SigningIdentity(**identity), title)


def metadata(segments: list[Path], marks: Mapping[str, Any] | None) -> dict[str, str]:
    """Tags of the joined file."""
    from greenroom.provenance.metadata import metadata_of

    return metadata_of(segments, marks["producer"]) if marks is not None else {}
