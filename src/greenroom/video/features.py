"""Refuses what a request may ask for by the contract but this release cannot show.

Whatever would change the picture or the sound is refused by name, never passed over in silence.
"""

from __future__ import annotations

from greenroom.errors import NotBuiltFeatureError
from greenroom.scripts.wire import BackgroundType, LayerConfig, LayerType, ShootScript, VideoConfig
from greenroom.video.errors import VideoContentError
from greenroom.video.wire import Create2DDigitalHumanVideoReq

SUPPORTED_BACKGROUNDS = (BackgroundType.COLOR, BackgroundType.IMAGE, BackgroundType.IMAGE_2D)


def check_features(content: Create2DDigitalHumanVideoReq) -> None:
    """Raises NotBuiltFeatureError for the first member that asks for something not built yet."""
    music = content.background_music_config
    if music is not None and music.music_asset_id:
        raise NotBuiltFeatureError("background_music_config.music_asset_id", "background music")
    if content.callback_config is not None:
        raise NotBuiltFeatureError("callback_config", "a callback at the end of the job")
    if content.video_config is not None:
        _check_video(content.video_config)
    for index, scene in enumerate(content.shoot_scripts or []):
        field = f"shoot_scripts[{index}]"
        if scene.shoot_script is not None:
            _check_scene(f"{field}.shoot_script", scene.shoot_script)


def _check_video(video: VideoConfig) -> None:
    if video.codec not in (None, "H264"):
        raise NotBuiltFeatureError("video_config.codec", f"the codec {video.codec} (H264 is)")
    switches = {
        "is_enable_super_resolution": "super resolution",
        "is_end_at_first_frame": "ending at the first frame",
        "output_external_url": "an output to another storage",
    }
    for name, what in switches.items():
        if getattr(video, name):
            raise NotBuiltFeatureError(f"video_config.{name}", what)
    if video.clip_mode == "CROP" or video.dx or video.dy:
        raise NotBuiltFeatureError(
            "video_config.clip_mode", "cutting a part out of the picture (CROP, dx, dy)"
        )


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
                f"a background of type {background.background_type} (COLOR and IMAGE are)",
            )
    humans = 0
    for index, layer in enumerate(scene.layer_config or []):
        _check_layer(f"{field}.layer_config[{index}]", layer)
        humans += 1
    if humans > 1:
        raise VideoContentError(f"{field}.layer_config has {humans} layers of type HUMAN: give one")


def _check_layer(field: str, layer: LayerConfig) -> None:
    if layer.layer_type is not LayerType.HUMAN:
        raise NotBuiltFeatureError(f"{field}.layer_type", f"a layer of type {layer.layer_type} (HUMAN is)")
    if layer.rotation is not None and layer.rotation.angle:
        raise NotBuiltFeatureError(f"{field}.rotation.angle", "turning a layer")
