"""From the layers of a request to those of the plan; what cannot be shown is found before the job is made.

A file behind an asset was examined when it was uploaded; one behind a link is examined by the job
(`layer_files`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from greenroom.assets.rules import DeclaredFile, Use, file_format, insertion_faults, largest_inserted
from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType, FileCategory
from greenroom.errors import GreenroomError
from greenroom.runtime import Context
from greenroom.scripts.layer_wire import LayerExtension, LayerMotion
from greenroom.scripts.wire import BackgroundType, LayerConfig, LayerType, ShootScript, VideoLayerConfig
from greenroom.stage.errors import SceneError
from greenroom.stage.layer_plan import (
    AtEnd,
    Fit,
    Layer,
    LayerKind,
    Motion,
    MotionKind,
    Playback,
    Side,
    box_of,
)
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.video.errors import VideoContentError
from greenroom.video.layer_texts import text_layer
from greenroom.video.links import own_object
from greenroom.video.plan import LayerPlan

_ON_TOP = 101
"""Above every layer_index: a layer without a position."""
_ASSETS = {LayerType.IMAGE: AssetType.IMAGE, LayerType.VIDEO: AssetType.VIDEO}
_TEXT_ONLY, _VIDEO_ONLY = ("align", "outline", "shadow"), ("at_end",)


@dataclass(slots=True, frozen=True)
class SceneLayers:
    layers: tuple[LayerPlan, ...] = ()
    below: int = 0
    """How many of them the person stands over."""


async def plan_layers(
    context: Context, field: str, script: ShootScript, video: tuple[int, int], *, is_cut: bool = False
) -> SceneLayers:
    """The layers of a scene from the lowest to the uppermost, a video in the background first.

    Args:
        field: the script's name in the request, such as `shoot_scripts[0].shoot_script`.
        video: width and height of the video.
        is_cut: it is a part of the canvas, which is the avatar's picture: its size is known to the job alone.

    Raises:
        GreenroomError: a layer cannot be shown; the text names its member.
    """
    planner = _LayerPlanner(context, video, is_cut)
    background = await planner.background(field, script)
    ordered = sorted(enumerate(script.layer_config or []), key=lambda entry: (_index_of(entry[1]), entry[0]))
    planned, below = list(background), len(background)
    for place, layer in ordered:
        if layer.layer_type is LayerType.HUMAN:
            below = len(planned)
        else:
            planned.append(await planner.plan(f"{field}.layer_config[{place}]", layer))
    return SceneLayers(tuple(planned), below)


def person_of(script: ShootScript) -> LayerConfig | None:
    """The layer that places the person."""
    return next((one for one in script.layer_config or [] if one.layer_type is LayerType.HUMAN), None)


def _index_of(layer: LayerConfig) -> int:
    """The person without a position stands behind all layers, others without one before them."""
    if layer.position is not None:
        return layer.position.layer_index
    return 0 if layer.layer_type is LayerType.HUMAN else _ON_TOP


@dataclass(slots=True, frozen=True)
class _Source:
    """The file of a layer."""

    key: str
    format: str = ""
    size: tuple[int, int] | None = None
    """Width and height of its picture, where they are known."""


class _LayerPlanner:
    def __init__(self, context: Context, video: tuple[int, int], is_cut: bool) -> None:
        self._context = context
        self._video = video
        self._canvas = None if is_cut else video

    async def plan(self, field: str, config: LayerConfig) -> LayerPlan:
        extension = config.x_greenroom or LayerExtension()
        _check_members(field, config.layer_type, extension)
        layer = _placed(config, extension)
        _check_times(field, layer)
        if config.layer_type is LayerType.TEXT:
            layer = replace(layer, kind=LayerKind.TEXT)
            return LayerPlan(await asyncio.to_thread(text_layer, field, layer, config, self._video), field)
        if config.layer_type is LayerType.VIDEO:
            video = config.video_config or VideoLayerConfig.model_validate({})
            url, url_field = video.video_url, f"{field}.video_config.video_url"
            layer = replace(layer, kind=LayerKind.VIDEO, playback=_playback(video, extension))
            default = Fit.CONTAIN
        else:
            url = config.image_config.image_url if config.image_config else None
            url_field = f"{field}.image_config.image_url"
            default = Fit.FILL
        source = await self._source(field, config.layer_type, config.asset_id, (url_field, url))
        layer = replace(layer, fit=Fit(extension.fit or default), source=source.key)
        if source.size is not None and self._canvas is not None:
            check_box(f"{field}.size", layer, source.size, self._canvas)
        return LayerPlan(layer, field, source.format)

    async def background(self, field: str, script: ShootScript) -> list[LayerPlan]:
        """The video behind everything, over and over and without its sound; empty where there is none."""
        config = script.background_config[0] if script.background_config else None
        if config is None or config.background_type is not BackgroundType.VIDEO:
            return []
        field = f"{field}.background_config[0]"
        source = await self._source(
            field,
            LayerType.VIDEO,
            config.background_asset_id,
            (f"{field}.background_config", config.background_config),
            "background_asset_id",
        )
        where = config.background_image_config
        layer = Layer(
            LayerKind.VIDEO, fit=Fit.COVER, source=source.key, playback=Playback(loops=-1, volume=0.0)
        )
        if where is None:
            layer = replace(layer, fills_canvas=True)
        else:
            layer = replace(layer, x=where.dx, y=where.dy, width=where.width, height=where.height)
        if source.size is not None and self._canvas is not None:
            check_box(f"{field}.background_image_config", layer, source.size, self._canvas)
        return [LayerPlan(layer, field, source.format)]

    async def _source(
        self,
        field: str,
        kind: LayerType,
        asset_id: str | None,
        link: tuple[str, str | None],
        id_name: str = "asset_id",
    ) -> _Source:
        """The file of an asset or of a link of this service. `link`: its member and its value."""
        if asset_id:
            return await self._asset(f"{field}.{id_name}", kind, asset_id)
        url_field, url = link
        if not url:
            raise VideoContentError(
                f"{field}: give {id_name}, the id of an asset of type {kind}, or "
                f"{url_field.rpartition('.')[2]}, a link of this service"
            )
        key = own_object(self._context, url_field, url)
        parts = key.split("/")
        if len(parts) == 4 and parts[0] == "assets" and parts[1] == self._context.project_id:
            # The link of an asset's own file: what is known of the asset is looked at now.
            return await self._asset(url_field, kind, parts[2], key)
        try:
            size = (await self._context.objects.head(key)).size
        except ObjectNotFoundError:
            raise VideoContentError(
                f"{url_field}: the file behind the link is gone; upload it again"
            ) from None
        largest = largest_inserted(_ASSETS[kind])
        if size >= largest:
            raise VideoContentError(
                f"{url_field}: the file has {size} bytes, and less than {largest} are taken: make it smaller"
            )
        return _Source(key)

    async def _asset(self, field: str, kind: LayerType, asset_id: str, key: str | None = None) -> _Source:
        """`key`: take this file of the asset, which need not be its main one."""
        try:
            asset = await require_usable(self._context, asset_id, *([] if key else [_ASSETS[kind]]))
        except GreenroomError as error:
            error.message = f"{field}: {error.message}"
            raise
        main = file_of(asset)
        if key is not None and (main is None or main.object_key != key or asset.type != _ASSETS[kind]):
            return _Source(key)
        if main is None or main.object_key is None:
            raise VideoContentError(f"{field}: the asset {asset_id} has no main file; upload it again")
        declared = DeclaredFile(main.name, main.type, main.size, FileCategory.MAIN)
        meta = asset.extra_meta or {}
        faults = insertion_faults(_ASSETS[kind], meta, declared, Use.VIDEO)
        if faults:
            raise VideoContentError(
                f"{field}: the asset {asset_id} cannot be inserted: {'; '.join(faults)}. Convert it and "
                "upload it as a new asset"
            )
        measured: dict[str, Any] = meta.get("video_meta" if kind is LayerType.VIDEO else "image_meta") or {}
        size = (int(measured.get("width") or 0), int(measured.get("height") or 0))
        return _Source(main.object_key, file_format(main.type, main.name), size if all(size) else None)


def _placed(config: LayerConfig, extension: LayerExtension) -> Layer:
    """Place, time and motion; the kind is set by what it shows."""
    position, size = config.position, config.size
    return Layer(
        LayerKind.IMAGE,
        x=position.dx if position else None,
        y=position.dy if position else None,
        width=size.width if size else None,
        height=size.height if size else None,
        angle=((config.rotation.angle or 0) if config.rotation else 0) % 360,
        opacity=1.0 if extension.opacity is None else extension.opacity,
        start_ms=extension.start_ms or 0,
        end_ms=extension.end_ms,
        entrance=_motion(extension.entrance),
        exit=_motion(extension.exit),
    )


def _motion(motion: LayerMotion | None) -> Motion | None:
    if motion is None:
        return None
    return Motion(MotionKind(motion.kind), motion.ms, Side(motion.side or Side.LEFT))


def _playback(video: VideoLayerConfig, extension: LayerExtension) -> Playback:
    """0 loops are once, as the contract counts repetitions from there."""
    loops = 1 if video.loop_count is None else video.loop_count
    return Playback(
        loops=-1 if loops < 0 else max(1, loops),
        volume=1.0 if video.video_sound is None else video.video_sound / 100,
        at_end=AtEnd(extension.at_end or AtEnd.FREEZE),
        whole=bool(video.is_play_the_entire_video),
    )


def _check_members(field: str, kind: LayerType, extension: LayerExtension) -> None:
    """Raises VideoContentError: a member that this kind of layer does not have."""
    fixed = {
        **{name: LayerType.TEXT for name in _TEXT_ONLY if kind is not LayerType.TEXT},
        **{name: LayerType.VIDEO for name in _VIDEO_ONLY if kind is not LayerType.VIDEO},
    }
    for name, owner in fixed.items():
        if getattr(extension, name) is not None:
            raise VideoContentError(f"{field}.x_greenroom.{name} is for layers of type {owner}: leave it out")
    if kind is LayerType.TEXT and extension.fit is not None:
        raise VideoContentError(f"{field}.x_greenroom.fit: a text is not scaled: leave it out")


def _check_times(field: str, layer: Layer) -> None:
    if layer.end_ms is None:
        return
    length = layer.end_ms - layer.start_ms
    if length <= 0:
        raise VideoContentError(
            f"{field}.x_greenroom.end_ms is {layer.end_ms}, not after start_ms {layer.start_ms}: give a "
            "later end"
        )
    moving = sum(motion.ms for motion in (layer.entrance, layer.exit) if motion is not None)
    if moving > length:
        raise VideoContentError(
            f"{field}.x_greenroom: entrance and exit take {moving} ms, but the layer is seen for {length} "
            "ms: shorten them"
        )


def check_box(field: str, layer: Layer, natural: tuple[int, int], canvas: tuple[int, int]) -> None:
    """Raises VideoContentError: with this picture the layer would be larger than can be drawn."""
    try:
        box_of(layer, natural, canvas)
    except SceneError as error:
        raise VideoContentError(f"{field}: {error}") from None
