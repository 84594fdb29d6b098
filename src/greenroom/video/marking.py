"""How a video says that it was made by AI: a visible label, metadata and content credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from greenroom.provenance.label import Label, label_of
from greenroom.runtime import Context, Runtime
from greenroom.workspace.service import is_ai_marked


async def wanted_label(context: Context) -> Label | None:
    """By the operator's settings and, where these leave it to the tenant, by the tenant's."""
    settings = context.runtime.settings
    if not settings.ai_label_required and not await is_ai_marked(context):
        return None
    return label_of(settings.ai_label, settings.ai_label_text, settings.ai_label_place)


def marks_of(runtime: Runtime) -> dict[str, Any]:
    """What the child process needs to mark a finished file: `{producer, identity}`. Holds the signing key.

    Raises SigningError.
    """
    from greenroom.provenance.identity import SigningIdentity

    identity = SigningIdentity.of(runtime.settings, runtime.vault)
    return {
        "producer": runtime.settings.ai_producer,
        "identity": identity.to_json() if identity is not None else None,
    }


def with_label(made: Any, payload: Mapping[str, Any]) -> Any:
    """The render plan with the label above all layers of each scene.

    Raises:
        SceneError: no font of this machine has its letters.
    """
    from greenroom.provenance.label import label_layer

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
