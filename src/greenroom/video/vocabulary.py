"""The tenant's vocabulary in a video: which entries hold for an order, and what the review sees of them."""

from __future__ import annotations

from greenroom.engines.protocols import Vocabulary
from greenroom.runtime import Context
from greenroom.video.wire import Create2DDigitalHumanVideoReq
from greenroom.voices.vocabulary.service import occurring, reviewed_text, vocabulary_for


async def ordered_vocabulary(context: Context, content: Create2DDigitalHumanVideoReq) -> Vocabulary:
    """The entries that hold for the order's voice and stand in its texts.

    None where a recording drives every scene.
    """
    voice, video = content.voice_config, content.video_config
    if voice is None or all(scene.is_audio for scene in content.shoot_scripts or []):
        return ()
    wanted = video.is_vocabulary_config_enable if video is not None else None
    entries = await vocabulary_for(context, voice.voice_asset_id, wanted)
    return occurring(entries, *(scene.text for scene in content.shoot_scripts or [] if not scene.is_audio))


async def said_texts(context: Context, content: Create2DDigitalHumanVideoReq) -> dict[str, str]:
    """The texts of scenes with their aliases, for the content review, where the vocabulary changes any."""
    vocabulary = await ordered_vocabulary(context, content)
    if not vocabulary:
        return {}
    return {
        f"shoot_scripts[{index}].shoot_script.text_config.text": reviewed_text(scene.text, vocabulary)
        for index, scene in enumerate(content.shoot_scripts or [])
        if not scene.is_audio
    }
