"""Speech tasks: ordered and shown; and the record of everything that was spoken."""

from __future__ import annotations

from dataclasses import asdict

from greenroom.clock import parse_wire_time, wire_time
from greenroom.engines.protocols import Vocabulary, vocabulary_to_json
from greenroom.errors import NotBuiltFeatureError
from greenroom.moderation.service import require_allowed
from greenroom.runtime import Context
from greenroom.stage.subtitle_plan import MOST_LINES
from greenroom.voices.models import Audition, AuditionState
from greenroom.voices.review import SPEECH_TASKS
from greenroom.voices.service import (
    LINK_SECONDS,
    SUCCESS_CODE,
    check_spoken_text,
    require_voice,
    style_of,
)
from greenroom.voices.tasks.errors import TaskNotFoundError, TaskOrderError, TooManyTasksError
from greenroom.voices.tasks.models import SpeechTask, TaskState
from greenroom.voices.tasks.order import DEFAULT_SILENCE_MS, ResultFile, TaskOrder
from greenroom.voices.tasks.repository import ASYNC_JOB, AUDITION, RecordFilter, SpeechTaskRepository
from greenroom.voices.tasks.wire import (
    CreateAsyncTtsJobRequestBody,
    CreateAsyncTtsJobResponse,
    ShowAsyncTtsJobResponse,
    ShowTtsJobQuery,
    ShowTtsJobResponse,
    TtsJobDetail,
    TtsJobFile,
)
from greenroom.voices.vocabulary.service import occurring, reviewed_text, vocabulary_for

MOST_OPEN = 200
"""Tasks of a project that wait or run."""
MOST_SUBTITLE_LINES = 10
SHORTEST_SUBTITLE = 4
_LONGEST_SHOWN = 10_000
"""The contract's own limit of `text_length`."""
_CONTENT_TYPES = {
    ResultFile.INFO: "application/json",
    ResultFile.SUBTITLES: "application/x-subrip",
    ResultFile.ACTIONS: "application/json",
}


async def create_async_tts_job(
    context: Context, body: CreateAsyncTtsJobRequestBody
) -> CreateAsyncTtsJobResponse:
    """Start making a text into a sound file.

    Raises:
        NotBuiltFeatureError: a callback, or files that are to be sent elsewhere.
        VoiceUnknownError: no such voice.
        SpokenTextError: the text cannot be spoken, and no silence was asked for in its place.
        TaskOrderError: the subtitles are too narrow or too high.
        TooManyTasksError: too many wait.
        ContentRefusedError: the text does not pass the content review.
    """
    _refuse_not_built(body)
    field, text = ("tts_text", body.tts_text) if body.tts_text else ("text", body.text)
    speaker = require_voice("voice_asset_id", body.voice_asset_id)
    order = _order(body)
    entries = await vocabulary_for(context, speaker.voice_id, body.is_vocabulary_config_enable)
    vocabulary = occurring(entries, text)
    if order.silence_ms is None:
        await check_spoken_text(field, text, speaker, vocabulary)
    if await SpeechTaskRepository(context).count_open() >= MOST_OPEN:
        raise TooManyTasksError(f"{MOST_OPEN} speech tasks wait already: ask again when some have ended")
    verdict = await require_allowed(context, _reviewed(body, vocabulary))
    row = SpeechTask(
        state=TaskState.WAITING,
        text=text,
        shown_text=body.text if body.tts_text and body.text.strip() else None,
        voice_id=speaker.voice_id,
        manner=asdict(style_of(body.speed, body.pitch, body.volume)),
        vocabulary=vocabulary_to_json(vocabulary),
        order=order.to_json(),
        files=[],
    )
    await SpeechTaskRepository(context).add(row)
    await SPEECH_TASKS.enqueue(context, row, verdict)
    return CreateAsyncTtsJobResponse(job_id=row.id)


async def show_async_tts_job(context: Context, job_id: str) -> ShowAsyncTtsJobResponse:
    """Raises TaskNotFoundError."""
    row = await SpeechTaskRepository(context).find(job_id)
    if row is None:
        raise TaskNotFoundError(job_id)
    links = await _links(context, row)
    code, message = row.error_code, row.error_msg
    if row.state == TaskState.SUCCEED and code is None:
        code, message = SUCCESS_CODE, "success"
        if links is None:
            message = "the files were deleted, two days after they were made: create the task again"
    shown = links.model_dump() if links is not None else {}
    return ShowAsyncTtsJobResponse(state=row.state, code=code, message=message, **shown)


