"""Speech tasks over the API."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.voices.tasks import service
from greenroom.voices.tasks.wire import (
    CreateAsyncTtsJobRequestBody,
    CreateAsyncTtsJobResponse,
    ShowAsyncTtsJobResponse,
    ShowTtsJobQuery,
    ShowTtsJobResponse,
)


@operation("CreateAsyncTtsJob")
async def create_async_tts_job(
    context: Context, body: CreateAsyncTtsJobRequestBody
) -> CreateAsyncTtsJobResponse:
    return await service.create_async_tts_job(context, body)


@operation("ShowAsyncTtsJob")
async def show_async_tts_job(context: Context, job_id: str) -> ShowAsyncTtsJobResponse:
    return await service.show_async_tts_job(context, job_id)


@operation("ShowTtsJob")
async def show_tts_job(context: Context, query: ShowTtsJobQuery) -> ShowTtsJobResponse:
    return await service.show_tts_job(context, query)
