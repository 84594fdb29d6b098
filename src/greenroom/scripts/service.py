"""Drafts of videos: kept, shown, changed and copied, with the recordings that drive their scenes."""

from __future__ import annotations

from typing import Any

from greenroom.clock import wire_time
from greenroom.moderation.service import require_allowed
from greenroom.runtime import Context
from greenroom.scripts.decks import with_pages
from greenroom.scripts.errors import ScriptNotFoundError
from greenroom.scripts.limits import AUDIO_BYTES, check_scenes
from greenroom.scripts.models import VideoScript
from greenroom.scripts.repository import VideoScriptRepository
from greenroom.scripts.texts import texts_of
from greenroom.scripts.wire import (
    AudioFileItem,
    AudioFiles,
    ListVideoScriptsQuery,
    ListVideoScriptsResponse,
    SaveScriptResponse,
    ScriptContent,
    ScriptType,
    ShootScriptItem,
    ShowVideoScriptResponse,
    VideoConfig,
    VideoScriptBaseInfo,
)
from greenroom.subtitles.copying import copy_files
from greenroom.subtitles.links import files_of_script, remove_files

_LIST_TEXT_CHARACTERS = 131_072


async def create_script(context: Context, body: ScriptContent) -> SaveScriptResponse:
    """Keep a new script; the answer holds an upload link for each scene that a recording drives.

    Raises:
        ScriptLimitError: see `limits.check_scenes`.
        ContentRefusedError: a text does not pass the content review.
    """
    body = await _with_pages(context, body, body.video_config)
    check_scenes(body.shoot_scripts or [])
    await _review(context, body)
    row = VideoScript(name=body.script_name or "", view_mode=body.view_mode, content=_stored(body))
    await VideoScriptRepository(context).add(row)
    return SaveScriptResponse(script_id=row.id, audio_files=_upload_links(context, row))


async def show_script(context: Context, script_id: str) -> ShowVideoScriptResponse:
    """Raises ScriptNotFoundError."""
    row = await _find(context, script_id)
    shown = ShowVideoScriptResponse.model_validate(
        {
            **row.content,
            "audio_files": await _download_links(context, row),
            "script_id": row.id,
            "create_time": wire_time(row.created_at),
            "update_time": wire_time(row.updated_at),
        }
    )
    subtitles = await files_of_script(context, row.id)
    for number, scene in numbered(shown.shoot_scripts or []):
        scene.subtitle_file_info = subtitles.get(number)
    return shown


async def list_scripts(context: Context, query: ListVideoScriptsQuery) -> ListVideoScriptsResponse:
    """A page of the project's scripts. There are no system templates."""
    if query.script_catalog != "VIDEO_DRAFT":
        return ListVideoScriptsResponse(count=0, video_scripts=[])
    page = await VideoScriptRepository(context).list_page(query)
    return ListVideoScriptsResponse(count=page.count, video_scripts=[_base_info(row) for row in page.rows])


async def update_script(context: Context, script_id: str, body: ScriptContent) -> SaveScriptResponse:
    """Replace the members that are given; the others stay as they are.

    Raises:
        ScriptNotFoundError: no such script.
        ScriptLimitError: see `limits.check_scenes`.
        ContentRefusedError: a text does not pass the content review.
    """
    repository = VideoScriptRepository(context)
    row = await _find(context, script_id)
    video = body.video_config or ScriptContent.model_validate(row.content).video_config
    body = await _with_pages(context, body, video)
    check_scenes(body.shoot_scripts or [])
    await _review(context, body)
    before = set(_audio_keys(row).values())
    row.content = {**row.content, **_stored(body)}
    row.name = body.script_name or row.name
    row.view_mode = body.view_mode or row.view_mode
    repository.touch(row)
    await _delete_objects(context, before - set(_audio_keys(row).values()))
    return SaveScriptResponse(script_id=row.id, audio_files=_upload_links(context, row))


async def delete_script(context: Context, script_id: str) -> None:
    """Remove the script, its recordings and its subtitles. Videos made from it stay.

    Raises ScriptNotFoundError.
    """
    row = await _find(context, script_id)
    await remove_files(context, script_id)
    await VideoScriptRepository(context).remove(row)
    await _delete_objects(context, set(_audio_keys(row).values()))


async def copy_script(context: Context, script_id: str) -> SaveScriptResponse:
    """A new script with the same content, recordings and subtitle files. Raises ScriptNotFoundError."""
    source = await _find(context, script_id)
    content = dict(source.content)
    name = f"{source.name[:251]}-copy"
    content["script_name"] = name
    copy = VideoScript(name=name, view_mode=source.view_mode, content=content)
    await VideoScriptRepository(context).add(copy)
    targets = _audio_keys(copy)
    recordings = {number: (key, targets[number]) for number, key in _audio_keys(source).items()}
    for key, target in recordings.values():
        if await context.objects.exists(key):
            await context.objects.copy(key, target)
    await copy_files(context, source.id, copy.id, dict(_scenes(source)), recordings)
    return SaveScriptResponse(script_id=copy.id)


