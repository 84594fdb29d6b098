"""Links to the subtitle files of a script: to fetch one, and to put an edited one in its place."""

from __future__ import annotations

from greenroom.runtime import Context
from greenroom.scripts.wire import SubtitleFileInfo, SubtitleFiles
from greenroom.subtitles.files import MOST_BYTES
from greenroom.subtitles.models import FileState, SceneFile, SubtitleJob, folder_of
from greenroom.subtitles.repository import SubtitleJobRepository


async def download_link(context: Context, job: SubtitleJob, file: SceneFile) -> str | None:
    """To the edited file, else to the generated one; None where there is neither."""
    edited = job.edited_key(file.number)
    if await context.objects.exists(edited):
        return context.download_url(edited, file_name=f"{file.number}.srt", content_type="text/plain")
    if file.state != FileState.GENERATE_SUCCEED:
        return None
    key = job.generated_key(file.number)
    return context.download_url(key, file_name=f"{file.number}.srt", content_type="text/plain")


def upload_link(context: Context, job: SubtitleJob, file: SceneFile) -> str | None:
    """None while the file is made. A file that could not be made may be put there by hand."""
    if file.state == FileState.GENERATING:
        return None
    return context.upload_url(job.edited_key(file.number), max_bytes=MOST_BYTES)


async def files_of_script(context: Context, script_id: str) -> dict[int, SubtitleFiles]:
    """What `shoot_scripts[].subtitle_file_info` shows, by scene."""
    shown = {}
    newest = await SubtitleJobRepository(context).newest_files(script_id)
    for number, (job, file) in newest.items():
        info = SubtitleFileInfo(
            job_id=job.id,
            subtitle_file_state=FileState(file.state).value,
            subtitle_file_download_url=await download_link(context, job, file),
            subtitle_file_upload_url=upload_link(context, job, file),
        )
        is_audio = file.text is None
        shown[number] = (
            SubtitleFiles(audio_subtitle_file=info) if is_audio else SubtitleFiles(text_subtitle_file=info)
        )
    return shown


async def remove_files(context: Context, script_id: str) -> None:
    """With their script."""
    repository = SubtitleJobRepository(context)
    for job in await repository.of_script(script_id):
        await repository.remove(job)
    folder = folder_of(context.project_id, script_id)

    async def delete() -> None:
        await context.objects.delete_prefix(folder)

    context.after_commit(delete)
