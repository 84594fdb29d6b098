"""Subtitle files of scripts: asked for and shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from greenroom.api.wire import ErrorResponse
from greenroom.callbacks.service import Receiver, check_receiver, keep_callback
from greenroom.engines.protocols import SpeechStyle, Vocabulary, vocabulary_to_json
from greenroom.jobs.engine import JobSubmission
from greenroom.runtime import Context
from greenroom.scripts import service as scripts
from greenroom.scripts.wire import ScriptContent, ShootScriptItem, VoiceConfig
from greenroom.stage.subtitle_plan import SubtitleStyle
from greenroom.subtitles.edits import digest_of
from greenroom.subtitles.errors import SubtitleJobNotFoundError, SubtitleRequestError
from greenroom.subtitles.links import download_link, upload_link
from greenroom.subtitles.models import SceneFile, SubtitleJob
from greenroom.subtitles.repository import SubtitleJobRepository
from greenroom.subtitles.style import style_of
from greenroom.subtitles.wire import (
    CreateSubtitleFileReq,
    CreateSubtitleFileResponse,
    ShowSubtitleFileResponse,
    SubtitleFileDetail,
)
from greenroom.voices.service import check_spoken_text, require_voice
from greenroom.voices.service import style_of as manner_of
from greenroom.voices.vocabulary.service import occurring, vocabulary_for

_LANDSCAPE, _PORTRAIT = (1920, 1080), (1080, 1920)


async def create_subtitle_file(context: Context, body: CreateSubtitleFileReq) -> CreateSubtitleFileResponse:
    """Start making the subtitle files of a script's scenes, or of one scene.

    Raises:
        ScriptNotFoundError: no such script.
        SubtitleRequestError: no script is named, or it has no such scene, voice or recording.
        SpokenTextError: a text cannot be spoken.
        SubtitleStyleError: the script's `subtitle_config` cannot be drawn.
        InvalidParameterError: `callback_config` names no receiver that may be sent to.
    """
    receiver = Receiver.of(body.callback_config)
    check_receiver(context, receiver)
    if body.script_id is None:
        raise SubtitleRequestError("script_id is missing: give the id of a script")
    content = await scripts.content_of(context, body.script_id)
    scenes = _chosen(content, body.sequence_no)
    keys = await scripts.audio_keys_of(context, body.script_id)
    voice = content.voice_config
    job = SubtitleJob(
        id=context.new_id(),
        script_id=body.script_id,
        voice=_voice(voice, await _vocabulary(context, content, voice)),
        style=asdict(_style(content)),
        scenes=[
            asdict(await _scene_file(context, content, (number, scene), keys.get(number)))
            for number, scene in scenes
        ],
    )
    await SubtitleJobRepository(context).add(job)
    await keep_callback(context, job.id, receiver)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    await context.runtime.jobs.submit(context, JobSubmission(job.id, "subtitles.generate", job.id))
    return CreateSubtitleFileResponse(job_id=job.id)


async def show_subtitle_file(context: Context, job_id: str) -> ShowSubtitleFileResponse:
    """Raises SubtitleJobNotFoundError."""
    job = await SubtitleJobRepository(context).find(job_id)
    if job is None:
        raise SubtitleJobNotFoundError(job_id)
    return ShowSubtitleFileResponse(
        job_state="GENERATED" if job.is_generated else "GENERATING",
        subtitle_file_info=[await _detail(context, job, file) for file in job.files],
    )


async def _detail(context: Context, job: SubtitleJob, file: SceneFile) -> SubtitleFileDetail:
    error = ErrorResponse.of(file.error_code, file.error_msg or "") if file.error_code else None
    return SubtitleFileDetail.model_validate(
        {
            "sequence_no": file.number,
            "subtitle_file_state": file.state,
            "subtitle_file_download_url": await download_link(context, job, file),
            "subtitle_file_upload_url": upload_link(context, job, file),
            "generate_time": file.generated_at,
            "error_info": error,
        }
    )


def _chosen(content: ScriptContent, sequence_no: int | None) -> list[tuple[int, ShootScriptItem]]:
    scenes = scripts.numbered(content.shoot_scripts or [])
    if not scenes:
        raise SubtitleRequestError("script_id: the script has no scene: add one with update_video_script")
    chosen = [entry for entry in scenes if sequence_no is None or entry[0] == sequence_no]
    if not chosen:
        there = ", ".join(str(number) for number, _ in scenes)
        raise SubtitleRequestError(f"sequence_no {sequence_no}: the script has the scenes {there}")
    return chosen


def _style(content: ScriptContent) -> SubtitleStyle:
    """For the length of the lines; a script that does not say its size is taken as 1080p."""
    video = content.video_config
    canvas = _PORTRAIT if content.view_mode == "VERTICAL" else _LANDSCAPE
    if video is not None and min(video.width, video.height) >= 128:
        canvas = video.width, video.height
    return style_of(video.subtitle_config if video is not None else None, canvas)


def _voice(voice: VoiceConfig | None, vocabulary: Vocabulary) -> dict[str, Any]:
    """Voice and manner, as the child process takes them."""
    manner = manner_of(voice.speed, voice.pitch, voice.volume) if voice else SpeechStyle()
    return {
        "voice_id": voice.voice_asset_id if voice else None,
        "style": asdict(manner),
        "vocabulary": vocabulary_to_json(vocabulary),
    }


async def _vocabulary(context: Context, content: ScriptContent, voice: VoiceConfig | None) -> Vocabulary:
    """As it will hold for this voice in the video of the script."""
    if voice is None:
        return ()
    video = content.video_config
    wanted = video.is_vocabulary_config_enable if video is not None else None
    entries = await vocabulary_for(context, voice.voice_asset_id, wanted)
    scenes = content.shoot_scripts or []
    return occurring(entries, *(scene.text for scene in scenes if not scene.is_audio))


async def _scene_file(
    context: Context,
    content: ScriptContent,
    numbered: tuple[int, ShootScriptItem],
    audio_key: str | None,
) -> SceneFile:
    number, scene = numbered
    field = f"the scene with sequence_no {number}"
    voice, own = scene.voice_or(content.voice_config), scene.voice_or(None)
    vocabulary = await _vocabulary(context, content, voice)
    if scene.is_audio:
        if audio_key is None or not await context.objects.exists(audio_key):
            raise SubtitleRequestError(
                f"{field} is of type AUDIO and its recording is not uploaded: "
                "PUT it to audio_file_upload_url first"
            )
    elif voice is None:
        raise SubtitleRequestError("voice_config is missing in the script: its times come from the voice")
    else:
        member = "voice_config" if own is None else f"{field}: x_greenroom.voice_config"
        speaker = require_voice(f"{member}.voice_asset_id", voice.voice_asset_id)
        await check_spoken_text(f"{field}: text_config.text", scene.text, speaker, vocabulary)
    return SceneFile(
        number=number,
        text=None if scene.is_audio else scene.text,
        audio_key=audio_key,
        made_for=await digest_of(context, scene, voice, audio_key),
        voice=_voice(own, vocabulary) if own is not None else None,
    )