async def show_tts_job(context: Context, query: ShowTtsJobQuery) -> ShowTtsJobResponse:
    """Auditions and tasks, the newest first.

    `tts_service_enum` names services of the cloud, none of which speaks here, so that it finds nothing.
    """
    kinds: tuple[str, ...] = (query.job_type,) if query.job_type else (AUDITION, ASYNC_JOB)
    if query.business_type:
        # Only auditions have one.
        kinds = tuple(kind for kind in kinds if kind == AUDITION)
    asked = RecordFilter(
        kinds=() if query.tts_service_enum else tuple(k for k in kinds if k in (AUDITION, ASYNC_JOB)),
        job_id=query.job_id,
        since=parse_wire_time(query.create_since) if query.create_since else None,
        until=parse_wire_time(query.create_until) if query.create_until else None,
        business_type=query.business_type,
    )
    rows, count = await SpeechTaskRepository(context).records(asked, query.offset, query.limit)
    return ShowTtsJobResponse(count=count, data=[await _detail(context, row) for row in rows])


def _refuse_not_built(body: CreateAsyncTtsJobRequestBody) -> None:
    if body.callback_config is not None:
        raise NotBuiltFeatureError("callback_config", "a callback at the end of the job")
    for name in ("output_external_url", "srt_output_external_url", "action_output_external_url"):
        if getattr(body, name):
            raise NotBuiltFeatureError(name, "an output to another storage")


def _order(body: CreateAsyncTtsJobRequestBody) -> TaskOrder:
    if body.gen_srt and 0 < body.srt_len < SHORTEST_SUBTITLE:
        raise TaskOrderError(
            f"srt_len is {body.srt_len}: a subtitle needs {SHORTEST_SUBTITLE} characters or more; 0 for as "
            "many as can be read at a glance"
        )
    if body.gen_srt and body.srt_line_limit > MOST_SUBTITLE_LINES:
        raise TaskOrderError(
            f"srt_line_limit is {body.srt_line_limit}: give 1 to {MOST_SUBTITLE_LINES} lines, or 0 for "
            f"{MOST_LINES}"
        )
    silence_ms = DEFAULT_SILENCE_MS if body.silence_time_ms is None else body.silence_time_ms
    return TaskOrder(
        audio_format=body.audio_format,
        channels=body.channels,
        times=body.need_timestamp,
        subtitles=body.gen_srt,
        subtitle_characters=body.srt_len,
        subtitle_lines=body.srt_line_limit or MOST_LINES,
        silence_ms=silence_ms if body.silence_flag else None,
        priority=body.priority,
    )


def _reviewed(body: CreateAsyncTtsJobRequestBody, vocabulary: Vocabulary) -> dict[str, str]:
    texts = {"text": body.text, "tts_text": body.tts_text}
    return {field: reviewed_text(text, vocabulary) for field, text in texts.items() if text}


async def _links(context: Context, row: SpeechTask) -> TtsJobFile | None:
    """None where there are no files: not yet, or not any more."""
    if row.state != TaskState.SUCCEED or not await context.objects.exists(row.key(ResultFile.AUDIO)):
        return None
    audio_type = "audio/mpeg" if row.order["audio_format"] == "MP3" else "audio/wav"
    links = {
        name: context.download_url(
            row.key(ResultFile(name)),
            life_s=LINK_SECONDS,
            file_name=row.file_name(ResultFile(name)),
            content_type=_CONTENT_TYPES.get(ResultFile(name), audio_type),
        )
        for name in row.files
    }
    return TtsJobFile(**links)


async def _detail(context: Context, row: SpeechTask | Audition) -> TtsJobDetail:
    task = row if isinstance(row, SpeechTask) else None
    links = await _links(context, task) if task is not None else _audition_link(context, row)
    return TtsJobDetail(
        job_id=row.id,
        asset_id=row.voice_id if len(row.voice_id) <= 48 else None,
        text_length=min(max(len(row.text), 1), _LONGEST_SHOWN),
        create_time=wire_time(row.created_at),
        audio_format=task.order["audio_format"] if task is not None else "WAV",
        need_timestamp=bool(task is not None and task.order["times"]),
        gen_srt=bool(task is not None and task.order["subtitles"]),
        job_type=ASYNC_JOB if task is not None else AUDITION,
        job_state=row.state,
        fail_msg=row.error_msg or None,
        files=[links] if links is not None else [],
    )


def _audition_link(context: Context, row: SpeechTask | Audition) -> TtsJobFile | None:
    if not isinstance(row, Audition) or row.state != AuditionState.SUCCEED:
        return None
    url = context.download_url(
        row.object_key, life_s=LINK_SECONDS, file_name="audition.wav", content_type="audio/wav"
    )
    return TtsJobFile(audio_file_url=url)
