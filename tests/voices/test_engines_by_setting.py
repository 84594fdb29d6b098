"""A voice of another server, from the setting to the sound: listed, checked, heard, and its failure told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from huaweicloudsdkmetastudio.v1 import model as m
from pydantic import ValidationError
from tests.conftest import HURRIED_TESTS, start_server
from tests.engines.speech_servers import RATE, Desk, openai_server
from tests.voices.test_tts_audition import finish, sound_of, start

from greenroom.engines import registry
from greenroom.settings import Settings

pytestmark = [pytest.mark.contract, pytest.mark.media]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with openai_server(Desk(registry.speech_engine_for("piper-en_US-joe"))) as desk:
        yield desk


@pytest.fixture(scope="module")
def studio(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    setting = {
        "name": "studio", "protocol": "openai", "url": desk.url, "sample_rate": RATE, "timeout_s": 20,
        "voices": [{"id": "greta", "language": "de-DE", "sex": "FEMALE", "name": "Greta"}],
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("studio") / "data"
    running = start_server(folder, GREENROOM_SPEECH_ENGINES=json.dumps([setting]), **HURRIED_TESTS)
    yield running.client()
    running.stop()


def test_it_is_listed_as_a_voice_of_the_system(studio: Any) -> None:
    request = m.ListAssetsRequest(asset_type="VOICE_MODEL", asset_source="SYSTEM", limit=100)
    (found,) = [asset for asset in studio.list_assets(request).assets if asset.asset_name == "Greta"]
    meta = found.asset_extra_meta.voice_model_meta
    assert (found.asset_id, meta.sex, meta.language) == ("studio-greta", "FEMALE", "GER")


def test_it_is_heard_in_a_language_that_nothing_here_reads(studio: Any, desk: Desk) -> None:
    answer = finish(studio, start(studio, text="Der Garten ist offen. Komm herein.", emotion="studio-greta"))
    samples, rate, _ = sound_of(answer)
    assert rate == RATE and len(samples) / rate > 1.5 and np.abs(samples).max() > 2000
    assert [asked["input"] for asked in desk.asked] == ["Der Garten ist offen.", "Komm herein."]


def test_its_failure_names_the_engine(studio: Any, desk: Desk) -> None:
    desk.fails = [400]
    answer = finish(studio, start(studio, text="Der Garten ist zu.", emotion="studio-greta"))
    assert not answer.is_file_complete and "'studio' answered 400" in answer.message


def test_a_setting_that_cannot_be_used_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = {"id": "greta", "language": "de-DE", "sex": "FEMALE"}
    setting = {"name": "studio", "protocol": "openai", "url": "ftp://host", "voices": [voice]}
    monkeypatch.setenv("GREENROOM_SPEECH_ENGINES", json.dumps([setting]))
    with pytest.raises(ValidationError, match="url is 'ftp://host': give an address such as"):
        Settings()
