"""Voices for other contexts, and the TTS audition."""

from __future__ import annotations

import asyncio

from greenroom.engines.g2p.fronts import can_read, front_for
from greenroom.engines.g2p.reading import check_readable
from greenroom.engines.protocols import (
    SpeechStyle,
    SpeechTextError,
    Vocabulary,
    Voice,
    VoiceNotFoundError,
    VoicePackageError,
    vocabulary_to_json,
)
from greenroom.engines.registry import voice
from greenroom.engines.remote.utterances import check_sayable
from greenroom.moderation.service import require_allowed
from greenroom.runtime import Context
from greenroom.voices.errors import (
    AuditionNotFoundError,
    SpokenTextError,
    VoiceDamagedError,
    VoiceUnknownError,
)
from greenroom.voices.models import Audition, AuditionState
from greenroom.voices.repository import AuditionRepository
from greenroom.voices.review import AUDITIONS
from greenroom.voices.text import pieces
from greenroom.voices.vocabulary.service import occurring, reviewed_text, vocabulary_for
from greenroom.voices.wire import (
    AuditionFile,
    CreateTtsAuditionRequestBody,
    CreateTtsAuditionResponse,
    ShowTtsAuditionFileResponse,
)

LINK_SECONDS = 3600
DEFAULT_VOLUME = 140
"""The wire's volume 90..240 at which a voice speaks as it is; stated for the chat voice model."""
SUCCESS_CODE = "MSS.00000000"


def require_voice(field: str, voice_id: str) -> Voice:
    """The voice with this asset id.

    Raises:
        VoiceUnknownError, VoiceDamagedError: there is none, or it cannot be used; they name the `field`.
    """
    try:
        return voice(voice_id)
    except VoiceNotFoundError:
        raise VoiceUnknownError(field, voice_id) from None
    except VoicePackageError:
        raise VoiceDamagedError(field, voice_id) from None


def style_of(speed: int | None, pitch: int | None, volume: int | None) -> SpeechStyle:
    """The wire's numbers as the engines take them."""
    return SpeechStyle(
        speed_percent=speed or 100,
        pitch_percent=pitch or 100,
        volume_percent=round((volume or DEFAULT_VOLUME) * 100 / DEFAULT_VOLUME),
    )


async def check_spoken_text(field: str, text: str, speaker: Voice, vocabulary: Vocabulary = ()) -> None:
    """Raises SpokenTextError: the voice cannot say the text or the SSML; `field` is the request's member."""
    if not any(character.isalnum() for character in text):
        raise SpokenTextError(f"{field} has nothing to say: give it at least one word")
    try:
        # The first text of a language loads its dictionary.
        await asyncio.to_thread(_check_readable, text, speaker, vocabulary)
    except SpeechTextError as error:
        raise SpokenTextError(f"{field}: {error}") from None


def _check_readable(text: str, speaker: Voice, vocabulary: Vocabulary) -> None:
    front = front_for(speaker.language) if can_read(speaker.language) else None
    for piece in pieces(text):
        if front is not None:
            check_readable(piece, front, vocabulary)
        else:
            # A voice of an engine by setting, in a language that nothing here reads.
            check_sayable(piece, vocabulary)


async def create_tts_audition(
    context: Context, body: CreateTtsAuditionRequestBody
) -> CreateTtsAuditionResponse:
    """Start reading a text aloud.

    Raises:
        VoiceUnknownError: no such voice.
        SpokenTextError: the text cannot be spoken.
        ContentRefusedError: the text does not pass the content review.
    """
    field, text = ("tts_text", body.tts_text) if body.tts_text else ("text", body.text)
    speaker = require_voice("emotion", body.emotion)
    entries = await vocabulary_for(context, speaker.voice_id, body.is_vocabulary_config_enable)
    vocabulary = occurring(entries, text)
    await check_spoken_text(field, text, speaker, vocabulary)
    verdict = await require_allowed(context, {field: reviewed_text(text, vocabulary)})
    style = style_of(body.speed, body.pitch, body.volume)
    row = Audition(
        state=AuditionState.WAITING,
        text=text,
        voice_id=body.emotion,
        speed_percent=style.speed_percent,
        pitch_percent=style.pitch_percent,
        volume_percent=style.volume_percent,
        channels=body.channels,
        vocabulary=vocabulary_to_json(vocabulary),
        business_type=body.business_type,
    )
    await AuditionRepository(context).add(row)
    await AUDITIONS.enqueue(context, row, verdict)
    return CreateTtsAuditionResponse(job_id=row.id)


async def show_tts_audition_file(context: Context, job_id: str) -> ShowTtsAuditionFileResponse:
    """Raises AuditionNotFoundError."""
    row = await AuditionRepository(context).find(job_id)
    if row is None:
        raise AuditionNotFoundError(job_id)
    if row.state == AuditionState.FAILED:
        return ShowTtsAuditionFileResponse(is_file_complete=False, code=row.error_code, message=row.error_msg)
    if row.state == AuditionState.WAITING:
        return ShowTtsAuditionFileResponse(is_file_complete=False)
    url = context.download_url(
        row.object_key, life_s=LINK_SECONDS, file_name="audition.wav", content_type="audio/wav"
    )
    return ShowTtsAuditionFileResponse(
        is_file_complete=True, code=SUCCESS_CODE, message="success", files=[AuditionFile(download_url=url)]
    )
