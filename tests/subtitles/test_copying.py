"""A copied script brings its subtitle files along: what was edited counts in videos of the copy as well."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.prepared import migrate_new

from greenroom.runtime import Context, Runtime, Scope
from greenroom.scripts.service import audio_keys_of, copy_script, create_script, delete_script, show_script
from greenroom.scripts.wire import ScriptContent, ShootScriptItem, VoiceConfig
from greenroom.settings import Settings
from greenroom.stage.subtitle_plan import Cue
from greenroom.subtitles.edits import digest_of, edited_files
from greenroom.subtitles.models import FileState, SceneFile, SubtitleJob
from greenroom.subtitles.repository import SubtitleJobRepository

HI = b"1\n00:00:00,100 --> 00:00:00,900\nHi\n"
VOICE = {"voice_asset_id": "piper-en_US-joe"}
TEXT = {"script_type": "TEXT", "text_config": {"text": "Hello."}}
SCENES = [
    {"sequence_no": 1, "shoot_script": TEXT},
    {"sequence_no": 2, "shoot_script": {"script_type": "AUDIO"}},
    {"sequence_no": 3, "shoot_script": TEXT},
]


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    chosen = Settings(data=tmp_path, review="off")
    migrate_new(chosen)
    runtime = Runtime.open(chosen)
    async with runtime.transaction(Scope("acme", "project", "cn-north-4")) as opened:
        yield opened
    await runtime.close()


async def digests(context: Context, script_id: str) -> dict[int, str]:
    """What each scene's subtitles are made for, as it is now."""
    keys = await audio_keys_of(context, script_id)
    scenes = {scene["sequence_no"]: ShootScriptItem.model_validate(scene) for scene in SCENES}
    voice = VoiceConfig.model_validate(VOICE)
    return {
        int(number): await digest_of(context, scene, voice, keys.get(int(number)))
        for number, scene in scenes.items()
    }


@pytest.fixture
async def source(context: Context) -> str:
    """A script with a file for each scene: of the first two edited, of the third being made."""
    body = {"script_name": "Lamps", "voice_config": VOICE, "shoot_scripts": SCENES}
    script_id = (await create_script(context, ScriptContent.model_validate(body))).script_id
    keys = await audio_keys_of(context, script_id)
    await context.objects.put_bytes(keys[2], b"a recording")
    made_for = await digests(context, script_id)
    files = [
        SceneFile(number, None if number == 2 else "Hello.", keys.get(number), made_for[number])
        for number in (1, 2, 3)
    ]
    for file in files[:2]:
        file.state, file.duration_ms = FileState.GENERATE_SUCCEED, 1000
    job = SubtitleJob(script_id=script_id, voice={}, style={}, scenes=[asdict(file) for file in files])
    await SubtitleJobRepository(context).add(job)
    for number in (1, 2):
        await context.objects.put_bytes(job.generated_key(number), b"generated")
        await context.objects.put_bytes(job.edited_key(number), HI)
    return script_id


async def test_the_copy_has_files_of_its_own(context: Context, source: str) -> None:
    copy = (await copy_script(context, source)).script_id
    found = await edited_files(context, copy, await digests(context, copy))
    assert {number: file.cues for number, file in found.items()} == dict.fromkeys(
        (1, 2), (Cue(100, 900, ("Hi",)),)
    )
    await delete_script(context, source)
    await context.commit()
    assert await edited_files(context, copy, await digests(context, copy)) == found
    shown = (await show_script(context, copy)).shoot_scripts or []
    assert [scene.subtitle_file_info is not None for scene in shown] == [True, True, False]


async def test_what_was_made_for_another_recording_stays_so(context: Context, source: str) -> None:
    keys = await audio_keys_of(context, source)
    await context.objects.put_bytes(keys[2], b"another recording")
    copy = (await copy_script(context, source)).script_id
    assert (await SubtitleJobRepository(context).newest_files(copy))[2][1].made_for != (
        await digests(context, copy)
    )[2]
