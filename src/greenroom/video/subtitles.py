"""Subtitles of a video: whether and how they are shown, and the files that people have edited for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from greenroom.runtime import Context
from greenroom.scripts import service as scripts
from greenroom.scripts.wire import ShootScriptItem
from greenroom.stage.subtitle_plan import SubtitleStyle
from greenroom.subtitles.edits import EditedFile, digest_of, edited_files, read_edited
from greenroom.subtitles.speaking import can_hear
from greenroom.subtitles.style import style_of
from greenroom.subtitles.text import script_text, shown_text
from greenroom.video.errors import VideoContentError
from greenroom.video.links import own_object
from greenroom.video.wire import Create2DDigitalHumanVideoReq

_STYLE_FIELD = "video_config.subtitle_config"


@dataclass(slots=True, frozen=True)
class SubtitleOrder:
    """The subtitles that a request asks for, checked."""

    style: SubtitleStyle
    burn: bool
    """In the picture; else only as files."""
    edited: dict[int, EditedFile] = field(default_factory=dict)
    """By scene."""

    @property
    def texts(self) -> dict[str, str]:
        """For the content review, by the names of their fields."""
        return {
            f"the subtitle file of the scene with sequence_no {number}": file.text
            for number, file in self.edited.items()
        }


async def subtitle_order(
    context: Context, content: Create2DDigitalHumanVideoReq, files_wanted: bool = False
) -> SubtitleOrder | None:
    """None where the request wants neither subtitles nor, `files_wanted`, their files.

    Raises:
        SubtitleFileError: an edited file cannot be used.
        SubtitleStyleError, VideoContentError: the look cannot be drawn, or a recording not be understood.
    """
    video = content.video_config
    burn = video is not None and bool(video.is_subtitle_enable)
    if video is None or min(video.width, video.height) < 16 or not (burn or files_wanted):
        return None
    style = style_of(video.subtitle_config, (video.width, video.height), _STYLE_FIELD)
    scenes = scripts.numbered(content.shoot_scripts or [])
    edited = await _edited(context, content, scenes)
    unheard = [number for number, scene in scenes if scene.is_audio and number not in edited]
    if unheard and not can_hear():
        raise VideoContentError(
            f"video_config.is_subtitle_enable: a recording drives the scene {unheard[0]}, and "
            "speech recognition is not installed on this server: leave the subtitles out, or call "
            "create_subtitle_file and PUT its subtitles to subtitle_file_upload_url"
        )
    if burn:
        shown = [shown_text(script_text(scene.text)).text for _, scene in scenes]
        # The first look at the fonts takes a moment.
        await asyncio.to_thread(_check_fonts, style, [*shown, *(file.text for file in edited.values())])
    return SubtitleOrder(style, burn, edited)


async def _edited(
    context: Context, content: Create2DDigitalHumanVideoReq, scenes: list[tuple[int, ShootScriptItem]]
) -> dict[int, EditedFile]:
    """Those that the request links to, and for the rest those of its script."""
    linked = {number: await _linked(context, number, scene) for number, scene in scenes}
    found = {number: file for number, file in linked.items() if file is not None}
    if content.script_id is None:
        return found
    keys = await scripts.audio_keys_of(context, content.script_id)
    made_for = {
        number: await digest_of(context, scene, scene.voice_or(content.voice_config), keys.get(number))
        for number, scene in scenes
        if number not in found
    }
    return {**found, **await edited_files(context, content.script_id, made_for)}


async def _linked(context: Context, number: int, scene: ShootScriptItem) -> EditedFile | None:
    """The file behind a download link of this service in the scene's `subtitle_file_info`."""
    files = scene.subtitle_file_info
    if files is None:
        return None
    name = "audio_subtitle_file" if scene.is_audio else "text_subtitle_file"
    info = getattr(files, name)
    if info is None or not info.subtitle_file_download_url:
        return None
    member = f"the scene with sequence_no {number}: subtitle_file_info.{name}.subtitle_file_download_url"
    return await read_edited(context, member, own_object(context, member, info.subtitle_file_download_url))


def _check_fonts(style: SubtitleStyle, texts: Iterable[str]) -> None:
    from greenroom.stage.subtitle_fonts import SubtitleFontError, font_chain

    try:
        font_chain(style.font_name, "".join(texts).replace("\n", ""))
    except SubtitleFontError as error:
        raise VideoContentError(f"{_STYLE_FIELD}.font_name: {error}") from None
