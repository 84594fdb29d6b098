"""Refuses what a request may ask for by the contract but this release cannot show.

Whatever would change the picture or the sound is refused by name, never passed over in silence.
"""

from __future__ import annotations

from greenroom.errors import NotBuiltFeatureError
from greenroom.scripts.wire import BackgroundType, LayerConfig, LayerType, ShootScript
from greenroom.video.errors import VideoContentError
from greenroom.video.wire import Create2DDigitalHumanVideoReq

SUPPORTED_BACKGROUNDS = (
    BackgroundType.COLOR,
    BackgroundType.IMAGE,
    BackgroundType.IMAGE_2D,
    BackgroundType.VIDEO,
)
MOST_LAYERS = 100
"""As many as there are values of layer_index."""
MOST_OF_TYPE = {LayerType.HUMAN: 1, LayerType.VIDEO: 2}
"""Service overview, table 4-7: at most two video overlays."""


def check_features(content: Create2DDigitalHumanVideoReq) -> None:
    """Raises NotBuiltFeatureError for the first member that asks for something not built yet."""
    for index, scene in enumerate(content.shoot_scripts or []):
        field = f"shoot_scripts[{index}]"
        if scene.shoot_script is not None:
            _check_scene(f"{field}.shoot_script", scene.shoot_script)


def _check_scene(field: str, scene: ShootScript) -> None:
    backgrounds = scene.background_config or []
    if len(backgrounds) > 1:
        raise VideoContentError(
            f"{field}.background_config has {len(backgrounds)} items: give one background"
        )
    for background in backgrounds:
        if background.background_type not in SUPPORTED_BACKGROUNDS:
            raise NotBuiltFeatureError(
                f"{field}.background_config[0].background_type",
                f"a background of type {background.background_type} (COLOR, IMAGE and VIDEO are)",
            )
    layers = scene.layer_config or []
    if len(layers) > MOST_LAYERS:
        raise VideoContentError(f"{field}.layer_config has {len(layers)} layers: give at most {MOST_LAYERS}")
    for kind, most in MOST_OF_TYPE.items():
        count = sum(layer.layer_type is kind for layer in layers)
        if count > most:
            raise VideoContentError(
                f"{field}.layer_config has {count} layers of type {kind}: give at most {most}"
            )
    for index, layer in enumerate(layers):
        if layer.layer_type is LayerType.HUMAN:
            _check_person(f"{field}.layer_config[{index}]", layer)


def _check_person(field: str, layer: LayerConfig) -> None:
    if layer.rotation is not None and layer.rotation.angle:
        raise NotBuiltFeatureError(f"{field}.rotation.angle", "turning the person")
    if layer.x_greenroom is not None:
        raise NotBuiltFeatureError(f"{field}.x_greenroom", "a time or a motion of the person")