async def content_of(context: Context, script_id: str) -> ScriptContent:
    """The script as video production takes it. Raises ScriptNotFoundError."""
    return ScriptContent.model_validate((await _find(context, script_id)).content)


async def audio_keys_of(context: Context, script_id: str) -> dict[int, str]:
    """The object key of each scene's recording by sequence_no, whether it was uploaded or not.

    Raises ScriptNotFoundError.
    """
    return _audio_keys(await _find(context, script_id))


def numbered(scenes: list[ShootScriptItem]) -> list[tuple[int, ShootScriptItem]]:
    """The scenes in playing order with their numbers; those without one follow the scene before them."""
    result: list[tuple[int, ShootScriptItem]] = []
    taken = {scene.sequence_no for scene in scenes if scene.sequence_no is not None}
    following = 0
    for scene in scenes:
        if scene.sequence_no is None:
            while following in taken:
                following += 1
            taken.add(following)
        number = following if scene.sequence_no is None else scene.sequence_no
        result.append((number, scene))
        following = number + 1
    return sorted(result, key=lambda entry: entry[0])


async def _with_pages(context: Context, body: ScriptContent, video: VideoConfig | None) -> ScriptContent:
    """See `decks.with_pages`."""
    in_order = [scene for _, scene in numbered(body.shoot_scripts or [])]
    scenes = await with_pages(context, in_order, video)
    return body if scenes is in_order else body.model_copy(update={"shoot_scripts": scenes})


async def _find(context: Context, script_id: str) -> VideoScript:
    row = await VideoScriptRepository(context).find(script_id)
    if row is None:
        raise ScriptNotFoundError(script_id)
    return row


async def _review(context: Context, body: ScriptContent) -> None:
    """A doubtful draft is kept: people decide when a video is made of it."""
    texts = {"script_name": body.script_name, "script_description": body.script_description}
    config = body.review_config.model_dump() if body.review_config else None
    await require_allowed(context, {**texts, **texts_of(body.shoot_scripts or [])}, config)


def _stored(body: ScriptContent) -> dict[str, Any]:
    """Without what is made anew each time it is shown: the links of recordings and subtitle files."""
    made_anew: Any = {"audio_files": True, "shoot_scripts": {"__all__": {"subtitle_file_info"}}}
    return body.model_dump(mode="json", exclude_none=True, exclude=made_anew)


def _scenes(row: VideoScript) -> list[tuple[int, ShootScriptItem]]:
    return numbered(ScriptContent.model_validate(row.content).shoot_scripts or [])


def _audio_keys(row: VideoScript) -> dict[int, str]:
    return {
        number: f"scripts/{row.project_id}/{row.id}/{number}"
        for number, scene in _scenes(row)
        if scene.is_audio
    }


def _audio_id(number: int, scene: ShootScriptItem) -> int | None:
    given = scene.shoot_script.audio_config if scene.shoot_script else None
    if given is not None and given.audio_id is not None:
        return given.audio_id
    return number if number <= 10_000 else None


def _upload_links(context: Context, row: VideoScript) -> AudioFiles | None:
    keys = _audio_keys(row)
    items = [
        AudioFileItem(
            sequence_no=number,
            audio_id=_audio_id(number, scene),
            audio_file_upload_url=context.upload_url(keys[number], max_bytes=AUDIO_BYTES),
        )
        for number, scene in _scenes(row)
        if number in keys
    ]
    return AudioFiles(audio_file_url=items) if items else None


async def _download_links(context: Context, row: VideoScript) -> AudioFiles | None:
    keys = _audio_keys(row)
    items = []
    for number, scene in _scenes(row):
        if number not in keys:
            continue
        item = AudioFileItem(sequence_no=number, audio_id=_audio_id(number, scene))
        if await context.objects.exists(keys[number]):
            item.audio_file_download_url = context.download_url(keys[number])
        else:
            item.audio_file_upload_url = context.upload_url(keys[number], max_bytes=AUDIO_BYTES)
        items.append(item)
    return AudioFiles(audio_file_url=items) if items else None


async def _delete_objects(context: Context, keys: set[str]) -> None:
    """After the commit, so that a failed request loses nothing."""

    async def delete() -> None:
        await context.objects.delete(*sorted(keys))

    if keys:
        context.after_commit(delete)


def _base_info(row: VideoScript) -> VideoScriptBaseInfo:
    scenes = [scene for _, scene in _scenes(row)]
    text = "\n".join(scene.text for scene in scenes if scene.text)
    return VideoScriptBaseInfo(
        script_id=row.id,
        script_name=row.name,
        script_description=row.content.get("script_description"),
        model_asset_id=row.content.get("model_asset_id") or None,
        model_asset_type=row.content.get("model_asset_type"),
        script_type=ScriptType.AUDIO if scenes and scenes[0].is_audio else ScriptType.TEXT,
        text=text[:_LIST_TEXT_CHARACTERS] or None,
        create_time=wire_time(row.created_at),
        update_time=wire_time(row.updated_at),
    )
