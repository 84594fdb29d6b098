"""The subtitle files of a script, taken along when the script is copied: those that people edited as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from greenroom.runtime import Context
from greenroom.scripts.wire import ShootScriptItem
from greenroom.subtitles.edits import digest_of
from greenroom.subtitles.models import FileState, SceneFile, SubtitleJob
from greenroom.subtitles.repository import SubtitleJobRepository


async def copy_files(
    context: Context,
    source_id: str,
    target_id: str,
    scenes: Mapping[int, ShootScriptItem],
    recordings: Mapping[int, tuple[str, str]],
) -> None:
    """The newest file of each scene becomes one of the copy's, with what was put in its place.

    One that is being made is left behind. A file that was made for what its scene was before stays so.

    Args:
        recordings: by scene that one drives, its object key in the source and in the target.
    """
    repository = SubtitleJobRepository(context)
    newest = await repository.newest_files(source_id)
    by_job: dict[str, tuple[SubtitleJob, list[SceneFile]]] = {}
    for number, (job, file) in newest.items():
        if number in scenes and file.state != FileState.GENERATING:
            by_job.setdefault(job.id, (job, []))[1].append(file)
    # The newest first, as they are found: none of the copies has a scene that another one has.
    for job, files in by_job.values():
        copy = SubtitleJob(
            id=context.new_id(),
            script_id=target_id,
            voice=job.voice,
            style=job.style,
            scenes=[asdict(await _of_copy(context, file, scenes[file.number], recordings)) for file in files],
        )
        copy.project_id = context.project_id
        for file in files:
            await _copy_objects(context, job, copy, file.number)
        await repository.add(copy)


async def _of_copy(
    context: Context,
    file: SceneFile,
    scene: ShootScriptItem,
    recordings: Mapping[int, tuple[str, str]],
) -> SceneFile:
    """The same file of the copied scene; its recording is another object, though the same sound."""
    if file.audio_key is None or file.number not in recordings:
        return file
    old, new = recordings[file.number]
    is_up_to_date = file.made_for == await digest_of(context, scene, None, old)
    made_for = await digest_of(context, scene, None, new) if is_up_to_date else file.made_for
    return replace(file, audio_key=new, made_for=made_for)


async def _copy_objects(context: Context, job: SubtitleJob, copy: SubtitleJob, number: int) -> None:
    keys = {
        job.generated_key(number): copy.generated_key(number),
        job.edited_key(number): copy.edited_key(number),
    }
    for source, target in keys.items():
        if await context.objects.exists(source):
            await context.objects.copy(source, target)
