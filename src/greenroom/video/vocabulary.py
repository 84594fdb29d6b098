"""The tenant's vocabulary in a video: which entries hold for an order, and what the review sees of them."""

from __future__ import annotations

from collections.abc import Mapping

from greenroom.engines.protocols import Vocabulary
from greenroom.errors import GreenroomError
from greenroom.runtime import Context
from greenroom.video.wire import Create2DDigitalHumanVideoReq
from greenroom.voices.vocabulary.service import occurring, reviewed_text, vocabulary_for


async def ordered_vocabularies(
    context: Context, content: Create2DDigitalHumanVideoReq
) -> Mapping[str, Vocabulary]:
    """By voice, the entries that hold for it and stand in what it says.

    Raises:
        GreenroomError: the tenant may not speak with a voice, or there is none; the text names its member.
    """
    wanted = content.video_config.is_vocabulary_config_enable if content.video_config is not None else None
    said: dict[str, list[str]] = {}
    members: dict[str, str] = {}
    for index, scene in enumerate(content.shoot_scripts or []):
        voice = scene.voice_or(content.voice_config)
        if voice is not None and not scene.is_audio:
            said.setdefault(voice.voice_asset_id, []).append(scene.text)
            owner = "" if scene.voice_or(None) is None else f"shoot_scripts[{index}].x_greenroom."
            members.setdefault(voice.voice_asset_id, f"{owner}voice_config.voice_asset_id")
    found = {}
    for voice_id, texts in said.items():
        try:
            entries = await vocabulary_for(context, voice_id, wanted)
        except GreenroomError as error:
            error.message = f"{members[voice_id]}: {error.message}"
            raise
        found[voice_id] = occurring(entries, *texts)
    return found


async def said_texts(context: Context, content: Create2DDigitalHumanVideoReq) -> dict[str, str]:
    """The texts of scenes with their aliases, for the content review, where the vocabulary changes any."""
    vocabularies = await ordered_vocabularies(context, content)
    found = {}
    for index, scene in enumerate(content.shoot_scripts or []):
        voice = scene.voice_or(content.voice_config)
        vocabulary = vocabularies.get(voice.voice_asset_id) if voice is not None else None
        if vocabulary and not scene.is_audio:
            name = f"shoot_scripts[{index}].shoot_script.text_config.text"
            found[name] = reviewed_text(scene.text, vocabulary)
    return found
