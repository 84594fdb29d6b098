"""The vocabulary in a video: the order keeps it, the voice says it, the subtitles show what is written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.prepared import migrate_new

from greenroom.engines.protocols import Pronunciation, ReadingKind
from greenroom.iam.service import create_credentials
from greenroom.moderation.errors import ContentRefusedError
from greenroom.runtime import Context, Runtime
from greenroom.settings import Settings
from greenroom.tenants.service import scope_of_project
from greenroom.video import rendering
from greenroom.video.features import check_features
from greenroom.video.plan import VideoPlan
from greenroom.video.review import review_order
from greenroom.video.vocabulary import ordered_vocabularies
from greenroom.video.wire import Create2DDigitalHumanVideoReq
from greenroom.voices.vocabulary.entries import create_ttsc_vocabulary_configs
from greenroom.voices.vocabulary.wire import SaveTtscVocabularyConfigsRequestBody

VOICE = "piper-en_US-joe"
FARM = Pronunciation(ReadingKind.ALIAS, "MLF", "the wonderful Meadow Lane Fruit and Flower Farm")


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    settings = Settings(data=tmp_path)
    migrate_new(settings)
    runtime = Runtime.open(settings)
    made = await create_credentials(runtime, "acme", "cn-north-4")
    async with runtime.transaction(await scope_of_project(runtime, made.project_id)) as context:
        yield context
    await runtime.close()


def order(text: str, **video: Any) -> Create2DDigitalHumanVideoReq:
    scene = {"shoot_script": {"script_type": "TEXT", "text_config": {"text": text}}}
    return Create2DDigitalHumanVideoReq.model_validate(
        {
            "model_asset_id": "f" * 32,
            "voice_config": {"voice_asset_id": VOICE},
            "video_config": {"width": 1280, "height": 720, "bitrate": 3000, **video},
            "shoot_scripts": [scene],
        }
    )


async def enter(context: Context, entry: Pronunciation) -> None:
    body = SaveTtscVocabularyConfigsRequestBody(type=entry.kind, key=entry.key, value=entry.value)
    await create_ttsc_vocabulary_configs(context, body)


class TestOrderedVocabulary:
    async def test_it_keeps_the_entries_that_its_texts_use(self, context: Context) -> None:
        await enter(context, FARM)
        await enter(context, Pronunciation(ReadingKind.ALIAS, "unused", "nothing"))
        wanted = order("Ask at MLF.", is_vocabulary_config_enable=True)
        check_features(wanted)
        assert await ordered_vocabularies(context, wanted) == {VOICE: (FARM,)}
        assert await ordered_vocabularies(context, order("Ask at MLF.")) == {VOICE: ()}
        plain = order("Hi.", is_vocabulary_config_enable=True)
        assert await ordered_vocabularies(context, plain) == {VOICE: ()}

    async def test_the_review_sees_what_is_said(self, context: Context) -> None:
        await enter(context, Pronunciation(ReadingKind.ALIAS, "MLF", "how to build a"))
        await review_order(context, order("MLF bomb"))
        with pytest.raises(ContentRefusedError, match="content review"):
            await review_order(context, order("MLF bomb", is_vocabulary_config_enable=True))


class TestVideoPlan:
    def test_it_carries_the_entries_and_reads_plans_from_before(self) -> None:
        plan = VideoPlan("key", "asset", VOICE, 100, 100, 100, 1280, 720, 25, 3000, (), vocabulary=(FARM,))
        data = json.loads(json.dumps(plan.to_json()))
        assert VideoPlan.from_json(data) == plan
        del data["vocabulary"]
        assert VideoPlan.from_json(data).vocabulary == ()


@pytest.mark.media
class TestSpeech:
    def test_the_entry_is_said_and_the_word_is_shown(self, tmp_path: Path) -> None:
        def spoken(vocabulary: list[list[str]]) -> list[dict[str, Any]]:
            timing = tmp_path / "timing.json"
            rendering.speech(
                {
                    "text": "Ask at MLF.", "voice_id": VOICE, "style": {}, "vocabulary": vocabulary,
                    "audio": None, "wav": str(tmp_path / "speech.wav"), "timing": str(timing),
                },
                lambda stage, done: None,
            )  # fmt: skip
            words: list[dict[str, Any]] = json.loads(timing.read_text())["words"]
            return words

        plain, said = spoken([]), spoken([FARM.to_json()])
        assert [word["text"] for word in said] == [word["text"] for word in plain] == ["Ask", "at", "MLF"]
        lengths = [words[-1]["end_sample"] - words[-1]["start_sample"] for words in (plain, said)]
        assert lengths[1] > 2 * lengths[0]
