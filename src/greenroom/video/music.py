"""The music and the loudness of a video: what a request asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from greenroom.assets.service import file_of, require_usable
from greenroom.assets.states import AssetType
from greenroom.runtime import Context
from greenroom.stage.music import DEFAULT_VOLUME
from greenroom.video.errors import VideoContentError
from greenroom.video.plan import MUSIC_FIELD, MusicPlan, VideoSoundPlan, VoicePlan
from greenroom.video.wire import Create2DDigitalHumanVideoReq


async def sound_plan(
    context: Context,
    content: Create2DDigitalHumanVideoReq,
    voices: Sequence[tuple[VoicePlan, int]],
    music_key: str | None = None,
) -> VideoSoundPlan:
    """`voices`: of each scene with a text, and its length; `music_key` is the operator's own file, no asset.

    Raises:
        AssetNotFoundError, AssetStateError, InvalidParameterError: the music is not there, or cannot be used.
    """
    video = content.video_config
    asked = video.is_loudness_normalization_enable if video is not None else None
    is_levelled = context.runtime.settings.loudness == "level" if asked is None else asked
    return VideoSoundPlan(await _music(context, content, music_key), is_levelled, _gain_db(voices))


def _gain_db(voices: Sequence[tuple[VoicePlan, int]]) -> float:
    """How much louder than usual all is that was asked for: the mean of the voices' power."""
    said = sum(length for _, length in voices)
    if said == 0:
        return 0.0
    power = sum((voice.volume_percent / 100) ** 2 * length for voice, length in voices) / said
    return round(10 * math.log10(power), 2)


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
