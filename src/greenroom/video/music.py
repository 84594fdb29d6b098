"""The music and the loudness of a video: what a request asks for."""

from __future__ import annotations

import math

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.runtime import Context
from greenroom.stage.music import DEFAULT_VOLUME
from greenroom.video.errors import VideoContentError
from greenroom.video.plan import MusicPlan, VideoSoundPlan
from greenroom.video.wire import Create2DDigitalHumanVideoReq

MUSIC_FIELD = "background_music_config.music_asset_id"


async def sound_plan(
    context: Context,
    content: Create2DDigitalHumanVideoReq,
    volume_percent: int,
    music_key: str | None = None,
) -> VideoSoundPlan:
    """`volume_percent` is the voice's; `music_key` the operator's own file, which is no asset.

    Raises:
        AssetNotFoundError, AssetStateError, InvalidParameterError: the music is not there, or cannot be used.
    """
    video = content.video_config
    asked = video.is_loudness_normalization_enable if video is not None else None
    is_levelled = context.runtime.settings.loudness == "level" if asked is None else asked
    speaks = any(not scene.is_audio for scene in content.shoot_scripts or [])
    gain_db = 20 * math.log10(volume_percent / 100) if speaks else 0.0
    return VideoSoundPlan(await _music(context, content, music_key), is_levelled, round(gain_db, 2))


async def _music(
    context: Context, content: Create2DDigitalHumanVideoReq, music_key: str | None
) -> MusicPlan | None:
    config = content.background_music_config
    volume = config.volume if config is not None and config.volume is not None else DEFAULT_VOLUME
    if music_key is None and config is not None and config.music_asset_id:
        asset = await require_usable(context, config.music_asset_id, AssetType.MUSIC)
        main = file_of(asset)
        music_key = main.object_key if main is not None else None
        if music_key is None:
            raise VideoContentError(f"{MUSIC_FIELD}: the music {asset.id} has no main file; upload it again")
    # Music that is not heard need not be read.
    return MusicPlan(music_key, volume) if music_key is not None and volume > 0 else None
