"""The TTS audition over the API, and where the other operations of voices are."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.voices import service
from greenroom.voices.tasks.routes import *  # noqa: F403
from greenroom.voices.vocabulary.routes import *  # noqa: F403
from greenroom.voices.wire import (
    CreateTtsAuditionRequestBody,
    CreateTtsAuditionResponse,
    ShowTtsAuditionFileResponse,
)


@operation("CreateTtsAudition")
async def create_tts_audition(
    context: Context, body: CreateTtsAuditionRequestBody
) -> CreateTtsAuditionResponse:
    return await service.create_tts_audition(context, body)


@operation("ShowTtsAuditionFile")
async def show_tts_audition_file(context: Context, job_id: str) -> ShowTtsAuditionFileResponse:
    return await service.show_tts_audition_file(context, job_id)
