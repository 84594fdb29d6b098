"""Subtitle files that people have edited: found, read and checked before a video shows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from greenroom.runtime import Context
from greenroom.scripts.wire import ShootScriptItem, VoiceConfig
from greenroom.stage.subtitle_plan import Cue
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.subtitles.errors import SubtitleFileError
from greenroom.subtitles.files import MOST_BYTES, read_subtitles
from greenroom.subtitles.repository import SubtitleJobRepository

_SLACK_MS = 2000
"""So much may a file reach beyond its scene: the end is cut off."""


@dataclass(slots=True, frozen=True)
class EditedFile:
    key: str
    cues: tuple[Cue, ...]

    @property
    def text(self) -> str:
        return "\n".join(line for cue in self.cues for line in cue.lines)


async def digest_of(
    context: Context, scene: ShootScriptItem, voice: VoiceConfig | None, audio_key: str | None
) -> str:
    """What a scene's subtitle times depend on: its text and voice, or its recording."""
    if audio_key is not None:
        try:
            head = await context.objects.head(audio_key)
        except ObjectNotFoundError:
            return "no recording"
        parts = [str(head.size), head.etag]
    else:
        parts = [scene.text, voice.voice_asset_id if voice else "", str((voice.speed if voice else 0) or 100)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


async def edited_files(
    context: Context, script_id: str, made_for: Mapping[int, str]
) -> dict[int, EditedFile]:
    """What the user put in the place of a script's generated files, by scene.

    Args:
        made_for: the scenes that are asked for, each with its digest as it is now.

    Raises:
        SubtitleFileError: one cannot be read, does not fit its scene, or was made for what the scene was
            before.
    """
    newest = await SubtitleJobRepository(context).newest_files(script_id)
    found = {}
    for number in sorted(newest.keys() & made_for.keys()):
        job, file = newest[number]
        field, key = f"the subtitle file of the scene with sequence_no {number}", job.edited_key(number)
        if not await context.objects.exists(key):
            continue
        if file.made_for != made_for[number]:
            raise SubtitleFileError(
                f"{field} was edited for another text, voice or recording than the scene has now: call "
                "create_subtitle_file again, and edit the new file if need be"
            )
        found[number] = await read_edited(context, field, key, file.duration_ms)
    return found


async def read_edited(context: Context, field: str, key: str, duration_ms: int | None = None) -> EditedFile:
    """Raises SubtitleFileError, which begins with `field`."""
    try:
        info = await context.objects.head(key)
        data = await context.objects.read_bytes(key) if info.size <= MOST_BYTES else b""
    except ObjectNotFoundError:
        raise SubtitleFileError(f"{field} is gone: upload it again") from None
    if info.size > MOST_BYTES:
        raise SubtitleFileError(f"{field} has {info.size} bytes: it may have at most {MOST_BYTES}")
    try:
        cues = read_subtitles(data)
    except SubtitleFileError as error:
        raise SubtitleFileError(f"{field}: {error.message}") from None
    if duration_ms is not None and cues[-1].end_ms > duration_ms + _SLACK_MS:
        raise SubtitleFileError(
            f"{field}: its last subtitle ends at {cues[-1].end_ms / 1000:.1f} s, but the scene lasts "
            f"{duration_ms / 1000:.1f} s: correct its times"
        )
    return EditedFile(key, tuple(cues))
