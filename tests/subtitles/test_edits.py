"""Which edited file a video shows: that of the newest job of its scene, made for what the scene says now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.prepared import migrate_new

from greenroom.runtime import Context, Runtime, Scope
from greenroom.settings import Settings
from greenroom.stage.subtitle_plan import Cue
from greenroom.subtitles.edits import edited_files
from greenroom.subtitles.errors import SubtitleFileError
from greenroom.subtitles.models import FileState, SceneFile, SubtitleJob
from greenroom.subtitles.repository import SubtitleJobRepository

SCRIPT = "s" * 32
HI = b"1\n00:00:00,100 --> 00:00:00,900\nHi\n"


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    chosen = Settings(data=tmp_path)
    migrate_new(chosen)
    runtime = Runtime.open(chosen)
    async with runtime.transaction(Scope("acme", "project", "cn-north-4")) as opened:
        yield opened
    await runtime.close()


async def new_job(context: Context, *numbers: int, made_for: str = "now") -> SubtitleJob:
    files = [
        SceneFile(number, "Hello", None, made_for, FileState.GENERATE_SUCCEED, 1000) for number in numbers
    ]
    job = SubtitleJob(script_id=SCRIPT, voice={}, style={}, scenes=[asdict(file) for file in files])
    return await SubtitleJobRepository(context).add(job)


async def test_only_what_was_put_there_counts(context: Context) -> None:
    job = await new_job(context, 1, 2)
    await context.objects.put_bytes(job.generated_key(1), HI)
    await context.objects.put_bytes(job.edited_key(2), HI)
    found = await edited_files(context, SCRIPT, {1: "now", 2: "now", 3: "now"})
    assert {number: file.cues for number, file in found.items()} == {2: (Cue(100, 900, ("Hi",)),)}
    assert await edited_files(context, SCRIPT, {1: "now"}) == {}
    assert await edited_files(context, "t" * 32, {2: "now"}) == {}


async def test_a_newer_job_of_the_scene_takes_its_place(context: Context) -> None:
    old = await new_job(context, 1, 2)
    for number in (1, 2):
        await context.objects.put_bytes(old.edited_key(number), HI)
    await new_job(context, 2)
    assert set(await edited_files(context, SCRIPT, {1: "now", 2: "now"})) == {1}


async def test_another_project_has_none_of_it(context: Context) -> None:
    job = await new_job(context, 1)
    await context.objects.put_bytes(job.edited_key(1), HI)
    await context.commit()
    async with context.runtime.transaction(Scope("globex", "other", "cn-north-4")) as other:
        assert await edited_files(other, SCRIPT, {1: "now"}) == {}


@pytest.mark.parametrize(
    ("content", "made_for", "words"),
    [
        (HI, "before", "was edited for another text, voice or recording"),
        (b"", "now", "it is empty"),
        (
            HI.replace(b"00,900", b"09,900"),
            "now",
            "ends at 9.9 s, but the scene lasts 1.0 s",
        ),
        (HI + b" " * 1024 * 1024, "now", "it may have at most 1048576"),
    ],
)
async def test_what_is_wrong_is_named(context: Context, content: bytes, made_for: str, words: str) -> None:
    job = await new_job(context, 7, made_for=made_for)
    await context.objects.put_bytes(job.edited_key(7), content)
    with pytest.raises(SubtitleFileError, match="of the scene with sequence_no 7") as caught:
        await edited_files(context, SCRIPT, {7: "now"})
    assert words in caught.value.message
