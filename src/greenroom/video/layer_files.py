"""The files of layers in the job: fetched, examined in a limited process, and handed to the render.

A file lies under its name only when it has passed; what is known of it lies beside it as JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from greenroom.assets.probing import measured_meta
from greenroom.assets.rules import DeclaredFile, Use, insertion_faults
from greenroom.assets.states import AssetType, FileCategory
from greenroom.media.content import Content
from greenroom.media.errors import MediaError
from greenroom.media.inspect import Inspection, Role
from greenroom.media.sandbox import inspect_safely
from greenroom.settings import Settings
from greenroom.stage.layer_plan import Clip, Layer, LayerKind
from greenroom.video.errors import VideoContentError
from greenroom.video.layers import check_box
from greenroom.video.plan import LayerPlan, ScenePlan, VideoPlan

Fetch = Callable[[str, Path, str], Awaitable[None]]
"""An object's key, where it goes, and what it is in words."""

_WEBM, _HEADER_BYTES = b"webm", 64
"""The DocType, within the EBML header of the file (RFC 8794, section 11.2.1)."""
_PICTURES = {Content.PNG: "png", Content.JPEG: "jpg"}


async def fetch_layers(
    plan: VideoPlan, folder: Path, fetch: Fetch, settings: Settings, canvas: tuple[int, int]
) -> None:
    """Bring every file of a layer that is not there yet into the scratch folder.

    `canvas` is what the scenes are laid out on: see `finishing.canvas_of`.

    Raises:
        JobError: it was deleted.
        VideoContentError: it cannot be inserted; the text names the layer.
    """
    for planned in (planned for scene in plan.scenes for planned in scene.layers):
        if planned.layer.source is None:
            continue
        path = _path(folder, planned.layer)
        if not _facts(path).is_file():
            await fetch(planned.layer.source, path, f"{planned.field}: the file")
            facts = await asyncio.to_thread(_examined, planned, path, settings)
            building = path.with_suffix(".part")
            building.write_text(json.dumps(facts))
            building.replace(_facts(path))
        natural = json.loads(_facts(path).read_text())
        check_box(planned.field, planned.layer, tuple(natural["size"]), canvas)


def layer_payload(scene: ScenePlan, folder: Path) -> dict[str, Any]:
    """`{layers, layers_below}` of a scene for `rendering.plan`, once `fetch_layers` has run."""
    return {
        "layers": [asdict(_ready(planned.layer, folder)) for planned in scene.layers],
        "layers_below": scene.layers_below,
    }


def _ready(layer: Layer, folder: Path) -> Layer:
    if layer.source is None:
        return layer
    path = _path(folder, layer)
    facts = json.loads(_facts(path).read_text())
    width, height = facts["size"]
    clip = Clip(width, height, facts["duration_ms"], facts["has_sound"])
    return replace(layer, source=str(path), clip=clip if layer.kind is LayerKind.VIDEO else None)


def _path(folder: Path, layer: Layer) -> Path:
    assert layer.source is not None
    return folder / f"{layer.kind}-layer-{hashlib.sha256(layer.source.encode()).hexdigest()[:16]}"


def _facts(path: Path) -> Path:
    return path.with_suffix(".json")


def _examined(planned: LayerPlan, path: Path, settings: Settings) -> dict[str, Any]:
    """`{size, duration_ms, has_sound}` of the file."""
    is_video = planned.layer.kind is LayerKind.VIDEO
    role = Role.VIDEO if is_video else Role.PICTURE
    limits = settings.probe_memory_mb << 20, settings.probe_timeout_s
    try:
        found = inspect_safely(path, role, planned.format, *limits)
    except MediaError as error:
        text = str(error).replace(path.name, "the file").rstrip(".")
        raise VideoContentError(f"{planned.field}: {text}") from None
    kind = AssetType.VIDEO if is_video else AssetType.IMAGE
    declared = DeclaredFile(path.name, _format(planned, found, path), path.stat().st_size, FileCategory.MAIN)
    faults = insertion_faults(kind, measured_meta(found, role), declared, Use.VIDEO)
    if faults:
        raise VideoContentError(
            f"{planned.field}: its file cannot be inserted: {'; '.join(faults)}. Convert it and upload it "
            "again"
        )
    assert found.media is not None and found.media.video is not None
    video = found.media.video
    return {
        "size": [video.width, video.height],
        "duration_ms": max(40, round(video.duration_s * 1000)),
        "has_sound": found.media.audio is not None,
    }


def _format(planned: LayerPlan, found: Inspection, path: Path) -> str:
    """As the asset declares it, which the inspection has compared; of a link by the content."""
    assert found.media is not None
    if planned.format:
        return planned.format
    if planned.layer.kind is not LayerKind.VIDEO:
        return _PICTURES.get(found.content, found.content.name.lower())
    if found.content is Content.MATROSKA:
        with path.open("rb") as stream:
            return "webm" if _WEBM in stream.read(_HEADER_BYTES) else "mkv"
    return found.media.container
